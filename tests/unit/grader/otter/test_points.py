"""The points of a question, shared out among its tests as Otter does."""

import pytest

from grader.otter.blocks import Wrong
from grader.otter.points import shared_out


@pytest.mark.parametrize(
    ("wanted", "own", "points"),
    [
        (None, [None, None], [0.5, 0.5]),
        (None, [0, None], [0, 1]),
        (None, [0, 0], [0, 0]),
        (None, [2, None], [2, 0]),
        (3, [None, None], [1.5, 1.5]),
        (3, [1, None, None], [1, 1, 1]),
        ({"each": 2}, [None, None], [2, 2]),
        ({"each": 2}, [3, None], [3, 1]),
        ([1, 0], [None, None], [1, 0]),
        ([1, None], [None, None], [1, 0]),
        (0, [None], [0]),
    ],
)
def test_points_are_shared_out(wanted: object, own: list[float | None], points: list[float]) -> None:
    assert shared_out(wanted, own) == points


@pytest.mark.parametrize("wanted", ["two", True, [1], -1, {"each": "x"}, float("nan")])
def test_points_that_are_none_are_refused(wanted: object) -> None:
    with pytest.raises(Wrong):
        shared_out(wanted, [None, None])


def test_tests_with_more_points_than_their_question_are_refused() -> None:
    with pytest.raises(Wrong, match="more than"):
        shared_out(1, [2, None])
