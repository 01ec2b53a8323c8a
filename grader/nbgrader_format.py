"""nbgrader's cell metadata (``cell.metadata.nbgrader``), schema versions 0 to 3, and its checksum."""

import hashlib
import math
import re
from dataclasses import dataclass
from typing import Any, Literal

from grader.jobs import QuestionKind

SCHEMA_VERSION = 3
GRADE_ID = re.compile(r"[a-zA-Z0-9_\-]+")
_KEYS = {"schema_version", "grade", "solution", "locked", "task", "grade_id", "points", "checksum", "cell_type"}

Role = Literal["answer", "tests", "manual", "task", "locked"]


@dataclass(frozen=True, slots=True)
class Flags:
    """What nbgrader's metadata says about one cell, in the terms of schema 3."""

    grade: bool
    solution: bool
    task: bool
    locked: bool
    """As stored; :attr:`is_locked` is what counts."""
    grade_id: str
    points: float | None
    """None where the metadata has no usable number."""
    checksum: str
    schema: int

    @property
    def is_locked(self) -> bool:
        """Whether a student may not change the cell: never a solution, always a test."""
        return not self.solution and (self.grade or self.locked)

    @property
    def role(self) -> Role:
        """What the cell is for."""
        if self.task:
            return "task"
        if self.solution:
            return "manual" if self.grade else "answer"
        return "tests" if self.grade else "locked"

    @property
    def question(self) -> QuestionKind | None:
        """The kind of question that the cell scores, None if it scores nothing."""
        kinds: dict[Role, QuestionKind] = {"tests": "auto", "manual": "manual", "task": "task"}
        return kinds.get(self.role)


def read_flags(cell: dict[str, Any]) -> Flags | None:
    """What the metadata of ``cell`` says, or None for a cell that nbgrader does not know.

    Reads every schema, also metadata of a hostile file; a missing version is schema 0.
    """
    metadata = cell.get("metadata")
    data = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    if not isinstance(data, dict):
        return None
    grade, solution, task, locked = (data.get(name) is True for name in ("grade", "solution", "task", "locked"))
    if not (grade or solution or task or locked):
        return None
    schema = data.get("schema_version", 0)
    grade_id = data.get("grade_id")
    checksum = data.get("checksum")
    return Flags(
        grade=grade,
        solution=solution,
        task=task,
        locked=locked,
        grade_id=grade_id if isinstance(grade_id, str) else "",
        points=_points(data.get("points"), schema) if grade or task else None,
        checksum=checksum if isinstance(checksum, str) else "",
        schema=schema if type(schema) is int else 0,
    )


def grade_id_of(cell: dict[str, Any]) -> str:
    """The id that a cell of anybody's claims; empty where it claims none."""
    metadata = cell.get("metadata")
    data = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = data.get("grade_id") if isinstance(data, dict) else None
    return grade_id if isinstance(grade_id, str) else ""


def _points(value: object, schema: object) -> float | None:
    """A number of points as nbgrader reads it: a number, or in schema 0 text that is one."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, str) and schema != 0:
        return None
    try:
        points = float(value)
    except (ValueError, OverflowError):
        return None
    return points if math.isfinite(points) else None


def upgrade(data: dict[str, Any], cell_type: str) -> dict[str, Any] | None:
    """The metadata ``data`` as ``nbgrader update`` would leave it in schema 3; None if nothing of it remains.

    Metadata of schema 3 or later comes back as it is.
    """
    schema = data.get("schema_version", 0)
    if type(schema) is not int or schema >= SCHEMA_VERSION:
        return data
    new = {key: value for key, value in data.items() if key in _KEYS}
    for name in ("grade", "solution", "locked"):
        new.setdefault(name, False)
    if schema == 0:
        if not (new["grade"] or new["solution"] or new["locked"]):
            return None
        new.pop("points", None)
        if new["grade"]:
            new["points"] = max(_points(data.get("points"), schema) or 0.0, 0.0)
    if "checksum" in new:
        new.setdefault("cell_type", cell_type)
    return {**new, "schema_version": SCHEMA_VERSION}


def checksum(cell: dict[str, Any], flags: Flags) -> str:
    """The checksum nbgrader gives a cell: it tells whether a student changed the source, the type, the id or the points."""
    parts = [cell["source"], cell["cell_type"], str(flags.grade), str(flags.solution), str(flags.is_locked), flags.grade_id]
    if flags.grade:
        parts.append(str(float(flags.points or 0)))
    return hashlib.md5("".join(parts).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def is_unanswered(cell: dict[str, Any], flags: Flags) -> bool:
    """Whether a released answer cell is still as it was released."""
    return bool(flags.checksum) and flags.checksum == checksum(cell, flags)
