"""What a seminar's guest reads of a check, on the seat page and in JupyterLab: the same facts in the same words."""

from datetime import datetime

from classroom.models import GuestCheck
from classroom.services.check_answers import CheckAnswer, CheckedQuestion, places, state_of

ABOUT = "This is what the tests you can see say. It is no mark: nothing is handed in, and nobody counts it."
_SENTENCES = {
    "waiting": "Your notebook is run from the top, apart from the one you have open.",
    "lost": "There was no answer. There may be much to do at this moment, or the question got lost. Check again.",
    "failed": "The check failed on our side. Your work is safe. Try again in a minute.",
}
_WORDS = {"passed": "passes", "error": "fails", "untouched": "untouched", "working": "unsaid"}
"""By where somebody is with an exercise: the word of a check's table."""


def answer_of(check: GuestCheck, *, now: datetime) -> CheckAnswer:
    """How a check stands."""
    state, reply = state_of(check, now=now), check.reply
    found = reply.get("exercises", [])
    return CheckAnswer(
        id=check.id,
        state=state,
        sentence=_SENTENCES.get(state) or reply["reason"] or _summary([entry["state"] for entry in found]),
        asked_at=check.asked_at,
        cells_done=check.cells_done,
        cells_total=check.cells_total,
        questions=tuple(
            CheckedQuestion(entry["title"], check.notebook, "", _WORDS[entry["state"]], entry["message"]) for entry in found
        ),
        stumbles=places(reply.get("stumbles", [])),
        about_hidden_tests=ABOUT,
    )


def _summary(states: list[str]) -> str:
    if not states:
        return "Your notebook was run. It has no exercise that could be told apart."
    passed, begun = states.count("passed"), len(states) - states.count("untouched")
    if passed == len(states):
        return "All exercises pass the tests you can see."
    if not begun:
        return "Your notebook was run. No exercise is begun yet."
    return f"{passed} of {len(states)} exercises pass the tests you can see."
