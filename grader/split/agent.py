"""The student's side of the conversation: keeps a moment of the notebook, and answers questions about it.

It runs where the student's code runs, so it is a convenience and no more: who replaces it can only answer with other plain
data, or not at all.
"""

import array
import asyncio
import builtins
import contextlib
import gc
import importlib
import io
import operator
import os
import resource
import signal
import socket
import stat
import sys
import types
from collections.abc import Callable
from typing import Any

from . import beside, forms, wire

_OUTPUT_LIMIT = 64 << 10
_MESSAGE_LIMIT = 2_000
_STATE_DEPTH = 3
_MUTABLE = {
    "list",
    "dict",
    "set",
    "bytearray",
    "deque",
    "Counter",
    "OrderedDict",
    "defaultdict",
    "ndarray",
    "DataFrame",
    "Series",
}
_FILES = {stat.S_IFREG, stat.S_IFDIR, stat.S_IFCHR, stat.S_IFBLK}
_TYPES = {vars(builtins)[name] for name in dir(builtins) if isinstance(vars(builtins)[name], type)}


class Callback:
    """A function of the tests, to be called over there."""

    def __init__(self, worker: "Worker", number: int) -> None:
        self._worker = worker
        self.number = number

    def __call__(self, *values: Any) -> Any:
        return self._worker.call_back(self.number, values)


class Worker:
    """Answers the tests' side, one question at a time."""

    def __init__(self, sock: socket.socket, names: dict[str, Any]) -> None:
        self._sock = sock
        self._names = names
        self._objects: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._callbacks: dict[int, Callback] = {}
        self._stated: set[int] = set()
        self._state_depth = 0

    def serve(self) -> None:
        """Answer until the other side has gone."""
        while True:
            self._answer(wire.receive(self._sock))

    def call_back(self, number: int, values: tuple[Any, ...]) -> Any:
        """Call the tests' function ``number``."""
        wire.send(self._sock, {"callback": number, "a": [self._write(value) for value in values]})
        while "op" in (message := wire.receive(self._sock)):
            self._answer(message)
        if "error" in message:
            raise RuntimeError("the test's function failed")
        return self._read(message["ok"])

    def _answer(self, message: dict[str, Any]) -> None:
        printed = io.StringIO()
        self._stated.clear()
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
                reply = self._do(message)
        except wire.CanNotSend:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever the student's code raises is told, not obeyed
            reply = {"error": self._error(error)}
        reply["out"] = printed.getvalue()[:_OUTPUT_LIMIT]
        try:
            wire.send(self._sock, reply)
        except (wire.CanNotSend, ValueError):
            wire.send(
                self._sock, {"error": {"names": ["ValueError", "Exception"], "text": "The value is too large.", "classes": []}}
            )

    def _do(self, message: dict[str, Any]) -> dict[str, Any]:
        values = [self._read(node) for node in message.get("a", [])]
        named = {name: self._read(node) for name, node in message.get("k", {}).items()}
        target = self._objects[message["id"]] if "id" in message else None
        result = _OPERATIONS[message["op"]](self, target, message.get("n", ""), values, named)
        reply: dict[str, Any] = {"ok": self._write(result)}
        changed = [[place, node] for place, value in enumerate(values) if (node := self._if_changed(value, message["a"][place]))]
        if changed:
            reply["changed"] = changed
        whose = getattr(target, "__self__", None) if isinstance(target, types.MethodType) else None
        touched = [value for value in [target, whose, *values] if id(value) in self._numbers and forms.is_own(type(value))]
        if touched:
            reply["states"] = [[self._number(value), self._state(value)] for value in touched]
        return reply

    def _if_changed(self, value: Any, before: wire.Node) -> wire.Node:
        if type(value).__name__ not in _MUTABLE or (type(before) is list and before[0] == "mine"):
            return None
        after = self._write(value)
        return None if after == before else after

    # What goes over.

    def _write(self, value: Any) -> wire.Node:
        try:
            return wire.Writer(self._refer).write(value)
        except (wire.WireError, RecursionError):
            return ["ref", self._number(value), {"k": forms.kind_of(value)}]

    def _refer(self, value: Any) -> wire.Node:
        if isinstance(value, types.ModuleType):
            return ["module", value.__name__, self._number(value)]
        if isinstance(value, Callback):
            return ["call", value.number]
        if isinstance(value, type) and value in _TYPES:
            return ["py", "builtins", value.__name__]
        kind = value if isinstance(value, type) else type(value)
        about: dict[str, Any] = {"k": forms.kind_of(value), "n": forms.name_of(value)}
        own = list(forms.own_classes(kind))[:20]
        if own:
            about["c"] = [[self._number(parent), parent.__name__[:60]] for parent in own]
        if about["k"] == "class":
            about["i"] = forms.kind_of_instances(value)
        if about["k"] == "exception":
            about["e"] = [parent.__name__[:60] for parent in kind.__mro__]
        if kind is not value:
            self._describe(value, about)
        return ["ref", self._number(value), about]

    def _describe(self, value: Any, about: dict[str, Any]) -> None:
        if forms.says_what_it_contains(type(value)):
            about["in"] = True
        base = forms.base_of(value)
        if base:
            about["b"] = base[0]
            if base[1] is not None:
                about["v"] = self._write(base[1])
                fields = getattr(type(value), "_fields", None)
                if base[0] == "tuple" and type(fields) is tuple:
                    about["f"] = [str(name) for name in fields]
        elif forms.is_own(type(value)) and about["k"] in {"object", "callable", "iterator"}:
            about["q"] = forms.equality_of(type(value))
            about["s"] = self._state(value)

    def _state(self, value: Any) -> wire.Node:
        """What the object holds just now; each object's once in a message."""
        if id(value) in self._stated or self._state_depth >= _STATE_DEPTH:
            return None
        self._stated.add(id(value))
        self._state_depth += 1
        try:
            return self._write(forms.state_of(value))
        except Exception:  # noqa: BLE001 - a class may do anything when it is looked at
            return None
        finally:
            self._state_depth -= 1

    def _number(self, value: Any) -> int:
        if id(value) not in self._numbers:
            number = len(self._objects) + 1
            self._numbers[id(value)] = number
            self._objects[number] = value
        return self._numbers[id(value)]

    def _error(self, error: BaseException) -> dict[str, Any]:
        own = [kind for kind in type(error).__mro__ if forms.is_own(kind)]
        try:
            text = str(error)[:_MESSAGE_LIMIT]
        except Exception:  # noqa: BLE001 - likewise
            text = ""
        return {
            "names": [kind.__name__[:60] for kind in type(error).__mro__][:20],
            "classes": [[self._number(kind), kind.__name__[:60]] for kind in own][:20],
            "text": text,
            "id": self._number(error),
        }

    # What comes over.

    def _read(self, node: wire.Node) -> Any:
        return wire.Reader(self._resolve).read(node)

    def _resolve(self, node: list[Any], reader: wire.Reader) -> Any:
        match node:
            case ["mine", number]:
                return self._objects[number]
            case ["call", number]:
                return self._callbacks.setdefault(number, Callback(self, number))
            case ["py", module, name]:
                return operator.attrgetter(name)(importlib.import_module(module))
            case ["name", name]:
                return self._names[name]
            case ["copy", name, state]:
                made = object.__new__(self._names[name])
                made.__dict__.update(reader.inner(state))
                return made
        raise wire.WireError("no such value")

    # What can be asked for.

    def fetch(self, _target: Any, name: str, _values: list[Any], _named: dict[str, Any]) -> Any:
        """The notebook's name."""
        if name not in self._names:
            raise NameError(f"name {name!r} is not defined")
        return self._names[name]

    def bind(self, _target: Any, name: str, values: list[Any], _named: dict[str, Any]) -> None:
        """Give a name of the notebook another value."""
        self._names[name] = values[0]

    def unbind(self, _target: Any, name: str, _values: list[Any], _named: dict[str, Any]) -> None:
        """Take a name of the notebook away."""
        del self._names[name]

    def load(self, _target: Any, name: str, _values: list[Any], _named: dict[str, Any]) -> Any:
        """Import a module that lies beside the notebook."""
        return importlib.import_module(name)

    def wait_for(self, target: Any, _name: str, _values: list[Any], _named: dict[str, Any]) -> Any:
        """Run an awaitable to its end."""

        async def waited() -> Any:
            return await target

        return asyncio.run(waited())


def _special(target: Any, name: str, values: list[Any]) -> Any:
    """What an operator or a built-in function does with the object."""
    if name in _BY_FUNCTION:
        return _BY_FUNCTION[name](target, *values)
    if name.startswith("r") and name[1:] in _REFLECTED:
        return getattr(operator, name[1:])(values[0], target)
    return getattr(operator, name)(target, *values)


def _exit(target: Any, failed: Any = False) -> Any:  # noqa: FBT002 - what __exit__ is told
    error = RuntimeError("the test failed in here") if failed else None
    return type(target).__exit__(target, type(error) if error else None, error, None)


_REFLECTED = {"add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"}
_BY_FUNCTION: dict[str, Callable[..., Any]] = {
    **{
        f.__name__: f
        for f in (len, iter, next, repr, str, bool, int, float, complex, hash, round, reversed, dir, divmod, abs, bytes)
    },
    "format": format,
    "contains": operator.contains,
    "enter": lambda target: type(target).__enter__(target),
    "exit": _exit,
    "plain": forms.plain_of,
    "floor": lambda target: target.__floor__(),
    "ceil": lambda target: target.__ceil__(),
    "trunc": lambda target: target.__trunc__(),
}
_OPERATIONS: dict[str, Callable[[Worker, Any, str, list[Any], dict[str, Any]], Any]] = {
    "run": lambda _worker, _target, source, _values, _named: beside.run(source),
    "fetch": Worker.fetch,
    "bind": Worker.bind,
    "unbind": Worker.unbind,
    "import": Worker.load,
    "await": Worker.wait_for,
    "call": lambda _worker, target, _name, values, named: target(*values, **named),
    "get": lambda _worker, target, name, _values, _named: getattr(target, name),
    "set": lambda _worker, target, name, values, _named: setattr(target, name, values[0]),
    "delete": lambda _worker, target, name, _values, _named: delattr(target, name),
    "special": lambda _worker, target, name, values, _named: _special(target, name, values),
}


_door: list[socket.socket] = []
_kernel: list[int] = []
_rank: list[int] = [-1]


def open_door(sock: socket.socket) -> None:
    """Where the copies' connections are handed out."""
    _door[:] = [sock]


def hold_rank(descriptor: int) -> None:
    """By what this process's rank when memory is short is set; -1 if it can't be."""
    _rank[:] = [descriptor]


def _set_rank(rank: bytes) -> None:
    with contextlib.suppress(OSError):
        os.write(_rank[0], rank)


def snapshot() -> None:
    """Fork. The kernel goes on with the notebook; the copy keeps this moment and waits to be asked; see grader.split.side."""
    _kernel[:] = [os.getpid()]
    names = sys.modules["__main__"].__dict__
    theirs, sock = socket.socketpair()
    _set_rank(b"0")
    usual = {name: resource.getrlimit(name) for name in (resource.RLIMIT_NPROC, resource.RLIMIT_AS)}
    for name, (_, most) in usual.items():
        resource.setrlimit(name, (most, most))  # the reserve is for this
    try:
        if os.fork():
            return
    finally:
        if os.getpid() == _kernel[0]:
            _set_rank(b"1000")
            for name, limits in usual.items():
                resource.setrlimit(name, limits)
            sock.close()
            socket.send_fds(_door[0], [b"s"], [theirs.fileno()])
            theirs.close()
    try:
        _come_apart(sock)
        _keep(sock, names)
    finally:
        os._exit(0)


def _come_apart(sock: socket.socket) -> None:
    """Let go of all that belongs to the kernel: its sockets, its event loop, its output."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    for number in range(3, resource.getrlimit(resource.RLIMIT_NOFILE)[0]):
        # Files that the notebook has open stay so: its functions may read them.
        with contextlib.suppress(OSError):
            if number != sock.fileno() and stat.S_IFMT(os.fstat(number).st_mode) not in _FILES:
                os.close(number)
    sys.stdout = sys.stderr = io.StringIO()
    asyncio._set_running_loop(None)  # noqa: SLF001 # type: ignore[attr-defined, unused-ignore]
    asyncio.set_event_loop(None)
    gc.freeze()


def _keep(control: socket.socket, names: dict[str, Any]) -> None:
    """Make a worker each time the tests' side asks for one; the last one ends."""
    last = 0
    while control.recv(1):
        if last:
            with contextlib.suppress(OSError):
                os.kill(last, signal.SIGKILL)
                os.waitpid(last, 0)
        theirs, ours = socket.socketpair()
        last = os.fork()
        if not last:
            control.close()
            theirs.close()
            signal.signal(signal.SIGINT, signal.default_int_handler)
            Worker(ours, names).serve()
        ours.close()
        control.sendmsg([b"w"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [theirs.fileno()]))])
        theirs.close()
    if last:
        os.kill(last, signal.SIGKILL)
