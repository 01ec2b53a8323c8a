"""Every case of tests/corpus, graded for real. A case is a folder: what somebody handed in, and the verdict it deserves."""

import runpy
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.folder import FolderRefused, read_folder
from grader.jobs import Limits
from tests.support.notebooks import (
    Cell,
    Notebook,
    answering,
    as_file,
    cell_of,
    checks,
    code,
    flags,
    locked,
    notebook,
    released,
    written,
)
from tests.unit.grader.conftest import Graded

CORPUS = Path(__file__).parents[2] / "corpus"
EVERY = 14
"""So many cases stand for one that each run tries; `make corpus` tries them all."""
IN_EACH_RUN = ("basic", "shapes")
"""The assignments of those: each further one costs a trial of the teacher's solution."""
LIMITS = Limits(cell_seconds=4)


def parts_of(path: Path) -> list[tuple[list[str], str]]:
    """The cells of a file in percent format: the words of their first line, and their source."""
    pieces = ("\n" + path.read_text("utf-8")).split("\n# %% ")[1:]
    return [(head.split(), body.strip("\n")) for head, _, body in (piece.partition("\n") for piece in pieces)]


def assignment(name: str) -> Notebook:
    return notebook(*[cell_from(words, source) for words, source in parts_of(CORPUS / "assignments" / f"{name}.py")])


def cell_from(words: list[str], source: str) -> Cell:
    match words:
        case ["locked", grade_id]:
            return locked(grade_id, source)
        case ["answer", grade_id]:
            return code(source, flags(grade_id, solution=True))
        case ["written", grade_id, points]:
            return written(grade_id, source, float(points))
        case ["tests", grade_id, points]:
            return checks(grade_id, source, float(points))
        case _:
            return code(source)


def expected_of(case: str) -> dict[str, Any]:
    return tomllib.loads((CORPUS / case / "expected.toml").read_text("utf-8"))


def cases() -> list[Any]:
    """All of them. The default run takes every so-manieth, of two assignments."""
    found = [path.parent.name for path in sorted(CORPUS.glob("*/expected.toml"))]
    chosen = {name for name in found if expected_of(name)["assignment"] in IN_EACH_RUN}
    default = sorted(chosen)[::EVERY]
    return [pytest.param(name, marks=() if name in default else pytest.mark.slow) for name in found]


def handed_in(case: str, source: Notebook, *, others_right: bool) -> Notebook:
    """The notebook with the answers of the case in it, and the student's own cells behind them."""
    theirs = released(source)
    if others_right:
        for cell in source["cells"]:
            about = cell["metadata"].get("nbgrader", {})
            if about.get("solution"):
                cell_of(theirs, about["grade_id"])["source"] = cell["source"]
    path = CORPUS / case / "submission.py"
    place = 0
    for words, text in parts_of(path) if path.exists() else []:
        match words:
            case ["answer", grade_id]:
                answering(**{grade_id: text})(theirs)
                place = theirs["cells"].index(cell_of(theirs, grade_id)) + 1
            case ["own"]:
                theirs["cells"].insert(place, {**code(text), "id": f"own-{place}"})
                place += 1
    return theirs


def fill(folder: Path, case: str, theirs: Notebook) -> None:
    """Put into the student's folder what is handed in: the notebook, or what the case's ``hand_in`` makes of it."""
    path = CORPUS / case / "hand_in.py"
    if path.exists():
        runpy.run_path(str(path))["hand_in"](folder, theirs)
    else:
        (folder / "n.ipynb").write_bytes(as_file(theirs))


@pytest.mark.parametrize("case", cases())
def test_a_submission_gets_what_it_deserves(
    case: str, grade_files: Callable[..., Graded], tmp_path: Path, sandbox_kind: str
) -> None:
    expected = expected_of(case)
    source = assignment(expected["assignment"])
    theirs = handed_in(case, source, others_right=expected.get("others") == "right")
    fill(tmp_path, case, theirs)
    if expected.get("status") == "refused":
        with pytest.raises(FolderRefused, match=expected["says"]):
            read_folder(tmp_path)
        return
    submission = read_folder(tmp_path).files

    graded = grade_files({"n.ipynb": as_file(source)}, submission, LIMITS)

    assert graded.result.status == expected.get("status", "graded"), graded.result.staff_reason
    assert expected.get("says", "") in graded.told_to_the_student
    points = expected.get("points", {}) | expected.get("points_in", {}).get(sandbox_kind, {})
    deserved = {name: None if given == "person" else given for name, given in points.items()}
    assert graded.points == deserved, [(cell.grade_id, cell.points, cell.staff_message) for cell in graded.result.cells]
    beside = set(expected.get("shared", ()))
    assert {cell.grade_id for cell in graded.result.cells if cell.integrity == "shared"} == beside
    if "needs_review" in expected:
        assert bool(graded.result.needs_review) == expected["needs_review"], graded.result.needs_review
    for secret in ("x y x x", *expected.get("never_told", ())):
        assert secret not in graded.told_to_the_student
