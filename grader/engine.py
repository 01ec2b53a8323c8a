"""Grades one submission: runs it in a process of its own, scores the report, keeps the executed notebooks.

The verdict does not come from the process that ran the student's code. The student's notebook runs in one sandbox; before
each group of tests it forks a copy that keeps this moment. When the last cell has run and its outputs are frozen, the tests
run in another sandbox, by another user, and ask those copies for plain values. So hidden tests never come near student code,
and what student code does to its interpreter does no more than change its own answers.

Three things remain. A test that works only beside the student's code (found by running the teacher's own notebook both
ways, once for each release) runs there, and its points are marked ``shared``. What a test hands to the student's code as an
argument is known to it. And where the teacher's tests leave it to a class of the student's whether two objects are equal, it
is that class which decides; this is noted as evidence.
"""

import contextlib
import functools
import hashlib
import importlib.metadata
import json
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from grader.cgroup import Cgroup, make_cgroup
from grader.child import ChildFailed, run_child
from grader.files import FileStore, MissingFile
from grader.jobs import CellScore, FileRef, GradeJob, GradeResult
from grader.reading import plain, write_notebook
from grader.report import RunReport
from grader.score import score
from grader.scratch import make_scratch, remove_scratch
from grader.stored_report import StoredReport, asked_by

ENGINE = "split-2"
_START_MARGIN_SECONDS = 120
_COPIES = 256
"""Room for the copies of the kernel that wait for their tests; what student code may start, a limit of its own says."""
_TRY_AGAIN = "Your work is safe, but grading it failed on our side. It will be tried again or a person will look at it."

Trials = dict[str, dict[str, dict[str, Any]]]
"""By notebook and test; see grader.split.judge."""

Progress = Callable[[int, int], None]
"""Called with the number of cells done and in all."""


def grade(job: GradeJob, files: FileStore, *, on_progress: Progress) -> GradeResult:
    """Grade ``job``. Whatever the submission is or does, and whatever fails here, comes back as a result."""
    started = time.monotonic()
    cgroup = make_cgroup(replace(job.limits, processes=job.limits.processes + _COPIES))
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
    try:
        trials = _trials(job, files, scratch, cgroup)
        report = _run(job, files, scratch, cgroup, trials=trials, on_progress=on_progress)
    except _Failed as error:
        return _our_fault(job, str(error))
    return _result(job, files, report)


class _Failed(Exception):
    """There is no report, and it is not the student's fault."""


def _run(
    job: GradeJob,
    files: FileStore,
    scratch: Path,
    cgroup: Cgroup | None,
    *,
    trials: Trials | None,
    trying: bool = False,
    on_progress: Progress,
) -> RunReport:
    request = {
        "job": job.to_json(),
        "files": str(files.root.absolute()),
        "scratch": str(scratch),
        "cgroup": cgroup.procs if cgroup else [],
        "trials": trials,
        "trying": trying,
    }
    seconds = job.limits.total_seconds + _START_MARGIN_SECONDS
    try:
        answer = run_child(request, scratch=scratch, seconds=seconds, on_progress=on_progress)
    except ChildFailed as error:
        raise _Failed(str(error)) from None
    if "report" not in answer:
        raise _Failed(str(answer.get("unavailable") or answer.get("missing") or "The run said nothing."))
    return RunReport.from_json(answer["report"])


def known_trials(source: tuple[FileRef, ...], files: FileStore) -> Trials | None:
    """What is remembered of the run of the teacher's own notebooks, if they were ever graded against here."""
    with contextlib.suppress(OSError, ValueError):
        known: Trials = json.loads(_trials_path(source, files).read_bytes())
        return known
    return None


def _trials_path(source: tuple[FileRef, ...], files: FileStore) -> Path:
    key = hashlib.sha256(f"{ENGINE} {digest_of(source)}".encode()).hexdigest()
    return files.root / "trials" / f"{key}.json"


def _trials(job: GradeJob, files: FileStore, scratch: Path, cgroup: Cgroup | None) -> Trials:
    """What a run of the teacher's own notebooks says about their tests: made once for a release, then remembered."""
    known = known_trials(job.source, files)
    if known is not None:
        return known
    teachers = replace(job, submission=job.source, limits=replace(job.limits, total_seconds=max(job.limits.total_seconds, 60)))
    made = _trial_run(teachers, files, scratch / "trial", cgroup, None)
    if not all(test["split"] for tests in made.values() for test in tests.values()):
        # Only now is it known which tests run beside the student's code, and need mutants that the solution fails.
        for notebook, tests in _trial_run(teachers, files, scratch / "mutants", cgroup, made).items():
            made[notebook].update(tests)
        for test in [test for tests in made.values() for test in tests.values() if not test["split"]]:
            test.setdefault("mutants", [])
    path = _trials_path(job.source, files)
    with contextlib.suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        waiting = path.with_suffix(f".{scratch.name}")
        waiting.write_text(json.dumps(made), "utf-8")
        waiting.replace(path)
    return made


def _trial_run(teachers: GradeJob, files: FileStore, folder: Path, cgroup: Cgroup | None, trials: Trials | None) -> Trials:
    folder.mkdir()
    report = _run(
        teachers, files, folder, cgroup, trials=trials, trying=trials is not None, on_progress=lambda _done, _total: None
    )
    return {run.path: run.trials for run in report.notebooks}


def _result(job: GradeJob, files: FileStore, report: RunReport) -> GradeResult:
    if report.unreadable:
        reason = report.unreadable
        return GradeResult(job.job_id, "ungradable", staff_reason=reason, student_reason=f"{reason} A person will look at it.")
    result = _graded(job, report, score(report, job.limits, job.shown))
    facts = {"kernel_seconds": report.kernel_seconds, "report": _keep_report(job, files, report), **result.provenance}
    return replace(result, executed=_keep_executed(files, report), provenance=facts)


def rescored(job: GradeJob, stored: StoredReport, source: Mapping[str, bytes], facts: dict[str, Any]) -> GradeResult:
    """The result that ``job`` would have, by the report of an earlier run, whose provenance ``facts`` were. Nothing is run.

    Raises NoUsableReport when ``source`` asks something else than the run answered.
    """
    result = _graded(job, stored.report, stored.rescore(source, job.shown))
    now = {"source_digest": digest_of(job.source), "shown": job.shown, "rescored": True}
    return replace(result, provenance={**facts, **result.provenance, **now})


def _graded(job: GradeJob, report: RunReport, cells: tuple[CellScore, ...]) -> GradeResult:
    """A result without the notebooks as they were run."""
    stopped = " ".join(dict.fromkeys(run.staff_sentence for run in report.notebooks if run.staff_sentence))
    told = " ".join(dict.fromkeys(run.student_sentence for run in report.notebooks if run.student_sentence))
    review = tuple(sentence for run in report.notebooks for sentence in run.needs_review)
    evidence = tuple(sentence for run in report.notebooks for sentence in run.evidence)
    return GradeResult(
        job.job_id,
        "graded",
        staff_reason=stopped,
        student_reason=told,
        cells=cells,
        provenance={
            "sandbox": report.sandbox,
            "integrity": {f"{cell.notebook} {cell.grade_id}": cell.integrity for cell in cells},
            "canaries": {f"{run.path} {grade_id}": count for run in report.notebooks for grade_id, count in run.canaries.items()},
            "needs_review": list(review),
            "evidence": list(evidence),
            **report.extra,
        },
        needs_review=review,
        evidence=evidence,
    )


def _keep_executed(files: FileStore, report: RunReport) -> tuple[FileRef, ...]:
    """Store the notebooks as they were run, outputs and all."""
    executed = [(run.path, run.executed) for run in report.notebooks if run.executed is not None]
    return tuple(files.put_file(path, write_notebook(plain(notebook))) for path, notebook in executed)


def _keep_report(job: GradeJob, files: FileStore, report: RunReport) -> str:
    """Store what points are computed from; its digest."""
    asked = asked_by({ref.path: files.get(ref.sha256) for ref in job.source})
    return files.put(StoredReport(report, job.limits, asked).pack())


def _our_fault(job: GradeJob, reason: str) -> GradeResult:
    return GradeResult(job.job_id, "grader_error", staff_reason=reason[:2_000], student_reason=_TRY_AGAIN)


def _with_provenance(result: GradeResult, job: GradeJob, measured: dict[str, Any]) -> GradeResult:
    """The result with what one needs to know to repeat or to trust it."""
    facts = {
        "engine": ENGINE,
        "python": platform.python_version(),
        "environment_digest": environment_digest(),
        "limits": asdict(job.limits),
        "seed": job.seed,
        "shown": job.shown,
        "source_digest": digest_of(job.source),
        "submission_digest": digest_of(job.submission),
        "questions": len(result.cells),
        **measured,
        **result.provenance,
    }
    return replace(result, provenance=facts)


@functools.cache
def environment_digest() -> str:
    """One digest for all that is installed beside this Python, which is what notebooks run with, and for Python itself."""
    installed = {f"{found.metadata['Name']} {found.version}".lower() for found in importlib.metadata.distributions()}
    return hashlib.sha256("\n".join([platform.python_version(), *sorted(installed)]).encode()).hexdigest()


def digest_of(files: tuple[FileRef, ...]) -> str:
    """One digest for a set of files: their paths and contents."""
    lines = sorted(json.dumps([ref.path, ref.sha256]) for ref in files)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
