"""Runs a planned notebook through nbclient, in a kernel that lives in the sandbox, within the limits."""

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbclient.util import ensure_async
from nbformat import NotebookNode, from_dict

from grader.kept_outputs import OutputBudget
from grader.plan import Plan, as_notebook
from grader.report import Outcome
from grader.sandbox import Box, KernelNotStarted, Sandbox
from grader.split.side import SnapshotDoor

START_SECONDS = 60
INTERRUPT_SECONDS = 5
_MESSAGE_LIMIT = 64 << 20
_SOCKET_ENTRIES = 32
_WATCH_SECONDS = 0.5
_SNAPSHOT_SECONDS = 10
_SNAPSHOT = "__import__('sys').modules['homeroom_split.agent'].snapshot"
_KERNEL_OPTIONS = (
    "--HistoryManager.enabled=False",
    "--InteractiveShell.xmode=Plain",
    "--InteractiveShell.colors=nocolor",
    "--InteractiveShellApp.ignore_cwd=True",
)


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


async def execute(plan: Plan, sandbox: Sandbox, box: Box, allowance: Allowance, moments: Moments) -> Execution:
    """Run ``plan``. Raises KernelNotStarted; nothing that student code does raises."""
    assert box.sockets
    notebook: NotebookNode = from_dict(as_notebook(plan))  # type: ignore[no-untyped-call] # nbformat has no types here
    outcomes: list[Outcome | None] = ["not_run" if cell.runs else None for cell in plan.cells]
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(moments.close)
        door = stack.enter_context(contextlib.closing(SnapshotDoor(box.sockets)))
        ours, theirs = stack.enter_context(_lifeline())
        manager = _manager(sandbox, box, ours)
        stack.push_async_callback(_end, manager)
        began = time.monotonic()
        client = await _start(manager, notebook, box, allowance.budget, theirs)
        allowance.deadline += time.monotonic() - began
        client.door, client.moments = door, moments
        assert client.kc
        stack.callback(client.kc.stop_channels)
        stopped = await _run_cells(client, plan, outcomes, box, allowance)
        await asyncio.to_thread(moments.frozen, moments)
    return Execution(_without_ours(notebook), outcomes, stopped)


async def _run_cells(client: "_Client", plan: Plan, outcomes: list[Outcome | None], box: Box, allowance: Allowance) -> str:
    """Run the cells one by one; returns why the run stopped early, or nothing."""
    for index, cell in enumerate(plan.cells):
        if not (cell.runs or index in client.moments.wanted):
            continue
        seconds = min(float(box.limits.cell_seconds), allowance.deadline - time.monotonic())
        if seconds <= 0:
            return f"The notebook had used up its {box.limits.total_seconds} seconds."
        try:
            await client.keep_moment(index)
            if cell.runs:
                outcomes[index] = await client.run_cell(index, seconds)
        except _Hung:
            outcomes[index] = "timeout"
            return _WHY_STOPPED[_Hung]
        except (DeadKernelError, _Trespassed, _Mute) as error:
            return _WHY_STOPPED[type(error)]
        except Exception as error:  # noqa: BLE001 - whatever nonsense the kernel sends is the submission's, not our, failure
            return f"The notebook's kernel sent something that can't be understood ({type(error).__name__})."
        allowance.on_cell()
    return ""


class _Mute(Exception):
    """The kernel does not answer."""


class _Hung(Exception):
    """The kernel does not react to an interrupt."""


class _Trespassed(Exception):
    """Something was written into the folder that is shared with the outside."""


_WHY_STOPPED: dict[type[Exception], str] = {
    _Hung: "A cell ran too long and could not be interrupted.",
    _Mute: "The notebook's kernel did not answer any more.",
    _Trespassed: "The notebook's code wrote where only the kernel's sockets belong; it was stopped.",
    DeadKernelError: "The notebook's code ended its own kernel, for example by using more memory than allowed.",
}


class _Client(NotebookClient):
    """nbclient, with a budget for outputs, a hard limit for each cell, and an ear for what got lost."""

    def __init__(self, notebook: NotebookNode, manager: AsyncKernelManager, sockets: Path, budget: OutputBudget) -> None:
        super().__init__(
            notebook,
            km=manager,
            timeout=None,
            allow_errors=True,
            record_timing=False,
            store_widget_state=False,
            on_cell_executed=self._note_reply,
        )
        self._budget = budget
        self._sockets = sockets
        self._reply = ""
        self._idle = False
        self._tests_in_a_row = False
        self.door: SnapshotDoor
        self.moments: Moments

    async def keep_moment(self, index: int) -> None:
        """Have this moment kept if a test is to be judged at it; tests in a row share one. Raises _Mute."""
        alone = index in self.moments.alone
        if index in self.moments.wanted:
            before = next(reversed(self.moments.taken.values()), None) if self._tests_in_a_row and not alone else None
            self.moments.taken[index] = before or await self._snapshot()
        self._tests_in_a_row = index in self.moments.wanted and not alone

    async def _snapshot(self) -> socket.socket | None:
        """Have the student's process copy itself. None when it answered and made no copy. Raises _Mute when it did not."""
        assert self.kc
        self.door.clear()
        message = self.kc.execute(f"{_SNAPSHOT}({str(self.door.path)!r})", silent=True, store_history=False, stop_on_error=False)
        try:
            async with asyncio.timeout(_SNAPSHOT_SECONDS):
                while await self._answered() != message:
                    pass
        except Exception:  # noqa: BLE001 - no answer, or nonsense
            raise _Mute from None
        return self.door.take()

    async def _answered(self) -> str:
        """The id of the request that the next answer is for."""
        reply: dict[str, Any] = await ensure_async(self.kc.get_shell_msg())  # type: ignore[union-attr] # an async client
        return str(reply["parent_header"].get("msg_id"))

    async def run_cell(self, index: int, seconds: float) -> Outcome:
        """Run one cell. Raises DeadKernelError, _Hung when it can't be interrupted, or _Trespassed."""
        self._reply, self._idle = "", False
        running = asyncio.ensure_future(self.async_execute_cell(self.nb.cells[index], index))
        if await self._wait(running, seconds):
            return self._outcome()
        assert self.km
        await ensure_async(self.km.interrupt_kernel())
        if await self._wait(running, INTERRUPT_SECONDS):
            return "timeout"
        await _cancel(running)
        raise _Hung

    async def _wait(self, running: asyncio.Future[NotebookNode], seconds: float) -> bool:
        """Whether the cell ended in time; what it raised is raised."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            done, _ = await asyncio.wait({running}, timeout=min(left, _WATCH_SECONDS))
            if not _sockets_intact(self._sockets):
                await _cancel(running)
                raise _Trespassed
            if done:
                running.result()
                return True
        return False

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


async def _cancel(running: asyncio.Future[NotebookNode]) -> None:
    running.cancel()
    await asyncio.wait({running})


class _Manager(AsyncKernelManager):
    """Knows by its lifeline when the kernel has ended: the sandbox around it stays for the copies of the kernel."""

    lifeline: socket.socket

    async def _async_is_alive(self) -> bool:
        with contextlib.suppress(BlockingIOError):
            self.lifeline.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
            return False
        return bool(await super()._async_is_alive())

    is_alive = _async_is_alive  # the client asks by one name, nbclient by the other


def _manager(sandbox: Sandbox, box: Box, lifeline: socket.socket) -> AsyncKernelManager:
    assert box.sockets
    context = zmq.asyncio.Context()
    context.setsockopt(zmq.MAXMSGSIZE, _MESSAGE_LIMIT)
    manager = _Manager(context=context, transport="ipc", ip=str(box.sockets / "k"), connection_file=str(box.sockets / "c.json"))
    manager.lifeline = lifeline
    manager.write_connection_file()
    Path(manager.connection_file).chmod(0o644)  # the user inside is another one; the folder above is closed to all others
    argv = sandbox.command(box, ["-f", "{connection_file}", *_KERNEL_OPTIONS])
    manager._kernel_spec = KernelSpec(argv=argv, display_name="", language="python", interrupt_mode="message")  # noqa: SLF001
    return manager


@contextlib.contextmanager
def _lifeline() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Our end and the sandbox's: by the end of one, the other side knows that nobody is there any more."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


async def _start(
    manager: AsyncKernelManager, notebook: NotebookNode, box: Box, budget: OutputBudget, lifeline: socket.socket
) -> _Client:
    """Start the kernel and hand its sockets' folder back to us. Raises KernelNotStarted."""
    assert box.sockets
    log = box.sockets.parent / "kernel.log"
    try:
        with log.open("wb") as file:
            await manager.start_kernel(env={}, stdin=lifeline, stdout=file, stderr=file)
        lifeline.close()
        client = _Client(notebook, manager, box.sockets, budget)
        client.kc = manager.client()
        client.kc.start_channels()
        client.kc.allow_stdin = False
        await client.kc.wait_for_ready(timeout=START_SECONDS)
        # Only now may modules in the working folder be imported; before, one called random.py would break the kernel itself.
        client.kc.execute("__import__('sys').path.insert(0, '')", silent=True)
    except Exception as error:
        said = log.read_bytes()[-1000:].decode("utf-8", "replace") if log.exists() else ""
        raise KernelNotStarted(f"{type(error).__name__}: {error} {said}".strip()) from error
    box.sockets.chmod(0o711)
    return client


async def _end(manager: AsyncKernelManager) -> None:
    """Kill the kernel and with it everything in its sandbox; nothing that it might still want to do is waited for."""
    with contextlib.suppress(Exception):
        if manager.has_kernel:
            await manager.shutdown_kernel(now=True)
    manager.context.destroy(linger=0)


def _sockets_intact(folder: Path) -> bool:
    """Whether the one folder shared with the sandbox still holds only the kernel's few small things."""
    entries = list(folder.iterdir())
    return len(entries) <= _SOCKET_ENTRIES and sum(entry.lstat().st_size for entry in entries) < 1 << 20


def _without_ours(notebook: NotebookNode) -> dict[str, Any]:
    """The notebook as plain data."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            output.pop("transient", None)
    return dict(notebook)
