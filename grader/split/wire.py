"""Values between the two sides: JSON of exact built-in types, with budgets. Never pickled, never evaluated.

A scalar stands for itself; everything else is a list whose first entry is a tag. What has no form of its own becomes a
handle, made by the side that has the object. The reader trusts nothing: whatever the bytes are, it gives a value or raises
:class:`WireError`.
"""

import base64
import binascii
import collections
import datetime as dt
import decimal
import fractions
import json
import math
import pathlib
import socket
import struct
from array import array
from collections.abc import Callable
from typing import Any

FRAME_LIMIT = 32 << 20
DEPTH_LIMIT = 100
NODE_LIMIT = 500_000
RANGE_LIMIT = 10_000_000
"""A range costs nothing to send, and what goes through it, as sum does, hears no alarm."""
_EXPONENT_LIMIT = 10_000
_SMALL = 2**53
_PACKED_FROM = 32
_DIGITS = 20_000
_CHUNK = 1 << 20

Node = Any
"""A value as JSON data."""


class WireError(Exception):
    """The bytes are no message, or the value can't be sent."""


class CanNotSend(WireError):
    """This value has no form on the wire."""


class Writer:
    """Turns values into nodes; ``refer`` makes a node for what is no plain data."""

    def __init__(self, refer: Callable[[Any], Node]) -> None:
        self._refer = refer
        self._left = NODE_LIMIT

    def write(self, value: Any, depth: int = 0) -> Node:  # noqa: PLR0911 - a list of kinds
        """The node for ``value``. Raises WireError when it is too much."""
        kind = type(value)
        self._left -= 1
        if self._left < 0 or depth > DEPTH_LIMIT:
            raise WireError("too large or too deep")
        if value is None or kind is bool or kind is str:
            return value
        if kind is int:
            return value if -_SMALL < value < _SMALL else ["int", hex(value)]
        if kind is float:
            return value if math.isfinite(value) else ["float", repr(value)]
        if kind in _SEQUENCES:
            return self._sequence(value, depth)
        if kind in _MAPPINGS:
            return [_MAPPINGS[kind], *self._factory(value), self._pairs(value.items(), depth)]
        scalar = _SCALARS.get(kind)
        if scalar:
            return [kind.__name__, *scalar(value)]
        if kind is slice or (kind is range and len(value) <= RANGE_LIMIT):
            return [kind.__name__, *(self.write(part, depth + 1) for part in (value.start, value.stop, value.step))]
        if value is Ellipsis or value is NotImplemented:
            return ["constant", repr(value)]
        return self._other(value, depth)

    def _sequence(self, value: Any, depth: int) -> Node:
        kind = type(value)
        if len(value) >= _PACKED_FROM and kind in (list, tuple):
            packed = _pack(value)
            if packed:
                return ["packed", kind.__name__, *packed]
        items = [self.write(item, depth + 1) for item in value]
        return [_SEQUENCES[kind], items, *([value.maxlen] if kind is collections.deque else [])]

    def _pairs(self, items: Any, depth: int) -> Node:
        return [[self.write(key, depth + 1), self.write(item, depth + 1)] for key, item in items]

    @staticmethod
    def _factory(value: Any) -> Node:
        if type(value) is not collections.defaultdict:
            return []
        factory = value.default_factory
        return [next((name for name, known in _FACTORIES.items() if known is factory), "")]

    def _other(self, value: Any, depth: int) -> Node:
        if type(value) is _ITEMS:
            return ["dict_items", self._pairs(value, depth)]
        module: Any = type(value).__module__  # student code may have put anything there
        if isinstance(module, str) and module.partition(".")[0] in {"numpy", "pandas"}:
            from . import arrays  # noqa: PLC0415 - numpy and pandas only where they are in use already

            node = arrays.write(value, lambda part: self.write(part, depth + 1))
            if node is not None:
                return node
        return self._refer(value)


class Reader:
    """Turns nodes into values; ``resolve`` takes the nodes that ``refer`` of the other side made."""

    def __init__(self, resolve: Callable[[list[Any], "Reader"], Any]) -> None:
        self._resolve = resolve
        self._left = NODE_LIMIT
        self._depth = 0

    def read(self, node: Node) -> Any:
        """The value of ``node``. Raises WireError and nothing else."""
        try:
            return self.inner(node)
        except WireError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a hostile node makes a library raise
            raise WireError(f"bad value: {type(error).__name__}") from None

    def inner(self, node: Node) -> Any:
        """As read; for values within values."""
        self._left -= 1
        if self._left < 0 or self._depth > DEPTH_LIMIT:
            raise WireError("too large or too deep")
        if node is None or type(node) in (bool, int, float, str):
            return node
        if type(node) is not list or not node or type(node[0]) is not str:
            raise WireError("no node")
        self._depth += 1
        try:
            return self._tagged(node)
        finally:
            self._depth -= 1

    def _tagged(self, node: list[Any]) -> Any:  # noqa: PLR0911 - a list of tags
        tag = node[0]
        if tag in _READ_SEQUENCES:
            return _READ_SEQUENCES[tag](self.inner(item) for item in _list(node[1]))
        if tag in _READ_MAPPINGS:
            return self._mapping(node)
        if tag in _READ_SCALARS:
            return _READ_SCALARS[tag](*node[1:])
        if tag == "packed":
            return _unpack(*node[1:])
        if tag == "deque":
            size = node[2]
            if size is not None and type(size) is not int:
                raise WireError("deque")
            return collections.deque([self.inner(item) for item in _list(node[1])], size)
        if tag in {"range", "slice"}:
            start, stop, step = (self.inner(part) for part in node[1:])
            return _no_endless(range(start, stop, step)) if tag == "range" else slice(start, stop, step)
        if tag == "constant":
            return {"Ellipsis": Ellipsis, "NotImplemented": NotImplemented}[node[1]]
        if tag.startswith(("np.", "pd.")):
            from . import arrays  # noqa: PLC0415 - likewise

            return arrays.read(node, self.inner)
        return self._resolve(node, self)

    def _mapping(self, node: list[Any]) -> Any:
        pairs = [(self.inner(key), self.inner(item)) for key, item in _list(node[-1])]
        match node[0]:
            case "defaultdict":
                return collections.defaultdict(_FACTORIES.get(node[1]), pairs)
            case "Counter":
                return collections.Counter(dict(pairs))
            case "OrderedDict":
                return collections.OrderedDict(pairs)
            case "dict_items":
                return dict(pairs).items()
            case _:
                return dict(pairs)


def send(sock: socket.socket, message: Any) -> None:
    """Send one message. Raises WireError when it is too large, OSError when nobody takes it."""
    data = json.dumps(message, allow_nan=False).encode("ascii")
    if len(data) > FRAME_LIMIT:
        raise CanNotSend(f"a message of {len(data):,} bytes")
    sock.sendall(struct.pack(">I", len(data)) + data)


def receive(sock: socket.socket) -> dict[str, Any]:
    """The next message. Raises WireError when it is none, OSError (a timeout is one) when there is none."""
    (size,) = struct.unpack(">I", _exactly(sock, 4))
    if size > FRAME_LIMIT:
        raise WireError(f"a message of {size:,} bytes")
    return parse(_exactly(sock, size))


def parse(data: bytes) -> dict[str, Any]:
    """The message in ``data``. Raises WireError and nothing else."""
    if data.count(b",") + data.count(b"[") + data.count(b"{") > 4 * NODE_LIMIT:
        raise WireError("too many parts")
    try:
        message = json.loads(data)
    except (ValueError, RecursionError, MemoryError) as error:
        raise WireError(f"no JSON: {type(error).__name__}") from None
    if type(message) is not dict:
        raise WireError("no message")
    return message


def _exactly(sock: socket.socket, size: int) -> bytes:
    got = bytearray()
    while len(got) < size:
        chunk = sock.recv(min(_CHUNK, size - len(got)))
        if not chunk:
            raise WireError("the other side is gone")
        got += chunk
    return bytes(got)


def _pack(values: Any) -> list[str] | None:
    """Long lists of nothing but floats, or nothing but small integers, in one piece."""
    kinds = {type(value) for value in values}
    code = {int: "q", float: "d"}.get(kinds.pop()) if len(kinds) == 1 else None
    if not code:
        return None
    try:
        return [code, base64.b64encode(array(code, values).tobytes()).decode("ascii")]
    except OverflowError:
        return None


def _unpack(kind: str, code: str, text: str) -> Any:
    if code not in {"q", "d"} or kind not in {"list", "tuple"}:
        raise WireError("packed")
    values = array(code)
    values.frombytes(base64.b64decode(text, validate=True))
    return values.tolist() if kind == "list" else tuple(values)


def _list(node: Any) -> list[Any]:
    if type(node) is not list:
        raise WireError("no list")
    return node


def text_of(node: Any, limit: int = 200) -> str:
    """A text from the other side, cut. Raises WireError for anything else."""
    if type(node) is not str:
        raise WireError("no text")
    return node[:limit]


def _read_int(text: str) -> int:
    if len(text_of(text, _DIGITS + 1)) > _DIGITS:
        raise WireError("a number with too many digits")
    return int(text, 16)


def _read_bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text_of(text, FRAME_LIMIT), validate=True)
    except binascii.Error:
        raise WireError("no bytes") from None


def _read_decimal(text: str) -> decimal.Decimal:
    number = decimal.Decimal(text_of(text, _DIGITS))
    if number.is_finite() and abs(number.adjusted()) > _EXPONENT_LIMIT:
        raise WireError("a number with too many digits")  # int() would write them all out
    return number


def _no_endless(value: range) -> range:
    if len(value) > RANGE_LIMIT:  # an OverflowError for one that is longer still
        raise WireError("a range that is too long")
    return value


def _write_bytes(value: bytes | bytearray) -> list[Any]:
    return [base64.b64encode(value).decode("ascii")]


_SEQUENCES: dict[type, str] = {list: "list", tuple: "tuple", set: "set", frozenset: "frozenset", collections.deque: "deque"}
_READ_SEQUENCES: dict[str, Callable[[Any], Any]] = {
    "list": list,
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
    "dict_keys": lambda items: dict.fromkeys(items).keys(),
    "dict_values": lambda items: dict(enumerate(items)).values(),
}
_MAPPINGS: dict[type, str] = {
    dict: "dict",
    collections.Counter: "Counter",
    collections.OrderedDict: "OrderedDict",
    collections.defaultdict: "defaultdict",
}
_READ_MAPPINGS = {*_MAPPINGS.values(), "dict_items"}
_ITEMS: type = type({}.items())
_FACTORIES: dict[str, type] = {kind.__name__: kind for kind in (int, float, str, list, dict, set, tuple, bool)}
_SEQUENCES |= {type({}.keys()): "dict_keys", type({}.values()): "dict_values"}
_SCALARS: dict[type, Callable[[Any], list[Any]]] = {
    bytes: _write_bytes,
    bytearray: _write_bytes,
    complex: lambda value: [repr(value.real), repr(value.imag)],
    dt.datetime: lambda value: [value.isoformat()],
    dt.date: lambda value: [value.isoformat()],
    dt.time: lambda value: [value.isoformat()],
    dt.timedelta: lambda value: [value.days, value.seconds, value.microseconds],
    decimal.Decimal: lambda value: [str(value)],
    fractions.Fraction: lambda value: [hex(value.numerator), hex(value.denominator)],
    type(pathlib.Path()): lambda value: [str(value)],
    type(pathlib.PurePath()): lambda value: [str(value)],
}
_READ_SCALARS: dict[str, Callable[..., Any]] = {
    "int": _read_int,
    "float": lambda text: {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[text],
    "bytes": _read_bytes,
    "bytearray": lambda text: bytearray(_read_bytes(text)),
    "complex": lambda real, imag: complex(float(text_of(real)), float(text_of(imag))),
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "timedelta": lambda days, seconds, micro: dt.timedelta(int(days), int(seconds), int(micro)),
    "Decimal": _read_decimal,
    "Fraction": lambda above, below: fractions.Fraction(_read_int(above), _read_int(below)),
    "PosixPath": lambda text: pathlib.Path(text_of(text, 4000)),
    "PurePosixPath": lambda text: pathlib.PurePath(text_of(text, 4000)),
}
