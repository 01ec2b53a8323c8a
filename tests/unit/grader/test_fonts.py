"""The list of fonts is made once and lies in every notebook's home, so that a first plot does not search for them."""

from pathlib import Path

import pytest

from grader.fonts import FOLDER, font_files
from tests.support.notebooks import answer, answering, checks, notebook
from tests.unit.grader.conftest import Grades


def test_the_list_is_made_once_and_by_a_process_with_another_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (made,) = font_files().items()
    (kept,) = tmp_path.glob(".cache/homeroom/fonts-*/fontlist-*.json")
    assert made == (f"{FOLDER}/{kept.name}", kept.read_bytes())

    kept.write_bytes(b"{}")

    assert list(font_files().values()) == [b"{}"]


def test_without_a_place_to_keep_it_there_is_none_and_nothing_breaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("HOME", str(tmp_path / "file"))

    assert font_files() == {}


def test_a_notebook_finds_the_list_in_its_home(graded: Grades) -> None:
    source = notebook(answer("a", "n = 1"), checks("t", "assert n == 1"))
    look = "import os\nn = len([name for name in os.listdir(os.environ['MPLCONFIGDIR']) if name.startswith('fontlist-')])"

    assert graded(source, answering(a=look)).points == {"t": 1}
