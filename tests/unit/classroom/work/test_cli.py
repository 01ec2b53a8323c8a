"""The commands as a person types them, on a state folder of their own; no stack runs."""

import csv
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from classroom.cli import COMMANDS, main
from tests.support.work import source_notebook

Homeroom = Callable[..., Result]


@pytest.fixture
def homeroom(tmp_path: Path) -> Iterator[Homeroom]:
    """Runs ``homeroom`` with words, on this test's state folder."""

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, [*words, "--state", str(tmp_path / "state")])

    umask = os.umask(0o022)  # the commands set theirs, each in a process of its own outside of tests
    yield run
    os.umask(umask)


@pytest.fixture
def bio1(homeroom: Homeroom, tmp_path: Path) -> Path:
    """The folder of a course that exists."""
    folder = tmp_path / "bio1"
    (folder / "source" / "growth").mkdir(parents=True)
    (folder / "source" / "growth" / "growth.ipynb").write_bytes(source_notebook())
    (folder / "course.toml").write_text(
        'title = "Biology 1"\nslug = "bio1"\ntimezone = "Europe/Berlin"\n'
        '[[assignments]]\nslug = "growth"\ntitle = "Growth"\ndue_days = 7\n'
    )
    made = homeroom("course", "create", "--owner", "tara", "--folder", str(folder))
    assert made.exit_code == 0, made.output
    return folder


def test_a_new_owner_gets_a_link(homeroom: Homeroom) -> None:
    result = homeroom("course", "create", "bio1", "--title", "Biology 1", "--owner", "tara")

    assert result.exit_code == 0
    assert "http://localhost:8000/portal/invitation/" in result.output


def test_the_same_course_again_is_one_plain_sentence(homeroom: Homeroom, bio1: Path) -> None:
    result = homeroom("course", "create", "--owner", "tara", "--folder", str(bio1))

    assert result.exit_code == 1
    assert result.output == "Error: There is a course “bio1” already. Choose another short name.\n"


def test_an_unknown_course_is_named_with_those_there_are(homeroom: Homeroom, bio1: Path) -> None:
    result = homeroom("assignment", "list", "bio2")

    assert result.exit_code == 1
    assert result.output == "Error: There is no course “bio2”. Courses: bio1.\n"


def test_a_folder_without_a_homeroom_is_left_alone(homeroom: Homeroom, tmp_path: Path) -> None:
    result = homeroom("assignment", "list", "bio1")

    assert result.exit_code == 1
    assert "There is no Homeroom in" in result.output
    assert not (tmp_path / "state").exists()


def test_sync_releases_what_is_new_and_says_what_is_unchanged(homeroom: Homeroom, bio1: Path) -> None:
    first = homeroom("course", "sync", "bio1")
    second = homeroom("course", "sync", "bio1")

    assert first.output.splitlines()[-1].split() == ["growth", "new", "5"]
    assert second.output.splitlines()[-1].split() == ["growth", "unchanged", "5"]


def test_sync_names_errors_and_releases_the_others(homeroom: Homeroom, bio1: Path) -> None:
    (bio1 / "source" / "broken").mkdir()
    (bio1 / "source" / "broken" / "broken.ipynb").write_text("{")

    result = homeroom("course", "sync", "bio1")

    assert result.exit_code == 1
    assert "broken" in result.output
    assert "growth      new              5" in result.output


def test_publish_takes_dates_in_the_courses_time_zone(homeroom: Homeroom, bio1: Path) -> None:
    homeroom("assignment", "release", "bio1", "growth")

    result = homeroom("assignment", "publish", "bio1", "growth", "--due", "2099-10-08 23:59")

    assert "growth is published: it is open, due 2099-10-08 23:59 (Europe/Berlin)." in result.output
    assert "2099-10-08 23:59" in homeroom("assignment", "list", "bio1").output


def test_a_date_that_is_none_is_refused(homeroom: Homeroom, bio1: Path) -> None:
    homeroom("assignment", "release", "bio1", "growth")

    result = homeroom("assignment", "publish", "bio1", "growth", "--due", "tomorrow")

    assert result.exit_code == 1
    assert "“tomorrow” is no time" in result.output


def test_a_roster_is_shown_first_and_applied_on_yes(homeroom: Homeroom, bio1: Path, tmp_path: Path) -> None:
    roster = tmp_path / "class.csv"
    roster.write_text("Name,Email\nAda Lindqvist,ada@school.example\nZoë Brandt,zoe@school.example\n")

    looked = homeroom("roster", "import", str(roster), "--course", "bio1")
    nobody = homeroom("invitations", "list", "bio1")
    applied = homeroom("roster", "import", str(roster), "--course", "bio1", "--yes")

    assert "Zoë Brandt" in looked.output
    assert "Nothing was changed" in looked.output
    assert "Zoë Brandt" not in nobody.output
    assert applied.exit_code == 0
    assert "/portal/invitation/" in homeroom("invitations", "list", "bio1").output


def test_the_exported_gradebook_is_a_file_spreadsheets_read(homeroom: Homeroom, bio1: Path, tmp_path: Path) -> None:
    homeroom("assignment", "release", "bio1", "growth")
    homeroom("assignment", "publish", "bio1", "growth")
    output = tmp_path / "grades.csv"

    result = homeroom("grades", "export", "bio1", "--output", str(output))

    assert result.exit_code == 0
    [header] = csv.reader(io.StringIO(output.read_text("utf-8-sig")))
    assert header[-1] == "Growth (max 5)"


def test_collecting_what_is_not_published_is_refused(homeroom: Homeroom, bio1: Path) -> None:
    homeroom("assignment", "release", "bio1", "growth")

    result = homeroom("collect", "bio1", "growth")

    assert result.exit_code == 1
    assert "Growth is not published" in result.output


def test_an_upload_makes_a_release_too(homeroom: Homeroom, bio1: Path, tmp_path: Path) -> None:
    notebook = tmp_path / "extra.ipynb"
    notebook.write_bytes(source_notebook("Extra"))

    result = homeroom("assignment", "release", "bio1", "extra", str(notebook), "--title", "Extra work")

    assert "Released extra: 2 questions, 5 points" in result.output


@pytest.mark.parametrize("words", [[name] for name in COMMANDS])
def test_every_command_explains_itself(words: list[str]) -> None:
    result = CliRunner().invoke(main, [*words, "--help"])

    assert result.exit_code == 0
    assert "Usage: " in result.output


def test_a_name_cannot_play_tricks_on_the_terminal(homeroom: Homeroom, bio1: Path) -> None:
    homeroom("assignment", "release", "bio1", "growth")
    homeroom("course", "create", "evil", "--title", "E", "--owner", "mallory", "--owner-title", "\x1b[31mred")

    result = homeroom("invitations", "list", "evil")

    assert "\x1b" not in result.output
