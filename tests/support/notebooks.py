"""Notebooks in words: cells as a teacher makes them, and what students do to them."""

import json
from collections.abc import Callable
from typing import Any

from grader.release import make_release

Cell = dict[str, Any]
Notebook = dict[str, Any]
Edit = Callable[[Notebook], None]

PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}


def code(source: str, nbgrader: dict[str, Any] | None = None, **metadata: Any) -> Cell:
    metadata = {**metadata, **({"nbgrader": nbgrader} if nbgrader else {})}
    return {"cell_type": "code", "source": source, "metadata": metadata, "outputs": [], "execution_count": None}


def markdown(source: str, nbgrader: dict[str, Any] | None = None) -> Cell:
    return {"cell_type": "markdown", "source": source, "metadata": {"nbgrader": nbgrader} if nbgrader else {}}


def flags(grade_id: str, **others: Any) -> dict[str, Any]:
    return {"schema_version": 3, "grade": False, "solution": False, "locked": False, "grade_id": grade_id, **others}


def answer(grade_id: str, source: str = "### BEGIN SOLUTION\npass\n### END SOLUTION") -> Cell:
    return code(source, flags(grade_id, solution=True))


def checks(grade_id: str, source: str, points: float = 1) -> Cell:
    return code(source, flags(grade_id, grade=True, locked=True, points=points))


def written(grade_id: str, source: str = "A model answer", points: float = 1) -> Cell:
    return markdown(source, flags(grade_id, grade=True, solution=True, points=points))


def task(grade_id: str, source: str, points: float = 1) -> Cell:
    return markdown(source, flags(grade_id, locked=True, task=True, points=points))


def locked(grade_id: str, source: str) -> Cell:
    return code(source, flags(grade_id, locked=True))


def notebook(*cells: Cell, minor: int = 5, kernelspec: dict[str, Any] | None = None) -> Notebook:
    if minor >= 5:
        cells = tuple({**cell, "id": f"cell-{number}"} for number, cell in enumerate(cells))
    metadata = {"kernelspec": PYTHON if kernelspec is None else kernelspec}
    return {"nbformat": 4, "nbformat_minor": minor, "metadata": metadata, "cells": list(cells)}


def as_file(content: Notebook) -> bytes:
    return json.dumps(content).encode()


def from_file(data: bytes) -> Notebook:
    content: Notebook = json.loads(data)
    for cell in content["cells"]:
        cell["source"] = "".join(cell["source"])
    return content


def released(source: Notebook) -> Notebook:
    """The notebook as a student gets it."""
    result = make_release({"n.ipynb": as_file(source)})
    assert result.files, result.problems
    return from_file(result.files["n.ipynb"])


def cell_of(content: Notebook, grade_id: str) -> Cell:
    found: Cell = next(c for c in content["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)
    return found


def answering(**sources: str) -> Edit:
    """A student who writes these sources into the answer cells of these ids."""

    def edit(content: Notebook) -> None:
        for grade_id, source in sources.items():
            cell_of(content, grade_id)["source"] = source

    return edit
