"""Whatever a student does to the notebook, looking at it ends in sentences, about cells that are there."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.look_over import look_over
from grader.plan import as_notebook, make_plan
from grader.reading import read_notebook
from grader.visible import visible_source
from grader.work_check import _places
from tests.support.notebooks import Notebook, as_file
from tests.unit.grader.test_plan_properties import CHANGES, RELEASED, SOURCE, changed

OUTPUT = st.fixed_dictionaries(
    {"output_type": st.sampled_from(["error", "stream", ""])}, optional={"ename": st.text(max_size=5) | st.none()}
)
RUNS = st.lists(
    st.tuples(st.none() | st.integers(-5, 50) | st.booleans(), st.lists(OUTPUT | st.none(), max_size=2) | st.none()), max_size=9
)
GIVEN, KNOWN = {"n.ipynb": as_file(RELEASED)}, {"n.ipynb": as_file(SOURCE)}


def with_runs(theirs: Notebook, runs: list[Any]) -> Notebook:
    for cell, (count, outputs) in zip(theirs["cells"], runs, strict=False):
        cell.update(execution_count=count, outputs=outputs)
    return theirs


@settings(deadline=None)
@given(CHANGES, RUNS)
def test_remarks_are_sentences_about_cells_that_are_there_and_hold_nothing_hidden(changes: list[Any], runs: list[Any]) -> None:
    theirs = with_runs(changed(changes), runs)

    remarks = look_over(GIVEN, {"n.ipynb": as_file(theirs)}, KNOWN)

    for remark in remarks:
        assert remark.message.endswith(".")
        assert remark.cell is None or 1 <= remark.cell <= len(theirs["cells"])
        assert "f(3)" not in remark.message
    assert len({(remark.kind, remark.grade_id, remark.cell) for remark in remarks}) == len(remarks)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_remark(data: bytes) -> None:
    assert [remark.kind for remark in look_over(GIVEN, {"n.ipynb": data}, KNOWN)] == ["unreadable"]


@settings(deadline=None)
@given(CHANGES)
def test_the_cells_of_a_run_have_the_numbers_they_have_in_the_students_file(changes: list[Any]) -> None:
    theirs = read_notebook(as_file(changed(changes)))
    visible = visible_source(KNOWN, GIVEN.keys())["n.ipynb"]
    plan = make_plan("n.ipynb", visible, theirs)

    places = _places(as_notebook(plan)["cells"], as_file(theirs), visible, KNOWN["n.ipynb"])

    own = [(place, cell) for place, cell in enumerate(plan.cells) if not cell.grade_id]
    assert [theirs["cells"][(places[place] or 0) - 1]["source"] for place, _ in own] == [cell.source for _, cell in own]
    assert len({places[place] for place, _ in own}) == len(own)


def test_a_visible_source_has_the_teachers_cells_and_no_hidden_line() -> None:
    visible = read_notebook(visible_source(KNOWN, GIVEN.keys())["n.ipynb"])

    assert len(visible["cells"]) == len(SOURCE["cells"])
    assert not [cell for cell in visible["cells"] if "f(3)" in cell["source"] or "HIDDEN" in cell["source"]]
    assert visible_source({**KNOWN, "kept-back.csv": b"1"}, GIVEN.keys()).keys() == {"n.ipynb"}
