"""Every case of tests/corpus, graded for real. A case is a folder: what somebody handed in, and the verdict it deserves."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.jobs import Limits
from tests.support.notebooks import Cell, Notebook, answering, as_file, checks, code, flags, locked, notebook, released
from tests.unit.grader.conftest import Graded

CORPUS = Path(__file__).parents[2] / "corpus"
EVERY = 8
"""So many cases stand for one that each run tries; `make corpus` tries them all."""
CASES = [
    pytest.param(path.parent.name, marks=() if number % EVERY == 0 else pytest.mark.slow)
    for number, path in enumerate(sorted(CORPUS.glob("*/expected.toml")))
]
LIMITS = Limits(cell_seconds=4)


def parts_of(path: Path) -> list[tuple[list[str], str]]:
    """The cells of a file in percent format: the words of their first line, and their source."""
    pieces = path.read_text("utf-8").split("# %% ")[1:]
    return [(head.split(), body.strip("\n")) for head, _, body in (piece.partition("\n") for piece in pieces)]


def assignment(name: str) -> Notebook:
    return notebook(*[cell_from(words, source) for words, source in parts_of(CORPUS / "assignments" / f"{name}.py")])


def cell_from(words: list[str], source: str) -> Cell:
    match words:
        case ["locked", grade_id]:
            return locked(grade_id, source)
        case ["answer", grade_id]:
            return code(source, flags(grade_id, solution=True))
        case ["tests", grade_id, points]:
            return checks(grade_id, source, float(points))
        case _:
            return code(source)


def expected_of(case: str) -> dict[str, Any]:
    return tomllib.loads((CORPUS / case / "expected.toml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES)
def test_a_submission_gets_what_it_deserves(case: str, grade_files: Callable[..., Graded]) -> None:
    expected = expected_of(case)
    source = assignment(expected["assignment"])
    theirs = released(source)
    answering(**{words[1]: text for words, text in parts_of(CORPUS / case / "submission.py")})(theirs)

    graded = grade_files({"n.ipynb": as_file(source)}, {"n.ipynb": as_file(theirs)}, LIMITS)

    assert graded.result.status == "graded", graded.result.staff_reason
    deserved = {name: None if points == "person" else points for name, points in expected["points"].items()}
    assert graded.points == deserved, [(cell.grade_id, cell.points, cell.staff_message) for cell in graded.result.cells]
    assert {cell.integrity for cell in graded.result.cells} == {"split"}
    if "needs_review" in expected:
        assert bool(graded.result.needs_review) == expected["needs_review"], graded.result.needs_review
    assert "x y x x" not in graded.told_to_the_student
