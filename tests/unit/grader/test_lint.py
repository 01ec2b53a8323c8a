"""An assignment looked over: what reading finds, and what only running finds."""

from grader.lint import lint
from grader.problems import Problem
from tests.support.notebooks import Cell, answer, as_file, checks, notebook

F = answer("f", "def f(x):\n    ### BEGIN SOLUTION\n    return x * x\n    ### END SOLUTION")


def problems_of(*cells: Cell, run: bool = True, **files: bytes) -> list[Problem]:
    return lint({"n.ipynb": as_file(notebook(*cells)), **files}, run=run)


def test_a_sound_assignment_has_no_problems() -> None:
    assert problems_of(F, checks("t", "assert f(2) == 4")) == []


def test_a_solution_that_does_not_get_full_marks_is_an_error() -> None:
    found = problems_of(F, checks("t", "assert f(2) == 5, 'two'", 3), checks("half", "1.5 if f(1) else 0", 2))

    assert [(p.cell, p.grade_id, p.severity) for p in found] == [(2, "t", "error"), (3, "half", "error")]
    assert found[0].message.startswith("The source's own solution gets 0 of 3 points here. AssertionError: two")
    assert "1.5 of 2" in found[1].message


def test_a_test_that_passes_without_an_answer_is_pointed_out() -> None:
    (found,) = problems_of(F, checks("t", "assert f(2) == 4"), checks("idle", "assert callable(f)", 2))

    assert (found.cell, found.grade_id, found.severity) == (3, "idle", "warning")
    assert "2 of 2 points although nothing is answered" in found.message


def test_a_test_that_warns_on_stderr_is_pointed_out() -> None:
    (found,) = problems_of(F, checks("t", "import warnings\nassert f(2) == 4\nwarnings.warn('old style')"))

    assert (found.cell, found.severity) == (2, "warning")
    assert "old style" in found.message


def test_a_source_that_ends_its_own_kernel_is_an_error() -> None:
    found = problems_of(F, checks("t", "import os\nos._exit(1)"))

    assert {p.severity for p in found} == {"error"}


def test_all_that_reading_finds_is_named_at_once() -> None:
    unended = answer("g", "def g():\n    ### BEGIN SOLUTION\n    return 1")
    found = problems_of(
        checks("t", "assert f(2) == 4", 0), checks("t", "assert True"), unended, run=False, **{"helper.py": b"# BEGIN SOLUTION\n"}
    )

    assert [(p.notebook, p.cell, p.severity) for p in found] == [
        ("helper.py", None, "error"),
        ("n.ipynb", 1, "warning"),
        ("n.ipynb", 2, "error"),
        ("n.ipynb", 3, "error"),
        ("n.ipynb", 3, "warning"),
    ]
    assert all(p.cure for p in found)
