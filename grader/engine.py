"""Grades one submission: runs it in a process of its own, scores the report, keeps the executed notebooks.

This is the small engine. The tests run in the student's own kernel, after the student's code and within its reach: a student
who knows how notebooks are graded can make a test cell report success, for example by patching the interpreter. What can't
be bought this way is what the plan holds: which tests run, in which order, for how many points, and everything outside the
sandbox. Hidden tests are never stored where student code starts, but code that runs beside them may read them; it has no
way to carry them out except its own outputs, which only staff see. Splitting student code and tests into two processes ends
all of this and is to take this module's place behind the same function.
"""

import hashlib
import json
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from grader.cgroup import Cgroup, make_cgroup
from grader.child import ChildFailed, run_child
from grader.files import FileStore, MissingFile
from grader.jobs import FileRef, GradeJob, GradeResult
from grader.reading import plain, write_notebook
from grader.report import RunReport
from grader.score import score
from grader.scratch import make_scratch, remove_scratch

ENGINE = "small-1"
_START_MARGIN_SECONDS = 120
_TRY_AGAIN = "Your work is safe, but grading it failed on our side. It will be tried again or a person will look at it."

Progress = Callable[[int, int], None]
"""Called with the number of cells done and in all."""


def grade(job: GradeJob, files: FileStore, *, on_progress: Progress) -> GradeResult:
    """Grade ``job``. Whatever the submission is or does, and whatever fails here, comes back as a result."""
    started = time.monotonic()
    cgroup = make_cgroup(job.limits)
    scratch = make_scratch()
    try:
        result = _grade(job, files, scratch, cgroup, on_progress)
    except MissingFile as error:
        result = _our_fault(job, str(error))
    except Exception as error:  # noqa: BLE001 - design.md: our fault never becomes a student's zero, nor a lost job
        result = _our_fault(job, f"{type(error).__name__}: {error}")
    finally:
        peak = cgroup.peak_mb if cgroup else None
        if cgroup:
            cgroup.close()
        remove_scratch(scratch)
    measured = {"seconds": round(time.monotonic() - started, 3), "peak_mb": peak}
    return _with_provenance(result, job, {**measured, "memory_group": cgroup is not None})


def _grade(job: GradeJob, files: FileStore, scratch: Path, cgroup: Cgroup | None, on_progress: Progress) -> GradeResult:
    request = {
        "job": job.to_json(),
        "files": str(files.root.absolute()),
        "scratch": str(scratch),
        "cgroup": cgroup.procs if cgroup else [],
    }
    seconds = job.limits.total_seconds + _START_MARGIN_SECONDS
    try:
        answer = run_child(request, scratch=scratch, seconds=seconds, on_progress=on_progress)
    except ChildFailed as error:
        return _our_fault(job, str(error))
    if "report" not in answer:
        return _our_fault(job, str(answer.get("unavailable") or answer.get("missing") or "The run said nothing."))
    return _result(job, files, RunReport.from_json(answer["report"]))


def _result(job: GradeJob, files: FileStore, report: RunReport) -> GradeResult:
    if report.unreadable:
        reason = report.unreadable
        return GradeResult(job.job_id, "ungradable", staff_reason=reason, student_reason=f"{reason} A person will look at it.")
    cells = score(report, job.limits)
    stopped = " ".join(dict.fromkeys(run.staff_sentence for run in report.notebooks if run.staff_sentence))
    told = " ".join(dict.fromkeys(run.student_sentence for run in report.notebooks if run.student_sentence))
    return GradeResult(
        job.job_id,
        "graded",
        staff_reason=stopped,
        student_reason=told,
        cells=cells,
        executed=_keep_executed(files, report),
        provenance={"sandbox": report.sandbox, "kernel_seconds": report.kernel_seconds, **report.extra},
    )


def _keep_executed(files: FileStore, report: RunReport) -> tuple[FileRef, ...]:
    """Store the notebooks as they were run, outputs and all."""
    executed = [(run.path, run.executed) for run in report.notebooks if run.executed is not None]
    return tuple(files.put_file(path, write_notebook(plain(notebook))) for path, notebook in executed)


def _our_fault(job: GradeJob, reason: str) -> GradeResult:
    return GradeResult(job.job_id, "grader_error", staff_reason=reason[:2_000], student_reason=_TRY_AGAIN)


def _with_provenance(result: GradeResult, job: GradeJob, measured: dict[str, Any]) -> GradeResult:
    """The result with what one needs to know to repeat or to trust it."""
    facts = {
        "engine": ENGINE,
        "python": platform.python_version(),
        "limits": asdict(job.limits),
        "seed": job.seed,
        "source_digest": _digest(job.source),
        "submission_digest": _digest(job.submission),
        "questions": len(result.cells),
        **measured,
        **result.provenance,
    }
    return replace(result, provenance=facts)


def _digest(files: tuple[FileRef, ...]) -> str:
    """One digest for a set of files: their paths and contents."""
    lines = sorted(json.dumps([ref.path, ref.sha256]) for ref in files)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
