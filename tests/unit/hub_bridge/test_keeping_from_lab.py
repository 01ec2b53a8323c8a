"""What JupyterLab is about to stop showing is kept by the owner's own server, among the earlier states of the file."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub_bridge.homes import HomeRefused, Homes
from hub_bridge.keeping import BEFORE, KEPT, Keeper
from hub_bridge.singleuser.handing_in import Place
from hub_bridge.singleuser.keeping import keep

NOW = datetime(2026, 9, 7, 10, 0, tzinfo=UTC)
GROWTH = Place("courses/bio1/a/growth", "bio1/growth")
PATH = "bio1/growth/growth.ipynb"
NOTEBOOK = {"cells": [], "metadata": {"word": "größer"}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home as its owner's server sees it."""
    (tmp_path / "ada/bio1/growth").mkdir(parents=True)
    (tmp_path / "ada" / PATH).write_bytes(b"on the disk")
    return tmp_path / "ada"


def keeper(home: Path) -> Keeper:
    return Keeper(Homes(home.parent), home.name, None, GROWTH.folder)


def test_what_was_not_saved_is_kept_and_the_file_stays(home: Path) -> None:
    kept = keep(home, GROWTH, PATH, NOTEBOOK, NOW)

    [copy] = keeper(home).copies("growth.ipynb")
    assert kept == f"{BEFORE}/{PATH}/{copy.name}"
    assert json.loads((home / kept).read_text("utf-8")) == NOTEBOOK
    assert copy.kept_at == NOW
    assert (home / PATH).read_bytes() == b"on the disk"


def test_what_lies_on_the_disk_is_kept_before_it_is_saved_over(home: Path) -> None:
    kept = keep(home, GROWTH, PATH, None, NOW)

    assert kept
    assert (home / kept).read_bytes() == b"on the disk"


def test_a_file_that_is_gone_leaves_nothing_to_keep(home: Path) -> None:
    (home / PATH).unlink()

    assert keep(home, GROWTH, PATH, None, NOW) is None


def test_no_more_are_kept_than_of_any_file(home: Path) -> None:
    for _ in range(KEPT + 3):
        keep(home, GROWTH, PATH, NOTEBOOK, NOW)

    assert len(keeper(home).copies("growth.ipynb")) == KEPT


def test_a_guests_notebook_is_kept_below_the_seminars_folder(home: Path) -> None:
    kept = keep(home, Place("seat", "look"), "look/part/one.ipynb", NOTEBOOK, NOW)

    assert kept
    assert kept.startswith(f"{BEFORE}/look/part/one.ipynb/")


def test_where_a_link_is_in_the_way_nothing_is_kept_and_that_is_said(home: Path, tmp_path: Path) -> None:
    (home / ".homeroom").symlink_to(tmp_path)

    with pytest.raises(HomeRefused):
        keep(home, GROWTH, PATH, NOTEBOOK, NOW)
