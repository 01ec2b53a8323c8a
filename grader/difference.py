"""How two notebooks differ, cell by cell and line by line: of sources only, whatever the bytes are.

nbdime finds out which cell was which. It runs in a process of its own with limits: how long it takes is up to who wrote the
notebooks.
"""

import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from grader.line_difference import Line, Row, follow, rows_of
from grader.reading import UnreadableNotebook, read_notebook
from grader.sanitise import plain_text, without_controls

MOST_CELLS = 1_000
MOST_CHARACTERS = 500_000
"""Of all sources of one notebook together."""

SECONDS = 10
"""Of processor time, that nbdime may take for two notebooks."""
LONGEST_WAIT = 30
"""Seconds by the clock until nobody waits for it any more."""
AT_ONCE = 2
"""Comparisons that go on together in one process of ours; others wait, and not for ever."""

BUSY = "Many notebooks are being compared at this moment. Try again in a minute."
TOO_LARGE = "The notebooks are too large, or too different, to be compared cell by cell. Download both to look at them."

_places = threading.BoundedSemaphore(AT_ONCE)

Ask = Callable[[list[dict[str, Any]], list[dict[str, Any]]], list[Any]]
"""Gives nbdime's operations that make the second list of cells of the first."""

Kind = Literal["same", "changed", "added", "removed"]


class NotComparable(Exception):
    """These two can't be compared; the message is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class CellDifference:
    """One cell before and after. ``rows`` are pairs of lines side by side; None where a side has no such line.

    ``before`` and ``after`` count cells from 1; None where there is no such cell. ``outputs_changed`` is about code cells
    that are on both sides.
    """

    kind: Kind
    cell_type: str
    before: int | None
    after: int | None
    rows: list[Row] = field(default_factory=list)
    outputs_changed: bool = False


def notebook_difference(before: bytes, after: bytes, *, ask: Ask | None = None) -> list[CellDifference]:
    """All cells of both notebooks in order. ``ask``: who compares, instead of a process of its own.

    Raises NotComparable with a sentence, and nothing else.
    """
    old, new = _cells(before), _cells(after)
    operations = (ask or ask_nbdime)([_asked(cell) for cell in old], [_asked(cell) for cell in new])
    try:
        walk = _Cells(old, new)
        follow(walk, operations, old=len(old), new=len(new))
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise NotComparable(TOO_LARGE) from error
    return walk.found


@dataclass(frozen=True, slots=True)
class _Cell:
    """What is compared of a cell."""

    id: str
    cell_type: str
    source: str
    outputs: str


def _cells(data: bytes) -> list[_Cell]:
    try:
        notebook = read_notebook(data)
    except UnreadableNotebook as error:
        raise NotComparable(str(error)) from error
    cells = notebook["cells"]
    sources = [without_controls(plain_text(cell["source"]).replace("\r\n", "\n").replace("\r", "\n")) for cell in cells]
    if len(cells) > MOST_CELLS or sum(map(len, sources)) > MOST_CHARACTERS:
        raise NotComparable(TOO_LARGE)
    return [
        _Cell(str(cell.get("id", "")), cell["cell_type"], source, _digest(cell))
        for cell, source in zip(cells, sources, strict=True)
    ]


def _digest(cell: dict[str, Any]) -> str:
    """What a cell shows, as one name. How often it was run is no part of it."""
    outputs = [
        {key: value for key, value in output.items() if key != "execution_count"} if isinstance(output, dict) else output
        for output in cell.get("outputs", [])
    ]
    return hashlib.sha256(json.dumps(outputs, sort_keys=True).encode()).hexdigest()


def _asked(cell: _Cell) -> dict[str, Any]:
    """The cell as nbdime gets it: nothing but what is compared."""
    code: dict[str, Any] = {"outputs": [], "execution_count": None} if cell.cell_type == "code" else {}
    identity = {"id": cell.id} if cell.id else {}
    return {"cell_type": cell.cell_type, "metadata": {}, "source": cell.source, **identity, **code}


def ask_nbdime(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[Any]:
    """The operations on the list of cells that make the one notebook of the other."""
    if before == after:
        return []
    asked = json.dumps({"before": before, "after": after, "seconds": SECONDS})
    command = [sys.executable, "-P", "-m", "grader.difference_process"]
    if not _places.acquire(timeout=SECONDS):
        raise NotComparable(BUSY)
    try:
        done = subprocess.run(command, input=asked.encode(), capture_output=True, timeout=LONGEST_WAIT, check=True)
        operations: list[Any] = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        raise NotComparable(TOO_LARGE) from error
    finally:
        _places.release()
    return operations


class _Cells:
    """Both lists of cells, as far as the walk has come."""

    def __init__(self, old: list[_Cell], new: list[_Cell]) -> None:
        self.old, self.new = old, new
        self.at, self.there = 0, 0
        self.found: list[CellDifference] = []

    def same_until(self, end: int) -> None:
        while self.at < end:
            self.patched([])

    def patched(self, operations: list[dict[str, Any]]) -> None:
        self.found.append(_pair(self.old[self.at], self.new[self.there], self.at, self.there, operations))
        self.at, self.there = self.at + 1, self.there + 1

    def added(self, count: int) -> None:
        for _ in range(count):
            self.found.append(_one_side(self.new[self.there], "added", self.there))
            self.there += 1

    def removed(self, count: int) -> None:
        for _ in range(count):
            self.found.append(_one_side(self.old[self.at], "removed", self.at))
            self.at += 1


def _one_side(cell: _Cell, kind: Literal["added", "removed"], index: int) -> CellDifference:
    lines = [Line(number, [(text, False)], changed=True) for number, text in enumerate(cell.source.split("\n"), 1)]
    if kind == "added":
        return CellDifference("added", cell.cell_type, None, index + 1, [(None, line) for line in lines])
    return CellDifference("removed", cell.cell_type, index + 1, None, [(line, None) for line in lines])


def _pair(before: _Cell, after: _Cell, at: int, there: int, operations: list[dict[str, Any]]) -> CellDifference:
    changes: list[dict[str, Any]] = next((one["diff"] for one in operations if one["key"] == "source"), [])
    rows = rows_of(before.source.splitlines(keepends=True), after.source.splitlines(keepends=True), changes)
    return CellDifference(
        kind="same" if before.source == after.source else "changed",
        cell_type=after.cell_type,
        before=at + 1,
        after=there + 1,
        rows=rows,
        outputs_changed=after.cell_type == "code" and before.outputs != after.outputs,
    )
