"""The test cells of a question: what each one tests, as Otter shows it to students and as a test of ours.

Otter's OK format is a doctest: the cell's statements run one after the other, in a copy of the notebook's names, and what the
last one shows must be, letter for letter, the cell's saved output. Its other format is a function that raises or does not.
"""

import ast
import builtins
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
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


def names_bound(sources: Iterable[str]) -> set[str]:
    """The names that the cells of a notebook bind at the top; of cells that are plain Python."""
    names: set[str] = set()
    for source in sources:
        try:
            tree = ast.parse("\n".join("pass" if line.startswith(("%", "!")) else line for line in source.split("\n")))
        except (SyntaxError, ValueError):
            continue
        names |= set(_bound_here(tree))
    return names


def house_test(case: Case, name: str, known: set[str], *, ok_format: bool) -> str:
    """The case as a test of ours: source that raises where Otter's fails. ``known``: what the notebook's cells bind.

    ``name`` is that of the function it may need: what a test in OK format binds is seen by nobody else.
    """
    make: Callable[[Case, str, set[str]], str] = _ok_test if ok_format else _function_test
    source = make(case, name, known)
    return f"### BEGIN HIDDEN TESTS\n{source}\n### END HIDDEN TESTS" if case.hidden else source


def _function_test(case: Case, name: str, _known: set[str]) -> str:
    function = case.tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    parameters = [argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)]
    recursive = function.name in _loaded(function) - set(parameters)
    called = function.name if recursive else name
    # Under a name of its own: a test may be called like what it tests.
    text = ast.unparse(function)
    if not recursive:
        text = re.sub(rf"(?m)^def {re.escape(function.name)}\(", f"def {name}(", text, count=1)
    given = ", ".join(f"{parameter}={'globals()' if parameter == 'env' else parameter}" for parameter in parameters)
    return f"{text}\n{called}({given})"


def _ok_test(case: Case, name: str, known: set[str]) -> str:
    bound = {found for statement in case.tree.body for found in _bound_here(statement)}
    calls = any(isinstance(node, ast.Call) for node in ast.walk(case.tree))
    steps, checks = _steps(case)
    if calls or case.prints:
        # What a call prints is a part of what the cell shows; a doctest begins a last line that was not ended.
        wanted = f"{case.expected}\n" if case.prints else ""
        steps = [
            "import contextlib, io",
            "printed = io.StringIO()",
            f"with contextlib.redirect_stdout(printed):\n{_indented(steps)}",
        ]
        checks.append(f"assert {'_ended(printed.getvalue())' if wanted else 'printed.getvalue()'} == {wanted!r}")
    lines = [*steps, *checks]
    outside = any(isinstance(node, ast.Global) for node in ast.walk(case.tree)) or "*" in bound
    if outside or not (bound or calls or case.prints or checks):
        return "\n".join(lines)
    ended = ["def _ended(text):\n    return text if not text or text.endswith('\\n') else text + '\\n'"] if case.prints else []
    parameters = ", ".join(sorted(_read_first(case.tree.body, set(), bound) & known))
    return f"def {name}({parameters}):\n{_indented([*ended, *lines])}\n{name}({parameters})"


def _indented(texts: Sequence[str]) -> str:
    return "\n".join(f"    {line}" for text in texts for line in text.split("\n"))


def _steps(case: Case) -> tuple[list[str], list[str]]:
    """The statements of a case, and what has to be true after them."""
    *before, last = case.tree.body
    steps = [_silent(statement) for statement in before]
    if not case.expected or not isinstance(last, ast.Expr):
        return [*steps, _silent(last)], []
    steps.append(f"shown = {ast.unparse(last.value)}")
    if case.prints:
        return [*steps, "if shown is not None:\n    print(repr(shown))"], []
    return steps, [f"assert {_shows(case.expected)}"]


def _shows(expected: str) -> str:
    """Whether ``shown`` is what is written as ``expected``."""
    if expected in ("True", "False"):
        return f"shown is {expected}"
    if _is_literal(expected):
        # Equal and written alike: what an object of the student's says of itself is not enough.
        allowed = {"1": ("1", "True"), "0": ("0", "False")}.get(expected)
        return f"shown == {expected} and repr(shown) " + (f"in {allowed!r}" if allowed else f"== {expected!r}")
    library = "numpy" if expected.startswith(("np.", "array(")) else ""
    own = f"type(shown).__module__.partition('.')[0] == '{library}' and " if library else ""
    return f"{own}repr(shown) == {expected!r}"


def _is_literal(text: str) -> bool:
    try:
        return repr(ast.literal_eval(text)) == text
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return False


def _silent(statement: ast.stmt) -> str:
    """A statement that shows nothing: an expression has to be None."""
    if isinstance(statement, ast.Expr) and not isinstance(statement.value, ast.Constant):
        return f"assert ({ast.unparse(statement.value)}) is None"
    return ast.unparse(statement)


def _bound_here(statement: ast.AST) -> Iterator[str]:
    """The names that a statement binds, those inside of functions and classes apart."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield statement.name
            return
        case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return
        case ast.Name(ctx=ast.Store() | ast.Del()):
            yield statement.id
        case ast.alias():
            yield statement.asname or statement.name.partition(".")[0]
        case ast.ExceptHandler(name=str()):
            yield str(statement.name)
    for child in ast.iter_child_nodes(statement):
        yield from _bound_here(child)


def _read_first(statements: Sequence[ast.stmt], done: set[str], bound: set[str]) -> set[str]:
    """Those of ``bound`` that may be read before a case has set them; ``done`` are set before, and grows."""
    early: set[str] = set()
    for statement in statements:
        for part in _in_order(statement):
            if isinstance(part, list):
                early |= _read_first(part, done, bound)
                continue
            early |= {name for name in _loaded(part) if name in bound and name not in done}
            done |= set(_bound_here(part))
    return early


def _in_order(statement: ast.stmt) -> list[ast.AST | list[ast.stmt]]:
    """The parts of a statement as they are run: blocks as lists."""
    parts: list[ast.AST | list[ast.stmt]]
    match statement:
        case ast.For() | ast.AsyncFor():
            parts = [statement.iter, statement.target, statement.body, statement.orelse]
        case ast.While() | ast.If():
            parts = [statement.test, statement.body, statement.orelse]
        case ast.With() | ast.AsyncWith():
            parts = [*statement.items, statement.body]
        case ast.Try():
            handlers = [handler.body for handler in statement.handlers]
            parts = [statement.body, *handlers, statement.orelse, statement.finalbody]
        case _:
            parts = [statement]
    return parts


def _loaded(tree: ast.AST) -> set[str]:
    """The names that a piece of code reads."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return names | {
        node.target.id for node in ast.walk(tree) if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)
    }
