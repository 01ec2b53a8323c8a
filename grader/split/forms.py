"""How the student's side describes an object that is no plain data. Nothing here is believed on the tests' side."""

import collections
import collections.abc
import dataclasses
import inspect
import types
from collections.abc import Callable, Iterator
from typing import Any

_BASES: dict[type, Callable[[Any], Any]] = {
    int: int.__int__,
    float: float.__float__,
    complex: complex.__pos__,
    str: lambda value: str.__getitem__(value, slice(None)),
    bytes: lambda value: bytes.__getitem__(value, slice(None)),
    tuple: lambda value: tuple.__getitem__(value, slice(None)),
    frozenset: lambda value: frozenset(frozenset.__iter__(value)),
}
_MUTABLE: dict[type, Callable[[Any], Any]] = {
    list: lambda value: list.__getitem__(value, slice(None)),
    dict: lambda value: dict(dict.items(value)),
    set: lambda value: set(set.__iter__(value)),
}
_LIKE: dict[type, tuple[type, Callable[[Any], Any]]] = {
    collections.UserList: (list, lambda value: list(value.data)),
    collections.abc.Mapping: (dict, lambda value: dict(value.items())),
    collections.abc.Set: (set, lambda value: set(iter(value))),
}
"""What is equal to a built-in container without being one."""
_NAME_LIMIT = 100


def name_of(value: Any) -> str:
    """The name an object goes by, or nothing."""
    name = getattr(value, "__name__", "")
    return name[:_NAME_LIMIT] if type(name) is str else ""


def kind_of(value: Any) -> str:
    """Which of our stand-ins fits: a class, an exception class, something to call, an iterator, or any object."""
    if isinstance(value, type):
        return "exception" if issubclass(value, BaseException) else "class"
    if isinstance(value, types.FunctionType | types.MethodType | types.BuiltinFunctionType):
        return "function"
    if inspect.isawaitable(value):
        return "awaitable"
    if hasattr(type(value), "__next__"):
        return "iterator"
    return "callable" if callable(value) else "object"


def kind_of_instances(kind: type) -> str:
    """The same for the objects of a class."""
    if hasattr(kind, "__next__"):
        return "iterator"
    return "callable" if any("__call__" in parent.__dict__ for parent in kind.__mro__) else "object"


def own_classes(kind: type) -> Iterator[type]:
    """The classes of an object's line that the notebook made itself."""
    return (parent for parent in kind.__mro__ if is_own(parent))


def is_own(kind: type) -> bool:
    """Whether a class was made by the notebook or by a file beside it."""
    return kind.__module__ == "__main__" or _beside(kind.__module__)


def _beside(module: str) -> bool:
    import sys  # noqa: PLC0415 - used once in a blue moon

    file = getattr(sys.modules.get(module), "__file__", None) or ""
    return type(file) is str and file.startswith("/tmp/work/")  # noqa: S108 - the working folder inside


def base_of(value: Any) -> tuple[str, Any] | None:
    """For an instance of a subclass of a built-in value: the built-in's name and its plain value; None for mutable ones."""
    for base, plain in _BASES.items():
        if isinstance(value, base):
            return base.__name__, plain(value)
    for base in _MUTABLE:
        if isinstance(value, base):
            return base.__name__, None
    return next(((base.__name__, None) for like, (base, _) in _LIKE.items() if isinstance(value, like)), None)


def plain_of(value: Any) -> Any:
    """What an instance of a subclass of list, dict or set holds."""
    for base, plain in _MUTABLE.items():
        if isinstance(value, base):
            return plain(value)
    for like, (_, plain) in _LIKE.items():
        if isinstance(value, like):
            return plain(value)
    raise TypeError("no built-in container")


def equality_of(kind: type) -> str:
    """How objects of a class compare: by identity, by their fields, or by code of the class."""
    if vars(object)["__eq__"] is getattr(kind, "__eq__", None):
        return "identity"
    parameters = getattr(kind, "__dataclass_params__", None)
    code = getattr(kind.__eq__, "__code__", None)
    if parameters is not None and parameters.eq and getattr(code, "co_filename", "") == "<string>":
        return "fields"
    return "own"


def says_what_it_contains(kind: type) -> bool:
    """Whether only code of the class can tell what is in its objects: the notebook's own, or they can't be gone through."""
    own = any("__contains__" in parent.__dict__ for parent in own_classes(kind))
    return own or (hasattr(kind, "__contains__") and not hasattr(kind, "__iter__"))


def state_of(value: Any) -> dict[str, Any]:
    """What an object holds, by name; the fields that are compared, for a dataclass."""
    if dataclasses.is_dataclass(value) and equality_of(type(value)) == "fields":
        return {field.name: getattr(value, field.name, None) for field in dataclasses.fields(value) if field.compare}
    held = dict(getattr(value, "__dict__", {}))
    for parent in type(value).__mro__:
        slots = parent.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if hasattr(value, name):
                held[name] = getattr(value, name)
    return held
