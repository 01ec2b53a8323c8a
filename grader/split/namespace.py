"""The globals of the tests: the teacher's names, then Python's own, then stand-ins for the student's."""

import builtins
import importlib
import sys
from typing import Any

from .conversation import Conversation, ConversationOver

TOP = "."
"""Stands for the attribute in ``import a.b``, which binds ``a``."""


class Namespace(dict[str, Any]):
    """Looks further where a dict would say no."""

    def __init__(self) -> None:
        super().__init__(__name__="__main__", __builtins__=builtins, display=lambda *_things, **_named: None)
        self.talk: Conversation | None = None
        self.theirs: set[str] = set()
        """Names that the teacher's answers define: the student's even where Python has such a name."""
        self.passed_on: set[str] = set()
        """Names that the teacher's answers use: what a test sets them to is told to the student's side."""
        self.imports: dict[str, tuple[str, str]] = {}
        """What the teacher's cells import, by name: module and attribute. Imported when first used."""
        self._fetched: dict[str, Any] = {}
        self._pending: dict[str, Any] = {}

    def hand_over(self, names: list[str]) -> None:
        """From here on these names are the student's."""
        self.theirs.update(names)
        for name in names:
            self.pop(name, None)
            self.imports.pop(name, None)

    def before_question(self) -> None:
        """The student's code is about to run: tell it what the test has set, and forget what it may change."""
        self._fetched.clear()
        pending, self._pending = self._pending, {}
        for name, value in pending.items():
            self._tell("bind", name, value)

    def __missing__(self, name: str) -> Any:
        if name in self.imports and self._import(name, *self.imports.pop(name)):
            return dict.__getitem__(self, name)
        hidden = name.startswith("__") or (hasattr(builtins, name) and name not in self.theirs)
        if hidden or self.talk is None:
            raise KeyError(name)
        if name not in self._fetched:
            try:
                self._fetched[name] = self.talk.ask("fetch", name=name)
            except NameError:
                raise KeyError(name) from None
        return self._fetched[name]

    def _import(self, name: str, module: str, attribute: str) -> bool:
        """Bind what an import statement would; no where only the student has the module."""
        try:
            found = importlib.import_module(module)
        except ImportError:
            return False
        if attribute == TOP:
            found = sys.modules[name]
        elif attribute:
            found = getattr(found, attribute, None) or importlib.import_module(f"{module}.{attribute}")
        dict.__setitem__(self, name, found)
        return True

    def __setitem__(self, name: str, value: Any) -> None:
        if name in self.passed_on or name in self._fetched:
            self._pending[name] = value
        self._fetched.pop(name, None)
        dict.__setitem__(self, name, value)

    def __delitem__(self, name: str) -> None:
        self._pending.pop(name, None)
        if name in self:
            dict.__delitem__(self, name)
        elif self.talk is None:
            raise KeyError(name)
        else:
            try:
                self.talk.ask("unbind", name=name)
            except KeyError:
                raise KeyError(name) from None

    def _tell(self, op: str, name: str, value: Any) -> None:
        assert self.talk
        try:
            self.talk.ask(op, name=name, values=(value,))
        except ConversationOver:
            raise
        except Exception:  # noqa: BLE001, S110 - a value with no form over there stays here
            pass


def our_module(name: str) -> Any:
    """The module of that name as we have it; None for what only the student has."""
    top = name.partition(".")[0]
    if name in sys.modules or top in sys.stdlib_module_names or top in {"numpy", "pandas", "scipy", "matplotlib"}:
        try:
            return importlib.import_module(name)
        except (Exception, SystemExit):  # noqa: BLE001 - some modules are programs, and the student's side may name any
            return None
    return None
