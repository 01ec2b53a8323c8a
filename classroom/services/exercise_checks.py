"""What a check says of each exercise of a seminar's notebook, whether or not its teacher marked tests in nbgrader's format."""

from dataclasses import dataclass
from typing import Any

from classroom.services.seminar_progress import Exercise, Part, State, graded, is_test, parts

NO_TEST = "It has no test."
NOT_REACHED = "Not all of its tests were run."


@dataclass(frozen=True, slots=True)
class Verdict:
    """One exercise. ``message`` may hold words of the guest's own code."""

    exercise: Exercise
    state: State
    message: str


@dataclass(frozen=True, slots=True)
class Run:
    """What a check found in one notebook, cells counted from 1 in the file that was checked."""

    questions: dict[str, dict[str, Any]]
    """The answer on each test in nbgrader's format, by grade_id."""
    errors: dict[int, str]
    """What was said by cells that ended with an error."""
    ran: frozenset[int]
    """Cells that ran to their end without one."""


def verdicts(checked: bytes, released: bytes, run: Run) -> list[tuple[Verdict, Part]]:
    """For each exercise of ``released``, how it stands in ``checked``; empty when that is no notebook."""
    return [(_verdict(part, run), part) for part in parts(checked, released)]


def _verdict(part: Part, run: Run) -> Verdict:
    """Passed is what ran all tests as they were given out; an error counts once somebody has begun."""
    marked = [run.questions.get(name) for cell in part.given if (name := graded(cell))]
    tests = [cell["source"] for cell in part.given if is_test(cell) and not graded(cell)]
    ran = {cell["source"] for number, cell in part.mine.items() if number in run.ran}
    is_tested = bool(marked or tests)
    if is_tested and all(test in ran for test in tests) and all(one and one["state"] == "passes" for one in marked):
        return Verdict(part.exercise, State.passed, "")
    if not part.mine or [cell["source"] for cell in part.mine.values()] == [cell["source"] for cell in part.given]:
        return Verdict(part.exercise, State.untouched, "")
    errors = [run.errors[number] for number in part.mine if number in run.errors]
    errors += [one["message"] for one in marked if one and one["state"] == "fails"]
    if errors:
        return Verdict(part.exercise, State.error, errors[0])
    return Verdict(part.exercise, State.working, NOT_REACHED if is_tested else NO_TEST)
