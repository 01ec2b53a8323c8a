"""Whatever a student does to the notebook, each question is there once, for its points, with the teacher's test."""

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.plan import Plan, make_plan
from grader.reading import read_notebook
from grader.repairs import repairs
from tests.support.notebooks import Notebook, answer, as_file, checks, code, locked, markdown, notebook, released, task, written

SOURCE = notebook(
    markdown("# Title"),
    locked("imports", "import math"),
    answer("f"),
    checks("t", "assert f(2) == 4\n### BEGIN HIDDEN TESTS\nassert f(3) == 9\n### END HIDDEN TESTS", 2),
    code("free = 1"),
    written("w", points=3),
    answer("g"),
    checks("u", "assert g()\n0.5", 1.5),
    task("k", "Draw it.", 4),
)
RELEASED = released(SOURCE)
POINTS = [("t", 2.0), ("w", 3.0), ("u", 1.5), ("k", 4.0)]
IDS = ["imports", "f", "t", "w", "g", "u", "k"]
LOCKED = {"imports", "t", "u", "k"}

SMALL = st.integers(-(10**9), 10**9)
"""The gate refuses a number of more than 20 digits, and the whole file with it."""

METADATA = st.fixed_dictionaries(
    {},
    optional={
        "grade_id": st.sampled_from([*IDS, "", "own", "t ", "\u0000"]) | SMALL | st.none(),
        "points": st.floats() | SMALL | st.text(max_size=3) | st.none(),
        **{flag: st.booleans() | st.none() for flag in ("grade", "solution", "locked", "task")},
        "schema_version": st.integers(-1, 99) | st.text(max_size=2),
    },
)
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["delete", "copy", "move", "source", "type", "metadata", "own"]),
        st.integers(0, 50),
        st.integers(0, 50),
        st.sampled_from(["3", "", "x = 1", "### BEGIN HIDDEN TESTS", "%%bash\nls"]),
        METADATA | st.none() | st.lists(SMALL, max_size=1),
    ),
    max_size=12,
)


def changed(changes: list[Any]) -> Notebook:
    theirs = copy.deepcopy(RELEASED)
    for change in changes:
        _change(theirs["cells"], *change)
    return theirs


def _change(cells: list[Any], how: str, place: int, other: int, source: str, metadata: Any) -> None:
    if how == "own" or not cells:
        cells.insert(place % (len(cells) + 1), code(source, metadata if isinstance(metadata, dict) else None))
        return
    cell = cells[place % len(cells)]
    match how:
        case "delete":
            cells.remove(cell)
        case "copy":
            cells.insert(other % (len(cells) + 1), copy.deepcopy(cell))
        case "move":
            cells.remove(cell)
            cells.insert(other % (len(cells) + 1), cell)
        case "source":
            cell["source"] = source
        case "type":
            cell["cell_type"] = ("code", "markdown", "raw")[other % 3]
        case "metadata":
            cell["metadata"]["nbgrader"] = metadata


def plan_of(theirs: Notebook) -> Plan:
    return make_plan("n.ipynb", as_file(SOURCE), read_notebook(as_file(theirs)))


@settings(deadline=None)
@given(CHANGES)
def test_every_question_is_scored_once_for_its_points_by_the_teachers_test(changes: list[Any]) -> None:
    plan = plan_of(changed(changes))

    assert [(question.grade_id, question.max_points) for question in plan.questions] == POINTS
    marked = [cell for cell in plan.cells if cell.grade_id]
    assert [cell.grade_id for cell in marked if cell.grade_id in LOCKED] == [name for name in IDS if name in LOCKED]
    teachers = {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in SOURCE["cells"] if cell["metadata"]}
    for cell in marked:
        assert cell.cell_type == teachers[cell.grade_id]["cell_type"]
        if cell.grade_id in LOCKED:
            assert (cell.origin, cell.source) == ("teacher", teachers[cell.grade_id]["source"])
    for question in plan.questions:
        assert question.cell is None or plan.cells[question.cell].grade_id == question.grade_id


@settings(deadline=None)
@given(CHANGES)
def test_a_students_own_cell_runs_once_at_most_and_answers_stay_the_students(changes: list[Any]) -> None:
    theirs = changed(changes)

    plan = plan_of(theirs)

    sources = [cell["source"] for cell in theirs["cells"]]
    own = [cell.source for cell in plan.cells if cell.origin == "student"]
    assert all(own.count(source) <= sources.count(source) for source in own)
    assert not any("pass" in cell.source and "SOLUTION" in cell.source for cell in plan.cells if cell.origin == "student")


@settings(deadline=None)
@given(CHANGES)
def test_what_was_repaired_is_said_in_a_few_sentences_without_hidden_tests(changes: list[Any]) -> None:
    said = repairs("n.ipynb", as_file(RELEASED), as_file(changed(changes)))

    assert len(said) <= 10
    assert all(sentence.startswith("n.ipynb: ") and sentence.endswith(".") for sentence in said)
    assert "f(3)" not in "".join(said)
    assert repairs("n.ipynb", as_file(RELEASED), as_file(RELEASED)) == []
