"""Notebooks in other languages: a real bash kernel, in the sandbox."""

from collections.abc import Callable
from typing import Any

import pytest

from grader.jobs import Limits
from grader.lint import lint
from grader.sources import prepare, students_version
from tests.support.notebooks import answer, answering, as_file, checks, from_file, notebook
from tests.unit.grader.conftest import Graded

BASH = {"name": "bash", "display_name": "Bash", "language": "bash"}
CONFIG = b'c.ClearSolutions.code_stub = {"bash": "# YOUR CODE HERE"}'
VISIBLE = "test $(double 2) = 4"
TEST = f"{VISIBLE}\n### BEGIN HIDDEN TESTS\ntest $(double 5) = 10\n### END HIDDEN TESTS"
SOLUTION = "double() { echo $((2 * $1)); }"

Grade = Callable[..., Graded]


def source(*more: dict[str, Any], spec: dict[str, str] | None = None) -> dict[str, bytes]:
    cells = [answer("double", f"### BEGIN SOLUTION\n{SOLUTION}\n### END SOLUTION"), checks("t-double", TEST), *more]
    content = as_file(notebook(*cells, kernelspec=spec or BASH))
    return prepare({"n.ipynb": content, "nbgrader_config.py": CONFIG}).files


@pytest.fixture
def bash(grade_files: Callable[..., Graded]) -> Grade:
    """Let a student answer the question and grade it."""

    def run(text: str, *more: dict[str, Any], limits: Limits | None = None, spec: dict[str, str] | None = None) -> Graded:
        ours = source(*more, spec=spec)
        theirs = from_file(students_version(prepare({**ours, "nbgrader_config.py": CONFIG})).files["n.ipynb"])
        answering(double=text)(theirs)
        return grade_files(ours, {"n.ipynb": as_file(theirs)}, limits)

    return run


def test_a_bash_notebook_is_graded_beside_the_students_code(bash: Grade) -> None:
    right, wrong = bash(SOLUTION), bash("double() { echo 4; }")

    assert (right.points, wrong.points) == ({"t-double": 1}, {"t-double": 0})
    assert right["t-double"].integrity == "shared"


@pytest.mark.slow
def test_a_bash_cell_that_hangs_is_interrupted_and_the_rest_goes_on(bash: Grade) -> None:
    result = bash(f"{SOLUTION}\nsleep 60", checks("next", "true", 1), limits=Limits(cell_seconds=2))

    assert result.points["next"] == 1


@pytest.mark.slow
def test_a_bash_kernel_that_ends_leaves_the_rest_to_a_person(bash: Grade) -> None:
    result = bash("kill -9 $PPID")

    assert result.points == {"t-double": None}
    assert "ended its own kernel" in result["t-double"].staff_message


def test_a_kernel_that_is_not_installed_is_named(bash: Grade) -> None:
    result = bash(SOLUTION, spec={**BASH, "name": "no-such-kernel"})

    assert result.points == {"t-double": None}
    assert "The kernel of n.ipynb (bash) is not installed here" in result["t-double"].staff_message


def test_the_teacher_is_told_that_its_tests_run_in_the_students_process() -> None:
    found = [problem.message for problem in lint(source(), run=False)]

    assert any("run in the student's own process" in message for message in found)
