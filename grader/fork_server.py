"""Processes that have done once what is slow, seen from outside: started when first needed, asked for children, ended with us.

There are two kinds. The driver's template is trusted: it has nbclient loaded, and forks the process that drives one job (run.py).
The kernel's template sits in the sandbox, and forks the two processes of a notebook (inside/template.py).
"""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from grader.inside.keeper import ENDED, INTERRUPT, STOP
from grader.inside.serving import MESSAGE
from grader.scratch import make_scratch, remove_scratch

_START_SECONDS = 60
_ANSWER_SECONDS = 30
_END_SECONDS = 10
_SAID = 800
NOTHING: Mapping[str, bytes] = MappingProxyType({})
_PACKAGE_ROOT = Path(__file__).resolve().parent.parent


class ForkFailed(Exception):
    """The server could not be reached, or had no child to give: our own fault."""


class NotStarted(Exception):
    """A template did not come up; the message is what it said."""


@dataclass(frozen=True, slots=True)
class Used:
    """What a child and all it started have used: CPU seconds; megabytes of the largest process."""

    cpu: float = 0.0
    peak_mb: float = 0.0


class Forked:
    """A child of a server. Whoever holds this holds the child's life."""

    def __init__(self, connection: socket.socket, process: int) -> None:
        self._connection, self._process = connection, process
        self._ended = False
        self._status: int | None = None
        self._used: Used | None = None

    def interrupt(self) -> None:
        """Interrupt what runs in the kernel."""
        with contextlib.suppress(OSError):
            self._connection.send(INTERRUPT)

    def stop(self) -> None:
        """End the kernel alone, whatever it is doing; copies of it stay."""
        with contextlib.suppress(OSError):
            self._connection.send(STOP)
        self._wait_for_end()

    def is_alive(self) -> bool:
        """Whether the kernel is there; copies of it may outlive it."""
        while not self._ended and select.select([self._connection], [], [], 0)[0]:
            self._note()
        return not self._ended

    def status(self) -> int | None:
        """What wait(2) said of the kernel that has ended; None where nobody could tell."""
        self._wait_for_end()
        return self._status

    def wait(self, seconds: float) -> bool:
        """Wait for the end; whether it came."""
        return bool(select.select([self._process], [], [], seconds)[0])

    @property
    def pid(self) -> int:
        """Its number as this process sees it; -1 when it has ended."""
        facts = Path(f"/proc/self/fdinfo/{self._process}").read_text().splitlines()
        return next((int(fact.split()[1]) for fact in facts if fact.startswith("Pid:")), -1)

    def end(self) -> Used:
        """Have it end all it started, and itself; returns what they used. Only a keeper knows how, see inside/keeper.py."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)
        self.wait(_END_SECONDS)
        return self.kill()

    def kill(self) -> Used:
        """Kill it and all it started; returns what they used."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._process, signal.SIGKILL)
        os.close(self._process)
        self._connection.settimeout(_END_SECONDS)
        with self._connection:
            while self._used is None:
                self._note()
        return self._used

    def _wait_for_end(self) -> None:
        while not self._ended and select.select([self._connection], [], [], _END_SECONDS)[0]:
            self._note()

    def _note(self) -> None:
        """Take one message: how the kernel has ended; or all has, and this is what it used."""
        try:
            said = self._connection.recv(MESSAGE)
        except OSError:
            said = b""
        self._ended = True
        if said.startswith(ENDED):
            with contextlib.suppress(ValueError):
                self._status = int(said.removeprefix(ENDED))
        else:
            told = json.loads(said or b"{}")
            self._used = Used(told.get("cpu", 0.0), told.get("peak_mb", 0.0))


@dataclass(frozen=True, slots=True)
class ForkServer:
    """A server by the path of its socket; plain data, so that a driver can be told."""

    path: str

    def fork(self, request: dict[str, Any], descriptors: Sequence[int]) -> Forked:
        """A child that has been told ``request`` and has these file descriptors. Raises ForkFailed."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            connection.settimeout(_ANSWER_SECONDS)
            connection.connect(self.path)
            socket.send_fds(connection, [json.dumps(request).encode()], list(descriptors))
            _, handed, _, _ = socket.recv_fds(connection, MESSAGE, 1)
            if len(handed) == 1:
                return Forked(connection, handed[0])
        except OSError as error:
            connection.close()
            raise ForkFailed(f"The template at {self.path} does not answer: {error}.") from error
        connection.close()
        raise ForkFailed(f"The template at {self.path} has given no process.")


class Template:
    """A running template: its process, and its servers by name. It ends when :meth:`end` is called or this process ends."""

    def __init__(self, names: Sequence[str], modules: Sequence[str] = (), home: Mapping[str, bytes] = NOTHING) -> None:
        self.folder = make_scratch()
        self._modules = os.memfd_create("modules")
        os.write(self._modules, json.dumps(list(modules)).encode())
        self.servers = {name: ForkServer(str(self.folder / name)) for name in names}
        self._owner, self._theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listeners = {name: self._listen(server) for name, server in self.servers.items()}
        self._log = (self.folder / "log").open("wb")
        self.descriptors = {name: sock.fileno() for name, sock in self._listeners.items()}
        self._home = pack(home)
        self.descriptors |= {"owner": self._theirs.fileno(), "modules": self._modules, "home": self._home}
        """What the template is told: the numbers of its sockets, and of the files that name modules and hold what homes have."""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, command: Sequence[str]) -> dict[str, Any]:
        """Start it and wait until all servers are there; returns the last thing it said. Raises NotStarted."""
        try:
            self._process = subprocess.Popen(
                list(command),
                env={},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                pass_fds=list(self.descriptors.values()),
                start_new_session=True,
            )
        except OSError as error:
            self.end()
            raise NotStarted(f"{command[0]} could not be started: {error.strerror}.") from error
        self._theirs.close()
        os.close(self._modules)
        os.close(self._home)
        for listener in self._listeners.values():
            listener.close()
        waiting, told = set(self.servers), {}
        deadline = time.monotonic() + _START_SECONDS
        while waiting:
            self._owner.settimeout(max(0.1, deadline - time.monotonic()))
            try:
                said = self._owner.recv(MESSAGE)
            except OSError:
                said = b""
            told = json.loads(said or b"{}")
            if "ready" not in told:
                break
            waiting.discard(told["ready"])
        if waiting and "avoid" not in told:
            reason = self._said()
            self.end()
            raise NotStarted(reason or "It ended, or took too long, without a word.")
        return told

    def is_alive(self) -> bool:
        """Whether it can still be asked."""
        return self._process is not None and self._process.poll() is None

    def end(self) -> None:
        """End it, and all that was forked from it."""
        for sock in (self._owner, self._theirs, *self._listeners.values()):
            sock.close()
        if self._process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_END_SECONDS)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._log.close()
        remove_scratch(self.folder)

    def _listen(self, server: ForkServer) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        listener.bind(server.path)
        listener.listen(64)
        return listener

    def _said(self) -> str:
        self._log.flush()
        return (self.folder / "log").read_bytes()[-_SAID:].decode("utf-8", "replace").strip()


def start_driver_template() -> Template:
    """A template for drivers. Raises NotStarted."""
    template = Template(["driver"])
    told = json.dumps({**template.descriptors, "folder": str(template.folder)})  # the folder says whose it is
    template.start([sys.executable, "-X", "utf8", "-c", _DRIVERS, str(_PACKAGE_ROOT), told])
    return template


# The worker's folder is not the template's: the package is found by its place, not by where the worker was started.
_DRIVERS = "import sys; sys.path.insert(0, sys.argv[1]); from grader.run import main; main(sys.argv[2])"


@contextlib.contextmanager
def packed(files: Mapping[str, bytes]) -> Iterator[int]:
    """A descriptor of a file in memory that holds ``files``, as :func:`grader.inside.serving.read_files` reads it."""
    descriptor = pack(files)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def pack(files: Mapping[str, bytes]) -> int:
    """The same, for the caller to close."""
    descriptor = os.memfd_create("files")
    with open(descriptor, "wb", closefd=False) as target:
        target.write(json.dumps([[path, len(data)] for path, data in files.items()]).encode() + b"\n")
        target.writelines(files.values())
    return descriptor
