"""Runs a planned notebook through nbclient, in a kernel that lives in the sandbox, within the limits."""

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode, from_dict

from grader.jobs import Limits
from grader.kept_outputs import OutputBudget
from grader.line_kernel import LineKernel
from grader.plan import Plan, as_notebook
from grader.report import Outcome
from grader.split.side import SnapshotDoor

INTERRUPT_SECONDS = 5
_SNAPSHOT_SECONDS = 10
_SNAPSHOT = "__import__('sys').modules['homeroom_split.agent'].snapshot()"


@dataclass(slots=True)
class Execution:
    """A notebook after its run."""

    notebook: dict[str, Any]
    outcomes: list[Outcome | None]
    stopped: str = ""
    """Why it was not run to its end, in a sentence."""


@dataclass(slots=True)
class Moments:
    """The moments of a notebook at which its tests are to be judged, by the place of the test cell."""

    wanted: frozenset[int]
    taken: dict[int, socket.socket | None] = field(default_factory=dict)
    """None where the student's process answered but no copy of it came. Tests in a row share one moment."""
    alone: frozenset[int] = frozenset()
    """Those of them that share no moment: these tests are to run in a copy, after the visible tests before them."""
    frozen: Callable[["Moments"], None] = lambda _moments: None
    """Called after the last cell: outputs are closed, the copies are still there."""

    def close(self) -> None:
        """Let the copies go."""
        for sock in {id(sock): sock for sock in self.taken.values() if sock}.values():
            sock.close()


@dataclass(slots=True)
class Allowance:
    """What all notebooks of a submission share."""

    budget: OutputBudget
    deadline: float
    """In seconds of the monotonic clock. The time that kernels take to start is not counted."""
    on_cell: Callable[[], None]
    """Called after each cell."""


async def execute(
    plan: Plan, kernel: LineKernel, door: SnapshotDoor, *, limits: Limits, allowance: Allowance, moments: Moments
) -> Execution:
    """Run ``plan`` in ``kernel``. Nothing that student code does raises."""
    notebook: NotebookNode = from_dict(as_notebook(plan))  # type: ignore[no-untyped-call] # nbformat has no types here
    outcomes: list[Outcome | None] = ["not_run" if cell.runs else None for cell in plan.cells]
    with contextlib.closing(moments):
        client = _Client(notebook, kernel, door, allowance.budget, moments)
        stopped = await _run_cells(client, plan, outcomes, limits, allowance)
        if stopped:
            await kernel.stop()  # what still runs in it would only take time from the tests
        await asyncio.to_thread(moments.frozen, moments)
    return Execution(_without_ours(notebook), outcomes, stopped)


async def _run_cells(client: "_Client", plan: Plan, outcomes: list[Outcome | None], limits: Limits, allowance: Allowance) -> str:
    """Run the cells one by one; returns why the run stopped early, or nothing."""
    for index, cell in enumerate(plan.cells):
        if not (cell.runs or index in client.moments.wanted):
            continue
        seconds = min(float(limits.cell_seconds), allowance.deadline - time.monotonic())
        if seconds <= 0:
            return f"The notebook had used up its {limits.total_seconds} seconds."
        try:
            await client.keep_moment(index)
            if cell.runs:
                outcomes[index] = await client.run_cell(index, seconds)
        except _Hung:
            outcomes[index] = "timeout"
            return _WHY_STOPPED[_Hung]
        except (DeadKernelError, _Mute) as error:
            return _WHY_STOPPED[type(error)]
        except Exception as error:  # noqa: BLE001 - whatever nonsense the kernel sends is the submission's, not our, failure
            return f"The notebook's kernel sent something that can't be understood ({type(error).__name__})."
        allowance.on_cell()
    return ""


class _Mute(Exception):
    """The kernel does not answer."""


class _Hung(Exception):
    """The kernel does not react to an interrupt."""


_WHY_STOPPED: dict[type[Exception], str] = {
    _Hung: "A cell ran too long and could not be interrupted.",
    _Mute: "The notebook's kernel did not answer any more.",
    DeadKernelError: "The notebook's code ended its own kernel, for example by using more memory or disk than allowed.",
}


class _Client(NotebookClient):
    """nbclient, with a budget for outputs, a hard limit for each cell, and an ear for what got lost."""

    def __init__(
        self, notebook: NotebookNode, kernel: LineKernel, door: SnapshotDoor, budget: OutputBudget, moments: Moments
    ) -> None:
        super().__init__(
            notebook,
            km=kernel,  # type: ignore[arg-type] # as far as it is asked
            timeout=None,
            allow_errors=True,
            record_timing=False,
            store_widget_state=False,
            on_cell_executed=self._note_reply,
        )
        self.kc = kernel  # type: ignore[assignment] # likewise
        self._kernel, self._door, self._budget, self.moments = kernel, door, budget, moments
        self._reply = ""
        self._idle = False
        self._tests_in_a_row = False

    async def keep_moment(self, index: int) -> None:
        """Have this moment kept if a test is to be judged at it; tests in a row share one. Raises _Mute."""
        alone = index in self.moments.alone
        if index in self.moments.wanted:
            before = next(reversed(self.moments.taken.values()), None) if self._tests_in_a_row and not alone else None
            self.moments.taken[index] = before or await self._snapshot()
        self._tests_in_a_row = index in self.moments.wanted and not alone

    async def _snapshot(self) -> socket.socket | None:
        """Have the student's process copy itself. None when it answered and made no copy. Raises _Mute when it did not."""
        self._door.clear()
        message = await self._kernel.execute(_SNAPSHOT, silent=True, store_history=False)
        try:
            async with asyncio.timeout(_SNAPSHOT_SECONDS):
                while (await self._kernel.shell_channel.get_msg())["parent_header"]["msg_id"] != message:
                    pass
        except Exception:  # noqa: BLE001 - no answer, or nonsense
            raise _Mute from None
        return self._door.take()

    async def run_cell(self, index: int, seconds: float) -> Outcome:
        """Run one cell. Raises DeadKernelError, or _Hung when it can't be interrupted."""
        self._reply, self._idle = "", False
        running = asyncio.ensure_future(self.async_execute_cell(self.nb.cells[index], index))
        if await _ended(running, seconds):
            return self._outcome()
        await self._kernel.interrupt_kernel()
        if await _ended(running, INTERRUPT_SECONDS):
            return "timeout"
        running.cancel()
        await asyncio.wait({running})
        raise _Hung

    def _outcome(self) -> Outcome:
        if self._reply == "error":
            return "error"
        return "ok" if self._reply == "ok" and self._idle else "lost"

    def _note_reply(self, *, execute_reply: dict[str, Any], **_others: Any) -> None:
        self._reply = execute_reply["content"].get("status", "")

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        kind = msg["msg_type"]
        if kind == "status":
            self._idle = msg["content"].get("execution_state") == "idle"
        elif kind != "clear_output":
            content = self._budget.take(kind, msg["content"])
            if content is None:
                return None
            msg["content"] = content
        return super().process_message(msg, cell, cell_index)


async def _ended(running: asyncio.Future[NotebookNode], seconds: float) -> bool:
    """Whether the cell ended in time; what it raised is raised."""
    done, _ = await asyncio.wait({running}, timeout=seconds)
    if done:
        running.result()
    return bool(done)


def _without_ours(notebook: NotebookNode) -> dict[str, Any]:
    """The notebook as plain data."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            output.pop("transient", None)
    return dict(notebook)
