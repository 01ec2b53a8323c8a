"""Writes the tests that a teacher asked for by ``### AUTOTEST expression; …``, as nbgrader does: from the values of the solution.

Runs in the process that drives a job (see run.py), with the teacher's notebook in a sandboxed kernel. For each expression the
kernel is asked for its type; ``autotests.yml`` says which checks that type gets; each check is evaluated, and what it gave
becomes the expected value. ``HASHED`` hides the value behind a salted hash. Salts follow from the source, so that the same
source gives the same release.
"""

import asyncio
import contextlib
import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

import yaml
from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment

Evaluate = Callable[[str], Awaitable[str | None]]
"""Runs code in the teacher's kernel; the text of the last thing shown, None if nothing was. Raises CellFailed."""

_SALTS = 10**6
_INDEX = re.compile(r"\[\d+\]\s+")


class CantWrite(Exception):
    """The tests can't be written; the message says why, ``cell`` where, counted from 1."""

    def __init__(self, message: str, cell: int | None = None) -> None:
        super().__init__(message)
        self.cell = cell


class CellFailed(Exception):
    """The teacher's code raised; the message is its error."""


class _Kernel(Protocol):
    iopub_channel: Any

    async def execute(self, code: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Recipes:
    """What ``autotests.yml`` says for one kernel."""

    dispatch: str
    normalize: str
    check: str
    templates: dict[str, list[dict[str, str]]]
    hash: str | None = None
    setup: str | None = None
    success: str | None = None

    @classmethod
    def read(cls, text: str, kernel: str) -> "Recipes":
        """Raises CantWrite with what is wrong with the file."""
        try:
            told = yaml.safe_load(text)
        except (yaml.YAMLError, RecursionError) as error:
            raise CantWrite(f"autotests.yml is not valid YAML: {' '.join(str(error).split())[:200]}.") from None
        entry = told.get(kernel) if isinstance(told, dict) else None
        if not isinstance(entry, dict):
            raise CantWrite(f"autotests.yml says nothing about the kernel “{kernel}”.")
        missing = [name for name in ("dispatch", "normalize", "check", "templates") if not entry.get(name)]
        if missing:
            raise CantWrite(f"autotests.yml lacks “{missing[0]}” for the kernel “{kernel}”.")
        templates = entry["templates"]
        if not isinstance(templates, dict) or "default" not in templates or not all(map(_is_recipe, templates.values())):
            raise CantWrite("autotests.yml needs templates: lists of “test” and “fail”, one of them called “default”.")
        known = {name: entry.get(name) for name in ("dispatch", "normalize", "check", "hash", "setup", "success")}
        if not all(value is None or isinstance(value, str) for value in known.values()):
            raise CantWrite(f"autotests.yml has something else than text among the entries of the kernel “{kernel}”.")
        return cls(templates={str(name): checks for name, checks in templates.items()}, **known)  # type: ignore[arg-type] # just checked


def _is_recipe(checks: Any) -> bool:
    return isinstance(checks, list) and all(
        isinstance(check, dict) and isinstance(check.get("test"), str) and isinstance(check.get("fail"), str) for check in checks
    )


@dataclass(frozen=True, slots=True)
class Marks:
    """What a line that asks for tests looks like."""

    autotest: str
    hashed: str
    comment: str

    def is_asking(self, line: str) -> bool:
        """Whether the line asks for tests."""
        return self.autotest in line and line.strip().startswith(self.comment)

    def is_hashed(self, line: str) -> bool:
        """Whether what it asks for is to be hidden behind a hash."""
        return self.hashed in line[: line.find(self.autotest)]

    def snippets(self, line: str) -> list[str]:
        """The expressions it asks about."""
        asked = line[line.find(self.autotest) + len(self.autotest) :].strip(";").split(";")
        snippets = [snippet.strip() for snippet in asked]
        if "" in snippets:
            snippets.remove("")  # the first only: nbgrader makes a test of a second, and so its kernel fails
        return snippets


async def write_tests(cells: list[dict[str, Any]], recipes: Recipes, marks: Marks, evaluate: Evaluate) -> list[str]:
    """The new sources of ``cells`` (``source``, ``is_code``, ``is_test``), all run in order. Raises CantWrite."""
    writer = _Writer(recipes, marks, evaluate)
    sources = []
    for number, cell in enumerate(cells):
        try:
            sources.append(await writer.rewrite(cell, number) if cell["is_code"] and cell["source"] else cell["source"])
        except CellFailed as error:
            raise CantWrite(f"Tests can't be written, for the source's own code fails here: {error}", number + 1) from None
        except TemplateError as error:
            raise CantWrite(f"A template in autotests.yml can't be filled in: {error}.", number + 1) from None
    return sources


@dataclass(frozen=True, slots=True)
class _Writer:
    recipes: Recipes
    marks: Marks
    evaluate: Evaluate

    async def rewrite(self, cell: dict[str, Any], number: int) -> str:
        source: str = cell["source"]
        salt = int(hashlib.sha256(f"{source}{number}".encode()).hexdigest(), 16) % _SALTS
        lines: list[str] = []
        waiting: list[str] = []
        asked = False
        for line in source.split("\n"):
            if not self.marks.is_asking(line):
                lines.append(line)
                waiting.append(line)
                continue
            if not cell["is_test"]:
                raise CantWrite("The cell asks for tests to be written, but is no test cell.", number + 1)
            await self.evaluate("\n".join(waiting))
            waiting = []
            if self.recipes.setup is not None and not asked:
                lines.append(self.recipes.setup)
                await self.evaluate(self.recipes.setup)
            asked = True
            hashed = self.marks.is_hashed(line)
            for snippet in self.marks.snippets(line):
                salt += hashed
                lines += [*await self._checks(snippet, f"{salt:x}" if hashed else None), ""]
        if cell["is_test"] and self.marks.autotest in source and self.recipes.success is not None:
            lines.append(self.recipes.success)
            waiting.append(self.recipes.success)
        if waiting:
            await self.evaluate("\n".join(waiting))
        return "\n".join(lines)

    async def _checks(self, snippet: str, salt: str | None) -> list[str]:
        recipes = self.recipes
        if salt is not None and recipes.hash is None:
            raise CellFailed("it asks for a hash, but autotests.yml does not say how.")
        kind = await self.evaluate(_fill(recipes.dispatch, snippet=snippet))
        checks = []
        for recipe in recipes.templates.get(str(kind), recipes.templates["default"]):
            message = _fill(recipe["fail"], snippet=snippet).replace('"', '\\"')
            test = _fill(recipes.normalize, snippet=recipe["test"])
            if salt is not None:
                test = _fill(recipes.hash or "", snippet=test, salt=salt)
            test = _fill(test, snippet=snippet)
            checks.append(_fill(recipes.check, snippet=test, value=await self.evaluate(test), message=message))
        return checks


def _fill(template: str, **names: Any) -> str:
    return SandboxedEnvironment().from_string(template).render(**names)


def evaluator(kernel: _Kernel, language: str) -> Evaluate:
    """Evaluates in ``kernel``, reading values as nbgrader does in ``language``."""

    async def evaluate(code: str) -> str | None:
        request = await kernel.execute(code)
        shown: str | None = None
        error = ""
        while True:
            message = await kernel.iopub_channel.get_msg()
            kind, content = message["msg_type"], message["content"]
            if message["parent_header"]["msg_id"] != request:
                continue
            if kind in ("display_data", "update_display_data", "execute_result"):
                shown = _bare(str(content.get("data", {}).get("text/plain", "")), language)
            elif kind == "error":
                error = f"{content.get('ename')}: {content.get('evalue')}"[:500]
            elif kind == "status" and content.get("execution_state") == "idle":
                break
        if error:
            raise CellFailed(error)
        return shown

    return evaluate


def _bare(text: str, language: str) -> str:
    if language == "R":
        text = _INDEX.sub("", text)
    return text.strip('"').strip("'")


async def answer(
    order: dict[str, Any], start_kernel: Callable[[], contextlib.AbstractAsyncContextManager[Any]]
) -> dict[str, Any]:
    """What is to be said to ``order``: new sources of its cells, or what is wrong and in which cell. See prepare.py."""
    try:
        recipes = Recipes.read(order["recipes"], order["kernel"])
        async with asyncio.timeout(order["seconds"]), start_kernel() as kernel:
            return {
                "sources": await write_tests(
                    order["cells"], recipes, Marks(**order["marks"]), evaluator(kernel, order["language"])
                )
            }
    except CantWrite as error:
        return {"problem": str(error), "cell": error.cell}
    except TimeoutError:
        return {"problem": f"Running the source to write its tests took longer than {order['seconds']} seconds.", "cell": None}
