"""A process that has done what is slow once, and forks a child that has it done for each who asks.

Who asks connects to a Unix socket (SOCK_SEQPACKET), sends one JSON object and file descriptors, and gets ``{"pid": …}`` with a
descriptor of the child's process; when the child has ended, ``{"cpu": seconds, "peak_mb": …}``. The connection is the child's
too: by its end the child knows that nobody is there any more. The process serves as long as somebody holds the other end of
its ``owner`` socket.
"""

import contextlib
import gc
import json
import os
import select
import signal
import socket
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from . import system

SERVER, CHILD = "hr-template", "hr-job"
"""The names of these processes in lists of processes."""
MESSAGE = 64 << 10
DESCRIPTORS = 16
_SECONDS_TO_ASK = 10

Become = Callable[[dict[str, Any], list[int], socket.socket], None]
"""What a child does with the request, its descriptors and the connection; the child ends with it."""


class Forking:
    """How to fork. The plain way; see confine.py for one into namespaces of its own."""

    def before(self) -> None:
        """In the parent."""

    def after(self) -> None:
        """In the parent again."""


def threads() -> int:
    """How many threads this process has: only one of them would live on in a child."""
    return len(os.listdir("/proc/self/task"))  # noqa: PTH208 - a number is wanted, not paths


def serve(listener: socket.socket, owner: socket.socket, become: Become, forking: Forking | None = None) -> None:
    """Serve until the owner has gone."""
    if threads() != 1:
        raise RuntimeError("a process with several threads can't be forked")
    gc.collect()
    gc.freeze()
    woken, wake = os.pipe()
    for end in (woken, wake):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    system.set_name(SERVER)
    server = _Server(listener, (owner.fileno(), woken, wake), become, forking or Forking())
    poll = select.poll()
    poll.register(owner, 0)  # an end is told of in any case
    poll.register(listener, select.POLLIN)
    poll.register(woken, select.POLLIN)
    while True:
        for number, _event in poll.poll():
            if number == owner.fileno():
                return
            if number == woken:
                with contextlib.suppress(BlockingIOError):
                    os.read(woken, 4096)
                server.reap()
            else:
                server.answer()


class _Server:
    def __init__(self, listener: socket.socket, own: tuple[int, ...], become: Become, forking: Forking) -> None:
        self._listener, self._own, self._become, self._forking = listener, own, become, forking
        self._children: dict[int, socket.socket] = {}

    def answer(self) -> None:
        connection, _ = self._listener.accept()
        try:
            connection.settimeout(_SECONDS_TO_ASK)
            data, descriptors, _, _ = socket.recv_fds(connection, MESSAGE, DESCRIPTORS)
            connection.settimeout(None)
        except OSError:
            connection.close()
            return
        try:
            if data:
                self._fork(json.loads(data), descriptors, connection)
            else:
                connection.close()
        finally:
            for number in descriptors:
                os.close(number)

    def _fork(self, request: dict[str, Any], descriptors: list[int], connection: socket.socket) -> None:
        self._forking.before()
        child = os.fork()
        if not child:
            self._be_child(request, descriptors, connection)
        self._forking.after()
        self._children[child] = connection
        process = os.pidfd_open(child)
        with contextlib.suppress(OSError):
            socket.send_fds(connection, [json.dumps({"pid": child}).encode()], [process])
        os.close(process)

    def _be_child(self, request: dict[str, Any], descriptors: list[int], connection: socket.socket) -> None:
        """Never returns."""
        status = 70
        try:
            system.set_name(CHILD)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for number in self._own:
                os.close(number)
            self._listener.close()
            for other in self._children.values():
                other.close()
            self._become(request, descriptors, connection)
            status = 0
        except BaseException:  # noqa: BLE001 - a child must never go on as the server
            with contextlib.suppress(Exception):
                os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(status)

    def reap(self) -> None:
        while self._children:
            try:
                child, _status, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not child:
                return
            connection = self._children.pop(child, None)
            if connection is None:
                raise SystemExit(f"process {child} has ended, without which there is nothing to serve")
            report = {"cpu": round(used.ru_utime + used.ru_stime, 4), "peak_mb": round(used.ru_maxrss / 1024, 1)}
            with contextlib.suppress(OSError), connection:
                connection.send(json.dumps(report).encode())


def read_files(descriptor: int, folder: Path) -> None:
    """Write the files that :func:`grader.fork_server.pack` put behind ``descriptor`` into ``folder``."""
    write_files(unpacked(descriptor), folder)


def unpacked(descriptor: int) -> Iterator[tuple[str, bytes]]:
    """Path and content of each."""
    os.lseek(descriptor, 0, os.SEEK_SET)  # the place in a file is shared with all who were given it
    with open(descriptor, "rb") as packed:
        for path, size in json.loads(packed.readline()):
            yield path, packed.read(size)


def write_files(files: Iterable[tuple[str, bytes]], folder: Path) -> None:
    """Write them below ``folder``."""
    for path, data in files:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
