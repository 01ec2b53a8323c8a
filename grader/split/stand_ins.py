"""Makes the stand-ins for what comes over from the student's process: objects, classes, exceptions, derived plain values."""

import operator
from collections.abc import Callable
from typing import Any

from . import wire
from .conversation import Conversation, Proxies, builtin_exception
from .link import Link, classes_of, link_of
from .proxy import VARIANTS, Remote, RemoteClass, attribute_of

_FIELDS_LIMIT = 1_000
_BASES: dict[str, type] = {kind.__name__: kind for kind in (int, float, complex, str, bytes, tuple, frozenset, list, dict, set)}


class StandIns(Proxies):
    """Makes stand-ins for one conversation, each class and each object once."""

    def __init__(self) -> None:
        self.talk: Conversation
        self.find_module: Callable[[str], Any] = lambda _name: None
        self._classes: dict[int, RemoteClass] = {}
        self._exceptions: dict[int, type[Exception]] = {}
        self._objects: dict[int, Any] = {}

    def stand_in(self, number: int, about: dict[str, Any], reader: wire.Reader) -> Any:
        own = classes_of(about)
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
        own = classes_of(about)
        variant = link.kind
        kind = self._class(own[0][0], {**about, "n": own[0][1]}, variant) if own else VARIANTS.get(variant, Remote)
        made: Any = object.__new__(kind)  # type: ignore[arg-type] # a RemoteClass is a class of Remotes
        object.__setattr__(made, "_link", link)
        self._objects[number] = made
        if about.get("s") is not None:
            link.state = reader.inner(about["s"])
        return made

    def _class(self, number: int, about: dict[str, Any], variant: str) -> RemoteClass:
        if number not in self._classes:
            name = _identifier(about.get("n"))
            made = type.__new__(RemoteClass, name, (VARIANTS.get(variant, Remote),), {})
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
        return attribute_of(link, attribute)

    content: dict[str, Any] = {"__getattr__": missing}
    if base is tuple:
        for place, field in enumerate(about.get("f", [])[:_FIELDS_LIMIT]):
            content[_identifier(field)] = property(operator.itemgetter(place))
    name = classes_of(about)[0][1] if classes_of(about) else base.__name__
    made = base.__new__(type(_identifier(name), (base,), content), plain)
    object.__setattr__(made, "_link", link)
    return made
