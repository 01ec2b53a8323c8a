"""Whatever student and teacher do: no line of the student's is lost, no cell of the teacher's is missing, it stays a notebook."""

import contextlib
import copy
import json
from random import Random
from typing import Any

import nbformat
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.merging import Unmergeable, merge, release_of
from grader.merging.marks import is_ours
from grader.reading import read_notebook, write_notebook
from tests.support.edits import Life, Writer, grade_ids, life, missing_cells, revised, texts, typed_lines, worked_on
from tests.support.notebooks import Notebook, as_file, from_file

RANDOM = st.integers(0, 2**64 - 1).map(Random)
LIVES = RANDOM.map(life)


def merged(base: Notebook, theirs: Notebook, new: Notebook, *, release: str = "r2") -> Notebook:
    return from_file(merge(as_file(base), as_file(theirs), as_file(new), release=release).data)


def of(one: Life) -> Notebook:
    return merged(one.base, one.theirs, one.new)


def lines(made: Notebook) -> set[str]:
    return {line for text in texts(made) for line in text.splitlines()}


@settings(deadline=None)
@given(LIVES)
def test_no_line_that_a_student_typed_is_lost(one: Life) -> None:
    assert typed_lines(one.theirs) <= lines(of(one))


@settings(deadline=None)
@given(LIVES)
def test_no_cell_of_the_teachers_is_missing(one: Life) -> None:
    assert missing_cells(of(one), one) == []


@settings(deadline=None)
@given(LIVES)
def test_what_grades_is_as_the_new_release_has_it_and_nothing_else_grades(one: Life) -> None:
    result = of(one)

    wanted = {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in one.new["cells"] if cell["metadata"].get("nbgrader")}
    last = {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in result["cells"] if cell["metadata"].get("nbgrader")}
    assert last.keys() == wanted.keys()
    for name, cell in last.items():
        assert cell["metadata"]["nbgrader"] == wanted[name]["metadata"]["nbgrader"]
        assert cell["cell_type"] == wanted[name]["cell_type"]
    order = list(dict.fromkeys(reversed(grade_ids(result))))
    assert order == list(reversed(grade_ids(one.new)))


@settings(deadline=None)
@given(LIVES)
def test_the_result_is_a_valid_notebook(one: Life) -> None:
    result = merge(as_file(one.base), as_file(one.theirs), as_file(one.new), release="r2").data

    nbformat.validate(json.loads(result))
    assert write_notebook(read_notebook(result)) == result
    assert release_of(result) == "r2"


@settings(deadline=None)
@given(LIVES)
def test_merging_again_changes_nothing(one: Life) -> None:
    base, new = as_file(one.base), as_file(one.new)
    once = merge(base, as_file(one.theirs), new, release="r2").data

    again = merge(new, once, new, release="r2")

    assert again.data == once
    assert again.changes == ()


@settings(deadline=None)
@given(LIVES)
def test_who_changed_nothing_gets_the_new_release(one: Life) -> None:
    assert texts(merged(one.base, one.base, one.new)) == texts(one.new)


@settings(deadline=None)
@given(LIVES)
def test_where_the_teacher_changed_nothing_every_cell_of_the_students_stays_as_it_is(one: Life) -> None:
    result = merged(one.base, one.theirs, one.base)

    there = {*texts(result), *texts(one.base)}  # copies without a word of the student's may go
    assert [text for text in texts(one.theirs) if text.strip() and text not in there] == []
    assert not any("**Your teacher" in text for text in texts(result))


@settings(deadline=None)
@given(RANDOM)
def test_release_after_release_nothing_is_lost_and_no_marks_pile_up(random: Random) -> None:
    writer = Writer(random)
    one = life(random)
    given_last, theirs, new, typed = one.base, one.theirs, one.new, typed_lines(one.theirs)
    for number in range(3):
        result = merged(given_last, theirs, new, release=f"r{number}")
        assert typed <= lines(result)
        assert sum(is_ours(cell, "text") for cell in result["cells"]) <= len(grade_ids(new))
        theirs = worked_on(result, writer)
        typed = typed_lines(theirs)
        given_last, new = new, revised(new, writer)


NAMES = ["update", "kind", "of", "base", "digest", "x"]
KEYS = ["metadata", "nbgrader", "homeroom", "id", "outputs", "attachments", "source", "cell_type", "execution_count"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner),
    max_leaves=8,
)
SPOILT = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.sampled_from(KEYS),
        JSON | st.sampled_from(["q0", "kept", "text", "note", "code", "markdown"]),
    ),
    max_size=6,
)


def merged_or_none(base: bytes, theirs: bytes, new: bytes) -> bytes | None:
    with contextlib.suppress(Unmergeable):
        return merge(base, theirs, new, release="r2").data
    return None


@settings(deadline=None)
@given(LIVES, SPOILT)
def test_a_copy_with_anything_in_it_is_merged_or_refused(one: Life, spoilt: list[Any]) -> None:
    theirs = copy.deepcopy(one.theirs)
    for place, key, value in spoilt:
        if theirs["cells"]:
            cell = theirs["cells"][place % len(theirs["cells"])]
            (cell["metadata"] if key in ("nbgrader", "homeroom") and isinstance(cell["metadata"], dict) else cell)[key] = value
    data = json.dumps(theirs).encode()

    result = merged_or_none(as_file(one.base), data, as_file(one.new))

    if result is None:
        return
    kept = {line for cell in read_notebook(data)["cells"] for line in cell["source"].splitlines() if "mine" in line}
    assert kept <= {line for cell in read_notebook(result)["cells"] for line in cell["source"].splitlines()}
    assert set(grade_ids(one.new)) <= set(grade_ids(read_notebook(result)))


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_bytes_that_are_no_notebook_are_refused(data: bytes) -> None:
    base = as_file({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []})

    assert merged_or_none(base, data, base) is None
    assert release_of(data) is None
