import json
import re
import runpy
import tomllib
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from grader.nbgrader_format import read_flags
from grader.release import ReleaseResult, make_release
from tests.support.example_answers import STUDENTS, answers_of, fill_in

ASSIGNMENTS = ("temperatures", "coin", "co2")


@pytest.fixture(scope="session")
def course(checkout: Path) -> Path:
    return checkout / "courses" / "example"


def source_of(course: Path, assignment: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (course / "source" / assignment).iterdir()}


def release_of(course: Path, assignment: str) -> ReleaseResult:
    return make_release(source_of(course, assignment))


def ran(files: dict[str, bytes], notebook: str, folder: Path) -> list[Any]:
    """Run a notebook with the files around it, as in a student's home, and return its cells."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    node = nbformat.reads(files[notebook].decode(), as_version=4)  # type: ignore[no-untyped-call]
    client = NotebookClient(node, timeout=60, allow_errors=True, resources={"metadata": {"path": str(folder)}})
    return list(client.execute().cells)


def points_of(cell: Any) -> float:
    """What a test cell gives: its last expression, everything without one, nothing with an error."""
    for output in cell.outputs:
        if output.output_type == "error":
            return 0.0
        if output.output_type == "execute_result":
            return float(output.data["text/plain"])
    return float(cell.metadata.nbgrader.points)


def auto_points(cells: list[Any]) -> dict[str, float]:
    return {cell.metadata.nbgrader.grade_id: points_of(cell) for cell in cells if is_test(cell)}


def test_the_course_file_names_every_assignment(course: Path) -> None:
    data = tomllib.loads((course / "course.toml").read_text("utf-8"))

    assert [entry["slug"] for entry in data["assignments"]] == list(ASSIGNMENTS)
    assert {path.name for path in (course / "source").iterdir()} == set(ASSIGNMENTS)
    assert all(entry["title"] and entry["due_days"] > 0 for entry in data["assignments"])


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_a_release_has_no_problem_and_keeps_its_secrets(course: Path, assignment: str) -> None:
    result = release_of(course, assignment)

    assert result.problems == []
    text = result.files[f"{assignment}.ipynb"].decode()
    assert not re.search("BEGIN|END (SOLUTION|HIDDEN|MARK)|Marks: 1", text)
    assert "YOUR CODE HERE" in text
    assert {question.kind for question in result.questions} >= {"auto", "manual"}
    assert all(question.title and question.points > 0 for question in result.questions)
    nbformat.validate(nbformat.reads(text, as_version=4))  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_teachers_solution_runs_clean_and_gets_full_marks(course: Path, assignment: str, tmp_path: Path) -> None:
    files = source_of(course, assignment)

    cells = ran(files, f"{assignment}.ipynb", tmp_path)

    outputs = [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]
    assert [output for output in outputs if output.output_type == "error"] == []
    assert [output.text for output in outputs if output.get("name") == "stderr" and "font cache" not in output.text] == []
    questions = release_of(course, assignment).questions
    assert auto_points(cells) == {question.grade_id: question.points for question in questions if question.kind == "auto"}


@pytest.mark.parametrize("student", STUDENTS)
@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_demo_students_earn_what_their_names_say(course: Path, assignment: str, student: str, tmp_path: Path) -> None:
    name = f"{assignment}.ipynb"
    release = release_of(course, assignment)
    handed_in = fill_in(release.files[name], answers_of(course, assignment, student))
    graded = with_tests_of(source_of(course, assignment)[name], handed_in)

    points = auto_points(ran(release.files | {name: graded}, name, tmp_path))

    possible = sum(question.points for question in release.questions if question.kind == "auto")
    share = sum(points.values()) / possible
    assert share == 1 if student == "good" else 0.3 < share < 0.7


def with_tests_of(source: bytes, notebook: bytes) -> bytes:
    """``notebook`` with the teacher's test cells, hidden tests and all."""
    tests = {cell["id"]: cell for cell in json.loads(source)["cells"] if is_test(cell)}
    data = json.loads(notebook)
    return json.dumps({**data, "cells": [tests.get(cell["id"], cell) for cell in data["cells"]]}).encode()


def is_test(cell: dict[str, Any]) -> bool:
    flags = read_flags(cell)
    return flags is not None and flags.role == "tests"


@pytest.mark.parametrize("student", STUDENTS)
@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_demo_students_leave_no_answer_out(course: Path, assignment: str, student: str) -> None:
    release = release_of(course, assignment).files[f"{assignment}.ipynb"]
    cells = json.loads(release)["cells"]

    wanted = {flags.grade_id for cell in cells if (flags := read_flags(cell)) and flags.role in ("answer", "manual", "task")}

    assert set(answers_of(course, assignment, student)) == wanted


def test_the_data_files_come_from_their_script(course: Path) -> None:
    made = runpy.run_path(str(course / "make_data.py"))

    assert made["temperatures"](made["np"].random.default_rng(20230101)) == (
        course / "source" / "temperatures" / "temperatures.csv"
    ).read_text("utf-8")
