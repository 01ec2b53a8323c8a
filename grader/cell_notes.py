"""What a prepared source says of itself beyond nbgrader's metadata (``metadata.homeroom``). No release has any of it.

A source in another format is translated into nbgrader's. Where that format has students get something else than our stubs, or
nothing, the translation says so here; it travels with the files, so that whoever looks at a stored source knows it, too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

KEY = "homeroom"


@dataclass(frozen=True, slots=True)
class CellNote:
    """What is to be known about one cell."""

    released: str | None = None
    """What students get as its source; None where that is made from the source as usual."""
    withheld: bool = False
    """Whether students do not get the cell at all: it is there when work is graded."""
    title: str = ""
    """What the question is called; empty where the heading above it says so."""

    def to_json(self) -> dict[str, Any]:
        """For the metadata, under :data:`KEY`."""
        said = {"released": self.released, "withheld": self.withheld or None, "title": self.title or None}
        return {name: value for name, value in said.items() if value is not None}


def note_of(cell: dict[str, Any]) -> CellNote | None:
    """The note of a teacher's cell, None for one that was not translated."""
    data = cell["metadata"].get(KEY)
    if not isinstance(data, dict):
        return None
    released, title = data.get("released"), data.get("title")
    return CellNote(
        released=released if isinstance(released, str) else None,
        withheld=data.get("withheld") is True,
        title=title if isinstance(title, str) else "",
    )


@dataclass(frozen=True, slots=True)
class NotebookNote:
    """What is to be known about a notebook that was translated."""

    places: tuple[int | None, ...] = ()
    """The number of each of its cells in the file that the teacher wrote; None for one that was added."""
    withheld: frozenset[str] = frozenset()
    """Paths of files that are there when work is graded and that students do not get."""
    before_each_cell: str = ""
    """The line that every code cell begins with when work is graded; empty for none."""

    def to_json(self) -> dict[str, Any]:
        """For the metadata, under :data:`KEY`."""
        return {"places": list(self.places), "withheld": sorted(self.withheld), "before_each_cell": self.before_each_cell}


def notebook_note(notebook: dict[str, Any]) -> NotebookNote | None:
    """The note of a teacher's notebook, None for one that was not translated."""
    data = notebook["metadata"].get(KEY)
    if not isinstance(data, dict):
        return None
    places, withheld, line = (data.get(name) for name in ("places", "withheld", "before_each_cell"))
    return NotebookNote(
        places=tuple(place if isinstance(place, int) else None for place in _listed(places)),
        withheld=frozenset(path for path in _listed(withheld) if isinstance(path, str)),
        before_each_cell=line if isinstance(line, str) else "",
    )


def _listed(data: object) -> Iterable[object]:
    return data if isinstance(data, list) else ()
