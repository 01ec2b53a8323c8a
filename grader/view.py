"""A notebook as pieces a page can show: every piece of HTML is sanitised, self-contained and bounded."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from grader.markup import code_html, markdown_html
from grader.nbgrader_format import GRADE_ID, Role, read_flags
from grader.outputs import Budget, OutputView, output_views
from grader.reading import UnreadableNotebook, language_of, read_notebook
from grader.sanitise import data_image, plain_text

__all__ = ["Budget", "CellView", "NotebookView", "OutputView", "UnreadableNotebook", "notebook_view"]

MAX_SOURCE = 1_000_000
"""Most characters of one cell's text that are shown."""

CellKind = Literal["markdown", "code", "raw"]


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell. ``index`` counts from 0 in the file; ``source`` is text, ``source_html`` its safe rendering."""

    index: int
    kind: CellKind
    grade_id: str | None
    role: Role | None
    source: str
    source_html: str
    outputs: list[OutputView]


@dataclass(frozen=True, slots=True)
class NotebookView:
    """The cells of one notebook, in its order."""

    cells: list[CellView]


def notebook_view(data: bytes, budget: Budget | None = None) -> NotebookView:
    """Read a notebook, trusting nothing in it. Raises UnreadableNotebook with a sentence, and nothing else.

    Notebooks that stand on one page share a ``budget``.
    """
    notebook = read_notebook(data)
    language = language_of(notebook)
    budget = budget or Budget()
    return NotebookView([_cell_view(index, cell, language, budget) for index, cell in enumerate(notebook["cells"])])


def _cell_view(index: int, cell: dict[str, Any], language: str, budget: Budget) -> CellView:
    kind: CellKind = cell["cell_type"]
    source = plain_text(cell["source"])
    flags = read_flags(cell)
    known = flags is not None and GRADE_ID.fullmatch(flags.grade_id) is not None
    return CellView(
        index=index,
        kind=kind,
        grade_id=flags.grade_id if flags and known else None,
        role=flags.role if flags and known else None,
        source=source,
        source_html=_source_html(kind, source, language, budget, _attachments(cell.get("attachments"), budget)),
        outputs=output_views(cell["outputs"], budget) if kind == "code" else [],
    )


def _source_html(kind: CellKind, source: str, language: str, budget: Budget, picture: Callable[[str], str | None]) -> str:
    if kind == "raw" or not budget.take_markup(len(source)):
        return f'<pre class="nb-text">{budget.plain(source, MAX_SOURCE)}</pre>'
    if kind == "markdown":
        return f'<div class="nb-markdown">{budget.timed(lambda: markdown_html(source, picture))}</div>'
    return f'<pre class="nb-code"><code>{budget.timed(lambda: code_html(source, language))}</code></pre>'


def _attachments(attachments: object, budget: Budget) -> Callable[[str], str | None]:
    """Look up an attached picture by name. Each use counts: one picture may be referred to ten thousand times."""

    @cache
    def found(name: str) -> str | None:
        bundle = attachments.get(name) if isinstance(attachments, dict) else None
        uris = (data_image(mime, value) for mime, value in bundle.items()) if isinstance(bundle, dict) else iter(())
        return next((uri for uri in uris if uri is not None), None)

    def picture(name: str) -> str | None:
        uri = found(name)
        return uri if uri is not None and budget.take_picture(len(uri)) else None

    return picture
