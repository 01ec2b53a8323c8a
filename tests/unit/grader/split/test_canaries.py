"""Whether a test's verdict is believed, by what its mutants got. The runs are answered here by who they are meant to catch."""

import ast
from typing import Any

import pytest

from grader.split.canaries import Verdict, watch

TEST = "### BEGIN HIDDEN TESTS\nassert f(1) == {}\n### END HIDDEN TESTS"
USABLE: list[dict[str, Any]] = [{"number": 1, "points": 0.0}]
PASSED: Verdict = {"outcome": "ok", "outputs": []}
FAILED: Verdict = {"outcome": "error", "outputs": []}


def answering(literal: object) -> Any:
    """A right answer for ``literal``: what any other is compared with fails."""

    def ask(source: str) -> Verdict:
        expected = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
        return PASSED if literal in expected else FAILED

    return ask


def passing(turn: int) -> Any:
    """Somebody who can't tell which run counts, and lets the one pass whose turn it is."""
    asked: list[str] = []

    def ask(source: str) -> Verdict:
        asked.append(source)
        return PASSED if len(asked) == turn else FAILED

    return ask


def test_who_is_right_is_believed() -> None:
    watched = watch(TEST.format(2.5), 1, USABLE, answering(2.5))

    assert (watched.verdict, watched.mutants, watched.doubt) == (PASSED, 2, "")


@pytest.mark.parametrize("turn", [1, 2, 3])
@pytest.mark.parametrize("literal", [2.5, "text", 1000])
def test_who_guesses_which_run_counts_is_found_out_unless_the_guess_was_right(literal: object, turn: int) -> None:
    watched = watch(TEST.format(repr(literal)), 1, USABLE, passing(turn))

    assert bool(watched.doubt) == (watched.verdict is FAILED)


def test_a_wrong_answer_that_hits_a_small_number_by_chance_is_no_cheat() -> None:
    watched = watch(TEST.format(3), 1, USABLE, passing(4))

    assert (watched.verdict, watched.doubt) == (FAILED, "")
