"""The process between the worker and the sandbox, one for each job, forked with an empty environment (see fork_server.py).

It reads what students wrote and talks to their kernel, so the worker never does. One JSON object comes in on a socket; lines of
JSON go out: ``{"progress": [done, total]}``, and at the end ``{"report": …}`` with what it used, ``{"unavailable": sentence}``
when our machinery can't do it, or ``{"missing": sentence}`` when a stored file is gone.
"""

import asyncio
import contextlib
import json
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from grader.files import FileStore, MissingFile
from grader.fork_server import ForkServer, Used, packed
from grader.handed_in import HandedIn, Unusable, open_submission
from grader.inside import serving, system
from grader.jobs import GradeJob
from grader.languages import is_python, kernel_of
from grader.reading import UnreadableNotebook
from grader.release import is_ignored
from grader.report import NotebookRun, RunReport
from grader.run_folder import run_folder
from grader.sandbox import KernelNotStarted
from grader.score import score
from grader.split.judge import Judge, Trial, compare
from grader.split.script import Script, make_script
from grader.split.side import SnapshotDoor, TestsSide, TestsSideFailed
from grader.users import Users
from grader.watching import Watcher

if TYPE_CHECKING:
    from grader.execution import Execution
    from grader.line_kernel import LineKernel

_MEMORY_MB = 2048


def main(told: str) -> None:
    """Be the template of these processes. ``told``: the numbers of its sockets, as JSON."""
    numbers = json.loads(told)
    # The grammar in here is built on import, takes a second, and is never used.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment] # the documented way to make an import fail
    import grader.execution  # noqa: F401, PLC0415 - so that children have it

    owner, listener = (socket.socket(fileno=numbers[name]) for name in ("owner", "driver"))
    # What is made for the sandbox's user to read is not to depend on the worker's own umask.
    os.umask(0o022)
    owner.send(b'{"ready": "driver"}')
    serving.serve(listener, owner, _drive)


def _drive(_request: dict[str, Any], descriptors: list[int], _connection: socket.socket) -> None:
    """Run the job that comes on the first descriptor; errors of ours go to the second."""
    talk, log = descriptors
    system.die_with_parent(signal.SIGKILL)
    os.setsid()
    _limit_ourselves()
    os.dup2(log, 1)
    os.dup2(log, 2)
    with socket.socket(fileno=talk) as sock, sock.makefile("rw", encoding="utf-8", newline="\n") as replies:
        request = json.load(replies)
        try:
            run = _Run(request, replies)
            answer: dict[str, Any] = (
                run.written(request["tests_to_write"])
                if "tests_to_write" in request
                else {"report": run.report().to_json(), **run.measured()}
            )
        except (KernelNotStarted, TestsSideFailed) as error:
            answer = {"unavailable": str(error)}
        except UnreadableNotebook as error:
            answer = {"unavailable": f"The teacher's notebook can't be read. {error.sentence}"}
        except MissingFile as error:
            answer = {"missing": str(error)}
        _say(replies, answer)


class _Run:
    """One job.

    Of the request, ``kernels`` says where the kernel's template listens, by side; ``groups`` the control groups to join, by side;
    ``trials`` by notebook what a run of the teacher's own found, None for that run itself; ``trying`` see Judge.trying.
    """

    def __init__(self, request: dict[str, Any], replies: TextIO) -> None:
        self._job = GradeJob.from_json(request["job"])
        self._files = FileStore(Path(request["files"]))
        self._servers = {side: ForkServer(path) for side, path in request["kernels"].items()}
        self._groups: dict[str, list[str]] = request["groups"]
        self._trials: dict[str, Trial] | None = request["trials"]
        self._trying: bool = request["trying"]
        self._sandbox: str = request["sandbox"]
        self._folders: bool = request["folders"]
        self._users = Users()
        self._replies = replies
        self._used: list[Used] = []
        self._modules: list[str] = []

    def report(self) -> RunReport:
        try:
            handed_in = open_submission(self._job, self._files, only_python=self._folders)
        except Unusable as error:
            return RunReport((), unreadable=str(error))
        total = sum(cell.runs for plan in handed_in.plans for cell in plan.cells)
        _say(self._replies, {"progress": [0, total]})
        started = time.monotonic()
        runs = asyncio.run(self._run_all(handed_in, _Progress(self._replies, total)))
        order = {ref.path: place for place, ref in enumerate(self._job.source)}
        return RunReport(
            tuple(sorted([*runs, *handed_in.not_run], key=lambda run: order[run.path])),
            sandbox=self._sandbox,
            like_nbgrader=self._job.like_nbgrader,
            kernel_seconds=round(time.monotonic() - started, 3),
            extra={"ignored_files": list(handed_in.ignored)},
        )

    def written(self, order: dict[str, Any]) -> dict[str, Any]:
        """Instead of a report: the tests that the teacher's notebook asks for, see autotests.py."""
        from grader.autotests import answer  # noqa: PLC0415 - few jobs ask for it

        files = {ref.path: self._files.get(ref.sha256) for ref in self._job.source if not is_ignored(ref.path)}
        with packed(files) as packed_files:
            return asyncio.run(answer(order, lambda: self._bare_kernel(packed_files)))

    @contextlib.asynccontextmanager
    async def _bare_kernel(self, files: int) -> AsyncIterator["LineKernel"]:
        """A kernel with nothing to be judged."""
        from grader.line_kernel import line_kernel  # noqa: PLC0415 - see below

        with (
            self._placed("student") as asked,
            self._joined("student") as groups,
            contextlib.closing(SnapshotDoor()) as door,
        ):
            async with line_kernel(self._servers["student"], asked, door.theirs, files, groups) as kernel:
                yield kernel

    def measured(self) -> dict[str, Any]:
        """What the sandboxed processes used, and which libraries the teacher's notebooks import."""
        return {
            "cpu_seconds": round(sum(used.cpu for used in self._used), 3),
            "peak_mb": max((used.peak_mb for used in self._used), default=0.0),
            "modules": list(dict.fromkeys(self._modules)),
        }

    async def _run_all(self, handed_in: HandedIn, progress: "_Progress") -> list[NotebookRun]:
        from grader.execution import Allowance  # noqa: PLC0415 - it brings nbclient, which those who only import us do without
        from grader.kept_outputs import OutputBudget  # noqa: PLC0415

        limits = self._job.limits
        allowance = Allowance(OutputBudget(limits.output_mb << 20), time.monotonic() + limits.total_seconds, progress.step)
        runs = []
        with packed(handed_in.files) as files, packed(handed_in.teachers_files) as teachers_files:
            for plan in handed_in.plans:
                trial = None if self._trials is None else self._trials.get(plan.path, {})
                with self._placed("tests") as asked:
                    with self._joined("tests") as groups:
                        side = TestsSide(self._servers["tests"], asked, teachers_files, groups)
                    try:
                        script = Script({}, ())
                        if is_python(plan.language):
                            script = make_script(handed_in.sources[plan.path], handed_in.settings.hidden_tests)
                        in_place = "one-process" in self._job.like_nbgrader
                        judge = Judge(plan, script, side, limits, allowance.deadline, trial, self._trying, in_place=in_place)
                        runs.append(await self._run_one(judge, files, allowance))
                    finally:
                        self._used.append(side.end())
        return runs

    async def _run_one(self, judge: Judge, files: int, allowance: Any) -> NotebookRun:
        from grader.execution import Moments, execute  # noqa: PLC0415 - see above
        from grader.line_kernel import line_kernel  # noqa: PLC0415

        wanted = judge.wanted()
        moments = Moments(wanted, alone=wanted - judge.apart(), frozen=lambda moments: judge.judge(moments.taken))
        began = time.monotonic()
        with (
            self._placed("student", judge.copies()) as request,
            self._joined("student") as groups,
            contextlib.closing(SnapshotDoor()) as door,
        ):
            if not is_python(judge.plan.language):
                request["kernel"] = kernel_of(judge.plan.kernelspec)
            async with (
                line_kernel(self._servers["student"], request, door.theirs, files, groups) as kernel,
                Watcher(kernel, request, self._job.limits, memory=not groups),
            ):
                allowance.deadline += time.monotonic() - began
                done = await execute(
                    judge.for_student(), kernel, door, limits=self._job.limits, allowance=allowance, moments=moments
                )
                if judge.trial is None:
                    with contextlib.suppress(Exception):  # a solution that ends its kernel costs us a warm start, no more
                        self._modules += await kernel.modules()
            self._used.append(kernel.used)
        return _judged(judge, done)

    @contextlib.contextmanager
    def _placed(self, side: str, copies: int = 0) -> Iterator[dict[str, Any]]:
        """What a child of the template is told, see homeroom_inside.confine; with a folder for it where it needs one."""
        limits = self._job.limits
        uid = self._users.of(side)
        asked = {
            "uid": uid,
            "disk_mb": limits.disk_mb,
            "memory_mb": limits.memory_mb,
            "processes": limits.processes,
            "copies": copies,
            "seconds": limits.total_seconds,
            "seed": self._job.seed,
        }
        if not self._folders:
            yield asked
            return
        with run_folder(uid) as folder:
            yield {**asked, "folder": str(folder)}

    @contextlib.contextmanager
    def _joined(self, side: str) -> Iterator[list[int]]:
        """Open the control groups of this side; who writes there joins."""
        numbers = [os.open(path, os.O_WRONLY) for path in self._groups.get(side, [])]
        try:
            yield numbers
        finally:
            for number in numbers:
                os.close(number)


def _judged(judge: Judge, done: "Execution") -> NotebookRun:
    """The student's run and the tests' verdicts, put together."""
    plan = judge.plan
    seen = list(done.outcomes)
    beside = NotebookRun(plan.path, plan.questions, tuple(seen), deepcopy(done.notebook)) if judge.trial is None else None
    judge.merge(done.notebook, done.outcomes)
    sentence = " ".join(part for part in (done.stopped, judge.failed) if part)
    run = NotebookRun(
        plan.path,
        plan.questions,
        tuple(done.outcomes),
        done.notebook,
        split=tuple(plan.cells[place].grade_id for place in sorted(judge.apart())),
        canaries=judge.canaries,
        doubted=judge.doubted,
        trials=judge.tried,
        student_sentence=done.stopped,
        staff_sentence=sentence,
    )
    if beside is not None:
        ways = [{cell.grade_id: cell.points for cell in score(RunReport((way,)), judge.limits)} for way in (beside, run)]
        return replace(run, trials=compare(ways[0], ways[1], judge, seen))
    review, evidence = judge.findings(seen)
    if sentence:
        unrun = _not_run(run)
        review += [f"Not run: {', '.join(unrun)}. {sentence}"] if unrun else []
        evidence.append(sentence)
    return replace(run, needs_review=tuple(review), evidence=tuple(evidence))


def _not_run(run: NotebookRun) -> list[str]:
    """The questions with tests whose turn never came."""
    return [
        question.grade_id
        for question in run.questions
        if question.kind == "auto" and question.cell is not None and run.outcomes[question.cell] == "not_run"
    ]


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


def _limit_ourselves() -> None:
    """Soft limits, so that what the sandbox starts with is not bound by ours."""
    for name, value in ((resource.RLIMIT_AS, _MEMORY_MB << 20), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(name)
        resource.setrlimit(name, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))
