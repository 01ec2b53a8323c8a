"""Tests that run beside the student's code, with canaries: mutants of the test that every right answer must fail.

The verdict of such a test comes from a process in which student code could change anything. So the test and two mutants of it
run in random order, each in a copy of its own, and the other side is not told which is which. Who passes a mutant has changed
what passes. Then the test gives nothing until a person has looked.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from grader.score import points_of
from grader.split.mutants import Mutable, Mutation, choose

TRIED = 12
"""So many mutations of a test are tried on the teacher's own solution."""
_NOISE = 1e-9

Verdict = dict[str, Any]
Ask = Callable[[str], Verdict]
"""Runs a source in a fresh copy of the student's process."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A test after its runs."""

    verdict: Verdict
    mutants: int
    """How many ran with it."""
    doubt: str = ""
    """Why its verdict is not believed, in a sentence for staff."""


def watch(source: str, max_points: float, usable: list[dict[str, Any]], ask: Ask) -> Watched:
    """Run a test and two of its ``usable`` mutants; see :func:`try_out`."""
    chance = random.SystemRandom()
    test = Mutable(source)
    expected = {entry["number"]: float(entry["points"]) for entry in usable}
    chosen = choose(test.mutations(), set(expected), chance)
    runs: list[tuple[Mutation | None, str]] = [(None, test.real)]
    runs += [(mutation, test.mutant(mutation.number, chance)) for mutation in chosen]
    chance.shuffle(runs)
    said = [(mutation, _for_value(source, ask(text))) for mutation, text in runs]
    verdict = next(answer for mutation, answer in said if mutation is None)
    passed = [
        mutation
        for mutation, answer in said
        if mutation is not None and _points(answer, max_points) > expected[mutation.number] + _NOISE
    ]
    doubt = ""
    # A wrong answer passes what is turned round, but not a number that was drawn a moment ago: that is a guess which run counts.
    if passed and (_points(verdict, max_points) > 0 or any(mutation.is_drawn for mutation in passed)):
        doubt = (
            "A copy of this test with a wrong expectation passed too, which no right answer does. The test runs beside the "
            "student's code, which may have changed what passes. It gives no points until a person has looked."
        )
    return Watched(verdict, len(chosen), doubt)


def try_out(source: str, max_points: float, ask: Ask) -> tuple[Verdict, list[dict[str, Any]]]:
    """What the teacher's solution gets, and the mutations that it fails: ``number``, and the ``points`` it still gets."""
    chance = random.SystemRandom()
    test = Mutable(source)
    verdict = _for_value(source, ask(test.real))
    whole = _points(verdict, max_points)
    usable = []
    for mutation in test.mutations()[:TRIED] if whole > 0 else []:
        points = _points(_for_value(source, ask(test.mutant(mutation.number, chance))), max_points)
        if points < whole:
            usable.append({"number": mutation.number, "points": points})
    return verdict, usable


def _points(verdict: Verdict, max_points: float) -> float:
    return points_of(verdict["outcome"], verdict["outputs"], max_points)


def _for_value(source: str, verdict: Verdict) -> Verdict:
    """A last semicolon keeps a value from being shown, and so from being points."""
    if source.rstrip().endswith(";"):
        verdict["outputs"] = [output for output in verdict["outputs"] if output["output_type"] != "execute_result"]
    return verdict
