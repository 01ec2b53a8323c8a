"""Earlier attempts: one beside another, and one back into the home."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from classroom.models import Submission
from classroom.services import comparisons, restoring, submissions
from classroom.services.comparisons import Comparison
from classroom.services.restoring import Restored
from classroom.web import audience
from classroom.web.context import database_left_alone, db, enrolment, files, homes, now
from classroom.web.study.blueprint import blueprint
from classroom.web.study.handin import own_submission
from hub_bridge.homes import HomeRefused

SEE_OTHER = 303


@dataclass(frozen=True)
class Pair:
    """Two attempts: ``chosen`` is one of them, ``others`` (id, words) may be the other. ``before`` is None when there is none."""

    chosen: Submission
    before: Submission | None
    after: Submission
    others: list[tuple[int, str]]
    other_id: int | None

    def compared(self) -> Comparison | None:
        """How they differ."""
        return comparisons.compare(self.before, self.after, files=files()) if self.before else None


@blueprint.get("/attempts/<int:submission_id>/compare")
@audience.student
def compare(assignment: str, submission_id: int) -> str:
    """An attempt beside the one before, or beside another one (``?with=``)."""
    chosen = own_submission(assignment, submission_id)
    attempts = submissions.attempts_of(db(), enrolment=enrolment(), assignment=chosen.assignment)
    pair = pair_of(attempts, chosen)
    return render_template("study/compare.html", assignment=chosen.assignment, pair=pair, comparison=pair.compared())


@blueprint.post("/attempts/<int:submission_id>/restore")
@audience.student
def restore(assignment: str, submission_id: int) -> ResponseReturnValue:
    """Put an attempt's files back. What is in the folder now is kept."""
    wanted = restoring.prepare(own_submission(assignment, submission_id), now=now())
    try:
        with database_left_alone():
            restored = restoring.restore(wanted, files=files(), homes=homes())
    except HomeRefused as refusal:
        flash(str(refusal), "error")
    else:
        flash(_sentence(wanted.attempt, wanted.folder, restored))
    return redirect(url_for("study.assignment", assignment=assignment), SEE_OTHER)


def pair_of(attempts: list[Submission], chosen: Submission) -> Pair:
    """``chosen`` beside the one of ``attempts`` (newest first) that the address names, else beside the one before."""
    wanted = request.args.get("with", type=int)
    others = [one for one in attempts if one.id != chosen.id]
    earlier = next((one for one in others if one.attempt < chosen.attempt), None)
    other = next((one for one in others if one.id == wanted), earlier)
    before, after = (chosen, other) if other and other.attempt > chosen.attempt else (other, chosen)
    return Pair(chosen, before, after, [(one.id, f"attempt {one.attempt}") for one in others], other.id if other else None)


def _sentence(attempt: int, folder: str, restored: Restored) -> str:
    if not restored.changed:
        return f"Your folder {folder} holds attempt {attempt} as it is already; nothing had to be changed."
    names = ", ".join(restored.changed[:3]) + (" and others" if len(restored.changed) > 3 else "")  # noqa: PLR2004
    kept = " What was there is kept: see “Earlier states of your files” below." if restored.kept else ""
    return f"Attempt {attempt} is back in {folder}: {names}.{kept} If a notebook is open, press “Load it” above its cells."
