"""Two attempts of one student beside each other: which files changed, and the notebooks cell by cell."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from classroom.errors import Unavailable
from classroom.models import Submission
from classroom.services import manifests
from grader.difference import CellDifference, NotComparable, notebook_difference
from grader.files import FileStore
from grader.line_difference import Line, Row

CONTEXT = 3
"""Unchanged lines shown around a change."""
MOST_NOTEBOOKS = 10
"""Notebooks compared on one page."""
MOST_LINES = 2_000
"""Rows of one page."""
FileKind = Literal["changed", "added", "removed", "same"]


@dataclass(frozen=True, slots=True)
class FileChange:
    """What became of one file from the earlier attempt to the later one."""

    path: str
    kind: FileKind


@dataclass(frozen=True, slots=True)
class Gap:
    """Unchanged lines, or unchanged cells, that are left out."""

    count: int


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that stand beside each other: one that is the same or was changed in places, or several that replace several."""

    before: list[Line]
    after: list[Line]
    changed: bool


@dataclass(frozen=True, slots=True)
class ChangedCell:
    """A cell as the page shows it. There are no ``blocks`` when only the output changed."""

    cell: CellDifference
    blocks: list[Block | Gap]
    rows: int


@dataclass(frozen=True, slots=True)
class NotebookChange:
    """One notebook that changed. ``problem`` says why its cells can't be shown, or not all of them."""

    path: str
    cells: list[ChangedCell | Gap]
    problem: str = ""


@dataclass(slots=True)
class Comparison:
    """All of it, without a line that is the same on both sides and far from a change."""

    files: list[FileChange] = field(default_factory=list)
    notebooks: list[NotebookChange] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Nothing changed at all."""
        return all(one.kind == "same" for one in self.files)


def compare(before: Submission, after: Submission, *, files: FileStore) -> Comparison:
    """How ``after`` differs from ``before``. It may take seconds: no transaction should be open meanwhile."""
    found = Comparison(files=_files(before.files, after.files))
    left = MOST_LINES
    changed = [one.path for one in found.files if one.kind == "changed" and one.path.endswith(".ipynb")]
    old, new = ({entry["path"]: entry for entry in one.files} for one in (before, after))
    for number, path in enumerate(changed):
        if number >= MOST_NOTEBOOKS:
            found.notebooks.append(NotebookChange(path, [], f"Only {MOST_NOTEBOOKS} notebooks are compared on one page."))
            continue
        change = _notebook(path, files, old[path], new[path], left)
        left -= sum(cell.rows for cell in change.cells if isinstance(cell, ChangedCell))
        found.notebooks.append(change)
    return found


def _files(before: manifests.Manifest, after: manifests.Manifest) -> list[FileChange]:
    old, new = manifests.digests(before), manifests.digests(after)
    return [FileChange(path, _kind(old.get(path), new.get(path))) for path in sorted(old.keys() | new.keys())]


def _kind(old: str | None, new: str | None) -> FileKind:
    if old == new:
        return "same"
    return "added" if old is None else "removed" if new is None else "changed"


def _notebook(path: str, files: FileStore, old: dict[str, Any], new: dict[str, Any], most: int) -> NotebookChange:
    try:
        cells = notebook_difference(manifests.read(files, old), manifests.read(files, new))
    except (NotComparable, Unavailable) as error:
        return NotebookChange(path, [], str(error))
    shown, is_cut = _shown(cells, most)
    return NotebookChange(
        path, shown, "There is more that changed; the page ends here. Download both to see it all." if is_cut else ""
    )


def _shown(cells: Iterable[CellDifference], most: int) -> tuple[list[ChangedCell | Gap], bool]:
    shown: list[ChangedCell | Gap] = []
    for cell in cells:
        if cell.kind == "same" and not cell.outputs_changed:
            last = shown.pop() if shown and isinstance(shown[-1], Gap) else Gap(0)
            shown.append(Gap(last.count + 1) if isinstance(last, Gap) else last)
            continue
        rows = [] if cell.kind == "same" else _near_changes(cell.rows)
        if len(rows) > most:
            return [*shown, ChangedCell(cell, _blocks(rows[:most]), most)], True
        most -= len(rows)
        shown.append(ChangedCell(cell, _blocks(rows), len(rows)))
    return shown, False


def _near_changes(rows: list[Row]) -> list[Row | Gap]:
    """The rows that changed and a few around them; gaps stand for the rest."""
    changed = [number for number, row in enumerate(rows) if any(line is None or line.changed for line in row)]
    wanted = {near for number in changed for near in range(number - CONTEXT, number + CONTEXT + 1)}
    shown: list[Row | Gap] = []
    for number, row in enumerate(rows):
        if number in wanted:
            shown.append(row)
        elif shown and isinstance(shown[-1], Gap):
            shown[-1] = Gap(shown[-1].count + 1)
        else:
            shown.append(Gap(1))
    return shown


def _blocks(rows: list[Row | Gap]) -> list[Block | Gap]:
    """Lines that were replaced as a whole together: on a phone all that went is read before all that came."""
    blocks: list[Block | Gap] = []
    is_open = False
    for row in rows:
        if isinstance(row, Gap):
            blocks.append(row)
            is_open = False
            continue
        before, after = ([line] if line else [] for line in row)
        replaces = not (before and after) or all(line.changed and not _is_marked(line) for line in (*before, *after))
        last = blocks[-1] if blocks else None
        if is_open and replaces and isinstance(last, Block):
            last.before.extend(before)
            last.after.extend(after)
        else:
            blocks.append(Block(before, after, changed=any(line.changed for line in (*before, *after))))
        is_open = replaces
    return blocks


def _is_marked(line: Line) -> bool:
    return any(mark for _, mark in line.segments)
