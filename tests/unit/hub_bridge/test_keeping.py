"""A file is replaced, and what was there is never lost."""

import os
from pathlib import Path

import pytest

from hub_bridge import keeping
from hub_bridge.homes import HomeRefused, Homes
from hub_bridge.keeping import BEFORE, check_room, replace_keeping

REL = "bio1/growth/growth.ipynb"


def contents(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_what_was_there_is_kept_under_the_name_of_what_was_done(homes: Homes, ana: Path, uid: int | None) -> None:
    homes.place("ana", REL, b"mine", uid=uid)

    kept = replace_keeping(homes, "ana", REL, b"theirs", uid=uid, what="restored")

    assert kept == f"{BEFORE}/restored/{REL}"
    assert contents(ana) == {REL: b"theirs", kept: b"mine"}


def test_where_nothing_was_nothing_is_kept(homes: Homes, ana: Path, uid: int | None) -> None:
    assert replace_keeping(homes, "ana", REL, b"theirs", uid=uid, what="restored") is None
    assert contents(ana) == {REL: b"theirs"}


def test_doing_it_again_changes_nothing(homes: Homes, ana: Path, uid: int | None) -> None:
    homes.place("ana", REL, b"mine", uid=uid)
    replace_keeping(homes, "ana", REL, b"theirs", uid=uid, what="restored")
    before = contents(ana)

    assert replace_keeping(homes, "ana", REL, b"theirs", uid=uid, what="restored") is None
    assert contents(ana) == before


def test_what_is_kept_already_is_not_replaced_by_what_is_kept_next(homes: Homes, ana: Path, uid: int | None) -> None:
    for text in (b"one", b"two", b"three"):
        replace_keeping(homes, "ana", REL, text, uid=uid, what="restored")

    assert sorted(contents(ana).values()) == [b"one", b"three", b"two"]


def test_what_is_saved_meanwhile_is_kept_too(homes: Homes, ana: Path, uid: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The student's server saves right after the file was moved away."""
    homes.place("ana", REL, b"mine", uid=uid)
    put_aside = homes.put_aside

    def then_save(name: str, rel: str, into: str, *, uid: int | None) -> bool:
        done = put_aside(name, rel, into, uid=uid)
        if into == f"{BEFORE}/restored/{REL}":
            homes.place(name, rel, b"saved meanwhile", uid=uid)
        return done

    monkeypatch.setattr(homes, "put_aside", then_save)

    replace_keeping(homes, "ana", REL, b"theirs", uid=uid, what="restored")

    assert sorted(contents(ana).values()) == [b"mine", b"saved meanwhile", b"theirs"]


def test_a_link_is_moved_aside_itself_and_never_followed(homes: Homes, ana: Path, uid: int | None, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("not to be touched")
    (ana / "note.ipynb").symlink_to(secret)

    replace_keeping(homes, "ana", "note.ipynb", b"theirs", uid=uid, what="restored")

    assert (ana / BEFORE / "restored" / "note.ipynb").is_symlink()
    assert (ana / "note.ipynb").read_bytes() == b"theirs"
    assert secret.read_text() == "not to be touched"


def test_a_link_instead_of_the_folder_of_what_is_kept_is_refused_before_anything_moves(
    homes: Homes, ana: Path, uid: int | None, tmp_path: Path
) -> None:
    homes.place("ana", REL, b"mine", uid=uid)
    (tmp_path / "elsewhere").mkdir()
    (ana / ".homeroom").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(HomeRefused, match="link"):
        replace_keeping(homes, "ana", REL, b"theirs", uid=uid, what="restored")

    assert (ana / REL).read_bytes() == b"mine"
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_folder_in_the_place_of_a_file_is_kept_with_all_that_is_in_it(homes: Homes, ana: Path, uid: int | None) -> None:
    homes.place("ana", f"{REL}/inside.txt", b"mine", uid=uid)

    kept = replace_keeping(homes, "ana", REL, b"theirs", uid=uid, what="restored")

    assert contents(ana) == {REL: b"theirs", f"{kept}/inside.txt": b"mine"}


def test_a_path_as_deep_as_may_be_is_kept_by_its_last_folders(homes: Homes, ana: Path, uid: int | None) -> None:
    deep = "/".join("abcdefghijkl")
    homes.place("ana", deep, b"mine", uid=uid)

    kept = replace_keeping(homes, "ana", deep, b"theirs", uid=uid, what="restored")

    assert kept
    assert contents(ana) == {deep: b"theirs", kept: b"mine"}


def test_a_home_that_keeps_very_many_states_is_told_what_to_do(
    homes: Homes, ana: Path, uid: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_KEPT", 2)
    check_room(homes, "ana")
    for name in ("one", "two"):
        homes.place("ana", f"{BEFORE}/{name}/x", b"", uid=uid)

    with pytest.raises(HomeRefused, match="rm -r"):
        check_room(homes, "ana")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
def test_all_of_it_belongs_to_the_homes_owner(homes: Homes, ana: Path, uid: int) -> None:
    homes.place("ana", REL, b"mine", uid=uid)

    replace_keeping(homes, "ana", REL, b"theirs", uid=uid, what="restored")

    assert {path.lstat().st_uid for path in (ana, *ana.rglob("*"))} == {uid}
