"""How Otter shares the points of a question out among its test cases."""

from collections.abc import Sequence

from grader.otter.blocks import Wrong

Points = int | float


def shared_out(wanted: object, own: Sequence[Points | None]) -> list[Points]:
    """The points of each case. ``wanted`` is the question's ``points`` as written, ``own`` what the cases say themselves.

    Raises Wrong when they can't be.
    """
    own = list(own)
    total: Points | None = None
    if isinstance(wanted, dict):
        total = _number(wanted.get("each", 1)) * len(own)
    elif isinstance(wanted, list):
        if len(wanted) != len(own):
            raise Wrong(f"The list of points has {len(wanted)} entries, but there are {len(own)} test cells.", "One for each.")
        own = [None if points is None else _number(points) for points in wanted]
    elif wanted is not None:
        total = _number(wanted)
    given = sum(points for points in own if points is not None)
    left = sum(points is None for points in own)
    if total is not None and given > total:
        raise Wrong(f"The test cells give {given:g} points, more than the question's {total:g}.", "Correct one of them.")
    if total is None:
        # Nothing said, or zeros only: a question is worth 1, shared by the cases that do not say.
        total = given or 1
    each = (total - given) / left if left else 0
    return [each if points is None else points for points in own]


def _number(value: object) -> Points:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Wrong(f"“{str(value)[:40]}” is no number of points.", "Write a number, a list of numbers, or “each: number”.")
    if not 0 <= value < float("inf"):
        raise Wrong(f"{value:g} is no number of points.", "Write 0 or more.")
    return value


def own_points(value: object) -> Points | None:
    """The points that a test cell says itself. Raises Wrong."""
    return None if value is None else _number(value)
