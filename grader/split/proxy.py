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
from .conversation import Conversation, Proxies, builtin_exception

EQUALITY, CONTAINS, ARITHMETIC = "equality", "contains", "arithmetic"
COMBINED, METHOD, SWALLOWED = "combined", "method", "swallowed"
_COMPARE_DEPTH = 8
_FIELDS_LIMIT = 1_000
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
_BASES: dict[str, type] = {kind.__name__: kind for kind in (int, float, complex, str, bytes, tuple, frozenset, list, dict, set)}
_CONTAINERS: dict[str, frozenset[str]] = {
    "list": frozenset({"append", "extend", "insert", "remove", "pop"}),
    "dict": frozenset({"update", "setdefault", "pop"}),
    "set": frozenset({"add", "discard", "remove", "update"}),
}
"""Containers that a student's class may be derived from, and what changes them."""
_SPOOFED: dict[str, type] = {"function": types.FunctionType, "list": list, "dict": dict, "set": set}


class Link:
    """What we know about an object over there."""

    def __init__(self, talk: Conversation, number: int, about: dict[str, Any]) -> None:
        self.talk = talk
        self.number = number
        self.kind = wire.text_of(about.get("k", "object"))
        self.base = wire.text_of(about.get("b", ""))
        self.equality = wire.text_of(about.get("q", "identity"))
        self.contains = about.get("in") is True
        """Whether code of its class says what is in it; else it is gone through."""
        self.line = tuple(number for number, _ in _classes(about))
        self.state: Any = None
        self.owner: tuple[Link, str] | None = None
        """Of what can be called: the object that has it as an attribute, and by which name."""

    def ask(self, op: str, name: str = "", *values: Any) -> Any:
        """Ask something about the object."""
        return self.talk.ask(op, self.number, name, values)

    def special(self, name: str, *values: Any) -> Any:
        """Have an operator or a built-in function applied."""
        return self.talk.ask("special", self.number, name, values)

    def call(self, values: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Have it called, if that can't be a way to have the student's code judge plain data."""
        if self.owner and any(_is_plain(value) for value in (*values, *named.values())):
            owner, name = self.owner
            if owner.in_place_of(METHOD) and name not in _CONTAINERS[owner.base]:
                return getattr(owner.special("plain"), name)(*values, **named)
            if name not in _CONTAINERS.get(owner.base, ()) and not self.talk.permit(METHOD):
                raise TypeError("a student's object has no methods that are given plain values here")
        return self.talk.ask("call", self.number, "", values, named)

    def in_place_of(self, flag: str) -> bool:
        """Whether the plain container that it holds is to answer: it has one, and its class may not decide."""
        return self.base in _CONTAINERS and not self.talk.allows(flag)

    def typed(self, name: str, kind: type, *values: Any) -> Any:
        """The same, where Python wants a certain type."""
        value = self.special(name, *values)
        if type(value) is not kind:
            raise TypeError(f"__{name}__ returned no {kind.__name__}")
        return value


def link_of(value: Any) -> Link | None:
    """The link behind a stand-in; None for anything else."""
    try:
        link = object.__getattribute__(value, "_link")
    except AttributeError:
        return None
    return link if type(link) is Link else None


class RemoteClass(type):
    """A class of the student's: calling it makes an object over there."""

    _link: Link

    def __call__(cls, *values: Any, **named: Any) -> Any:
        return cls._link.call(values, named)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__") and name not in _VISIBLE:
            raise AttributeError(name)
        return _attribute(cls._link, name)

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
        return _attribute(self._link, name)

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


_VARIANTS: dict[str, type[Remote]] = {"callable": RemoteCallable, "function": RemoteCallable, "iterator": RemoteIterator}


def _attribute(link: Link, name: str) -> Any:
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


def _is_plain(value: Any) -> bool:
    return link_of(value) is None and not callable(value)


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
            if self._link.base in _CONTAINERS:
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


class StandIns(Proxies):
    """Makes stand-ins for one conversation, each class and each object once."""

    def __init__(self) -> None:
        self.talk: Conversation
        self.find_module: Callable[[str], Any] = lambda _name: None
        self._classes: dict[int, RemoteClass] = {}
        self._exceptions: dict[int, type[Exception]] = {}
        self._objects: dict[int, Any] = {}

    def stand_in(self, number: int, about: dict[str, Any], reader: wire.Reader) -> Any:
        own = _classes(about)
        if about.get("k") == "class":
            return self._class(number, about, wire.text_of(about.get("i", "object")))
        if about.get("k") == "exception":
            return self.exception_class(own, [wire.text_of(name) for name in about.get("e", [])][:20])
        known = self._objects.get(number)
        if known is None:
            known = self._objects[number] = self._object(number, about, reader)
        elif about.get("s") is not None and "v" not in about:
            self.note_state(number, reader.inner(about["s"]))
        return known

    def _object(self, number: int, about: dict[str, Any], reader: wire.Reader) -> Any:
        link = Link(self.talk, number, about)
        if link.base and "v" in about:
            return _value(link, about, reader.inner(about["v"]))
        own = _classes(about)
        variant = link.kind
        kind = self._class(own[0][0], {**about, "n": own[0][1]}, variant) if own else _VARIANTS.get(variant, Remote)
        made: Any = object.__new__(kind)  # type: ignore[arg-type] # a RemoteClass is a class of Remotes
        object.__setattr__(made, "_link", link)
        self._objects[number] = made
        if about.get("s") is not None:
            link.state = reader.inner(about["s"])
        return made

    def _class(self, number: int, about: dict[str, Any], variant: str) -> RemoteClass:
        if number not in self._classes:
            name = _identifier(about.get("n"))
            made = type.__new__(RemoteClass, name, (_VARIANTS.get(variant, Remote),), {})
            type.__setattr__(made, "_link", Link(self.talk, number, about))
            self._classes[number] = made
        return self._classes[number]

    def exception_class(self, own: list[tuple[int, str]], names: list[str]) -> type[Exception]:
        kind = builtin_exception(names)
        if not own and names and names[0] == kind.__name__:
            return _derived(kind, kind.__name__, ())
        if not own:
            return _derived(kind, _identifier(names[0] if names else ""), ())
        for number, name in reversed(own):
            if number not in self._exceptions:
                self._exceptions[number] = _derived(kind, _identifier(name), (number, self.talk))
            kind = self._exceptions[number]
        return kind

    def module(self, number: int, name: str) -> Any:
        found = self.find_module(name)
        if found is not None:
            return found
        made = object.__new__(Remote)
        object.__setattr__(made, "_link", Link(self.talk, number, {"k": "module"}))
        return made

    def note_state(self, number: int, state: Any) -> None:
        link = link_of(self._objects.get(number))
        if link:
            link.state = state

    def number_of(self, value: Any) -> int | None:
        link = link_of(value)
        if link is None and isinstance(value, type) and issubclass(value, Exception):
            number = value.__dict__.get("_class_number")
            return number[0] if type(number) is tuple and number[1] is self.talk else None
        if link is None:
            return None
        if link.talk is not self.talk:
            raise TypeError("this object belongs to a process of the student's that has ended")
        return link.number


def _classes(about: dict[str, Any]) -> list[tuple[int, str]]:
    found = []
    for pair in about.get("c", [])[:20]:
        number, name = pair
        if type(number) is not int:
            raise wire.WireError("no class")
        found.append((number, wire.text_of(name)))
    return found


def _identifier(name: Any) -> str:
    kept = "".join(letter for letter in wire.text_of(name or "", 60) if letter.isalnum() or letter == "_")
    return kept or "Unnamed"


def _derived(kind: type[Exception], name: str, origin: tuple[Any, ...]) -> type[Exception]:
    """A fresh exception class: nothing that a test raises by itself is an instance of it."""

    def missing(self: Exception, attribute: str) -> Any:
        number = self.__dict__.get("_number")
        if not origin or number is None or attribute.startswith("__"):
            raise AttributeError(attribute)
        return origin[1].ask("get", number, attribute)

    content: dict[str, Any] = {"__module__": "student", "__getattr__": missing}
    if origin:
        content["_class_number"] = origin
    return type(name, (kind,), content)


def _value(link: Link, about: dict[str, Any], plain: Any) -> Any:
    """An instance of a student's subclass of a built-in value: the value itself, with the subclass's attributes at hand."""
    base = _BASES[link.base]
    if type(plain) is not base:
        raise wire.WireError("no such value")

    def missing(_self: Any, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return _attribute(link, attribute)

    content: dict[str, Any] = {"__getattr__": missing}
    if base is tuple:
        for place, field in enumerate(about.get("f", [])[:_FIELDS_LIMIT]):
            content[_identifier(field)] = property(operator.itemgetter(place))
    name = _classes(about)[0][1] if _classes(about) else base.__name__
    made = base.__new__(type(_identifier(name), (base,), content), plain)
    object.__setattr__(made, "_link", link)
    return made
