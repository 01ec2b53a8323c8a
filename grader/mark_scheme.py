"""The mark schemes in a teacher's notebooks, for those whose teacher lets them read how they were marked."""

from collections.abc import Mapping
from typing import Any

from grader.markup import markdown_html
from grader.nbgrader_format import read_flags
from grader.nbgrader_settings import settings_of
from grader.reading import UnreadableNotebook, read_notebook
from grader.regions import Region, cut
from grader.sanitise import escaped


def mark_schemes(source: Mapping[str, bytes]) -> dict[tuple[str, str], str]:
    """Sanitised HTML by (notebook, grade id) for each cell of the prepared ``source`` that has a mark scheme. Raises nothing."""
    region = settings_of(source).mark_scheme
    found: dict[tuple[str, str], str] = {}
    for path, data in source.items():
        if path.endswith(".ipynb"):
            found |= {(path, grade_id): html for grade_id, html in _schemes(data, region).items()}
    return found


def _schemes(data: bytes, region: Region) -> dict[str, str]:
    try:
        cells = read_notebook(data)["cells"]
    except UnreadableNotebook:
        return {}
    found: dict[str, str] = {}
    for cell in cells:
        flags, removed = read_flags(cell), cut(cell["source"], region).removed
        if flags is not None and any(line.strip() for line in removed):
            found[flags.grade_id] = _html(cell, "\n".join(removed))
    return found


def _html(cell: dict[str, Any], text: str) -> str:
    if cell["cell_type"] == "markdown":
        return f'<div class="nb-markdown">{markdown_html(text, lambda _name: None)}</div>'
    return f'<pre class="nb-text">{escaped(text)}</pre>'
