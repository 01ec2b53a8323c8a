"""Test cases of Otter's as tests of ours: source that raises where Otter's test fails.

What a case binds is seen by nobody else, so it is put into a function where it binds something; what it shows is asserted.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from grader.otter.cases import Case


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
