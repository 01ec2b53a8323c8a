"""Which expectations of a test can be made wrong, and that the wrong ones are wrong."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.split.mutants import Mutable, choose

CHANCE = random.Random(1)  # noqa: S311 - no secret


def kinds(source: str) -> list[str]:
    return [mutation.kind for mutation in Mutable(source).mutations()]


@pytest.mark.parametrize(
    ("source", "literals"),
    [
        ("assert f(2) == 4", 1),
        ("assert 4 == f(2)", 1),
        ("assert f(2) == [1, 'two', 3.0, True]", 4),
        ("assert f(2) == {'a': -1}", 2),
        ("for x in range(3): assert f(x) == 1", 1),
        ("assert f(1) == 1 and f(2) == 2", 2),
        ("np.testing.assert_allclose(f(2), 4.5, rtol=1e-3)", 1),
        ("assert f(2) == pytest.approx(4.5, abs=0.1)", 1),
        ("self.assertEqual(f(2), 'x')", 1),
        ("if f(2) == 4: points = 1", 1),
        ("%matplotlib inline\nassert f(2) == 4", 1),
        ("@patch('a.b')\ndef check(b):\n    assert b.calls == 2\ncheck()", 1),
    ],
)
def test_expected_literals_are_found(source: str, literals: int) -> None:
    assert kinds(source).count("literal") == literals


@pytest.mark.parametrize(
    "source",
    [
        "assert f(2) == 1 or f(2) == 2",
        "assert not f(2) == 4",
        "assert f(2) in (1, 2)",
        "assert f(2) > 4",
        "assert f(4)",
        "if x:\n    assert f(2) == 4",
        "if f(1) == 2: s = 1\nelif f(1) == 3: s = 1",
        "try:\n    assert f(2) == 4\nexcept ValueError: pass",
        "assertNotEqual(f(2), 4)",
        "f(2)",
        "def (",
    ],
)
def test_what_a_right_answer_may_pass_in_another_way_is_left_alone(source: str) -> None:
    assert "literal" not in kinds(source)


def test_unseen_literals_come_first_and_negations_last() -> None:
    source = "assert f(1) == 1\n### BEGIN HIDDEN TESTS\nassert f(2) == 4\nassert g\n### END HIDDEN TESTS"

    found = [(mutation.hidden, mutation.kind) for mutation in Mutable(source).mutations()]

    assert found == [
        (True, "literal"),
        (True, "negation"),
        (True, "negation"),
        (False, "literal"),
        (False, "negation"),
    ]


def test_a_mutant_differs_from_the_test_in_one_place_and_each_time_anew() -> None:
    test = Mutable("# a remark\nassert f(2) == 400  # hidden\nassert g('x') == 'y'")
    (first, *_) = test.mutations()

    made = {test.mutant(first.number, CHANCE) for _ in range(20)}

    assert len(made) > 10
    assert test.real not in made
    assert {text.split("\n")[1] for text in made} == {test.real.split("\n")[1]}
    assert "#" not in test.real


@given(st.booleans() | st.integers() | st.floats(-1e12, 1e12) | st.text(), st.randoms())
def test_another_literal_is_another_value_and_no_near_miss(value: object, chance: random.Random) -> None:
    test = Mutable(f"assert f() == {value!r}")
    literal = next((mutation for mutation in test.mutations() if mutation.kind == "literal"), None)
    assert literal

    text = test.mutant(literal.number, chance).partition("== ")[2]

    other = eval(text)  # noqa: S307 - a literal, of our own making
    assert other != value
    if isinstance(value, int | float) and not isinstance(value, bool):
        assert abs(other - value) >= 0.4


def test_two_are_chosen_and_one_alone_is_taken_twice() -> None:
    mutations = Mutable("assert f() == 1\nassert g() == 2\nassert h() == 3").mutations()

    assert len({mutation.number for mutation in choose(mutations, {0, 1, 2, 3, 4, 5}, CHANCE)}) == 2
    assert [mutation.number for mutation in choose(mutations, {3}, CHANCE)] == [3, 3]
    assert choose(mutations, set(), CHANCE) == []
