"""What the tests' side does for a notebook, read off the teacher's file before anything runs."""

import ast
import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from grader.nbgrader_format import read_flags
from grader.reading import read_notebook
from grader.regions import HIDDEN_TESTS, Region, cut

_MAGIC = re.compile(r"^\s*[%!?]|\?\s*$|=\s*[%!]\w|\bget_ipython\b|\b__main__\b", re.MULTILINE)
_TOP = "."


@dataclass(slots=True)
class Preparation:
    """What comes before a test on the tests' side, since the test before it."""

    imports: list[tuple[str, str, str]] = field(default_factory=list)
    """Name, module, attribute."""
    theirs: list[str] = field(default_factory=list)
    """Names that an answer of the teacher's defines."""
    statements: list[str] = field(default_factory=list)
    """Of locked cells, as far as tests depend on them."""


@dataclass(frozen=True, slots=True)
class ScriptedTest:
    """One test cell."""

    source: str
    visible: str
    """What the student has of it: this part runs in its place on the student's side."""
    before: Preparation
    obstacle: str
    """Why it can't run apart from the student's code, as far as its text tells."""


@dataclass(frozen=True, slots=True)
class Script:
    """The tests of a notebook by grade id."""

    tests: dict[str, ScriptedTest]
    passed_on: tuple[str, ...]
    """Names that the teacher's answers use as globals."""


def make_script(teacher: bytes, hidden: Region = HIDDEN_TESTS) -> Script:
    """The script for a teacher's notebook, ``hidden`` marking what students do not see. Raises UnreadableNotebook."""
    cells = [cell for cell in read_notebook(teacher)["cells"] if cell["cell_type"] == "code"]
    kinds = [(_kind_of(cell), cell["source"]) for cell in cells]
    wanted = _wanted([_parse(source) for kind, source in kinds if kind == "tests"], _locked(kinds))
    tests: dict[str, ScriptedTest] = {}
    used: set[str] = set()
    before = Preparation()
    for cell, (kind, source) in zip(cells, kinds, strict=True):
        tree = _parse(source)
        if kind == "tests":
            tests[cell["metadata"]["nbgrader"]["grade_id"]] = _test(source, before, hidden)
            before = Preparation()
            continue
        statements = tree.body if tree else []
        before.imports += [entry for statement in statements for entry in _imports(statement)]
        if kind == "answer" and tree:
            before.theirs += sorted({name for statement in statements for name in _stored(statement)})
            used |= _globals_of(tree)
        elif kind in {"locked", "free"}:
            held = statements if kind == "locked" else _functions(statements)
            before.statements += [ast.unparse(statement) for statement in held if _is_wanted(statement, wanted)]
    return Script(tests, tuple(sorted(used)))


def _kind_of(cell: dict[str, Any]) -> str:
    flags = read_flags(cell)
    if flags is None or not flags.grade_id:
        return "free"
    if flags.solution:
        return "answer"
    return "tests" if flags.grade else "locked"


def _test(source: str, before: Preparation, hidden: Region) -> ScriptedTest:
    obstacle = ""
    if _MAGIC.search(source):
        obstacle = "It uses IPython itself."
    elif _parse(source) is None:
        obstacle = "It is not plain Python."
    return ScriptedTest(source, cut(source, hidden).source, before, obstacle)


def _locked(kinds: list[tuple[str, str]]) -> list[ast.stmt]:
    trees = [(kind, _parse(source)) for kind, source in kinds if kind in {"locked", "free"}]
    return [statement for kind, tree in trees if tree for statement in (tree.body if kind == "locked" else _functions(tree.body))]


def _functions(statements: list[ast.stmt]) -> list[ast.stmt]:
    """Of a cell that students may change: its functions. One that a test calls is to be the teacher's; values are theirs."""
    return [statement for statement in statements if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef)]


def _wanted(tests: list[ast.Module | None], locked: list[ast.stmt]) -> set[str]:
    """The names that tests need, and those that locked statements need to make them."""
    wanted = {name for tree in tests if tree for name in _loaded(tree)}
    while True:
        more = {name for statement in locked if _is_wanted(statement, wanted) for name in _loaded(statement)} - wanted
        if not more:
            return wanted
        wanted |= more


def _is_wanted(statement: ast.stmt, wanted: set[str]) -> bool:
    if isinstance(statement, ast.ImportFrom):
        return any(alias.name == "*" for alias in statement.names)
    if isinstance(statement, ast.Import):
        return False
    stored = set(_stored(statement))
    if stored:
        return bool(stored & wanted)
    # A statement that binds nothing may still change what it speaks of: x.append(1), seed(3).
    changed = {node.func.value.id for node in ast.walk(statement) if _is_method_call(node)}  # type: ignore[attr-defined]
    return bool(changed & wanted) or any(_stores_into(node, wanted) for node in ast.walk(statement))


def _is_method_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)


def _stores_into(node: ast.AST, wanted: set[str]) -> bool:
    if not (isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store)):
        return False
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return isinstance(node, ast.Name) and node.id in wanted


def _imports(statement: ast.stmt) -> Iterator[tuple[str, str, str]]:
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            if alias.asname:
                yield alias.asname, alias.name, ""
            else:
                yield alias.name.partition(".")[0], alias.name, _TOP if "." in alias.name else ""
    elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
        for alias in statement.names:
            if alias.name != "*":
                yield alias.asname or alias.name, statement.module, alias.name


def _stored(tree: ast.AST) -> Iterator[str]:
    """The names that a statement binds at the top level, imports apart."""
    if isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield tree.name
        return
    if isinstance(tree, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        return
    if isinstance(tree, ast.Name) and isinstance(tree.ctx, ast.Store):
        yield tree.id
    for child in ast.iter_child_nodes(tree):
        yield from _stored(child)


def _loaded(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def _globals_of(tree: ast.Module) -> set[str]:
    """The names that a cell uses and that are no function's own: what a test calls ``expected`` is nobody else's business."""
    try:
        tables = [symtable.symtable(ast.unparse(tree), "<answer>", "exec")]
    except SyntaxError:
        return _loaded(tree)
    used: set[str] = set()
    while tables:
        table = tables.pop()
        names = table.get_symbols()
        used |= {name.get_name() for name in names if name.is_referenced() and (name.is_global() or table.get_type() == "module")}
        tables += table.get_children()
    return used


def _parse(source: str) -> ast.Module | None:
    """The source as Python; magics are left out, and None is what is no Python even so."""
    lines = ["pass" if line.startswith(("%", "!")) else line for line in source.split("\n")]
    try:
        return ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
