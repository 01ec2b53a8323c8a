"""An assignment looked over: what reading finds, and what only running finds."""

import pytest

from grader.lint import lint
from grader.problems import Problem
from grader.split.obstacles import in_words
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

    assert "error" in {p.severity for p in found}


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


def test_tests_that_cannot_run_apart_are_listed_with_why_and_cure_and_how_they_are_watched() -> None:
    found = problems_of(
        F,
        checks("magic", "%precision 3\nassert f(2) == 4"),
        checks("source", "import inspect\nassert 'return' in inspect.getsource(f)"),
        checks("apart", "assert f(3) == 9"),
        checks("odd", "%precision 3\nf(2)"),
    )

    shared = [p for p in found if "can't run apart" in p.message]
    assert [(p.cell, p.grade_id, p.severity) for p in shared] == [
        (2, "magic", "warning"),
        (3, "source", "warning"),
        (5, "odd", "warning"),
    ]
    magic, source, odd = shared
    assert "a magic" in magic.message
    assert "Wrong copies of it run along" in magic.message
    assert "reads the source" in source.message
    assert "no expectation that could be made wrong" in odd.message
    assert all(p.cure for p in shared)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("with mock.patch('__main__.ask', lambda: 3): assert go() == 3", "patches the student's module"),
        ("assert len(plt.gcf().axes) == 1", "matplotlib's current figure"),
        ("assert ax.get_title() == 'x'", "looks into a plot"),
        ("assert 'x' in globals()", "own module"),
        ("assert f(2) == 4", "(NameError: no f)"),
    ],
)
def test_why_a_test_cannot_run_apart_is_told_in_words(source: str, reason: str) -> None:
    said, cure = in_words(source, "NameError: no f")

    assert reason in said
    assert cure


def test_what_was_cut_out_of_one_cell_and_stands_in_another_is_pointed_out() -> None:
    secret = "assert f(31) == 961, 'a long hidden test'"
    found = problems_of(
        F,
        checks("t", f"assert f(2) == 4\n### BEGIN HIDDEN TESTS\n{secret}\n### END HIDDEN TESTS"),
        checks("u", secret),
        run=False,
        **{"notes.txt": f"do not forget: {secret}".encode()},
    )

    assert [(p.cell, p.grade_id, p.severity) for p in found] == [(2, "t", "warning"), (2, "t", "warning")]
    assert {"notes.txt" in p.message for p in found} == {True, False}
