"""The student's kernel seen from outside: one socket, over which nbclient drives it.

:class:`LineKernel` is to nbclient both the manager and the client of a kernel, as far as it asks for one. Nothing that comes
over the socket is believed: a message has a largest size, a shape, and a cell that asked for it, or it is not taken.
"""

import asyncio
import contextlib
import itertools
import json
import os
import re
import socket
from collections.abc import AsyncIterator, Sequence
from typing import Any

from nbclient.exceptions import DeadKernelError

from grader.fork_server import Forked, ForkFailed, ForkServer, Used
from grader.inside.kernel_words import LENGTH, READY
from grader.sandbox import KernelNotStarted

START_SECONDS = 60
_MESSAGE_LIMIT = 64 << 20
_PARTS_LIMIT = 2_000_000
_WAITING = 1_000
_REPLIES_WAITING = 8
_PIECE = 1 << 16
_MOST_AT_ONCE = 1 << 20
_NAMES = ("stdout", "stderr")
_MODULE = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_MOST_MODULES = 5_000
_MODULES_SECONDS = 10

Message = dict[str, Any]


class Nonsense(Exception):
    """The kernel sent what no kernel sends."""


class Channel:
    """Messages in order of arrival. What goes wrong with the kernel is raised to whoever waits for one."""

    def __init__(self, size: int) -> None:
        self._queue: asyncio.Queue[Message | Exception] = asyncio.Queue(size)

    async def get_msg(self, timeout: float | None = None) -> Message:  # noqa: ASYNC109 - jupyter_client's own signature
        """The next message."""
        async with asyncio.timeout(timeout):
            message = await self._queue.get()
        if isinstance(message, Exception):
            self.put(message)
            raise message
        return message

    async def wait_and_put(self, message: Message) -> None:
        await self._queue.put(message)

    def put(self, message: Message | Exception) -> None:
        """Add it, at the cost of what came before if there is no room: an error is always heard."""
        if self._queue.full() and isinstance(message, Exception):
            self._queue.get_nowait()
        with contextlib.suppress(asyncio.QueueFull):
            self._queue.put_nowait(message)


class LineKernel:
    """A running kernel. Use :func:`line_kernel`."""

    allow_stdin = False
    has_kernel = True

    def __init__(self, process: Forked, pipes: Sequence[int], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._process, self._pipes = process, dict(zip(pipes, _NAMES, strict=True))
        self._reader, self._writer = reader, writer
        self._numbers = itertools.count(1)
        self._current = ""
        self._idle = False
        self.shell_channel, self.iopub_channel = Channel(_REPLIES_WAITING), Channel(_WAITING)
        self.used = Used()

    # What nbclient asks of a manager and of a client.

    async def execute(self, code: str, *, silent: bool = False, store_history: bool = True, **_more: Any) -> str:
        """Have the kernel run ``code``; returns the request's id."""
        self._current, self._idle = f"r{next(self._numbers)}", silent
        await self._send({"id": self._current, "code": code, "silent": silent, "store_history": store_history})
        return self._current

    async def _send(self, request: dict[str, Any]) -> None:
        data = json.dumps(request).encode()
        with contextlib.suppress(ConnectionError):  # the kernel is gone, which whoever waits for the answer is told
            self._writer.write(len(data).to_bytes(LENGTH, "big") + data)
            await self._writer.drain()

    async def modules(self) -> list[str]:
        """The libraries that were imported, by the kernel's own word."""
        self._current = f"r{next(self._numbers)}"
        await self._send({"id": self._current})
        names = (await self.shell_channel.get_msg(timeout=_MODULES_SECONDS))["content"].get("names")
        told = [name for name in names if isinstance(name, str) and _MODULE.fullmatch(name)] if isinstance(names, list) else []
        return told[:_MOST_MODULES]

    @property
    def keeper(self) -> int:
        """The process below which all that the kernel has started is."""
        return self._process.pid

    async def interrupt_kernel(self) -> None:
        """Interrupt the cell that runs."""
        self._process.interrupt()

    async def stop(self) -> None:
        """End it; what it keeps for the tests stays."""
        await asyncio.to_thread(self._process.stop)

    async def status(self) -> int | None:
        """What wait(2) said of the kernel's process, which has ended; None where nobody could tell."""
        return await asyncio.to_thread(self._process.status)

    async def is_alive(self) -> bool:
        """Whether the kernel's process is there."""
        return self._process.is_alive()

    # What comes from it.

    async def listen(self) -> None:
        """Take what comes until nothing does."""
        for pipe in self._pipes:
            asyncio.get_running_loop().add_reader(pipe, self._read_pipe, pipe)
        failure: Exception = DeadKernelError("The kernel has ended.")
        try:
            while True:
                await self._take(await self._message())
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except (Nonsense, ValueError, KeyError, TypeError, RecursionError, MemoryError) as error:
            failure = Nonsense(type(error).__name__)
        finally:
            for pipe in self._pipes:
                asyncio.get_running_loop().remove_reader(pipe)
        self.iopub_channel.put(failure)
        self.shell_channel.put(failure)

    async def _message(self) -> Message:
        size = int.from_bytes(await self._reader.readexactly(LENGTH), "big")
        if size > _MESSAGE_LIMIT:
            raise Nonsense("too large")
        data = await self._reader.readexactly(size)
        if data.count(b",") + data.count(b"[") + data.count(b"{") > _PARTS_LIMIT:
            raise Nonsense("too many parts")
        said = json.loads(data)
        kind, content = said["msg_type"], said["content"]
        if not isinstance(kind, str) or not isinstance(content, dict) or not isinstance(said["parent"], str):
            raise Nonsense("shape")
        header = {"msg_type": kind}
        return {
            "channel": said["channel"],
            "header": header,
            "msg_type": kind,
            "parent_header": {"msg_id": said["parent"]},
            "metadata": {},
            "content": content,
        }

    async def _take(self, message: Message) -> None:
        if message["parent_header"]["msg_id"] != self._current:
            return  # from a thread of an earlier cell, and nobody would take it
        if message["channel"] == "shell":
            self.shell_channel.put(message)
            return
        if self._idle:
            return  # nobody listens any more, and what piles up is our memory
        if message["content"].get("execution_state") == "idle":
            self._drain()
            self._idle = True
        await self.iopub_channel.wait_and_put(message)

    def _drain(self) -> None:
        """Take what programs that the cell ran have written: it was there before the kernel said that the cell has ended."""
        for pipe in self._pipes:
            for _ in range(_MOST_AT_ONCE // _PIECE):
                if not self._read_pipe(pipe):
                    break

    def _read_pipe(self, pipe: int) -> bool:
        try:
            data = os.read(pipe, _PIECE)
        except BlockingIOError:
            return False
        if not data:
            asyncio.get_running_loop().remove_reader(pipe)
            return False
        content = {"name": self._pipes[pipe], "text": data.decode("utf-8", "replace")}
        parent = {"msg_id": self._current}
        self.iopub_channel.put(
            {"header": {"msg_type": "stream"}, "msg_type": "stream", "parent_header": parent, "metadata": {}, "content": content}
        )
        return True


@contextlib.asynccontextmanager
async def line_kernel(
    server: ForkServer, request: dict[str, Any], door: socket.socket, files: int, groups: Sequence[int]
) -> AsyncIterator[LineKernel]:
    """A kernel that is ready; it is killed, with all it started, in the end. Raises KernelNotStarted."""
    async with contextlib.AsyncExitStack() as stack:
        ours, theirs = socket.socketpair()
        stack.callback(ours.close)
        pipes = [os.pipe() for _ in _NAMES]
        for reading, _ in pipes:
            os.set_blocking(reading, False)
            stack.callback(os.close, reading)
        handed = [theirs.fileno(), door.fileno(), *(writing for _, writing in pipes), files, *groups]
        try:
            process = server.fork(request, handed)
        except ForkFailed as error:
            raise KernelNotStarted(str(error)) from error
        finally:
            theirs.close()
            for _, writing in pipes:
                os.close(writing)
        reader, writer = await asyncio.open_connection(sock=ours)
        kernel = LineKernel(process, [reading for reading, _ in pipes], reader, writer)
        stack.callback(_end, kernel, process, writer)
        await _wait_until_ready(reader, pipes[1][0])
        listening = asyncio.ensure_future(kernel.listen())
        stack.push_async_callback(_stop, listening)
        yield kernel


async def _wait_until_ready(reader: asyncio.StreamReader, errors: int) -> None:
    try:
        async with asyncio.timeout(START_SECONDS):
            if await reader.readexactly(len(READY)) == READY:
                return
    except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
        pass
    said = ""
    with contextlib.suppress(BlockingIOError):
        said = os.read(errors, _PIECE)[-1000:].decode("utf-8", "replace")
    raise KernelNotStarted(f"The kernel did not come up. {said}".strip())


async def _stop(listening: asyncio.Future[None]) -> None:
    listening.cancel()
    await asyncio.wait({listening})


def _end(kernel: LineKernel, process: Forked, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    kernel.used = process.end()
