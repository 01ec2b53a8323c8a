"""A test cell of Otter's, as a test of ours: what passes there passes here, run for real in plain Python."""

import contextlib
import io
from typing import Any

import pytest

from grader.otter.blocks import Wrong
from grader.otter.cases import doctest_of, read_case, unseen_names
from grader.otter.house_tests import house_test
from tests.support.notebooks import Cell, code
from tests.support.otter_notebooks import expects, printing


def passes(cell: Cell, *, ok_format: bool = True, known: set[str] = frozenset(), **names: Any) -> bool:  # type: ignore[assignment]
    source = house_test(read_case(cell, 1, ok_format=ok_format), "otter_case", set(known), ok_format=ok_format)
    before = dict(names)
    try:
        exec(source, names)  # noqa: S102 - it is a test of ours
    except Exception:  # noqa: BLE001 - as a test cell ends
        return False
    assert all(names[name] is value for name, value in before.items()), "a test changed the notebook's names"
    return True


@pytest.mark.parametrize(
    ("cell", "right", "wrong"),
    [
        (expects("x == 3", "True"), 3, 4),
        (expects("x", "3"), 3, 3.0),
        (expects("x", "1"), True, 1.0),
        (expects("x", "[1, 2]"), [1, 2], [True, 2]),
        (expects("x = x + 1\nx", "4"), 3, 2),
        (expects("for i in x:\n    assert i"), [1], [0]),
        (expects("y = x\nx.append(1)"), [], None),
        (printing("print(x)\nprint(x)", "3\n3\n"), 3, 4),
        (printing("print(x, end='')\nx", "33"), 3, 4),
    ],
    ids=["true", "number", "one", "list", "own-name", "loop", "silent", "printed", "both"],
)  # fmt: skip
def test_a_test_with_a_saved_output_passes_where_the_same_is_shown(cell: Cell, right: object, wrong: object) -> None:
    assert passes(cell, known={"x"}, x=right)
    assert not passes(cell, known={"x"}, x=wrong)


def test_what_an_answer_prints_while_it_is_tested_counts_as_shown() -> None:
    def chatty(x: int) -> int:
        print(x)  # noqa: T201 - that is the point
        return x

    with contextlib.redirect_stdout(io.StringIO()):
        assert not passes(expects("f(1)", "1"), f=chatty)
    assert passes(expects("f(1)", "1"), f=lambda x: x)


def test_an_object_that_says_it_is_written_like_the_result_does_not_pass() -> None:
    class Liar:
        def __repr__(self) -> str:
            return "3"

    assert not passes(expects("x", "3"), x=Liar())


def test_a_function_gets_its_parameters_by_their_names() -> None:
    cell = code("def test_x(x, env):\n    assert x == env['x'] == 3\n\ntest_x(x, globals())")

    assert passes(cell, ok_format=False, x=3)
    assert not passes(cell, ok_format=False, x=4)


def test_a_function_may_be_called_like_what_it_tests() -> None:
    assert passes(code("def f(f):\n    assert f(1) == 1"), ok_format=False, f=abs)


def test_a_hidden_test_is_marked_as_ours_are() -> None:
    for source in (
        "# HIDDEN\nx",
        "# checks the hidden layer\nx",
        '""" # BEGIN TEST CONFIG\nhidden: true\n""" # END TEST CONFIG\nx',
    ):
        case = read_case(expects(source, "3"), 1, ok_format=True)
        assert case.hidden
        assert house_test(case, "f", set(), ok_format=True).startswith("### BEGIN HIDDEN TESTS\n")
    assert "hidden" in read_case(expects("# checks the hidden layer\nx", "3"), 1, ok_format=True).remark


def test_what_students_get_is_a_doctest() -> None:
    case = read_case(expects("for i in x:\n    assert i\nx", "[1]"), 1, ok_format=True)

    assert doctest_of(case) == ">>> for i in x:\n...     assert i\n>>> x\n[1]"


@pytest.mark.parametrize(
    ("cell", "ok_format", "words"),
    [
        (expects("x == 3"), True, "no saved output"),
        (expects("x = 3", "3"), True, "last line shows nothing"),
        (expects("%time x"), True, "no valid Python"),
        (expects("# HIDDEN"), True, "empty"),
        (code("x = 1\ny = 2\nz = 3"), False, "one function"),
        (code("def f(*xs): pass"), False, "no plain names"),
        (code('""" # BEGIN TEST CONFIG\nhidden: true\nx'), True, "END TEST CONFIG"),
        (code('""" # BEGIN TEST CONFIG\nhiden: true\n""" # END TEST CONFIG\nx'), True, "hiden"),
    ],
)
def test_a_test_that_can_not_be_one_is_refused_with_its_reason(cell: Cell, ok_format: bool, words: str) -> None:  # noqa: FBT001 - from the table
    with pytest.raises(Wrong, match=words):
        read_case(cell, 1, ok_format=ok_format)


def test_names_that_otter_would_not_give_a_function_are_found() -> None:
    source = "def f(x):\n    import re\n    assert np.isclose(x, len(re.findall('a', 'a')))"

    assert unseen_names(read_case(code(source), 1, ok_format=False)) == ["np"]
