"""Two versions of a text side by side, line by line, from nbdime's operations on its lines."""

from dataclasses import dataclass
from typing import Any, Protocol

Segment = tuple[str, bool]
"""A piece of a line, and whether just this piece is different."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text. ``number`` counts from 1 on its own side; ``changed``: the other side has no line like it."""

    number: int
    segments: list[Segment]
    changed: bool


Row = tuple[Line | None, Line | None]
"""A line before and after; None where a side has no such line."""


class Walk(Protocol):
    """Goes through two lists together, told by nbdime's operations what became of their parts."""

    there: int
    """How many of the new list's parts are behind it."""

    def same_until(self, end: int) -> None:
        """Up to the old list's part ``end`` nothing was changed."""

    def added(self, count: int) -> None:
        """So many parts are new."""

    def removed(self, count: int) -> None:
        """So many are gone."""

    def patched(self, operations: list[dict[str, Any]]) -> None:
        """One part was changed, by these operations."""


def follow(walk: Walk, operations: list[dict[str, Any]], *, old: int, new: int) -> None:
    """Lead a walk to the end of both lists, which have ``old`` and ``new`` parts.

    Raises ValueError, IndexError or KeyError when the operations do not fit.
    """
    for operation in operations:
        walk.same_until(operation["key"])
        match operation["op"]:
            case "addrange":
                walk.added(len(operation["valuelist"]))
            case "removerange":
                walk.removed(operation["length"])
            case "patch":
                walk.patched(operation["diff"])
            case other:
                raise ValueError(other)
    walk.same_until(old)
    if walk.there != new:
        raise ValueError("parts are left over")


def rows_of(old: list[str], new: list[str], operations: list[dict[str, Any]]) -> list[Row]:
    """Lines (with their ends) side by side. Lines taken out stand beside lines put in at the same place.

    Raises ValueError, IndexError or KeyError when the operations do not fit.
    """
    walk = _Lines(old, new)
    follow(walk, operations, old=len(old), new=len(new))
    walk.settle()
    return walk.rows


class _Lines:
    """Both lists of lines, side by side as far as the walk has come."""

    def __init__(self, old: list[str], new: list[str]) -> None:
        self.old, self.new = old, new
        self.at, self.there = 0, 0
        self.rows: list[Row] = []
        self._gone: list[Line] = []
        self._come: list[Line] = []

    def same_until(self, end: int) -> None:
        if self.at < end:
            self.settle()
        while self.at < end:
            self.rows.append((_line(self.old, self.at), _line(self.new, self.there)))
            self.at, self.there = self.at + 1, self.there + 1

    def added(self, count: int) -> None:
        self._come += [_line(self.new, index, changed=True) for index in range(self.there, self.there + count)]
        self.there += count

    def removed(self, count: int) -> None:
        self._gone += [_line(self.old, index, changed=True) for index in range(self.at, self.at + count)]
        self.at += count

    def patched(self, operations: list[dict[str, Any]]) -> None:
        self.settle()
        left, right = _within(self.old[self.at], self.new[self.there], operations)
        self.rows.append((Line(self.at + 1, left, changed=True), Line(self.there + 1, right, changed=True)))
        self.at, self.there = self.at + 1, self.there + 1

    def settle(self) -> None:
        """Put what was taken out beside what was put in."""
        longest = max(len(self._gone), len(self._come))
        gone, come = (side + [None] * (longest - len(side)) for side in (self._gone, self._come))
        self.rows += zip(gone, come, strict=True)
        self._gone, self._come = [], []


def _line(lines: list[str], index: int, *, changed: bool = False) -> Line:
    return Line(index + 1, [(lines[index].rstrip("\n"), False)], changed)


def _within(old: str, new: str, operations: list[dict[str, Any]]) -> tuple[list[Segment], list[Segment]]:
    """The pieces of a line that was changed in places, on either side."""
    left: list[Segment] = []
    right: list[Segment] = []
    at, there = 0, 0
    for operation in operations:
        same = operation["key"] - at
        left.append((old[at : at + same], False))
        right.append((new[there : there + same], False))
        at, there = at + same, there + same
        if operation["op"] == "addrange":
            length = len(operation["valuelist"])
            right.append((new[there : there + length], True))
            there += length
        elif operation["op"] == "removerange":
            left.append((old[at : at + operation["length"]], True))
            at += operation["length"]
        else:
            raise ValueError(operation["op"])
    left.append((old[at:], False))
    right.append((new[there:], False))
    return _tidy(left), _tidy(right)


def _tidy(segments: list[Segment]) -> list[Segment]:
    kept = [(text.rstrip("\n"), mark) for text, mark in segments]
    return [segment for segment in kept if segment[0]] or [("", False)]
