"""Where somebody is, read from what they saved."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom.services.seminar_progress import MAX_EXERCISES, State, exercises, states, updated
from tests.support.seminar_room import EXERCISES, saved
from tests.support.work import answered, cell, notebook, source_notebook

NOON = datetime(2026, 9, 7, 12, 0, tzinfo=UTC)
ONE, TWO = "exercise-1-two", "exercise-2-three"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("released", "titles"),
    [
        (EXERCISES, ["Exercise 1: two", "Exercise 2: three"]),
        (source_notebook(), ["Growth"]),
        (notebook(cell("markdown", "## A"), cell("code", "1"), cell("markdown", "## B"), cell("code", "2")), ["A", "B"]),
        (notebook(cell("markdown", "# Title"), cell("code", "1")), ["Notebook"]),
        (notebook(cell("markdown", "# Nothing to do")), []),
        (b"no notebook", []),
    ],
)
def test_an_exercise_is_what_the_teacher_made_one(released: bytes, titles: list[str]) -> None:
    assert [exercise.title for exercise in exercises(released)] == titles


def test_equal_titles_are_two_exercises() -> None:
    cells = [cell("markdown", "## Exercise"), cell("code", "1"), cell("markdown", "## Exercise"), cell("code", "2")]

    assert [exercise.key for exercise in exercises(notebook(*cells))] == ["exercise", "exercise~2"]


def test_a_heading_above_ends_an_exercise() -> None:
    cells = [cell("markdown", "## Task 1"), cell("code", "x = ..."), cell("markdown", "# Afterwards"), cell("code", "1/0")]
    mine: dict[str, Any] = json.loads(notebook(*cells))
    mine["cells"][3]["outputs"] = [{"output_type": "error"}]

    assert states(json.dumps(mine).encode(), notebook(*cells)) == {"task-1": State.untouched}


@pytest.mark.parametrize(
    ("mine", "state"),
    [
        (EXERCISES, State.untouched),
        (saved(x="x = 3", ran=False), State.working),
        (saved(x="x = 3", error=True), State.error),
        (saved(x="x = 2"), State.passed),
    ],
)
def test_the_state_follows_the_work(mine: bytes, state: State) -> None:
    assert states(mine, EXERCISES) == {ONE: state, TWO: State.untouched}


def test_a_test_that_was_deleted_or_changed_is_not_passed() -> None:
    for change in ("assert True", ""):
        mine = json.loads(saved(x="x = 3"))
        mine["cells"][4]["source"] = change
        assert states(json.dumps(mine).encode(), EXERCISES)[ONE] == State.working


def test_an_exercise_without_a_test_is_never_more_than_worked_on() -> None:
    assert states(saved(y="y = 3"), EXERCISES)[TWO] == State.working


def test_tests_in_nbgraders_format_count() -> None:
    mine = json.loads(answered())
    for number in (1, 2):
        mine["cells"][number]["execution_count"] = number

    assert states(json.dumps(mine).encode(), source_notebook()) == {"test_x": State.passed}


def test_a_deleted_exercise_is_untouched_and_a_ruined_file_says_nothing() -> None:
    assert states(notebook(cell("code", "1")), EXERCISES) == {ONE: State.untouched, TWO: State.untouched}
    assert states(b"{", EXERCISES) == {}


def test_a_state_keeps_the_time_it_began() -> None:
    first = updated({}, {ONE: State.error}, by="notebook", now=NOON)
    second = updated(first, {ONE: State.error}, by="notebook", now=NOON + timedelta(minutes=3))
    third = updated(second, {ONE: State.passed}, by="notebook", now=NOON + timedelta(minutes=4))

    assert second == first
    assert third[ONE]["since"] == (NOON + timedelta(minutes=4)).isoformat()


def test_what_a_check_said_stays_until_an_error_or_another_check() -> None:
    checked = updated({}, {ONE: State.passed}, by="check", now=NOON)

    assert updated(checked, {ONE: State.working}, by="notebook", now=NOON) == checked
    assert updated(checked, {ONE: State.error}, by="notebook", now=NOON)[ONE]["state"] == "error"
    assert updated(checked, {ONE: State.working}, by="check", now=NOON)[ONE]["state"] == "working"


@given(value=json_values, place=st.sampled_from(["cells", "cell", "metadata", "outputs", "source", "count"]))
def test_whatever_a_guest_saves_there_is_an_answer(value: object, place: str) -> None:
    mine: dict[str, Any] = json.loads(saved())
    if place == "cells":
        mine["cells"] = value
    elif place == "cell":
        mine["cells"][3] = value
    else:
        mine["cells"][3]["execution_count" if place == "count" else place] = value

    found = states(json.dumps(mine).encode(), EXERCISES)

    assert set(found) <= {ONE, TWO}
    assert all(isinstance(state, State) for state in found.values())


@given(title=st.text(max_size=80), count=st.integers(1, 60))
def test_whatever_headings_say_keys_are_different_and_bounded(title: str, count: int) -> None:
    cells = [made for _ in range(count) for made in (cell("markdown", f"## Exercise {title}"), cell("code", "1"))]

    keys = [exercise.key for exercise in exercises(notebook(*cells))]

    assert len(set(keys)) == len(keys) <= MAX_EXERCISES
