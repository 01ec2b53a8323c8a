"""The tests' side of the conversation with the student's process. All that comes back is checked; silence is an answer too."""

import builtins
import operator
import socket
import sys
import time
import types
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from . import wire

_OUTPUT_LIMIT = 64 << 10
_TEXT_LIMIT = 2_000
_CLASSES_LIMIT = 20
STOPPED = "stopped"

_EXCEPTIONS = {name: value for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, Exception)}


class ConversationOver(BaseException):
    """There will be no answer. Not an Exception, so that a test's own ``except Exception`` can't make it pass."""


class TookTooLong(ConversationOver):
    """The student's code, or the test, ran out of time."""


class Gone(ConversationOver):
    """The student's process has ended or talks nonsense."""


class Conversation:
    """Questions to one worker of one snapshot."""

    def __init__(self, sock: socket.socket, proxies: "Proxies", deadline: float, allowed: frozenset[str] | None) -> None:
        self._sock = sock
        self._proxies = proxies
        self.deadline = deadline
        self.allowed = allowed
        self.noticed: set[str] = set()
        """What of the verdict was left to the student's classes; see ``permit``."""
        self.over: ConversationOver | None = None
        """Set once and for all; whoever swallowed the exception meets it again."""
        self.on_question: Callable[[], None] = lambda: None
        self.classes: dict[int, type] = {}
        self.own_globals: dict[str, Any] = {}
        self._functions: dict[int, Any] = {}

    def permit(self, flag: str) -> bool:
        """Whether the student's own code may decide this: where the teacher's solution needed it too."""
        self.noticed.add(flag)
        return self.allows(flag)

    def allows(self, flag: str) -> bool:
        """The same, without a note that it was asked for."""
        return self.allowed is None or flag in self.allowed

    def ask(self, op: str, number: int | None = None, name: str = "", values: Any = (), named: Any = None) -> Any:
        """The answer to a question. Raises what the student's code raised, as an exception of our own making."""
        if self.over:
            raise self.over
        if op != "fetch":
            self.on_question()
        message: dict[str, Any] = {"op": op, "n": name, "a": [self._write(value) for value in values]}
        if named:
            message["k"] = {key: self._write(value) for key, value in named.items()}
        if number is not None:
            message["id"] = number
        try:
            return self._finish(self._exchange(message), values, steps=(op, name) == ("special", "next"))
        except wire.CanNotSend as error:
            raise TypeError(f"this value can't be given to the student's code: {error}") from None
        except TimeoutError:
            self.over = TookTooLong("The student's code gave no answer in time.")
        except (OSError, wire.WireError, RecursionError, MemoryError) as error:
            self.over = Gone(f"The student's process gave no proper answer ({type(error).__name__}: {str(error)[:200]}).")
        raise self.over

    def end(self) -> None:
        """Hang up."""
        self._sock.close()

    def _exchange(self, message: dict[str, Any]) -> dict[str, Any]:
        self._send(message)
        while "callback" in (reply := self._receive()):
            self._send(self._called_back(reply))
        return reply

    def _send(self, message: dict[str, Any]) -> None:
        self._sock.settimeout(max(0.01, self.deadline - time.monotonic()))
        wire.send(self._sock, message)

    def _receive(self) -> dict[str, Any]:
        self._sock.settimeout(max(0.01, self.deadline - time.monotonic()))
        return wire.receive(self._sock)

    def _called_back(self, request: dict[str, Any]) -> dict[str, Any]:
        number = request.get("callback")
        function = self._functions.get(number) if type(number) is int else None
        nodes = request.get("a")
        if function is None or type(nodes) is not list:
            raise wire.WireError("no such function")
        values = [self._read(node) for node in nodes]
        try:
            return {"ok": self._write(function(*values))}
        except Exception:  # noqa: BLE001 - a test's function may raise; the student's code learns only that it did
            return {"error": True}

    def _finish(self, reply: dict[str, Any], values: Any, *, steps: bool) -> Any:
        printed = reply.get("out", "")
        if printed:
            sys.stdout.write(wire.text_of(printed, _OUTPUT_LIMIT))
        if "error" in reply:
            error = self._error(reply["error"])
            if isinstance(error, StopIteration | StopAsyncIteration) and not steps and not self.permit(STOPPED):
                # It would end a loop of the test's, as in map(), before anything was compared.
                raise RuntimeError(f"the student's code raised {type(error).__name__}")
            raise error
        for place, node in _pairs(reply.get("changed", [])):
            if place < len(values):
                _copy_back(values[place], self._read(node))
        for number, node in _pairs(reply.get("states", [])):
            self._proxies.note_state(number, self._read(node))
        return self._read(reply.get("ok"))

    def _error(self, about: Any) -> Exception:
        """An exception like the one over there; never one that could end our own process or pass for ours."""
        if type(about) is not dict or type(about.get("names")) is not list:
            raise wire.WireError("no error")
        names = [wire.text_of(name) for name in about["names"]][:_CLASSES_LIMIT]
        text = wire.text_of(about.get("text", ""), _TEXT_LIMIT)
        own = [(place, wire.text_of(name)) for place, name in _pairs(about.get("classes", []))]
        kind = self._proxies.exception_class(own, names)
        try:
            made = kind(text)
        except Exception:  # noqa: BLE001 - some built-in exceptions want other arguments
            made = self._proxies.exception_class([], ["ValueError"])(text)
        made.__dict__["from_student"] = True
        if type(about.get("id")) is int:
            made.__dict__["_number"] = about["id"]
        return made

    def _write(self, value: Any) -> wire.Node:
        try:
            return wire.Writer(self._refer).write(value)
        except wire.WireError as error:
            raise TypeError(f"this value can't be given to the student's code: {error}") from None
        except RecursionError:
            raise TypeError("this value can't be given to the student's code: it is too deep") from None

    def _read(self, node: wire.Node) -> Any:
        return wire.Reader(self._resolve).read(node)

    def _resolve(self, node: list[Any], reader: wire.Reader) -> Any:
        match node:
            case ["ref", int() as number, dict() as about]:
                return self._proxies.stand_in(number, about, reader)
            case ["call", int() as number] if number in self._functions:
                return self._functions[number]
            case ["py", "builtins", str() as name] if isinstance(getattr(builtins, name, None), type):
                return getattr(builtins, name)
            case ["module", str() as name, int() as number]:
                return self._proxies.module(number, name)
        raise wire.WireError("no such value")

    def _refer(self, value: Any) -> wire.Node:
        """What of ours may be named to the student's side: its own objects, public functions, and what a test defined."""
        number = self._proxies.number_of(value)
        if number is not None:
            return ["mine", number]
        name = getattr(value, "__name__", "")
        if isinstance(value, type) and self.own_globals.get(name) is value:
            return ["name", name]
        if isinstance(value, types.FunctionType | types.MethodType) and _globals_of(value) is self.own_globals:
            self._functions[id(value)] = value
            return ["call", id(value)]
        public = _public_name(value)
        if public:
            return ["py", *public]
        kind = type(value)
        if self.own_globals.get(kind.__name__) is kind and hasattr(value, "__dict__"):
            return ["copy", kind.__name__, self._write(vars(value))]
        raise wire.CanNotSend(f"a {kind.__name__}")


class Proxies(ABC):
    """What a conversation needs to know of the stand-ins; see :mod:`proxy`."""

    @abstractmethod
    def stand_in(self, number: int, about: dict[str, Any], reader: wire.Reader) -> Any:
        """Our object for the student's object ``number``."""

    @abstractmethod
    def module(self, number: int, name: str) -> Any:
        """Our own module of that name, or a stand-in."""

    @abstractmethod
    def exception_class(self, own: list[tuple[int, str]], names: list[str]) -> type[Exception]:
        """Our class for an exception of theirs."""

    @abstractmethod
    def note_state(self, number: int, state: Any) -> None:
        """What the object holds now."""

    @abstractmethod
    def number_of(self, value: Any) -> int | None:
        """The number of the object that ``value`` stands for, if it is a stand-in of this conversation."""


def builtin_exception(names: list[str]) -> type[Exception]:
    """The nearest built-in Exception among a class's names."""
    return next((_EXCEPTIONS[name] for name in names if name in _EXCEPTIONS), Exception)


def _globals_of(value: Any) -> Any:
    return getattr(getattr(value, "__func__", value), "__globals__", None)


def _public_name(value: Any) -> tuple[str, str] | None:
    """Where to import this function or class from, when everybody can."""
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", getattr(value, "__name__", None))
    module = "numpy" if module is None and type(value).__name__ == "ufunc" else module
    if type(module) is not str or type(name) is not str or not callable(value) or module.startswith(("__main__", "homeroom")):
        return None
    try:
        found = operator.attrgetter(name)(sys.modules[module])
    except (KeyError, AttributeError):
        return None
    return (module, name) if found is value else None


def _pairs(node: Any) -> list[tuple[int, Any]]:
    """A list of [number, anything]."""
    if type(node) is not list:
        raise wire.WireError("no list")
    pairs = []
    for pair in node:
        if type(pair) is not list or len(pair) != 2 or type(pair[0]) is not int or pair[0] < 0:  # noqa: PLR2004
            raise wire.WireError("no pair")
        pairs.append((pair[0], pair[1]))
    return pairs


def _copy_back(ours: Any, theirs: Any) -> None:
    """Make our argument what the student's code has made of its copy."""
    kind = type(ours)
    if kind is not type(theirs):
        return
    if kind in (list, bytearray):
        ours[:] = theirs
    elif isinstance(ours, dict | set):
        ours.clear()
        ours.update(theirs)
    elif kind.__name__ == "deque":
        ours.clear()
        ours.extend(theirs)
    elif kind.__name__ == "ndarray":
        if ours.shape == theirs.shape and ours.dtype == theirs.dtype:
            ours[...] = theirs
    elif kind.__name__ in {"DataFrame", "Series"}:
        ours._update_inplace(theirs)  # noqa: SLF001 - pandas has no public way to replace a frame's content
