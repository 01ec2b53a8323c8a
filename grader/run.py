"""The process between the worker and the sandbox, one for each job, with an empty environment (see child.py).

It reads what students wrote and talks to their kernel, so the worker never does. One JSON object comes in on standard input;
lines of JSON go out on standard output: ``{"progress": [done, total]}``, and at the end ``{"report": …}``,
``{"unavailable": sentence}`` when our machinery can't do it, or ``{"missing": sentence}`` when a stored file is gone.
"""

import asyncio
import contextlib
import ctypes
import json
import os
import resource
import signal
import sys
import time
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from grader.files import FileStore, MissingFile
from grader.handed_in import HandedIn, Unusable, open_submission
from grader.jobs import GradeJob
from grader.reading import UnreadableNotebook
from grader.report import NotebookRun, RunReport
from grader.sandbox import Box, KernelNotStarted, Sandbox, SandboxUnavailable, find_sandbox
from grader.score import score
from grader.split.judge import Judge, Trial, compare
from grader.split.script import make_script
from grader.split.side import TestsSide, TestsSideFailed

_MEMORY_MB = 2048
_PR_SET_PDEATHSIG = 1


def main(worker: int) -> None:
    """Run the job on standard input, for as long as the process ``worker`` lives."""
    _die_with(worker)
    _limit_ourselves()
    # The sandbox's user reads the folders made here, whatever the worker's own umask is; the folder above them is closed.
    os.umask(0o022)
    # Student-made text never reaches our standard output except inside our own JSON.
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    request = json.load(sys.stdin)
    scratch = Path(request["scratch"])
    try:
        job = GradeJob.from_json(request["job"])
        how = (tuple(request["cgroup"]), request["trials"], request["trying"])
        report = _run(job, FileStore(Path(request["files"])), scratch, how, replies)
        answer: dict[str, Any] = {"report": report.to_json()}
    except (SandboxUnavailable, KernelNotStarted, TestsSideFailed) as error:
        answer = {"unavailable": str(error)}
    except UnreadableNotebook as error:
        answer = {"unavailable": f"The teacher's notebook can't be read. {error.sentence}"}
    except MissingFile as error:
        answer = {"missing": str(error)}
    _say(replies, answer)


_How = tuple[tuple[str, ...], dict[str, Trial] | None, bool]
"""Control groups to join; by notebook what a run of the teacher's own found, None for that run itself; see Judge.trying."""


def _run(job: GradeJob, files: FileStore, scratch: Path, how: "_How", replies: TextIO) -> RunReport:
    try:
        handed_in = open_submission(job, files)
    except Unusable as error:
        return RunReport((), unreadable=str(error))
    sandbox = find_sandbox(scratch)
    total = sum(cell.runs for plan in handed_in.plans for cell in plan.cells)
    _say(replies, {"progress": [0, total]})
    started = time.monotonic()
    runs = asyncio.run(_run_all(handed_in, job, sandbox, (scratch, how), _Progress(replies, total)))
    order = {ref.path: place for place, ref in enumerate(job.source)}
    return RunReport(
        tuple(sorted([*runs, *handed_in.not_run], key=lambda run: order[run.path])),
        sandbox=sandbox.kind,
        kernel_seconds=round(time.monotonic() - started, 3),
        extra={"ignored_files": list(handed_in.ignored)},
    )


async def _run_all(
    handed_in: HandedIn, job: GradeJob, sandbox: Sandbox, place: tuple[Path, _How], progress: "_Progress"
) -> list[NotebookRun]:
    # What these bring in costs a second; refusals above do without. The grammar below is built on import and never used.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment] # the documented way to make an import fail
    from grader.execution import Allowance  # noqa: PLC0415
    from grader.kept_outputs import OutputBudget  # noqa: PLC0415

    deadline = time.monotonic() + job.limits.total_seconds
    allowance = Allowance(OutputBudget(job.limits.output_mb << 20), deadline, progress.step)
    scratch, how = place
    runs = []
    for number, plan in enumerate(handed_in.plans):
        folder = scratch / f"n{number}"
        folder.mkdir()
        test_files = _write_files(folder / "t", handed_in.teachers_files)
        trial = None if how[1] is None else how[1].get(plan.path, {})
        side = TestsSide(sandbox, folder, test_files, job.limits, job.seed)
        try:
            judge = Judge(plan, make_script(handed_in.sources[plan.path]), side, job.limits, deadline, trial, how[2])
            box = replace(_box(handed_in, job, folder, how[0]), copies=judge.copies())
            runs.append(await _run_one(judge, sandbox, box, allowance))
        finally:
            side.end()
    return runs


async def _run_one(judge: Judge, sandbox: Sandbox, box: Box, allowance: Any) -> NotebookRun:
    from grader.execution import Moments, execute  # noqa: PLC0415 - see above

    wanted, apart = judge.wanted(), judge.apart()
    moments = Moments(wanted, alone=wanted - apart, frozen=lambda moments: judge.judge(moments.taken))
    done = await execute(judge.for_student(), sandbox, box, allowance, moments)
    plan = judge.plan
    seen = list(done.outcomes)
    beside = NotebookRun(plan.path, plan.questions, tuple(seen), deepcopy(done.notebook))
    judge.merge(done.notebook, done.outcomes)
    sentence = " ".join(part for part in (done.stopped, judge.failed) if part)
    run = NotebookRun(
        plan.path,
        plan.questions,
        tuple(done.outcomes),
        done.notebook,
        split=tuple(plan.cells[place].grade_id for place in sorted(apart)),
        canaries=judge.canaries,
        doubted=judge.doubted,
        trials=judge.tried,
        student_sentence=done.stopped,
        staff_sentence=sentence,
    )
    if judge.trial is None:
        ways = [{cell.grade_id: cell.points for cell in score(RunReport((way,)), judge.limits)} for way in (beside, run)]
        return replace(run, trials=compare(ways[0], ways[1], judge, seen))
    review, evidence = judge.findings(seen)
    return replace(run, needs_review=tuple(review), evidence=tuple(evidence))


def _box(handed_in: HandedIn, job: GradeJob, folder: Path, cgroup: tuple[str, ...]) -> Box:
    """The two folders of one notebook's sandbox. Only their names are the host's; the folder above is closed to others."""
    files, sockets = _write_files(folder / "f", handed_in.files), folder / "s"
    sockets.mkdir()
    sockets.chmod(0o777)
    return Box(files, sockets, job.limits, cgroup, job.seed)


def _write_files(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(mode=0o755)
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        target.write_bytes(data)
        target.chmod(0o644)
    return folder


class _Progress:
    def __init__(self, replies: TextIO, total: int) -> None:
        self._replies, self._total, self._done = replies, total, 0

    def step(self) -> None:
        """One more cell has been run."""
        self._done += 1
        _say(self._replies, {"progress": [self._done, self._total]})


def _say(replies: TextIO, answer: dict[str, Any]) -> None:
    replies.write(json.dumps(answer) + "\n")
    replies.flush()


def _die_with(parent: int) -> None:
    """Have the kernel kill this process when the worker goes; the sandbox then goes with it."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)


def _limit_ourselves() -> None:
    """Soft limits, so that what the sandbox starts with is not bound by ours."""
    for name, value in ((resource.RLIMIT_AS, _MEMORY_MB << 20), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(name)
        resource.setrlimit(name, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))
