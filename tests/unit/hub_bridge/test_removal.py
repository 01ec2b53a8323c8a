"""A home is deleted, whatever its owner built in it."""

import os
from pathlib import Path

import pytest

from hub_bridge.homes import HomeRefused, Homes


def test_everything_is_deleted_and_nothing_that_it_points_to(homes: Homes, ana: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    (ana / "a" / "b" / "c").mkdir(parents=True)
    (ana / "a" / "b" / "file").write_text("x")
    (ana / "link").symlink_to(outside)
    (ana / "a" / "link").symlink_to(outside / "kept")
    (ana / "dangling").symlink_to("nowhere")
    os.mkfifo(ana / "pipe")
    os.link(outside / "kept", ana / "a" / "hard")
    homes.ensure("bob", None)

    homes.remove("ana")
    homes.remove("ana")

    assert [path.name for path in homes.root.iterdir()] == ["bob"]
    assert (outside / "kept").read_text() == "kept"


def test_folders_deeper_than_any_path_name_are_deleted(homes: Homes, ana: Path) -> None:
    folder = os.open(ana, os.O_RDONLY)
    for _ in range(3_000):
        os.mkdir("deeper", dir_fd=folder)
        inner = os.open("deeper", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(folder)

    homes.remove("ana")

    assert not ana.exists()


def test_folders_that_are_closed_to_their_owner_are_deleted(homes: Homes, ana: Path) -> None:
    (ana / "a" / "b" / "c").mkdir(parents=True)
    for path in (ana / "a" / "b" / "c", ana / "a" / "b", ana / "a"):
        path.chmod(0)

    homes.remove("ana")

    assert not ana.exists()


def test_a_link_in_the_place_of_a_home_is_not_followed(homes: Homes, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (homes.root / "eve").symlink_to(tmp_path / "outside")

    with pytest.raises(HomeRefused):
        homes.remove("eve")
    assert (tmp_path / "outside").is_dir()


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../homes"])
def test_only_the_name_of_a_home_is_taken(homes: Homes, ana: Path, name: str) -> None:
    with pytest.raises(HomeRefused):
        homes.remove(name)
    assert ana.is_dir()


def test_a_stamp_changes_with_the_file_and_follows_nothing(homes: Homes, ana: Path) -> None:
    assert homes.stamp("ana", "a.txt") is None
    assert homes.stamp("nobody", "a.txt") is None
    (ana / "a.txt").write_text("1")
    first = homes.stamp("ana", "a.txt")
    (ana / "a.txt").write_text("12")

    assert first
    assert homes.stamp("ana", "a.txt") not in {None, first}
    (ana / "folder").symlink_to("/etc")
    assert homes.stamp("ana", "folder/passwd") is None
    assert homes.stamp("ana", "a.txt/b") is None
