"""``results.jsonl``: one line for each submitted assignment, written as they finish and put in order at the end."""

import contextlib
import json
import os
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from grader.course_layout import Submitted
from grader.jobs import CellScore, GradeResult, QuestionKind

NAME = "results.jsonl"
Line = dict[str, Any]


class ResultsFile:
    """The results of a batch on disk. Safe to append to from several threads; a torn line is as if it were not there."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._lock = threading.Lock()

    def read(self) -> dict[tuple[str, str], Line]:
        """The lines of an earlier run, by assignment and student."""
        lines: dict[tuple[str, str], Line] = {}
        if not self._path.exists():
            return lines
        for text in self._path.read_text("utf-8", errors="replace").splitlines():
            with contextlib.suppress(ValueError, KeyError, TypeError):
                line = json.loads(text)
                lines[str(line["assignment"]), str(line["student"])] = line
        return lines

    def write(self, lines: Iterable[Line]) -> None:
        """Replace the file, at once."""
        part = self._path.with_name(f".{NAME}.part")
        with part.open("w", encoding="utf-8") as file:
            file.writelines(_text(line) for line in lines)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._path)

    def append(self, line: Line) -> None:
        """Add one line."""
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(_text(line))


def line_of(
    one: Submitted,
    result: GradeResult,
    *,
    kinds: dict[tuple[str, str], QuestionKind],
    remarks: Sequence[str],
    wall_seconds: float,
) -> Line:
    """The line for a result; ``remarks`` are sentences about the files, for a person to look at."""
    graded = result.status == "graded"
    facts = result.provenance
    return {
        "student": one.student,
        "assignment": one.assignment,
        "status": result.status,
        "reason": result.staff_reason,
        "score": sum((cell.points or 0.0 for cell in result.cells), 0.0) if graded else None,
        "max_score": sum((cell.max_points for cell in result.cells), 0.0),
        "needs_review": list(dict.fromkeys([*remarks, *_for_a_person(result), *facts.get("needs_review", ())])),
        "evidence": list(facts.get("evidence", ())),
        "notebooks": [
            {"name": name, "cells": [_cell(cell, kinds) for cell in result.cells if cell.notebook == name]}
            for name in dict.fromkeys(cell.notebook for cell in result.cells)
        ],
        "cpu_seconds": facts.get("cpu_seconds"),
        "wall_seconds": round(wall_seconds, 3),
        "peak_mb": facts.get("peak_mb"),
        "provenance": {key: value for key, value in facts.items() if key not in ("evidence", "needs_review")},
    }


def _for_a_person(result: GradeResult) -> list[str]:
    """Why a person must look, besides the written answers that one reads anyway."""
    if result.status != "graded":
        return [result.staff_reason]
    unrun = [cell.grade_id for cell in result.cells if cell.status == "not_run"]
    if not unrun:
        return []
    return [f"Not run: {', '.join(unrun)}. {result.staff_reason}".strip()]


def _cell(cell: CellScore, kinds: dict[tuple[str, str], QuestionKind]) -> dict[str, Any]:
    by_machine = kinds.get((cell.notebook, cell.grade_id), "auto") == "auto"
    return {
        "grade_id": cell.grade_id,
        "score": cell.points,
        "max_score": cell.max_points,
        "status": cell.status,
        "message": cell.student_message,
        "staff_message": cell.staff_message,
        "integrity": getattr(cell, "integrity", "shared") if by_machine else "manual",
    }


def _text(line: Line) -> str:
    return json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n"
