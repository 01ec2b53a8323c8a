"""The gate: reads a notebook file that anybody may have written, in a trusted process, without notebook libraries.

Whatever the bytes are, the caller gets either plain data in a known shape or :class:`UnreadableNotebook` with a sentence
that names the cause.
"""

import hashlib
import json
import math
from typing import Any

SIZE_LIMIT = 20 * 1024 * 1024
CELLS_LIMIT = 5_000
SOURCE_LIMIT = 1024 * 1024
DEPTH_LIMIT = 100
INTEGER_DIGITS = 20
BRACKETS_LIMIT = 1_000_000
"""Each opened list or object costs far more memory than it costs bytes."""

CELL_TYPES = ("code", "markdown", "raw")
_FIRST_MINOR_WITH_IDS = 5


class UnreadableNotebook(Exception):
    """The file is no notebook that can be used. ``sentence`` says why, for the person who wrote it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def read_notebook(data: bytes) -> dict[str, Any]:
    """The notebook in ``data``: ``nbformat``, ``nbformat_minor``, ``metadata`` and ``cells``.

    Every cell has ``cell_type``, ``source`` (one text) and ``metadata``; code cells have ``outputs`` and
    ``execution_count``; from format 4.5 on every cell has an ``id``, unique in the notebook. Unknown keys survive.
    Raises UnreadableNotebook and nothing else.
    """
    notebook = _parse(data)
    if not isinstance(notebook, dict):
        raise UnreadableNotebook("The file is valid JSON, but it is not a notebook.")
    _check_version(notebook)
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise UnreadableNotebook("The notebook has no list of cells.")
    if len(cells) > CELLS_LIMIT:
        raise UnreadableNotebook(f"The notebook has {len(cells):,} cells; at most {CELLS_LIMIT:,} are accepted.")
    if not isinstance(notebook.get("metadata"), dict):
        notebook["metadata"] = {}
    for number, cell in enumerate(cells, start=1):
        _shape_cell(cell, number)
    if notebook["nbformat_minor"] >= _FIRST_MINOR_WITH_IDS:
        _complete_ids(cells)
    return notebook


def cells_of(data: bytes) -> list[dict[str, Any]]:
    """The cells of a notebook; none of a file that cannot be read as one."""
    try:
        cells: list[dict[str, Any]] = read_notebook(data)["cells"]
    except UnreadableNotebook:
        return []
    return cells


def write_notebook(notebook: dict[str, Any]) -> bytes:
    """``notebook`` as a file, laid out as Jupyter writes it; equal notebooks give equal bytes."""
    cells = [{**cell, "source": cell["source"].splitlines(keepends=True)} for cell in notebook["cells"]]
    text = json.dumps({**notebook, "cells": cells}, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    return text.encode() + b"\n"


def language_of(notebook: dict[str, Any]) -> str:
    """The programming language the notebook says its kernel speaks; Python when it says nothing."""
    spec = notebook["metadata"].get("kernelspec")
    info = notebook["metadata"].get("language_info")
    language = spec.get("language") if isinstance(spec, dict) else None
    if not isinstance(language, str):
        language = info.get("name") if isinstance(info, dict) else None
    return language if isinstance(language, str) and language else "python"


def plain(value: Any) -> Any:
    """JSON data without lone surrogates, infinite numbers and bottomless nesting: safe to write anywhere.

    Raises UnreadableNotebook where it nests too deeply.
    """
    return _clean(value, DEPTH_LIMIT)


def _parse(data: bytes) -> Any:
    if not data.strip():
        raise UnreadableNotebook("The file is empty.")
    if len(data) > SIZE_LIMIT:
        raise UnreadableNotebook(f"The file has {len(data) / 2**20:.0f} MB; at most {SIZE_LIMIT // 2**20} MB are accepted.")
    if data.count(b"{") + data.count(b"[") > BRACKETS_LIMIT:
        raise UnreadableNotebook("The file holds too many lists and objects to be a notebook.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableNotebook("The file is not text in UTF-8.") from None
    try:
        return plain(json.loads(text, parse_int=_integer, parse_constant=lambda _name: None))
    except RecursionError:
        raise UnreadableNotebook("The file nests lists and objects too deeply to be a notebook.") from None
    except json.JSONDecodeError as error:
        raise UnreadableNotebook(f"The file is not valid JSON: line {error.lineno}, column {error.colno}.") from None


def _integer(digits: str) -> int:
    if len(digits) > INTEGER_DIGITS:
        raise UnreadableNotebook(f"The file holds a whole number of {len(digits):,} digits.")
    return int(digits)


def _clean(value: Any, depth: int) -> Any:
    """``value`` without lone surrogates (no encoding has them), infinite numbers and bottomless nesting."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if not depth:
        raise UnreadableNotebook("The file nests lists and objects too deeply to be a notebook.")
    if isinstance(value, list):
        return [_clean(item, depth - 1) for item in value]
    if isinstance(value, dict):
        return {_clean(key, depth - 1): _clean(item, depth - 1) for key, item in value.items()}
    return value


def _check_version(notebook: dict[str, Any]) -> None:
    major, minor = notebook.get("nbformat"), notebook.get("nbformat_minor", 0)
    if type(major) is not int:
        raise UnreadableNotebook("The file does not say which notebook format it is in (nbformat).")
    if major != 4:  # noqa: PLR2004 - the number of the format is its name
        raise UnreadableNotebook(
            f"The notebook is in format {major}; only format 4 can be read. Open it in JupyterLab and save it again."
        )
    notebook["nbformat_minor"] = minor if type(minor) is int and minor >= 0 else 0


def _shape_cell(cell: Any, number: int) -> None:
    """Bring a cell into the one shape that the rest of the package reads. Changes ``cell``."""
    if not isinstance(cell, dict) or cell.get("cell_type") not in CELL_TYPES:
        raise UnreadableNotebook(f"Cell {number} of the notebook is not a code, Markdown or raw cell.")
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise UnreadableNotebook(f"Cell {number} of the notebook has no source text.")
    if len(source) > SOURCE_LIMIT:
        raise UnreadableNotebook(f"Cell {number} of the notebook is longer than {SOURCE_LIMIT // 2**20} MB.")
    cell["source"] = source
    if not isinstance(cell.get("metadata"), dict):
        cell["metadata"] = {}
    if cell["cell_type"] == "code":
        if not isinstance(cell.get("outputs"), list):
            cell["outputs"] = []
        cell.setdefault("execution_count", None)


def _complete_ids(cells: list[dict[str, Any]]) -> None:
    """Give an id to every cell that has none or somebody else's; always the same one for the same notebook."""
    seen: set[str] = set()
    for number, cell in enumerate(cells):
        given = cell.get("id")
        if not isinstance(given, str) or not given or given in seen:
            cell["id"] = hashlib.sha256(f"{number}\n{cell['source']}".encode()).hexdigest()[:12]
        seen.add(cell["id"])
