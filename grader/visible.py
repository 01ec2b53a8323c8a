"""What of a teacher's files may be used to check work that is not handed in yet: nothing that students have not been given.

Hidden tests and mark schemes are cut out, cells and files that students do not get are left out. What is left of a test is what
students have of it. Solutions stay, because which names are a student's to define is read off them; they are never run, and no
sandbox gets to see them.
"""

from collections.abc import Collection, Mapping
from typing import Any

from grader.cell_notes import note_of
from grader.nbgrader_format import read_flags
from grader.nbgrader_settings import Settings, is_for_the_engine, settings_of
from grader.reading import read_notebook, write_notebook
from grader.regions import cut
from grader.release import is_ignored, is_notebook


def visible_source(source: Mapping[str, bytes], given: Collection[str]) -> dict[str, bytes]:
    """The teacher's prepared files as far as students may know them. ``given``: the paths of the files that students got.

    Raises UnreadableNotebook when a notebook of the teacher's can't be read.
    """
    settings = settings_of(source)
    visible = {}
    for path, data in source.items():
        if is_for_the_engine(path):
            visible[path] = data
        elif path in given and not is_ignored(path):
            visible[path] = _visible_notebook(data, settings) if is_notebook(path) else data
    return visible


def _visible_notebook(data: bytes, settings: Settings) -> bytes:
    notebook = read_notebook(data)
    cells = [seen for cell in notebook["cells"] if (seen := _visible_cell(cell, settings)) is not None]
    return write_notebook({**notebook, "cells": cells})


def _visible_cell(cell: dict[str, Any], settings: Settings) -> dict[str, Any] | None:
    """The cell without what is hidden; None where students have nothing of it."""
    source = cell["source"]
    for region in (settings.hidden_tests, settings.mark_scheme):
        done = cut(source, region)
        source = "" if done.nested or done.unterminated else done.source
    note, flags = note_of(cell), read_flags(cell)
    # Of a translated test that is no cell of theirs, students can read all that is not hidden elsewhere.
    is_public = flags is not None and flags.role == "tests" and bool(source.strip())
    if note and note.withheld and not is_public:
        return None
    seen = {**cell, "source": source}
    return {**seen, "outputs": []} if cell["cell_type"] == "code" else seen
