"""A grade job and its result as plain data: what goes to a worker and what comes back. JSON both ways, nothing pickled."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

from grader.like_nbgrader import switches

_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)

Status = Literal["graded", "ungradable", "grader_error"]
CellStatus = Literal["passed", "partial", "failed", "unanswered", "manual", "not_run"]
QuestionKind = Literal["auto", "manual", "task"]
Integrity = Literal["split", "shared", "manual"]
"""Who gave the verdict: a process that no student code ran in; the student's own; or it is left to a person."""
Shown = Literal["nothing", "message", "test"]
"""What students see of a test that failed: that it did; also our sentence why; also the test itself and what it said."""


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file of a release or a submission: its path inside the assignment, and its content by digest."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What a submission may use. Seconds and megabytes."""

    cell_seconds: int = 30
    total_seconds: int = 600
    memory_mb: int = 1024
    processes: int = 64
    disk_mb: int = 100
    output_mb: int = 5


LIMITS = tuple(each.name for each in fields(Limits))
"""Their names."""


def read_limits(wanted: Mapping[str, str], most: Limits | None = None) -> dict[str, int]:
    """Limits as people write them, by name; empty ones are left out. Raises ValueError with a sentence."""
    read: dict[str, int] = {}
    for name, text in wanted.items():
        if name not in LIMITS:
            raise ValueError(f"There is no limit called “{name[:40]}”; there are {', '.join(LIMITS)}.")
        if not text.strip():
            continue
        if not _WHOLE_NUMBER.fullmatch(text.strip()) or int(text) < 1:
            raise ValueError(f"The limit {name} must be a whole number from 1 on, not “{text[:20]}”.")
        if most is not None and int(text) > getattr(most, name):
            raise ValueError(f"The limit {name} can be at most {getattr(most, name):,} on this server.")
        read[name] = int(text)
    return read


@dataclass(frozen=True, slots=True)
class GradeJob:
    """One submission to run against one release: ``source`` is the teacher's, with hidden tests, ``submission`` the student's."""

    job_id: str
    source: tuple[FileRef, ...]
    submission: tuple[FileRef, ...]
    limits: Limits = field(default_factory=Limits)
    seed: int = 0
    shown: Shown = "message"
    like_nbgrader: tuple[str, ...] = ()
    """Names of switches, see grader.like_nbgrader."""

    def to_json(self) -> dict[str, Any]:
        """Plain data for the broker."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "GradeJob":
        """Read what :meth:`to_json` wrote. Raises KeyError, TypeError or ValueError on anything else."""
        return cls(
            job_id=str(data["job_id"]),
            source=tuple(FileRef(**f) for f in data["source"]),
            submission=tuple(FileRef(**f) for f in data["submission"]),
            limits=Limits(**data.get("limits", {})),
            seed=int(data.get("seed", 0)),
            shown=shown_of(data.get("shown")),
            like_nbgrader=switches(data.get("like_nbgrader", ())),
        )


def shown_of(value: object) -> Shown:
    """The policy as somebody else wrote it; what is not known here, from an older or newer portal, is the usual one."""
    return next((known for known in get_args(Shown) if known == value), "message")


@dataclass(frozen=True, slots=True)
class CellScore:
    """What the machine says about one question. ``points`` is None where a person must look."""

    notebook: str
    grade_id: str
    points: float | None
    max_points: float
    status: CellStatus
    student_message: str = ""
    staff_message: str = ""
    integrity: Integrity = "manual"


@dataclass(frozen=True, slots=True)
class GradeResult:
    """How a job ended. Only ``graded`` carries points; student text is apart from staff text."""

    job_id: str
    status: Status
    staff_reason: str = ""
    student_reason: str = ""
    cells: tuple[CellScore, ...] = ()
    executed: tuple[FileRef, ...] = ()
    """The executed notebooks, put into the content store; for staff only."""
    provenance: dict[str, Any] = field(default_factory=dict)
    needs_review: tuple[str, ...] = ()
    """Why a person should look, a sentence each."""
    evidence: tuple[str, ...] = ()
    """What was noticed, a sentence each; part of it is ordinary."""

    def to_json(self) -> dict[str, Any]:
        """Plain data for the broker."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "GradeResult":
        """Read what :meth:`to_json` wrote. Raises KeyError, TypeError or ValueError on anything else."""
        if data["status"] not in ("graded", "ungradable", "grader_error"):
            raise ValueError(f"unknown status {data['status']!r}")
        return cls(
            job_id=str(data["job_id"]),
            status=data["status"],
            staff_reason=str(data.get("staff_reason", "")),
            student_reason=str(data.get("student_reason", "")),
            cells=tuple(CellScore(**c) for c in data.get("cells", ())),
            executed=tuple(FileRef(**f) for f in data.get("executed", ())),
            provenance=dict(data.get("provenance", {})),
            needs_review=tuple(str(reason) for reason in data.get("needs_review", ())),
            evidence=tuple(str(fact) for fact in data.get("evidence", ())),
        )
