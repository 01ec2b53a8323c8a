"""What a prepared source says of its cells beyond nbgrader's metadata (``metadata.homeroom``). No release has any of it.

A source in another format is translated into nbgrader's. Where that format has students get something else than our stubs, or
nothing, the translation says so here.
"""

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


def line_before_each_cell(notebook: dict[str, Any]) -> str:
    """The line that every code cell begins with when work is graded; empty for none."""
    data = notebook["metadata"].get(KEY)
    line = data.get("before_each_cell") if isinstance(data, dict) else None
    return line if isinstance(line, str) else ""
