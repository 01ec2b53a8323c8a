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
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from grader.cgroup import Cgroup, make_cgroup
from grader.child import ChildFailed, run_child
from grader.files import FileStore, MissingFile
from grader.jobs import CellScore, FileRef, GradeJob, GradeResult, Limits
from grader.reading import plain, write_notebook
from grader.report import RunReport
from grader.sandbox import SandboxUnavailable
from grader.score import score
from grader.stored_report import StoredReport, asked_by
from grader.warm import warm

ENGINE = "split-3"
_START_MARGIN_SECONDS = 120
_COPIES = 256
"""Room for the copies of the kernel that wait for their tests; what student code may start, a limit of its own says."""
_TRY_AGAIN = "Your work is safe, but grading it failed on our side. It will be tried again or a person will look at it."

Trials = dict[str, dict[str, dict[str, Any]]]
"""By notebook and test; see grader.split.judge."""


@dataclass(frozen=True, slots=True)
class _Trials:
    """What a run of the teacher's own notebooks has shown."""

    tests: Trials
    modules: list[str]
    """The libraries that they import."""


Progress = Callable[[int, int], None]
"""Called with the number of cells done and in all."""


def grade(job: GradeJob, files: FileStore, *, on_progress: Progress) -> GradeResult:
    """Grade ``job``. Whatever the submission is or does, and whatever fails here, comes back as a result."""
    started = time.monotonic()
    run = _Runs(files)
    try:
        result = run.grade(job, on_progress)
    except (SandboxUnavailable, MissingFile, RunFailed) as error:
        result = _our_fault(job, str(error))
    except Exception as error:  # noqa: BLE001 - design.md: our fault never becomes a student's zero, nor a lost job
        result = _our_fault(job, f"{type(error).__name__}: {error}")
    measured = {"seconds": round(time.monotonic() - started, 3), **run.measured()}
    return _with_provenance(result, job, measured)


class RunFailed(Exception):
    """There is no report, and it is not the student's fault."""


class _Runs:
    """The run of a job, and before it, once for each release, that of the teacher's own notebooks."""

    def __init__(self, files: FileStore) -> None:
        self._files = files
        self._cpu = 0.0
        self._peak_mb: float | None = None
        self._in_group = False
        self._modules: list[str] = []

    def measured(self) -> dict[str, Any]:
        """What it cost; the trial's part is not counted, it is the release's."""
        return {"cpu_seconds": round(self._cpu, 3), "peak_mb": self._peak_mb, "memory_group": self._in_group}

    def grade(self, job: GradeJob, on_progress: Progress) -> GradeResult:
        trials = _Trials({}, []) if "one-process" in job.like_nbgrader else self._trials(job)
        report = self._run(job, trials=trials, on_progress=on_progress)
        return _result(job, self._files, report)

    def seen(self, job: GradeJob, visible: tuple[FileRef, ...], seconds: int, on_progress: Progress) -> RunReport:
        known = self._trials(job)
        # Canaries are made of whole tests.
        tests = {path: {name: {**test, "mutants": []} for name, test in found.items()} for path, found in known.tests.items()}
        limits = replace(job.limits, total_seconds=min(job.limits.total_seconds, seconds))
        return self._run(replace(job, source=visible, limits=limits), trials=replace(known, tests=tests), on_progress=on_progress)

    def _run(
        self, job: GradeJob, *, trials: _Trials | None, trying: bool = False, on_progress: Progress = lambda _done, _total: None
    ) -> RunReport:
        seconds = job.limits.total_seconds + _START_MARGIN_SECONDS
        with warm().kernels(trials.modules if trials else ()) as kernels, _groups(job.limits) as groups:
            request = {
                "job": job.to_json(),
                "files": str(self._files.root.absolute()),
                "kernels": kernels.paths,
                "sandbox": kernels.kind,
                "folders": kernels.sandbox.own_folder,
                "groups": {side: group.procs for side, group in groups.items()},
                "trials": trials.tests if trials else None,
                "trying": trying,
            }
            try:
                answer, used = run_child(request, seconds=seconds, on_progress=on_progress)
            except ChildFailed as error:
                raise RunFailed(str(error)) from None
            if "report" not in answer:
                raise RunFailed(str(answer.get("unavailable") or answer.get("missing") or "The run said nothing."))
            report = RunReport.from_json(answer["report"])
            self._cpu = used.cpu + answer["cpu_seconds"]
            self._modules = answer["modules"]
            self._in_group = bool(groups)
            self._peak_mb = answer["peak_mb"]
            if "student" in groups:
                self._peak_mb = groups["student"].peak_mb or self._peak_mb
        return report

    def _trials(self, job: GradeJob) -> _Trials:
        """What a run of the teacher's own notebooks says about their tests: made once for a release, then remembered."""
        known = _known(job.source, self._files)
        if known is not None:
            return known
        limits = replace(job.limits, total_seconds=max(job.limits.total_seconds, 60))
        teachers = replace(job, submission=job.source, limits=limits, like_nbgrader=())
        report = self._run(teachers, trials=None)
        made = _Trials({run.path: run.trials for run in report.notebooks}, self._modules)
        if not all(test["split"] for tests in made.tests.values() for test in tests.values()):
            # Only now is it known which tests run beside the student's code, and need mutants that the solution fails.
            for run in self._run(teachers, trials=made, trying=True).notebooks:
                made.tests[run.path].update(run.trials)
            for test in [test for tests in made.tests.values() for test in tests.values() if not test["split"]]:
                test.setdefault("mutants", [])
        path = _trials_path(job.source, self._files)
        with contextlib.suppress(OSError):
            path.parent.mkdir(exist_ok=True)
            waiting = path.with_suffix(f".{secrets.token_hex(4)}")
            waiting.write_text(json.dumps(asdict(made)), "utf-8")
            waiting.replace(path)
        return made


def run_visible(
    job: GradeJob, visible: tuple[FileRef, ...], files: FileStore, *, seconds: int, on_progress: Progress
) -> RunReport:
    """The run of ``job`` with the teacher's files ``visible`` instead of its source, in at most so many seconds.

    Each test is run as its whole is when it is graded: apart from the student's code where that works for the source.
    Raises RunFailed, SandboxUnavailable and MissingFile.
    """
    return _Runs(files).seen(job, visible, seconds, on_progress)


def prepare(files: FileStore) -> None:
    """Have what the next job probably needs: the libraries of the release that was last run here for the first time.

    Raises NotStarted and SandboxUnavailable.
    """
    warm().driver()
    with warm().kernels(_newest_modules(files)):
        pass


def _newest_modules(files: FileStore) -> list[str]:
    with contextlib.suppress(OSError, ValueError, TypeError):
        known = list((files.root / "trials").glob("*.json"))
        newest = max(known, key=lambda path: path.stat().st_mtime, default=None)
        return _Trials(**json.loads(newest.read_bytes())).modules if newest else []
    return []


@contextlib.contextmanager
def _groups(limits: Limits) -> Iterator[dict[str, Cgroup]]:
    """A control group for each side, where this machine lets us make them."""
    wanted = {"student": replace(limits, processes=limits.processes + _COPIES), "tests": limits}
    made = {side: group for side, theirs in wanted.items() if (group := make_cgroup(theirs))}
    try:
        yield made
    finally:
        for group in made.values():
            group.close()


def known_trials(source: tuple[FileRef, ...], files: FileStore) -> Trials | None:
    """What is remembered of the run of the teacher's own notebooks, if they were ever graded against here."""
    known = _known(source, files)
    return known.tests if known else None


def _known(source: tuple[FileRef, ...], files: FileStore) -> _Trials | None:
    with contextlib.suppress(OSError, ValueError, TypeError):
        return _Trials(**json.loads(_trials_path(source, files).read_bytes()))
    return None


def _trials_path(source: tuple[FileRef, ...], files: FileStore) -> Path:
    key = hashlib.sha256(f"{ENGINE} {digest_of(source)}".encode()).hexdigest()
    return files.root / "trials" / f"{key}.json"


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
        "like_nbgrader": list(job.like_nbgrader),
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
