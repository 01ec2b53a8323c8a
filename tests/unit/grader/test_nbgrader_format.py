from typing import Any

import pytest

from grader.nbgrader_format import Flags, checksum, is_unanswered, read_flags, upgrade
from tests.support.notebooks import answer, checks, code, flags, locked, markdown, task, written


def flags_of(cell: dict[str, Any]) -> Flags:
    found = read_flags(cell)
    assert found
    return found


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (answer("set_a", "# YOUR CODE HERE\nraise NotImplementedError()"), "3d6aac4236f8e1ec85380e692dcc51b1"),
        (written("baz", "YOUR ANSWER HERE", 2), "9e51fd0022c24c4105e38369d2f9d751"),
        (checks("foo", "assert a == 1", 1), "6c006cb292eef8ea7e71e020e69183d0"),
        (checks("foo", "assert a == 1", 1.0), "6c006cb292eef8ea7e71e020e69183d0"),
        (markdown("This cell shouldn't be changed.", flags("ro2", locked=True)), "0122b50e5eaf367b9874d07ebaf80521"),
        (task("t", "do it", 3), "8877c3ec4e6a887e754f7cad8c09cbeb"),
        (task("t", "do it", 5), "8877c3ec4e6a887e754f7cad8c09cbeb"),
    ],
)
def test_a_checksum_is_the_one_that_nbgrader_computes(cell: dict[str, Any], expected: str) -> None:
    assert checksum(cell, flags_of(cell)) == expected


@pytest.mark.parametrize(
    ("cell", "role", "question"),
    [
        (answer("a"), "answer", None),
        (checks("a", "1"), "tests", "auto"),
        (written("a"), "manual", "manual"),
        (task("a", "do"), "task", "task"),
        (locked("a", "1"), "locked", None),
    ],
)
def test_each_kind_of_cell_is_told_by_its_flags(cell: dict[str, Any], role: str, question: str | None) -> None:
    found = flags_of(cell)

    assert (found.role, found.question) == (role, question)


def test_an_answer_is_never_locked_and_a_test_always_is() -> None:
    assert not flags_of(code("x", flags("a", solution=True, locked=True))).is_locked
    assert flags_of(code("x", flags("a", grade=True, locked=False, points=1))).is_locked


def test_a_cell_with_all_flags_off_is_no_cell_of_nbgraders() -> None:
    assert read_flags(code("x", flags("a"))) is None


@pytest.mark.parametrize("data", [[], "x", 3, {"grade": "yes"}, {"grade": 1}, {"solution": None}])
def test_nonsense_in_the_metadata_is_no_flag(data: object) -> None:
    assert read_flags({"cell_type": "code", "source": "", "metadata": {"nbgrader": data}}) is None


def test_an_untouched_answer_is_recognised_by_its_checksum() -> None:
    cell = written("e", "YOUR ANSWER HERE")
    cell["metadata"]["nbgrader"]["checksum"] = checksum(cell, flags_of(cell))

    assert is_unanswered(cell, flags_of(cell))
    cell["source"] = "My answer"
    assert not is_unanswered(cell, flags_of(cell))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"grade": False, "solution": False, "grade_id": "x"}, None),
        ({"grade": True, "grade_id": "x", "points": ""}, 0.0),
        ({"grade": True, "grade_id": "x", "points": "-3"}, 0.0),
        ({"grade": True, "grade_id": "x", "points": "2.5"}, 2.5),
        ({"grade": True, "grade_id": "x"}, 0.0),
    ],
)
def test_metadata_of_schema_0_is_upgraded_as_nbgrader_update_does(data: dict[str, Any], expected: float | None) -> None:
    new = upgrade(data, "code")

    assert (new and new["points"]) == expected
    assert new is None or (new["schema_version"], new["solution"], new["locked"]) == (3, False, False)


def test_upgrading_drops_what_the_schema_does_not_know_and_adds_the_type_to_a_checksum() -> None:
    kept = {"grade": False, "solution": True, "locked": False, "grade_id": "a", "checksum": "c"}

    new = upgrade({**kept, "schema_version": 1, "junk": 1}, "code")

    assert new == {**kept, "schema_version": 3, "cell_type": "code"}


def test_metadata_of_schema_3_stays_as_it_is() -> None:
    data = {**flags("a", solution=True), "ours": 1}

    assert upgrade(data, "code") == data
