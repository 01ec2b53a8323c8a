"""Two notebooks beside each other: what changed, whatever their bytes are."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import difference
from grader.difference import CellDifference, NotComparable, notebook_difference
from grader.difference_process import operations
from grader.line_difference import Line

Cell = dict[str, Any]


def code(source: str, id_: str = "", **more: Any) -> Cell:
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None, "id": id_} | more


def notebook(*cells: Cell, minor: int = 5) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": minor, "metadata": {}, "cells": list(cells)}).encode()


def sides(cell: CellDifference) -> tuple[str, str]:
    """The text on the left and on the right."""

    def text(lines: list[Line | None]) -> str:
        return "\n".join("".join(piece for piece, _ in line.segments) for line in lines if line)

    return text([left for left, _ in cell.rows]), text([right for _, right in cell.rows])


def test_a_changed_line_stands_beside_what_it_was_with_the_piece_that_changed() -> None:
    [cell] = notebook_difference(notebook(code("a = 1\nb = 2\n", "x")), notebook(code("a = 1\nb = 23\n", "x")))

    assert (cell.kind, cell.before, cell.after) == ("changed", 1, 1)
    same, (left, right) = cell.rows
    assert [line.changed for line in same if line] == [False, False]
    assert left
    assert right
    assert (left.segments, right.segments) == ([("b = 2", False)], [("b = 2", False), ("3", True)])


def test_cells_that_came_and_went_are_told_from_those_that_stayed() -> None:
    before = notebook(code("import numpy as np", "a"), code("gone = True\nreally = True", "b"), code("print(1)", "c"))
    after = notebook(code("import numpy as np", "a"), code("print(1)", "c"), code("something_new(42, 43)", "d"))

    found = notebook_difference(before, after)

    assert [(cell.kind, cell.before, cell.after) for cell in found] == [
        ("same", 1, 1),
        ("removed", 2, None),
        ("same", 3, 2),
        ("added", None, 3),
    ]


def test_a_cell_that_only_shows_something_else_is_the_same_with_another_output() -> None:
    shown = {"output_type": "stream", "name": "stdout", "text": "2"}
    before, after = (notebook(code("print(x)", "a", outputs=[{**shown, "text": text}])) for text in "23")

    [cell] = notebook_difference(before, after)

    assert (cell.kind, cell.outputs_changed) == ("same", True)


def test_running_a_cell_again_is_no_change() -> None:
    result = {"output_type": "execute_result", "data": {"text/plain": "2"}, "metadata": {}}
    before, after = (
        notebook(code("1 + 1", "a", execution_count=count, outputs=[{**result, "execution_count": count}])) for count in (1, 7)
    )

    [cell] = notebook_difference(before, after)

    assert not cell.outputs_changed


@pytest.mark.parametrize("data", [b"", b"{}", b"no notebook", b"[" * 10_000, notebook(code("x")) + b"x"])
def test_what_is_no_notebook_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(NotComparable, match=r"\w+"):
        notebook_difference(notebook(code("x")), data)


def test_very_large_notebooks_are_refused_before_anything_is_compared() -> None:
    large = notebook(*(code("x" * 1000) for _ in range(501)))

    with pytest.raises(NotComparable, match="too large"):
        notebook_difference(large, notebook(code("x")))


def test_a_comparison_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(difference, "SECONDS", 0)

    with pytest.raises(NotComparable, match="too different"):
        notebook_difference(notebook(code("x")), notebook(code("y")))


@pytest.mark.slow
def test_notebooks_in_which_everything_is_a_little_alike_are_compared_more_coarsely_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(difference, "LONGEST_WAIT", 280)  # on a busy machine ten seconds of processor time take long
    before, after = (
        notebook(
            *(
                code("\n".join(f"value_{seed}{n}{m} = compute({n * m}, {seed})" for m in range(12)), f"{seed}{n}")
                for n in range(300)
            )
        )
        for seed in ("left", "right")
    )

    found = notebook_difference(before, after)

    assert {cell.kind for cell in found} <= {"added", "removed", "changed"}


def at_once(before: list[Any], after: list[Any]) -> list[Any]:
    """nbdime in this process, which is quicker fifty times over."""
    return operations(before, after, 5)


TEXTS = st.text(alphabet=st.sampled_from("ab =\n\r\t\x00\x85\u2028\u202e<&é\U0001f600"), max_size=30)
CELLS = st.lists(
    st.builds(lambda kind, source, id_: code(source, id_) | {"cell_type": kind}, st.sampled_from(["code", "markdown", "raw"]),
              TEXTS, st.sampled_from(["", "a", "b", "c"])),
    max_size=5,
)  # fmt: skip


@settings(deadline=None)
@given(before=CELLS, after=CELLS, minor=st.sampled_from([2, 5]))
def test_whatever_two_notebooks_hold_both_are_shown_whole(before: list[Cell], after: list[Cell], minor: int) -> None:
    found = notebook_difference(notebook(*before, minor=minor), notebook(*after, minor=minor), ask=at_once)

    assert [cell.before for cell in found if cell.before] == [*range(1, len(before) + 1)]
    assert [cell.after for cell in found if cell.after] == [*range(1, len(after) + 1)]
    for cell in found:
        left, right = sides(cell)
        if cell.before:
            assert squeezed(left) == squeezed(before[cell.before - 1]["source"])
        if cell.after:
            assert squeezed(right) == squeezed(after[cell.after - 1]["source"])


@settings(deadline=None)
@given(st.binary(max_size=200) | st.recursive(st.none() | st.text(max_size=5) | st.integers(), lambda inner: st.lists(
    inner, max_size=3) | st.dictionaries(st.sampled_from(["cells", "nbformat", "source", "outputs"]), inner, max_size=4),
    max_leaves=10).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_whatever_the_bytes_are_nothing_but_a_sentence_comes_of_it(data: bytes) -> None:
    with pytest.raises(NotComparable):
        notebook_difference(data, data)


def squeezed(text: str) -> str:
    """Without what pages can't show and without ends of lines."""
    return "".join(letter for letter in text if letter.isprintable() and not letter.isspace())
