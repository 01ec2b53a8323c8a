"""Work looked over without running it, with the eyes of somebody about to hand it in."""

from collections.abc import Callable
from typing import Any

import pytest

from grader.look_over import Remark, look_over
from tests.support.notebooks import (
    Notebook,
    answer,
    answering,
    as_file,
    cell_of,
    checks,
    code,
    locked,
    markdown,
    notebook,
    released,
    written,
)

SOURCE = notebook(
    markdown("## Means"),
    answer("mean", "def mean(xs):\n    ### BEGIN SOLUTION\n    return sum(xs) / len(xs)\n    ### END SOLUTION"),
    checks("test_mean", "assert mean([1, 3]) == 2"),
    markdown("## Why"),
    written("why"),
    locked("data", "xs = [1, 2, 3]"),
)
Edit = Callable[[Notebook], None]


def done(theirs: Notebook) -> None:
    answering(mean="def mean(xs):\n    return 2", why="Because.")(theirs)


def looked(*edits: Edit, path: str = "n.ipynb") -> list[Remark]:
    theirs = released(SOURCE)
    for edit in edits:
        edit(theirs)
    return look_over({"n.ipynb": as_file(released(SOURCE))}, {path: as_file(theirs)}, {"n.ipynb": as_file(SOURCE)})


def kinds(*edits: Edit) -> list[tuple[str, str]]:
    return [(remark.kind, remark.grade_id) for remark in looked(*edits)]


def dropping(grade_id: str) -> Edit:
    return lambda theirs: theirs["cells"].remove(cell_of(theirs, grade_id))


def with_counts(*counts: int | None) -> Edit:
    def edit(theirs: Notebook) -> None:
        cells = [cell for cell in theirs["cells"] if cell["cell_type"] == "code"]
        for cell, count in zip(cells, counts, strict=True):
            cell["execution_count"] = count

    return edit


def test_finished_work_gets_no_remark() -> None:
    assert looked(done) == []


def test_untouched_answers_are_named_with_the_heading_above_them() -> None:
    assert [(remark.grade_id, remark.title, remark.kind) for remark in looked()] == [
        ("mean", "Means", "unanswered"),
        ("why", "Why", "unanswered"),
    ]


def test_an_emptied_answer_is_no_answer() -> None:
    assert kinds(done, answering(mean="  \n")) == [("unanswered", "mean")]


def test_a_deleted_answer_and_a_deleted_test_are_told_apart() -> None:
    assert kinds(done, dropping("mean"), dropping("test_mean")) == [("deleted", "mean"), ("changed", "test_mean")]


def test_a_changed_test_and_a_changed_given_cell_count_for_nothing_and_that_is_said() -> None:
    found = looked(done, answering(test_mean="assert True", data="xs = []"))

    assert [remark.grade_id for remark in found] == ["test_mean", "data"]
    assert all("The original counts" in remark.message for remark in found)


def test_a_copied_answer_is_said() -> None:
    def copy(theirs: Notebook) -> None:
        theirs["cells"].append({**cell_of(theirs, "mean"), "id": "copy", "source": "def mean(xs): return 3"})

    assert kinds(done, copy) == [("copied", "mean")]


def test_cells_run_out_of_order_are_said_with_the_first_one() -> None:
    found = looked(done, with_counts(3, 1, 2))

    assert [(remark.kind, remark.cell) for remark in found] == [("order", 3)]


def test_a_cell_that_was_not_run_is_said_and_one_notebook_without_any_run_is_not_blamed() -> None:
    assert [(remark.kind, remark.cell) for remark in looked(done, with_counts(1, None, 2))] == [("order", 3)]
    assert looked(done, with_counts(None, None, None)) == []


def test_an_error_in_the_saved_outputs_is_said_but_not_of_an_answer() -> None:
    error = {"output_type": "error", "ename": "AssertionError", "evalue": "", "traceback": []}

    def fail(theirs: Notebook) -> None:
        with_counts(1, 2, 3)(theirs)
        for grade_id in ("mean", "test_mean"):
            cell_of(theirs, grade_id)["outputs"] = [error]

    assert kinds(done, fail) == [("failed", "test_mean")]


def test_a_renamed_notebook_is_missing_and_the_other_name_is_said() -> None:
    (remark,) = looked(done, path="my-n.ipynb")

    assert remark.kind == "missing"
    assert "my-n.ipynb" in remark.message


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"nbformat": 4, "nbformat_minor": 5}', b"\xff\xfe"])
def test_what_is_no_notebook_is_said(data: bytes) -> None:
    found = look_over({"n.ipynb": as_file(released(SOURCE))}, {"n.ipynb": data}, {})

    assert [remark.kind for remark in found] == ["unreadable"]


@pytest.mark.parametrize("outputs", [None, 3, [3], [{"output_type": "error"}], [{"output_type": "error", "ename": ["x"]}]])
def test_odd_outputs_harm_nothing(outputs: Any) -> None:
    def odd(theirs: Notebook) -> None:
        theirs["cells"].append({**code("1"), "id": "own", "execution_count": 7, "outputs": outputs})

    looked(done, odd)


def test_everything_stands_in_the_students_numbers() -> None:
    def own_cell_first(theirs: Notebook) -> None:
        theirs["cells"].insert(0, {**code("1"), "id": "own"})

    assert [remark.cell for remark in looked(own_cell_first)] == [3, 6]
