"""What a student reads of a check, on the portal and in JupyterLab: the same facts in the same words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from classroom.models import CheckState, WorkCheck
from classroom.models.work_check import Check
from classroom.services import work_checks

State = Literal["waiting", "lost", "failed", "unusable", "checked"]
ABOUT_HIDDEN_TESTS = (
    "Your teacher may also have hidden tests. This shows only what the visible ones say, so it is no promise of points."
)
_SENTENCES = {
    "waiting": "Your notebook is run from the top, as the grader will run it.",
    "lost": "There was no answer. The graders may have much to do, or the question got lost. Check again, or hand in without.",
    "failed": "The check failed on our side. Your work is safe. Try again in a minute, or hand in without.",
}


@dataclass(frozen=True, slots=True)
class CheckedQuestion:
    """One question. ``state``: see grader.work_check; ``message`` may hold words of the student's own code."""

    title: str
    notebook: str
    grade_id: str
    state: str
    message: str


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence about a cell; ``cell`` counts from 1 in the student's file, None where it is about the whole notebook."""

    notebook: str
    cell: int | None
    title: str
    message: str


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """A check as its student sees it. Cells are counted while it runs."""

    id: int
    state: State
    sentence: str
    asked_at: datetime
    cells_done: int
    cells_total: int
    questions: tuple[CheckedQuestion, ...] = ()
    stumbles: tuple[Place, ...] = ()
    """Cells that ended with an error when the notebook was run from the top."""
    remarks: tuple[Place, ...] = ()
    about_hidden_tests: str = ABOUT_HIDDEN_TESTS


def answer_of(check: WorkCheck, *, now: datetime) -> CheckAnswer:
    """How a check stands."""
    reply = check.reply
    state = state_of(check, now=now)
    return CheckAnswer(
        id=check.id,
        state=state,
        sentence=_SENTENCES.get(state) or reply["reason"] or _summary(reply["questions"]),
        asked_at=check.asked_at,
        cells_done=check.cells_done,
        cells_total=check.cells_total,
        questions=_questions(check) if state == "checked" else (),
        stumbles=places(reply.get("stumbles", [])),
        remarks=places(reply.get("remarks", [])),
    )


def state_of(check: Check, *, now: datetime) -> State:
    """Where any check is."""
    if check.state is not CheckState.done:
        return "waiting" if work_checks.is_awaited(check, now=now) else "lost"
    if not check.reply:
        return "lost"
    states: dict[str, State] = {"checked": "checked", "unusable": "unusable"}
    return states.get(check.reply["status"], "failed")


def _questions(check: WorkCheck) -> tuple[CheckedQuestion, ...]:
    """In the order of the release, with its titles."""
    found = {(entry["notebook"], entry["grade_id"]): entry for entry in check.reply["questions"]}
    places = [
        (question["title"], found.get((question["notebook"], question["grade_id"]))) for question in check.release.questions
    ]
    return tuple(
        CheckedQuestion(title, entry["notebook"], entry["grade_id"], entry["state"], entry["message"])
        for title, entry in places
        if entry is not None
    )


def places(entries: list[dict[str, object]]) -> tuple[Place, ...]:
    """Sentences about cells, of a reply as it is kept."""
    return tuple(
        Place(
            str(entry["notebook"]),
            entry["cell"] if isinstance(entry["cell"], int) else None,
            str(entry.get("title", "")),
            str(entry["message"]),
        )
        for entry in entries
    )


def _summary(questions: list[dict[str, str]]) -> str:
    tests = [entry["state"] for entry in questions if entry["state"] in {"passes", "partial", "fails", "not_run"}]
    if not tests:
        return "Your notebook was run. It has no test that you can see."
    passed = tests.count("passes")
    if passed == len(tests):
        return "All tests that you can see pass."
    if not {"fails", "not_run"} & set(tests):
        return "No test that you can see fails."
    return f"{passed} of {len(tests)} tests that you can see pass."
