"""Homes belong to people who may put anything into them."""

import os
import stat
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from hub_bridge.homes import MAX_DEPTH, HomeFull, HomeRefused, Homes, Placed

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others and mounts")


def everything(name: str) -> bool:
    """Skip nothing."""
    return False


def own(path: Path, uid: int | None) -> None:
    """Give a file made by the test to the home's owner."""
    if uid is not None:
        os.chown(path, uid, uid, follow_symlinks=False)


def test_a_home_is_made_once_and_only_its_owner_may_enter(homes: Homes, uid: int | None) -> None:
    path = homes.ensure("bo", uid)

    again = homes.ensure("bo", uid)

    assert again == path == homes.root / "bo"
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert homes.exists("bo")
    assert not homes.exists("nobody")


@ROOT_ONLY
def test_a_home_and_all_that_is_placed_in_it_belong_to_its_owner(homes: Homes, ana: Path, uid: int) -> None:
    homes.place("ana", "course/week/one.ipynb", b"{}", uid=uid)

    assert {path.stat().st_uid for path in (ana, *ana.rglob("*"))} == {uid}


@ROOT_ONLY
def test_a_folder_that_a_crash_left_to_root_is_given_to_its_owner(homes: Homes, ana: Path, uid: int) -> None:
    (ana / "course").mkdir(mode=0o700)

    homes.place("ana", "course/one.ipynb", b"{}", uid=uid)

    assert (ana / "course").stat().st_uid == uid


@ROOT_ONLY
def test_a_home_of_somebody_else_is_refused_with_what_to_do(homes: Homes, uid: int) -> None:
    with pytest.raises(HomeRefused, match="chown -R"):
        homes.ensure("ana", uid + 1)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "Ana", ".hidden", "-x"])
def test_a_name_that_is_no_hub_name_has_no_home(homes: Homes, name: str) -> None:
    assert not homes.exists(name)
    with pytest.raises(HomeRefused):
        homes.ensure(name, None)


def test_a_file_is_placed_once_and_then_kept(homes: Homes, ana: Path, uid: int | None) -> None:
    first = homes.place("ana", "course/one.ipynb", b"ours", uid=uid)
    (ana / "course/one.ipynb").write_bytes(b"edited")

    second = homes.place("ana", "course/one.ipynb", b"ours", uid=uid)

    assert (first, second) == (Placed.written, Placed.exists)
    assert homes.read("ana", "course/one.ipynb", limit=100) == b"edited"
    assert [path.name for path in (ana / "course").iterdir()] == ["one.ipynb"]


def test_a_file_is_replaced_when_asked_for(homes: Homes, uid: int | None) -> None:
    homes.place("ana", "one.ipynb", b"old", uid=uid)

    placed = homes.place("ana", "one.ipynb", b"new", uid=uid, replace=True)

    assert placed is Placed.replaced
    assert homes.read("ana", "one.ipynb", limit=100) == b"new"


def test_only_the_content_named_is_replaced(homes: Homes, uid: int | None) -> None:
    homes.place("ana", "one.ipynb", b"delivered", uid=uid)
    homes.place("ana", "two.ipynb", b"edited", uid=uid)
    known = {sha256(b"delivered").hexdigest()}

    placed = [homes.place("ana", name, b"new", uid=uid, over=known) for name in ("one.ipynb", "two.ipynb", "three.ipynb")]

    assert placed == [Placed.replaced, Placed.exists, Placed.written]
    assert homes.read("ana", "two.ipynb", limit=100) == b"edited"


@pytest.mark.parametrize(
    "rel", ["", "/etc/passwd", "../bo/x", "a/../../x", "a//b", "./a", "a/", "a\0b", "/".join("a" * (MAX_DEPTH + 1))]
)
def test_a_path_that_leads_elsewhere_is_refused(homes: Homes, rel: str) -> None:
    with pytest.raises(HomeRefused):
        homes.place("ana", rel, b"", uid=None)
    with pytest.raises(HomeRefused):
        homes.read("ana", rel, limit=100)


def test_a_linked_folder_is_not_followed(homes: Homes, ana: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    (ana / "course").symlink_to(outside)

    with pytest.raises(HomeRefused, match="link"):
        homes.place("ana", "course/one.ipynb", b"", uid=None)
    with pytest.raises(HomeRefused, match="link"):
        homes.read("ana", "course/secret", limit=100)
    with pytest.raises(HomeRefused, match="link"):
        homes.tree("ana", "course", max_bytes=100, max_files=10, skip=everything)

    assert [path.name for path in outside.iterdir()] == ["secret"]


def test_a_linked_home_is_no_home(homes: Homes, tmp_path: Path) -> None:
    (homes.root / "eve").symlink_to(tmp_path)

    assert not homes.exists("eve")
    with pytest.raises(HomeRefused):
        homes.read("eve", "homes", limit=100)


def test_a_linked_file_is_neither_read_nor_written_through(homes: Homes, ana: Path, uid: int | None, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    (ana / "one.ipynb").symlink_to(secret)
    (ana / "dangling").symlink_to(tmp_path / "nowhere")

    with pytest.raises(HomeRefused):
        homes.read("ana", "one.ipynb", limit=100)
    kept = homes.place("ana", "dangling", b"ours", uid=uid)
    replaced = homes.place("ana", "one.ipynb", b"ours", uid=uid, replace=True)

    assert (kept, replaced) == (Placed.exists, Placed.replaced)
    assert secret.read_bytes() == b"secret"
    assert not (tmp_path / "nowhere").exists()
    assert not (ana / "one.ipynb").is_symlink()


@ROOT_ONLY
def test_somebody_elses_file_linked_into_a_home_is_not_read(homes: Homes, ana: Path, uid: int, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    (ana / "one.ipynb").hardlink_to(secret)

    with pytest.raises(HomeRefused, match="plain file"):
        homes.read("ana", "one.ipynb", limit=100)
    homes.place("ana", "one.ipynb", b"ours", uid=uid, replace=True)

    assert secret.read_bytes() == b"secret"
    assert secret.stat().st_uid == 0


@pytest.mark.timeout(10)
def test_a_pipe_does_not_make_a_reader_wait(homes: Homes, ana: Path) -> None:
    os.mkfifo(ana / "one.ipynb")

    with pytest.raises(HomeRefused, match="plain file"):
        homes.read("ana", "one.ipynb", limit=100)
    assert homes.tree("ana", "a", max_bytes=1, max_files=1, skip=everything) == []


def test_what_is_not_there_is_none_and_what_is_a_folder_is_refused(homes: Homes, ana: Path) -> None:
    (ana / "folder").mkdir()

    assert homes.read("ana", "missing/one.ipynb", limit=100) is None
    with pytest.raises(HomeRefused):
        homes.read("ana", "folder", limit=100)
    with pytest.raises(HomeRefused, match="no home folder yet"):
        homes.read("bo", "one.ipynb", limit=100)


def test_a_file_over_the_limit_is_refused_with_the_limit(homes: Homes, uid: int | None) -> None:
    homes.place("ana", "one.ipynb", b"x" * 101, uid=uid)

    with pytest.raises(HomeRefused, match="100 bytes"):
        homes.read("ana", "one.ipynb", limit=100)


def test_a_tree_holds_plain_files_only_and_leaves_out_what_is_skipped(
    homes: Homes, ana: Path, uid: int | None, tmp_path: Path
) -> None:
    for name in ("c/a/one.ipynb", "c/a/data/x.csv", "c/a/.ipynb_checkpoints/one.ipynb", "c/a/skip.me"):
        homes.place("ana", name, name.encode(), uid=uid)
    (ana / "c/a/link").symlink_to(tmp_path)
    (ana / "c/a/loop").symlink_to(".")
    os.mkfifo(ana / "c/a/pipe")
    own(ana / "c/a/pipe", uid)

    found = homes.tree("ana", "c/a", max_bytes=1000, max_files=5, skip=lambda path: path in {".ipynb_checkpoints/", "skip.me"})

    assert [(file.path, file.data) for file in found] == [("data/x.csv", b"c/a/data/x.csv"), ("one.ipynb", b"c/a/one.ipynb")]


def test_a_tree_that_is_not_there_is_empty(homes: Homes) -> None:
    assert homes.tree("ana", "course/week", max_bytes=1, max_files=1, skip=everything) == []


def test_a_tree_over_a_limit_is_refused_with_the_limit(homes: Homes, uid: int | None) -> None:
    for name in ("a/1", "a/2", "a/3"):
        homes.place("ana", name, b"x" * 10, uid=uid)

    with pytest.raises(HomeRefused, match="more than 2 files"):
        homes.tree("ana", "a", max_bytes=1000, max_files=2, skip=everything)
    with pytest.raises(HomeRefused, match="more than 29 bytes"):
        homes.tree("ana", "a", max_bytes=29, max_files=3, skip=everything)
    assert len(homes.tree("ana", "a", max_bytes=30, max_files=3, skip=everything)) == 3


def test_a_tree_that_is_too_deep_is_refused(homes: Homes, ana: Path) -> None:
    (ana / "a" / "/".join("d" * (MAX_DEPTH + 2))).mkdir(parents=True)

    with pytest.raises(HomeRefused, match="inside one another"):
        homes.tree("ana", "a", max_bytes=1000, max_files=10, skip=everything)


def test_a_name_that_is_not_utf_8_is_refused_with_what_to_do(homes: Homes, ana: Path) -> None:
    (ana / "a").mkdir()
    (ana / "a" / os.fsdecode(b"caf\xe9")).touch()

    with pytest.raises(HomeRefused, match="rename it"):
        homes.tree("ana", "a", max_bytes=1000, max_files=10, skip=everything)


def test_of_many_files_the_last_by_name_are_kept_and_others_are_left_alone(homes: Homes, ana: Path, uid: int | None) -> None:
    for name in ("c/1", "c/2", "c/3", "c/mine"):
        homes.place("ana", name, b"", uid=uid)
    (ana / "c/9").mkdir()

    homes.thin_out("ana", "c", keep=2, ours=str.isdigit)
    homes.thin_out("ana", "nowhere", keep=2, ours=str.isdigit)

    assert sorted(path.name for path in (ana / "c").iterdir()) == ["2", "3", "9", "mine"]


def test_files_are_not_removed_through_a_link(homes: Homes, ana: Path, tmp_path: Path) -> None:
    (tmp_path / "1").touch()
    (tmp_path / "2").touch()
    (ana / "c").symlink_to(tmp_path)

    with pytest.raises(HomeRefused, match="link"):
        homes.thin_out("ana", "c", keep=1, ours=str.isdigit)

    assert (tmp_path / "1").exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Homes]:
    """Homes on a disk of 64 kB."""
    root = tmp_path / "small"
    root.mkdir()
    subprocess.run(["/bin/mount", "-t", "tmpfs", "-o", "size=64k", "none", str(root)], check=True)
    try:
        yield Homes(root)
    finally:
        subprocess.run(["/bin/umount", str(root)], check=True)


@ROOT_ONLY
def test_a_full_disk_says_so_and_leaves_what_was_there(small_disk: Homes, uid: int) -> None:
    home = small_disk.ensure("ana", uid)
    small_disk.place("ana", "c/one.ipynb", b"old", uid=uid)

    with pytest.raises(HomeFull, match="full"):
        small_disk.place("ana", "c/one.ipynb", b"x" * 100_000, uid=uid, replace=True)
    with pytest.raises(HomeFull, match="full"):
        small_disk.place("ana", "c/two.ipynb", b"x" * 100_000, uid=uid)

    assert [path.name for path in (home / "c").iterdir()] == ["one.ipynb"]
    assert small_disk.read("ana", "c/one.ipynb", limit=100) == b"old"
    assert small_disk.place("ana", "c/two.ipynb", b"fits", uid=uid) is Placed.written
