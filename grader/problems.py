"""What can be wrong with a teacher's notebook, said so that the teacher can cure it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from grader.nbgrader_format import GRADE_ID, SCHEMA_VERSION, Flags
from grader.regions import Cut, Region

_LOOKS_LIKE_A_MARKER = re.compile(r"^\W*(begin|end)[ _-]+(solutions?|hidden[ _-]+tests?|mark[ _-]+schemes?)\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, what, and what to do about it. An error stops the release."""

    notebook: str
    cell: int | None
    """The cell's number counted from 1, None for the notebook as a whole."""
    grade_id: str | None
    message: str
    cure: str
    severity: Literal["error", "warning"] = "error"


def check_kind(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with the four switches that say what a cell is; such a cell would count as something else."""
    for name in ("grade", "solution", "locked", "task"):
        if not isinstance(data.get(name, False), bool):
            yield (
                f"The cell's metadata has something else than true or false as “{name}”.",
                "Choose the kind of the cell again in the Create Assignment sidebar.",
            )


def check_cell(cell: dict[str, Any], flags: Flags) -> Iterator[tuple[str, str]]:
    """What is wrong with the metadata of one cell: message and cure of each problem."""
    if flags.schema > SCHEMA_VERSION:
        yield (
            f"The cell's metadata is of schema {flags.schema}, newer than this system knows.",
            "Save it with nbgrader 0.9 or older.",
        )
    if not flags.grade_id:
        yield "The cell has no id.", "Give it one in the Create Assignment sidebar."
    elif not GRADE_ID.fullmatch(flags.grade_id):
        yield (
            f"The id “{flags.grade_id}” has characters that are not allowed.",
            "Use only letters, digits, hyphens and underscores.",
        )
    if flags.grade or flags.task:
        yield from _check_points(flags)
    yield from _check_type(cell["cell_type"], flags)


def _check_points(flags: Flags) -> Iterator[tuple[str, str]]:
    if flags.points is None:
        yield "The cell has no points, or they are not a number.", "Enter its points in the Create Assignment sidebar."
    elif flags.points < 0:
        yield "The cell has negative points.", "Enter 0 or more."


def _check_type(cell_type: str, flags: Flags) -> Iterator[tuple[str, str]]:
    if flags.task:
        if cell_type != "markdown":
            yield "A manually graded task must be a Markdown cell.", "Change the type of the cell to Markdown."
    elif cell_type == "markdown" and flags.grade != flags.solution:
        yield (
            "A Markdown cell can't be an autograded answer or a test.",
            "Mark it as a manually graded answer, or change it to code.",
        )
    elif cell_type == "raw" and (flags.grade or flags.solution):
        yield "A raw cell can't be a question.", "Change the type of the cell to code or Markdown."


def check_cut(done: Cut, region: Region, *, allowed: bool, where: str) -> Iterator[tuple[str, str]]:
    """What is wrong with the regions of a kind in a cell; ``where`` names the cells that may have them."""
    if done.nested:
        yield (
            f"A {region.noun} region begins inside another one.",
            f"End the first with “### {region.end}” before the next begins.",
        )
    if done.unterminated:
        yield f"A {region.noun} region begins but does not end.", f"Add a line “### {region.end}” where it ends."
    if done.found and not allowed:
        yield (
            f"A {region.noun} region is in a cell that is not {where}; students would lose that part of the cell.",
            f"Mark the cell as {where}, or take the markers out.",
        )


def check_leftovers(source: str, regions: Iterable[Region]) -> Iterator[tuple[str, str]]:
    """Lines that look like a marker and are none: what they were to hide would reach the students."""
    for line in source.split("\n"):
        if _LOOKS_LIKE_A_MARKER.match(line) and not any(mark in line for r in regions for mark in (r.begin, r.end)):
            yield (
                f"The line “{line.strip()[:60]}” looks like a marker but is not one.",
                "Write markers in capitals, for example “### BEGIN HIDDEN TESTS”.",
            )
