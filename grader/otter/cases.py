"""The test cells of a question: what each one tests, and as what Otter gives it to students.

Otter's OK format is a doctest: the cell's statements run one after the other, in a copy of the notebook's names, and what the
last one shows must be, letter for letter, the cell's saved output. Its other format is a function that raises or does not.
"""

import ast
import builtins
import re
from dataclasses import dataclass
from typing import Any

import yaml

from grader.otter.blocks import Cell, Wrong
from grader.otter.points import Points, own_points

_HIDDEN = re.compile(r"\s*#.*\bhidden\b", re.IGNORECASE)
_BEGIN_CONFIG = re.compile(r'(?:.\s*=\s*)?"{1,3}\s*#\s*BEGIN\s*TEST\s*CONFIG', re.IGNORECASE)
_END_CONFIG = re.compile(r'"{1,3};?\s*#\s*END\s*TEST\s*CONFIG', re.IGNORECASE)
_SETTINGS = {"hidden", "points", "success_message", "failure_message"}


@dataclass(frozen=True, slots=True)
class Case:
    """One test cell."""

    number: int
    """Of its cell in the teacher's file, counted from 1."""
    tree: ast.Module
    expected: str
    """What the last statement is to show; for the OK format."""
    prints: bool
    """Whether a part of that was printed."""
    hidden: bool
    points: Points | None
    """What the cell says itself."""
    success: str
    failure: str
    remark: str = ""
    """What a teacher should know of how the cell was read."""


def read_case(cell: Cell, number: int, *, ok_format: bool) -> Case:
    """What a test cell says. Raises Wrong."""
    lines = cell["source"].split("\n")
    settings: dict[str, Any] = {}
    hidden, remark = False, ""
    if _BEGIN_CONFIG.match(lines[0]):
        settings, lines = _configured(lines)
    elif _HIDDEN.match(lines[0]):
        hidden = True
        if lines[0].strip(" #").lower() != "hidden":
            remark = f"Its first line “{lines[0].strip()[:60]}” has the word “hidden”: that makes it a hidden test."
        lines = lines[1:]
    try:
        tree = ast.parse("\n".join(lines))
    except (SyntaxError, ValueError) as error:
        raise Wrong(
            f"The test is no valid Python: {getattr(error, 'msg', error)}.", "Correct it; magics are not possible."
        ) from None
    if not tree.body:
        raise Wrong("The test is empty.", "Remove the cell, or write a test.")
    shown, prints = _output(cell)
    case = Case(
        number=number,
        tree=tree,
        expected=shown,
        prints=prints,
        hidden=_hidden(settings, hidden),
        points=own_points(settings.get("points")),
        success=_message(settings, "success_message"),
        failure=_message(settings, "failure_message"),
        remark=remark,
    )
    (_check_shown if ok_format else _check_function)(case)
    return case


def _configured(lines: list[str]) -> tuple[dict[str, Any], list[str]]:
    """The settings at the top of a test cell, and the lines below them."""
    end = next((place for place, line in enumerate(lines) if _END_CONFIG.match(line)), None)
    if end is None:
        raise Wrong("A “# BEGIN TEST CONFIG” has no “# END TEST CONFIG”.", "Add it where the settings end.")
    try:
        found = yaml.safe_load("\n".join(lines[1:end]))
    except yaml.YAMLError:
        found = None
    if not isinstance(found, dict):
        raise Wrong("The settings of this test can't be read.", "Write one “name: value” on each line.")
    unknown = sorted(str(name) for name in found if name not in _SETTINGS)
    if unknown:
        raise Wrong(f"“{unknown[0]}” is no setting of a test.", f"The settings are: {', '.join(sorted(_SETTINGS))}.")
    return found, lines[end + 1 :]


def _hidden(settings: dict[str, Any], said: bool) -> bool:  # noqa: FBT001 - there are two of them
    value = settings.get("hidden", said)
    if not isinstance(value, bool):
        raise Wrong(f"“hidden” has the value “{str(value)[:40]}”.", "Write true or false.")
    return value


def _message(settings: dict[str, Any], name: str) -> str:
    value = settings.get(name)
    return "" if value is None else str(value)


def _output(cell: Cell) -> tuple[str, bool]:
    """The cell's saved output as text, and whether it was printed."""
    texts, prints = [], False
    for output in cell.get("outputs", []):
        text = _joined(output.get("text"))
        prints = prints or bool(text)
        data = output.get("data")
        texts += [text, _joined(data.get("text/plain")) if isinstance(data, dict) else ""]
    return "".join(texts).rstrip("\n"), prints


def _joined(text: object) -> str:
    return "".join(map(str, text)) if isinstance(text, list) else text if isinstance(text, str) else ""


def _check_shown(case: Case) -> None:
    """A test in OK format that no answer can pass."""
    last = case.tree.body[-1]
    if case.expected and not case.prints and not isinstance(last, ast.Expr):
        raise Wrong(
            "The cell has a saved output, but its last line shows nothing.", "Clear its output, or end with an expression."
        )
    if not case.expected and isinstance(last, ast.Expr) and not isinstance(last.value, ast.Call | ast.Constant | ast.Await):
        raise Wrong(
            "The cell has no saved output, so the test expects nothing, and no answer can give that.",
            "Run the notebook and save it with its outputs; see that no filter takes them out.",
        )


def _check_function(case: Case) -> None:
    body = case.tree.body
    if len(body) > 2 or not isinstance(body[0], ast.FunctionDef):  # noqa: PLR2004 - a function and its call
        raise Wrong(
            "A test of this format is one function, and at most a call of it.",
            "Put all else into the function, or set “tests: ok_format: true”.",
        )
    if body[0].args.posonlyargs or body[0].args.vararg or body[0].args.kwarg:
        raise Wrong("The test's function has parameters that are no plain names.", "Name what it tests, one by one.")


def unseen_names(case: Case) -> list[str]:
    """Names that a function of the exception format uses and Otter would not give it: it sees its parameters only."""
    function = case.tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    loaded = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return sorted(loaded - _bound(function) - set(dir(builtins)))


def _bound(tree: ast.AST) -> set[str]:
    """All names that anything in a piece of code binds."""
    names: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(ctx=ast.Store() | ast.Del()):
                names.add(node.id)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names.add(node.name)
            case ast.arg():
                names.add(node.arg)
            case ast.alias():
                names.add(node.asname or node.name.partition(".")[0])
            case ast.ExceptHandler(name=str()):
                names.add(str(node.name))
    return names


def doctest_of(case: Case) -> str:
    """A case in OK format as Otter gives it to students."""
    lines: list[str] = []
    for statement in case.tree.body:
        first, *others = ast.unparse(statement).split("\n")
        lines += [f">>> {first}", *(f"... {line}" for line in others)]
    return "\n".join([*lines, *case.expected.split("\n")]) if case.expected else "\n".join(lines)


def function_of(case: Case) -> str:
    """A case of the exception format as Otter gives it to students, without its decorator."""
    return ast.unparse(case.tree.body[0])
