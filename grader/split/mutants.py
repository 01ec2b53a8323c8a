"""Mutants of a test: the same test with one expectation made wrong, so that a right answer must fail it.

They are made on our side, from the text alone. A mutant is worth something only where every right answer fails it, so
places are left out that a right answer may never reach or may pass in another way: what stands under ``if``, ``or``,
``not`` and ``try``, and inequalities. Whether a mutation is any good is then tried on the teacher's own solution.
"""

import ast
import random
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from grader.split.cell import hidden_lines

Kind = Literal["literal", "negation"]

_ENOUGH = 2
_LARGE = 100
_CONSTRUCTORS = {"approx", "array", "list", "set", "tuple", "dict", "frozenset", "float", "int", "Decimal", "Fraction", "Counter"}
_NOT_EQUAL = ("not", "less", "greater")
_SKIPPED = (ast.Try, ast.TryStar, ast.While, ast.Match, ast.IfExp, ast.Lambda)


@dataclass(frozen=True, slots=True)
class Mutation:
    """One place of a test that can be made wrong. ``number`` names it; the same text has the same places."""

    number: int
    kind: Kind
    hidden: bool
    """Whether students have never seen this line."""
    is_drawn: bool = False
    """Whether another value is drawn each time, of so many that no wrong answer hits it by chance."""


class Mutable:
    """A test that can be written out as it is meant and with one expectation changed; both look as if printed by one hand."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tree = _parse(source)

    @property
    def real(self) -> str:
        """The test itself; without comments, as its mutants are."""
        return self._source if self._tree is None else ast.unparse(self._tree)

    def mutations(self) -> list[Mutation]:
        """All places, the best first: an unseen literal gives nothing away, a negated assertion looks odd."""
        hidden = hidden_lines(self._source)
        found = [
            Mutation(number, kind, node.lineno in hidden, _is_drawn(node))
            for number, (kind, node) in enumerate(_places(self._tree))
        ]
        return sorted(found, key=_rank)

    def mutant(self, number: int, chance: random.Random) -> str:
        """The test with the expectation at place ``number`` made wrong. The literal is another one each time."""
        tree = _parse(self._source)
        _, node = list(_places(tree))[number]
        if isinstance(node, ast.Assert):
            node.test = ast.UnaryOp(ast.Not(), node.test)
        else:
            node.value = _another(node.value, chance)
        assert tree is not None
        return ast.unparse(ast.fix_missing_locations(tree))


def choose(mutations: Sequence[Mutation], usable: set[int], chance: random.Random) -> list[Mutation]:
    """Two of those that are usable, the best; one that is alone is taken twice."""
    good = [mutation for mutation in mutations if mutation.number in usable]
    chance.shuffle(good)
    good.sort(key=_rank)
    return (good * _ENOUGH)[:_ENOUGH] if len(good) < _ENOUGH else good[:_ENOUGH]


def _is_drawn(node: ast.Constant | ast.Assert) -> bool:
    value = node.value if isinstance(node, ast.Constant) else None
    return type(value) in (float, str) or (type(value) is int and abs(value) >= _LARGE)


def _rank(mutation: Mutation) -> tuple[bool, bool]:
    return (not mutation.hidden, mutation.kind != "literal")


def _parse(source: str) -> ast.Module | None:
    """The test as Python, magics as the calls that they are; None when it is no Python even so."""
    try:
        try:
            return ast.parse(source)
        except SyntaxError:
            from IPython.core.inputtransformer2 import TransformerManager  # noqa: PLC0415 - for a few tests only

            return ast.parse(TransformerManager().transform_cell(source))  # type: ignore[no-untyped-call]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


_Place = tuple[Kind, ast.Constant | ast.Assert]


def _places(tree: ast.AST | None) -> Iterator[_Place]:
    if tree is None or isinstance(tree, _SKIPPED):
        return
    if isinstance(tree, ast.If):
        # Its body may stay unvisited; and what another branch gives, an answer may rightly reach.
        if not any(isinstance(statement, ast.If) for statement in tree.orelse):
            yield from _places(tree.test)
        return
    if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.Or):
        return
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
        return
    yield from _own_places(tree)
    for child in ast.iter_child_nodes(tree):
        yield from _places(child)


def _own_places(tree: ast.AST) -> Iterator[_Place]:
    """The places that a node has by being what it is."""
    match tree:
        case ast.Assert() if not isinstance(tree.test, ast.Constant):
            yield "negation", tree
        case ast.Compare(ops=[ast.Eq()]):
            for side in (tree.left, *tree.comparators):
                yield from _literals(side)
        case ast.Call() if _compares(tree):
            for argument in tree.args[:2]:
                yield from _literals(argument)


def _compares(call: ast.Call) -> bool:
    """Whether a function is one that wants two things to be equal, by its name: assert_allclose, assertEqual, isclose."""
    name = _name_of(call).lower()
    return ("equal" in name or "close" in name) and not any(word in name for word in _NOT_EQUAL)


def _name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _literals(side: ast.expr) -> Iterator[_Place]:
    """The constants of a side of a comparison that is nothing but constants."""
    if _is_constant(side):
        for node in _constants(side):
            yield "literal", node


def _is_constant(node: ast.expr | None) -> bool:
    match node:
        case ast.Constant():
            return True
        case ast.UnaryOp():
            return _is_constant(node.operand)
        case ast.Tuple() | ast.List() | ast.Set():
            return bool(node.elts) and all(_is_constant(item) for item in node.elts)
        case ast.Dict():
            return bool(node.keys) and all(_is_constant(item) for item in (*node.keys, *node.values))
        case ast.Call():
            return _name_of(node) in _CONSTRUCTORS and bool(node.args) and all(_is_constant(item) for item in node.args)
    return False


def _constants(node: ast.AST) -> Iterator[ast.Constant]:
    """Those that can be changed. The first argument of a call only: others are tolerances and kinds."""
    if isinstance(node, ast.Constant):
        if type(node.value) in (bool, int, float, str):
            yield node
    elif isinstance(node, ast.Call):
        yield from _constants(node.args[0])
    else:
        for child in ast.iter_child_nodes(node):
            yield from _constants(child)


def _another(value: object, chance: random.Random) -> bool | int | float | str:
    """A value of the same kind, too far away to be a near miss."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        place = chance.randint(0, len(value))
        return value[:place] + chance.choice(string.ascii_lowercase) + value[place:]
    assert isinstance(value, int | float)
    sign = chance.choice((-1, 1))
    if isinstance(value, int):
        return value + sign * (chance.randint(3, 9) + abs(value) * chance.randint(40, 300) // 100)
    return round(value + sign * (abs(value) * chance.uniform(0.4, 3) + chance.uniform(0.5, 9)), 6)
