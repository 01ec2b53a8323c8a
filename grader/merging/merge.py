"""Puts a merged notebook together: the teacher's cells in the teacher's order, the student's own after those they followed."""

from collections.abc import Iterable
from typing import Any

from grader.merging import marks
from grader.merging.cells import FIRST_MINOR_WITH_IDS, Cell, in_shape
from grader.merging.report import Change, Merged, Unmergeable
from grader.merging.rules import Settled, own, settle, three_way
from grader.merging.slots import LinedUp, Slot, line_up
from grader.reading import UnreadableNotebook, read_notebook, write_notebook

Notebook = dict[str, Any]


def merge(base: bytes, theirs: bytes, new: bytes, *, release: str) -> Merged:
    """The student's notebook ``theirs``, made from the release ``base``, with what the release ``new`` brings.

    ``release`` names the new one; the result says it (:func:`grader.merging.marks.release_of`). Merging the same release again
    changes nothing. The time it takes is bounded by the size of the files. Raises Unmergeable when the student's file is no
    notebook that can be read, or when the result would be none.
    """
    if base == new and marks.release_of(theirs) == release:
        return Merged(theirs, ())
    copy = _read(theirs, "Your file")
    given, release_new = _read(base, "The version you were given"), _read(new, "The new version")
    lined_up = line_up(given["cells"], copy["cells"], release_new["cells"])
    settled = {id(slot): settle(slot) for slot in lined_up.slots}
    cells = _in_order(lined_up, settled)
    minor = max(copy["nbformat_minor"], release_new["nbformat_minor"])
    metadata = marks.stamped(_metadata(given, copy, release_new), release)
    cells = in_shape(cells, minor=minor)
    data = write_notebook({"nbformat": 4, "nbformat_minor": minor, "metadata": metadata, "cells": cells})
    _check(data, given["cells"], copy["cells"])
    return Merged(data, _changes(lined_up.slots, settled))


def _read(data: bytes, whose: str) -> Notebook:
    try:
        notebook = read_notebook(data)
    except UnreadableNotebook as error:
        raise Unmergeable(f"{whose} could not be read as a notebook. {error.sentence}") from error
    if notebook["nbformat_minor"] < FIRST_MINOR_WITH_IDS:
        for cell in notebook["cells"]:
            cell.pop("id", None)
    return notebook


def _in_order(lined_up: LinedUp, settled: dict[int, Settled]) -> list[Cell]:
    top: list[Cell] = []
    following: dict[int, list[Cell]] = {}
    here = top
    for item in lined_up.order:
        if not isinstance(item, Slot):
            here.append(own(item))
        elif settled[id(item)].cell is None:
            here += settled[id(item)].after
        else:
            here = following.setdefault(id(item), [])
    cells = list(top)
    for slot in lined_up.slots:
        place = settled[id(slot)]
        if place.cell is not None:
            cells += [*place.before, place.cell, *place.after, *following.get(id(slot), [])]
    return cells


def _metadata(given: Notebook, theirs: Notebook, new: Notebook) -> dict[str, Any]:
    metadata = three_way(given["metadata"], marks.unmarked(theirs["metadata"]), new["metadata"])
    kernel = new["metadata"].get("kernelspec")
    return {**metadata, "kernelspec": kernel} if kernel else metadata


def _changes(slots: Iterable[Slot], settled: dict[int, Settled]) -> tuple[Change, ...]:
    return tuple(change for slot in slots if (change := settled[id(slot)].change))


def _check(data: bytes, base: list[Cell], theirs: list[Cell]) -> None:
    """Never hand out a file that can't be read, or that lacks a line: then rather both files beside one another."""
    try:
        merged = read_notebook(data)["cells"]
    except UnreadableNotebook as error:
        raise Unmergeable(f"Together the two versions are no notebook that can be used. {error.sentence}") from error
    typed = _lines(cell for cell in theirs if not marks.is_ours(cell, "text", "note"))
    if typed - _lines(base) - _lines(merged):
        raise Unmergeable("The two versions could not be merged without losing something of yours.")


def _lines(cells: Iterable[Cell]) -> set[str]:
    return {line for cell in cells for line in cell["source"].splitlines() if line.strip()}
