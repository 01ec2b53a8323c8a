"""``homeroom grade``, ``release`` and ``check``: what they print and how they end."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from classroom.cli import main
from tests.support.notebooks import answer, as_file, checks, notebook, released
from tests.support.otter_notebooks import expects, question, raw

SOURCE = notebook(
    answer("f", "def f(x):\n    ### BEGIN SOLUTION\n    return x * x\n    ### END SOLUTION"), checks("t", "assert f(2) == 4", 2)
)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def course(tmp_path: Path) -> Path:
    for path, data in {"source/hw/hw.ipynb": as_file(SOURCE), "submitted/ann/hw/hw.ipynb": as_file(released(SOURCE))}.items():
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_bytes(data)
    return tmp_path


def grade(course: Path) -> Result:
    return run("grade", "--source", course / "source", "--submissions", course / "submitted", "--output", course / "out")


def test_grading_ends_well_when_every_submission_has_reached_an_end(course: Path) -> None:
    (course / "submitted/bob/hw").mkdir(parents=True)
    (course / "submitted/bob/hw/hw.ipynb").write_text("{")

    result = grade(course)

    assert result.exit_code == 0
    assert "2 submissions: 1 graded, 1 ungradable." in result.stdout
    assert "ungradable: bob, hw: hw.ipynb: The file is not valid JSON" in result.stderr
    assert "2/2" in result.stderr


def test_a_source_with_errors_is_refused_with_place_and_cure(course: Path) -> None:
    (course / "source/hw/hw.ipynb").write_bytes(as_file(notebook(checks("", "assert True"))))

    result = grade(course)

    assert result.exit_code == 1
    assert "error: hw.ipynb, cell 1: The cell has no id. Give it one in the Create Assignment sidebar." in result.stderr


def test_folders_of_another_layout_are_explained(course: Path) -> None:
    result = run("grade", "--source", course / "source", "--submissions", course / "source/hw", "--output", course / "out")

    assert result.exit_code == 1
    assert "It should hold a folder for each student" in result.stderr


def test_a_release_is_written_once_and_replaced_only_when_asked(course: Path) -> None:
    first = run("release", course / "source/hw", course / "release/hw")
    (course / "release/hw/hw.ipynb").write_text("mine")

    again = run("release", course / "source/hw", course / "release/hw")
    forced = run("release", course / "source/hw", course / "release/hw", "--force")

    assert (first.exit_code, again.exit_code, forced.exit_code) == (0, 1, 0)
    assert "1 questions, 2 points" in first.stdout
    assert "--force replaces them" in again.stderr
    assert "return x * x" not in (course / "release/hw/hw.ipynb").read_text("utf-8")
    assert [path.name for path in (course / "release/hw").iterdir()] == ["hw.ipynb"]


def test_a_release_with_errors_writes_nothing(course: Path) -> None:
    (course / "source/hw/b.ipynb").write_bytes(as_file(notebook(answer("f", "# BEGIN SOLUTION"))))

    result = run("release", course / "source/hw", course / "release/hw")

    assert result.exit_code == 1
    assert "error: b.ipynb, cell 1: A solution region begins but does not end. Add a line" in result.stderr
    assert not (course / "release").exists()


def test_checking_a_sound_assignment_says_so_and_a_bad_one_fails(course: Path) -> None:
    good = run("check", course / "source/hw")
    (course / "source/hw/hw.ipynb").write_bytes(as_file(notebook(answer("f", "f = 1"), checks("t", "assert f == 2"))))

    bad = run("check", course / "source/hw")

    assert (good.exit_code, bad.exit_code) == (0, 1)
    assert "Nothing to complain about." in good.stdout
    assert "error: hw.ipynb, cell 2: The source's own solution gets 0 of 1 points here." in bad.stderr


def test_an_assignment_for_otter_is_released_and_checked(tmp_path: Path) -> None:
    cells = question("q1", "x = 1 # SOLUTION", expects("x", "1"), settings="points: 2")
    (tmp_path / "hw").mkdir()
    (tmp_path / "hw/hw.ipynb").write_bytes(as_file(notebook(raw("# ASSIGNMENT CONFIG\nplugins: [a]"), *cells)))

    made = run("release", tmp_path / "hw", tmp_path / "out", "--format", "otter")
    checked = run("check", "--no-run", tmp_path / "hw")

    assert "1 questions, 2 points" in made.stdout
    assert "cell 1: The setting “plugins” is not followed" in checked.stderr
    assert run("release", tmp_path / "hw", tmp_path / "other", "--format", "nbgrader").exit_code == 1
