"""What is known about an object that lives in the student's process, and how it is asked."""

from typing import Any

from . import wire
from .conversation import Conversation

EQUALITY, CONTAINS, ARITHMETIC = "equality", "contains", "arithmetic"
COMBINED, METHOD, SWALLOWED = "combined", "method", "swallowed"
"""What a student's class may decide only if the teacher's solution needed it, too."""
CONTAINERS: dict[str, frozenset[str]] = {
    "list": frozenset({"append", "extend", "insert", "remove", "pop"}),
    "dict": frozenset({"update", "setdefault", "pop"}),
    "set": frozenset({"add", "discard", "remove", "update"}),
}
"""Containers that a student's class may be derived from, and what changes them."""


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
        self.line = tuple(number for number, _ in classes_of(about))
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
            if owner.in_place_of(METHOD) and name not in CONTAINERS[owner.base]:
                return getattr(owner.special("plain"), name)(*values, **named)
            if name not in CONTAINERS.get(owner.base, ()) and not self.talk.permit(METHOD):
                raise TypeError("a student's object has no methods that are given plain values here")
        return self.talk.ask("call", self.number, "", values, named)

    def in_place_of(self, flag: str) -> bool:
        """Whether the plain container that it holds is to answer: it has one, and its class may not decide."""
        return self.base in CONTAINERS and not self.talk.allows(flag)

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


def classes_of(about: dict[str, Any]) -> list[tuple[int, str]]:
    """The student's classes of an object, the nearest first: number and name. Raises WireError."""
    found = []
    for pair in about.get("c", [])[:20]:
        number, name = pair
        if type(number) is not int:
            raise wire.WireError("no class")
        found.append((number, wire.text_of(name)))
    return found


def _is_plain(value: Any) -> bool:
    return link_of(value) is None and not callable(value)
