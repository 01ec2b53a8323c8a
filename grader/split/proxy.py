"""Stand-ins, on the tests' side, for objects that live in the student's process.

An expected value never goes over to be judged there: an object compared with plain data is unequal, has no order with it and
no difference from it. Two objects of the student's are compared by what they held when they came over, before the test
named what it expects; where their class compares by code of its own, that code decides only if the teacher's solution
needed it too. The same goes for operators and methods that are given plain data, which could be what the test expects.
"""

import copy
import operator
import secrets
import types
from collections.abc import Callable, Iterator
from typing import Any

from . import wire
from .link import ARITHMETIC, COMBINED, CONTAINERS, CONTAINS, EQUALITY, METHOD, SWALLOWED, Link, link_of

_COMPARE_DEPTH = 8
_VISIBLE = {
    "__name__",
    "__qualname__",
    "__annotations__",
    "__defaults__",
    "__kwdefaults__",
    "__self__",
    "__wrapped__",
    "__notes__",
}
_SPOOFED: dict[str, type] = {"function": types.FunctionType, "list": list, "dict": dict, "set": set}


class RemoteClass(type):
    """A class of the student's: calling it makes an object over there."""

    _link: Link

    def __call__(cls, *values: Any, **named: Any) -> Any:
        return cls._link.call(values, named)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__") and name not in _VISIBLE:
            raise AttributeError(name)
        return attribute_of(cls._link, name)

    def __setattr__(cls, name: str, value: Any) -> None:
        cls._link.ask("set", name, value)

    def __iter__(cls) -> Iterator[Any]:
        return _iterate(cls._link)

    def __len__(cls) -> int:
        length: int = cls._link.typed("len", int)
        return length

    def __getitem__(cls, key: Any) -> Any:
        return cls._link.special("getitem", key)

    def __instancecheck__(cls, value: Any) -> bool:
        link = link_of(value)
        return link is not None and not isinstance(value, RemoteClass) and cls._link.number in link.line

    def __subclasscheck__(cls, other: Any) -> bool:
        return isinstance(other, RemoteClass) and cls._link.number in other._link.line  # noqa: SLF001 - one of us

    def __eq__(cls, other: object) -> bool:
        return cls is other

    def __hash__(cls) -> int:
        return id(cls)

    def __bool__(cls) -> bool:
        return True


class Remote:
    """An object of the student's."""

    _link: Link

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in _VISIBLE:
            raise AttributeError(name)
        return attribute_of(self._link, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._link.ask("set", name, value)

    def __delattr__(self, name: str) -> None:
        self._link.ask("delete", name)

    @property  # type: ignore[misc] # isinstance asks for this when the type itself does not fit
    def __class__(self) -> type:
        link = link_of(self)
        return _SPOOFED.get((link.base or link.kind) if link else "", type(self))

    @property
    def __doc__(self) -> Any:  # type: ignore[override]
        return self._link.ask("get", "__doc__")

    def __repr__(self) -> str:
        text: str = self._link.typed("repr", str)
        return text

    def __str__(self) -> str:
        text: str = self._link.typed("str", str)
        return text

    def __format__(self, spec: str) -> str:
        text: str = self._link.typed("format", str, spec)
        return text

    def __bool__(self) -> bool:
        return bool(self._link.typed("bool", bool))

    def __len__(self) -> int:
        length: int = self._link.typed("len", int)
        return length

    def __hash__(self) -> int:
        return hash(self._link.number)

    def __int__(self) -> int:
        return int(self._link.typed("int", int))

    def __float__(self) -> float:
        return float(self._link.typed("float", float))

    def __iter__(self) -> Iterator[Any]:
        return _iterate(self._link)

    def __getitem__(self, key: Any) -> Any:
        return self._link.special("getitem", key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._link.special("setitem", key, value)

    def __delitem__(self, key: Any) -> None:
        self._link.special("delitem", key)

    def __contains__(self, item: Any) -> bool:
        if self._link.in_place_of(CONTAINS):
            return item in self._link.special("plain")
        if not self._link.contains:
            return any(found is item or found == item for found in self)
        if not self._link.talk.permit(CONTAINS):
            return False
        # A class that contains everything is asked for what nothing contains.
        return bool(self._link.typed("contains", bool, item)) and not self._link.typed("contains", bool, secrets.token_hex(8))

    def __enter__(self) -> Any:
        return self._link.special("enter")

    def __exit__(self, kind: object, error: object, trace: object) -> Any:
        swallowed = self._link.special("exit", kind is not None)
        return bool(kind is not None and swallowed and self._link.talk.permit(SWALLOWED))

    def __await__(self) -> Any:
        return self._link.ask("await")
        yield  # a generator function, as awaiting wants it

    def __eq__(self, other: object) -> bool:
        return self is other or _equal(self, other, 0)

    def __ne__(self, other: object) -> bool:
        return not self == other


Remote.__array_ufunc__ = None  # type: ignore[attr-defined] # numpy leaves its operators to us


class RemoteCallable(Remote):
    """An object that can be called."""

    def __call__(self, *values: Any, **named: Any) -> Any:
        return self._link.call(values, named)


class RemoteIterator(Remote):
    """An object that gives one thing after the other."""

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return self._link.special("next")


VARIANTS: dict[str, type[Remote]] = {"callable": RemoteCallable, "function": RemoteCallable, "iterator": RemoteIterator}


def attribute_of(link: Link, name: str) -> Any:
    """An attribute of an object or a class. What can be called remembers whose it is."""
    value = link.ask("get", name)
    if link.kind == "module" or not callable(value):
        return value
    theirs = link_of(value)
    if theirs is None:
        if not link.talk.permit(METHOD):
            raise TypeError("a student's object has functions of Python's own or of the test's for methods")
        return value
    bound = copy.copy(theirs)
    bound.owner = (link, name)
    if isinstance(value, RemoteClass):
        made: Any = type.__new__(RemoteClass, value.__name__, value.__bases__, {})
        type.__setattr__(made, "_link", bound)
    else:
        made = object.__new__(type(value))
        object.__setattr__(made, "_link", bound)
    return made


def _iterate(link: Link) -> Iterator[Any]:
    inner = link.special("iter")
    if isinstance(inner, RemoteIterator):
        return inner
    if link_of(inner) is not None:
        raise TypeError("iter() returned no iterator")
    return iter(inner)


def _equal(mine: Remote, other: object, depth: int) -> bool:  # noqa: PLR0911 - a list of cases
    link, theirs = link_of(mine), link_of(other)
    assert link
    if theirs is None:
        return bool(link.base) and link.special("plain") == other
    if link.number == theirs.number:
        return True
    if link.base and theirs.base:
        return bool(link.special("plain") == theirs.special("plain"))
    if link.equality == theirs.equality == "identity":
        return False
    alike = link.line[:1] == theirs.line[:1] and depth < _COMPARE_DEPTH and _same_state(link.state, theirs.state, depth)
    if link.equality == "fields" or (depth and alike):
        return alike
    if not link.typed("eq", bool, other):
        return False
    # Its own code says equal though what it holds differs: so might a fraction, or a cheat.
    return alike or (link.talk.permit(EQUALITY) and not link.typed("eq", bool, secrets.token_hex(8)))


def _same_state(mine: Any, other: Any, depth: int) -> bool:
    if type(mine) is not dict or type(other) is not dict or mine.keys() != other.keys():
        return False
    return all(_same(mine[name], other[name], depth + 1) for name in mine)


def _same(mine: Any, other: Any, depth: int) -> bool:
    if isinstance(mine, Remote) and isinstance(other, Remote):
        return _equal(mine, other, depth)
    if type(mine).__module__.partition(".")[0] in {"numpy", "pandas"}:
        return type(mine) is type(other) and wire.Writer(_refuse).write(mine) == wire.Writer(_refuse).write(other)
    return bool(mine == other)


def _refuse(_value: Any) -> Any:
    raise wire.CanNotSend("a stand-in")


def _order(name: str) -> Callable[[Remote, object], bool]:
    def compare(self: Remote, other: object) -> bool:
        if link_of(other) is None:
            if self._link.base in CONTAINERS:
                return bool(getattr(operator, name)(self._link.special("plain"), other))
            raise TypeError("a student's object has no order with plain values")
        return bool(self._link.typed(name, bool, other))

    return compare


def _arithmetic(name: str) -> Callable[..., Any]:
    def compute(self: Remote, *others: Any) -> Any:
        plain_given = any(link_of(other) is None for other in others)
        if plain_given and self._link.in_place_of(COMBINED):
            return _combined(name, self._link.special("plain"), *others)
        if plain_given and not self._link.talk.permit(COMBINED):
            raise TypeError("a student's object can't be combined with plain values here")
        value = self._link.special(name, *others)
        if plain_given and link_of(value) is None and not self._link.talk.permit(ARITHMETIC):
            raise TypeError("a student's object gives no plain value when it is combined with one")
        return value

    return compute


def _combined(name: str, plain: Any, other: Any) -> Any:
    reflected = name.startswith("r") and name != "round"
    return getattr(operator, name[1:])(other, plain) if reflected else getattr(operator, name)(plain, other)


for _name in ("lt", "le", "gt", "ge"):
    setattr(Remote, f"__{_name}__", _order(_name))
for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"):
    setattr(Remote, f"__{_name}__", _arithmetic(_name))
    setattr(Remote, f"__r{_name}__", _arithmetic(f"r{_name}"))
for _name in (
    "neg",
    "pos",
    "abs",
    "round",
    "invert",
    "reversed",
    "floor",
    "ceil",
    "trunc",
    "and_",
    "or_",
    "xor",
    "complex",
    "bytes",
):
    setattr(Remote, f"__{_name.rstrip('_')}__", _arithmetic(_name))
