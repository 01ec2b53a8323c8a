"""The tests' process: runs the teacher's cells, asks the student's process through stand-ins, says how each test ended.

Orders come on a socket that was made before the student's process existed and that it never has; verdicts go back the same
way. The connections to the student's snapshots come along with the orders.
"""

import array
import contextlib
import importlib.abc
import importlib.machinery
import os
import signal
import socket
import sys
import time
import types
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from . import beside, wire
from .cell import Ended, execute, run_cell
from .conversation import Conversation, ConversationOver, Gone, TookTooLong
from .link import link_of
from .namespace import Namespace, our_module
from .stand_ins import StandIns

_WORKER_SECONDS = 10
_AGAIN_SECONDS = 0.5


class Snapshot:
    """A moment of the student's notebook, and the worker that speaks for it."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._talk: Conversation | None = None

    def conversation(self, names: Namespace, deadline: float, allowed: frozenset[str] | None) -> Conversation:
        """The conversation that goes on, or a new one after the last one broke off. Raises Gone."""
        if self._talk is None or self._talk.over:
            if self._talk:
                self._talk.end()
            stand_ins = StandIns()
            stand_ins.find_module = our_module
            self._talk = stand_ins.talk = Conversation(self._new_worker(), stand_ins, deadline, allowed)
            self._talk.on_question = names.before_question
            self._talk.own_globals = names
        self._talk.deadline, self._talk.allowed, self._talk.noticed = deadline, allowed, set()
        return self._talk

    def beside(self, source: str, seconds: float) -> dict[str, Any]:
        """What a new copy says of a test that it ran itself; see beside. Raises ConversationOver."""
        return beside.ask(self._new_worker(), source, seconds)

    def end(self) -> None:
        """Let the snapshot go."""
        if self._talk:
            self._talk.end()
        self._control.close()

    def _new_worker(self) -> socket.socket:
        try:
            self._control.settimeout(_WORKER_SECONDS)
            self._control.send(b"w")
            _, ancillary, _, _ = self._control.recvmsg(1, socket.CMSG_SPACE(16))
        except OSError as error:
            raise Gone(f"The student's process did not answer ({type(error).__name__}).") from None
        numbers = array.array("i")
        for level, kind, data in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                numbers.frombytes(data[: len(data) // numbers.itemsize * numbers.itemsize])
        return _only_connection(list(numbers))


def _only_connection(numbers: list[int]) -> socket.socket:
    """The one connection among what was handed over. Raises Gone when it is anything else."""
    for number in numbers[1:]:
        os.close(number)
    if len(numbers) == 1:
        with contextlib.suppress(OSError):
            sock = socket.socket(fileno=os.dup(numbers[0]))
            if (sock.family, sock.type) == (socket.AF_UNIX, socket.SOCK_STREAM):
                os.close(numbers[0])
                return sock
            sock.close()
    for number in numbers[:1]:
        os.close(number)
    raise Gone("The student's process sent something else than a connection.")


class Tests:
    """All that one notebook's tests share."""

    def __init__(self) -> None:
        self.names = Namespace()
        self._snapshot: Snapshot | None = None
        sys.meta_path.append(_StudentsModules(self.names))

    def use(self, control: socket.socket | None) -> None:
        """From here on the student's names are those of another moment."""
        if self._snapshot:
            self._snapshot.end()
        self._snapshot = Snapshot(control) if control else None
        self.names.talk = None
        # Objects of the moment before are gone; the student's side ran the visible tests too and has its own by that name.
        for name in [name for name, value in self.names.items() if link_of(value)]:
            dict.__delitem__(self.names, name)

    def prepare(self, order: dict[str, Any]) -> None:
        """Run a locked cell's statements; one that fails here leaves its names to the student's side."""
        self.names.passed_on |= set(order.get("passed_on", []))
        self.names.imports.update({name: (module, attribute) for name, module, attribute in order.get("imports", [])})
        self.names.hand_over(order.get("theirs", []))
        for statement in order.get("statements", []):
            self._timed(order["seconds"], None, lambda _talk, source=statement: self._softly(source))

    def _softly(self, source: str) -> Ended:
        with contextlib.suppress(Exception, SystemExit, KeyboardInterrupt):
            execute(source, self.names)
        return Ended("ok")

    def test(self, order: dict[str, Any]) -> dict[str, Any]:
        """Run a test cell: its outcome, its outputs, and what was noticed."""
        allowed = None if order["allowed"] is None else frozenset(order["allowed"])
        ended, talk, late = self._timed(order["seconds"], allowed, lambda _talk: run_cell(order["source"], self.names))
        gone = ""
        if talk is not None and talk.over:
            ended.outcome = "timeout" if isinstance(talk.over, TookTooLong) else "error"
            gone = "" if isinstance(talk.over, TookTooLong) else str(talk.over)
        elif late:
            ended.outcome = "timeout"
        return {**asdict(ended), "noticed": sorted(talk.noticed) if talk else [], "gone": gone}

    def beside(self, order: dict[str, Any]) -> dict[str, Any]:
        """Have a copy of the student's process run a test by itself. The answer has the form of a test's."""
        try:
            if self._snapshot is None:
                raise Gone("There is no such moment.")
            with _bell(order["seconds"]):
                return {**self._snapshot.beside(order["source"], order["seconds"]), "noticed": [], "gone": ""}
        except ConversationOver as error:
            text, late = str(error), isinstance(error, TookTooLong)
            output = {"output_type": "error", "ename": type(error).__name__, "evalue": text, "traceback": [text]}
            return {"outcome": "timeout" if late else "error", "outputs": [output], "noticed": [], "gone": "" if late else text}

    def _timed(self, seconds: float, allowed: frozenset[str] | None, run: Any) -> tuple[Ended, Conversation | None, bool]:
        """Run something with a bell that rings until it is heard: a test could swallow the first ring."""
        talk: Conversation | None = None
        rang: list[bool] = []

        def ring(_number: int, _frame: Any) -> None:
            rang.append(True)
            raise TookTooLong("The test ran out of time.")

        signal.signal(signal.SIGALRM, ring)
        try:
            if self._snapshot:
                talk = self._snapshot.conversation(self.names, time.monotonic() + seconds, allowed)
            self.names.talk = talk
            signal.setitimer(signal.ITIMER_REAL, seconds + _AGAIN_SECONDS, _AGAIN_SECONDS)
            ended = run(talk)
        except ConversationOver as error:
            text = str(error)
            output = {"output_type": "error", "ename": type(error).__name__, "evalue": text, "traceback": [text]}
            ended = Ended("timeout" if isinstance(error, TookTooLong) else "error", [output])
            if talk is None:
                talk = _silent(error)
        finally:
            _stop_ringing()
        if rang and talk is not None and not talk.over:
            talk.over = TookTooLong("The test ran out of time.")
        return ended, talk, bool(rang)


@contextlib.contextmanager
def _bell(seconds: float) -> Iterator[None]:
    """Raise TookTooLong when the time is up, whatever goes on."""

    def ring(_number: int, _frame: Any) -> None:
        raise TookTooLong("The test ran out of time.")

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds + _AGAIN_SECONDS)
    try:
        yield
    finally:
        _stop_ringing()


def _stop_ringing() -> None:
    try:
        signal.setitimer(signal.ITIMER_REAL, 0)
    except TookTooLong:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _silent(error: ConversationOver) -> Conversation:
    """A conversation that never began."""
    ours, theirs = socket.socketpair()
    theirs.close()
    talk = Conversation(ours, StandIns(), 0.0, None)
    talk.over = error
    ours.close()
    return talk


class _StudentsModules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Modules that only lie beside the student's notebook are imported over there."""

    def __init__(self, names: Namespace) -> None:
        self._names = names

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        asked_by_test = any(frame.f_globals is self._names for frame in _frames())
        if path is not None or self._names.talk is None or not asked_by_test:
            return None
        return importlib.machinery.ModuleSpec(fullname, self)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        assert self._names.talk
        remote = self._names.talk.ask("import", name=spec.name)
        made = types.ModuleType(spec.name)
        made.__dict__["__getattr__"] = lambda name: getattr(remote, name)
        return made

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing is left to do."""


def _frames() -> list[types.FrameType]:
    frames = []
    frame: types.FrameType | None = sys._getframe(1)  # noqa: SLF001 - there is no public way
    while frame:
        # The importer's own frames lie between us and the import statement; the first other one is whose it is.
        if "importlib" not in frame.f_code.co_filename and frame.f_code.co_filename != __file__:
            return [frame]
        frames.append(frame)
        frame = frame.f_back
    return []


def serve(control: socket.socket) -> None:
    """Take orders until there are no more."""
    tests = Tests()
    sys.path.insert(0, "")
    while True:
        try:
            order = wire.receive(control)
        except wire.WireError:
            return
        if order["do"] == "use":
            connection = _take_connection(control) if order["connection"] else None
            tests.use(connection)
            answer: dict[str, Any] = {}
        elif order["do"] == "prepare":
            tests.prepare(order)
            answer = {}
        elif order["do"] == "beside":
            answer = tests.beside(order)
        else:
            answer = tests.test(order)
        wire.send(control, answer)


def _take_connection(control: socket.socket) -> socket.socket:
    _, numbers, _, _ = socket.recv_fds(control, 1, 1)
    return socket.socket(fileno=numbers[0])
