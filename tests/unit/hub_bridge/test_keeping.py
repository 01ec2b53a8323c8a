"""A file is replaced, and what was there is never lost."""

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub_bridge.folders import Folder
from hub_bridge.homes import HomeRefused, Homes
from hub_bridge.keeping import BEFORE, KEPT, Keeper

FOLDER = "bio1/growth"
PATH = "growth.ipynb"
REL = f"{FOLDER}/{PATH}"
KEPT_IN = f"{BEFORE}/{REL}"
NOW = datetime(2026, 9, 7, 10, 0, tzinfo=UTC)


@pytest.fixture
def keeper(homes: Homes, uid: int | None) -> Keeper:
    return Keeper(homes, "ana", uid, FOLDER)


def contents(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def sha256(data: bytes) -> set[str]:
    return {hashlib.sha256(data).hexdigest()}


def write(keeper: Keeper, path: str, data: bytes) -> None:
    keeper.homes.place(keeper.name, f"{keeper.folder}/{path}", data, uid=keeper.uid, replace=True)


def save_after_moving(monkeypatch: pytest.MonkeyPatch, keeper: Keeper, *saved: bytes) -> None:
    """The student's server saves right after the file was moved away."""
    waiting, move = list(saved), Folder.move

    def then_save(self: Folder, name: str, folder: Folder, new_name: str) -> None:
        move(self, name, folder, new_name)
        if waiting:
            write(keeper, PATH, waiting.pop(0))

    monkeypatch.setattr(Folder, "move", then_save)


def test_what_was_there_is_among_the_copies_under_the_name_that_is_told(keeper: Keeper, ana: Path) -> None:
    write(keeper, PATH, b"mine")

    copy = keeper.replace(PATH, b"theirs", now=NOW)

    assert copy
    assert contents(ana) == {REL: b"theirs", f"{KEPT_IN}/{copy}": b"mine"}
    assert keeper.read(PATH, copy) == b"mine"


def test_where_nothing_was_nothing_is_kept(keeper: Keeper, ana: Path) -> None:
    assert keeper.replace(PATH, b"theirs", now=NOW) is None
    assert contents(ana) == {REL: b"theirs"}


def test_doing_it_again_changes_nothing(keeper: Keeper, ana: Path) -> None:
    write(keeper, PATH, b"mine")
    keeper.replace(PATH, b"theirs", now=NOW)
    before = contents(ana)

    assert keeper.replace(PATH, b"theirs", now=NOW) is None
    assert contents(ana) == before


def test_the_oldest_copies_go_and_nothing_is_ever_refused_for_their_number(keeper: Keeper) -> None:
    for number in range(KEPT + 4):
        keeper.replace(PATH, f"{number}".encode(), now=NOW + timedelta(minutes=number))

    kept = [keeper.read(PATH, copy.name) for copy in keeper.copies(PATH)]
    assert kept == [f"{number}".encode() for number in range(KEPT + 2, 2, -1)]


def test_what_the_owner_put_among_the_copies_stays(keeper: Keeper, ana: Path) -> None:
    keeper.homes.place("ana", f"{KEPT_IN}/my notes.txt", b"mine", uid=keeper.uid)

    test_the_oldest_copies_go_and_nothing_is_ever_refused_for_their_number(keeper)

    assert (ana / KEPT_IN / "my notes.txt").read_bytes() == b"mine"


def test_what_is_saved_meanwhile_is_kept_too(keeper: Keeper, ana: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(keeper, PATH, b"mine")
    save_after_moving(monkeypatch, keeper, b"saved meanwhile")

    copy = keeper.replace(PATH, b"theirs", now=NOW)

    assert sorted(contents(ana).values()) == [b"mine", b"saved meanwhile", b"theirs"]
    assert keeper.read(PATH, copy or "") == b"saved meanwhile"


def test_what_is_written_through_a_file_that_is_open_arrives_in_the_copy(keeper: Keeper, ana: Path) -> None:
    write(keeper, PATH, b"mine")
    with (ana / REL).open("ab") as file:
        copy = keeper.replace(PATH, b"theirs", now=NOW)
        file.write(b", longer")

    assert keeper.read(PATH, copy or "") == b"mine, longer"
    assert (ana / REL).read_bytes() == b"theirs"


def test_a_version_is_replaced_only_where_it_is_there(keeper: Keeper, ana: Path) -> None:
    write(keeper, PATH, b"mine, changed")

    assert keeper.replace_version(PATH, b"merged", over=sha256(b"mine"), now=NOW) is None
    assert contents(ana) == {REL: b"mine, changed"}

    copy = keeper.replace_version(PATH, b"merged", over=sha256(b"mine, changed"), now=NOW)
    assert contents(ana) == {REL: b"merged", f"{KEPT_IN}/{copy}": b"mine, changed"}


def test_a_version_that_changes_while_it_is_moved_gets_its_name_back(
    keeper: Keeper, ana: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(keeper, PATH, b"mine")
    move = Folder.move

    def saved_before(self: Folder, name: str, folder: Folder, new_name: str) -> None:
        write(keeper, PATH, b"mine, changed")
        move(self, name, folder, new_name)

    monkeypatch.setattr(Folder, "move", saved_before)

    assert keeper.replace_version(PATH, b"merged", over=sha256(b"mine"), now=NOW) is None
    assert contents(ana) == {REL: b"mine, changed"}


def test_a_version_in_whose_place_something_is_saved_is_kept_and_what_was_saved_stays(
    keeper: Keeper, ana: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(keeper, PATH, b"mine")
    save_after_moving(monkeypatch, keeper, b"saved meanwhile")

    assert keeper.replace_version(PATH, b"merged", over=sha256(b"mine"), now=NOW) is None
    assert (ana / REL).read_bytes() == b"saved meanwhile"
    assert b"mine" in contents(ana).values()


def test_a_link_is_moved_aside_itself_and_never_followed(keeper: Keeper, ana: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("not to be touched")
    write(keeper, "data.csv", b"")
    (ana / REL).symlink_to(secret)

    copy = keeper.replace(PATH, b"theirs", now=NOW)

    assert (ana / KEPT_IN / (copy or "")).is_symlink()
    assert (ana / REL).read_bytes() == b"theirs"
    assert secret.read_text() == "not to be touched"
    with pytest.raises(HomeRefused):
        keeper.read(PATH, copy or "")


def test_a_link_instead_of_the_folder_of_copies_is_refused_before_anything_moves(
    keeper: Keeper, ana: Path, tmp_path: Path
) -> None:
    write(keeper, PATH, b"mine")
    (tmp_path / "elsewhere").mkdir()
    (ana / ".homeroom").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(HomeRefused, match="link"):
        keeper.replace(PATH, b"theirs", now=NOW)

    assert contents(ana) == {REL: b"mine"}
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_folder_in_the_place_of_a_file_is_kept_with_all_that_is_in_it(keeper: Keeper, ana: Path) -> None:
    write(keeper, f"{PATH}/inside.txt", b"mine")

    copy = keeper.replace(PATH, b"theirs", now=NOW)

    assert contents(ana) == {REL: b"theirs", f"{KEPT_IN}/{copy}/inside.txt": b"mine"}


def test_a_path_as_deep_as_may_be_is_kept_by_its_last_folders(keeper: Keeper, ana: Path) -> None:
    deep = "/".join("abcdefghij")
    write(keeper, deep, b"mine")

    copy = keeper.replace(deep, b"theirs", now=NOW)

    assert keeper.read(deep, copy or "") == b"mine"
    assert sorted(contents(ana).values()) == [b"mine", b"theirs"]


def test_a_copy_of_an_earlier_version_of_homeroom_is_listed_and_read(keeper: Keeper) -> None:
    name = "20260901T080000Z-0123456789ab.ipynb"
    write(keeper, f"{BEFORE}/{PATH}/{name}", b"earlier")
    write(keeper, PATH, b"mine")
    keeper.replace(PATH, b"theirs", now=NOW)

    assert [keeper.read(PATH, copy.name) for copy in keeper.copies(PATH)] == [b"mine", b"earlier"]


@pytest.mark.parametrize("name", ["../growth.ipynb", "", "my notes.txt", "20260901T080000Z-1-01234567.ipynb/../../x"])
def test_what_has_no_copys_name_is_none(keeper: Keeper, name: str) -> None:
    assert keeper.read(PATH, name) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
def test_all_of_it_belongs_to_the_homes_owner(keeper: Keeper, ana: Path) -> None:
    write(keeper, PATH, b"mine")

    keeper.replace(PATH, b"theirs", now=NOW)

    assert {path.lstat().st_uid for path in (ana, *ana.rglob("*"))} == {keeper.uid}
