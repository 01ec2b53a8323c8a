"""Two invented students' answers to the example course, filled into the notebooks that were released to them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

STUDENTS = ("good", "half-right")


def answers_of(course: Path, assignment: str, student: str) -> dict[str, str]:
    """What one of the STUDENTS wrote, by grade id."""
    data = json.loads((course / "answers" / assignment / f"{student}.json").read_text("utf-8"))
    return {grade_id: "\n".join(lines) for grade_id, lines in data.items()}


def fill_in(notebook: bytes, answers: Mapping[str, str]) -> bytes:
    """``notebook`` with the ``answers``; the answer to a task becomes a cell below it. Raises KeyError for an unknown id."""
    data = json.loads(notebook)
    left = dict(answers)
    cells: list[dict[str, Any]] = []
    for cell in data["cells"]:
        cells.append(cell)
        flags = cell["metadata"].get("nbgrader", {})
        answer = left.pop(flags.get("grade_id"), None)
        if answer is None:
            continue
        if flags.get("task"):
            cells.append({"cell_type": "markdown", "id": f"{cell['id']}-answer", "metadata": {}, "source": answer})
        else:
            cell["source"] = answer
    if left:
        raise KeyError(f"the notebook has no cell {', '.join(left)}")
    return json.dumps({**data, "cells": cells}).encode()
