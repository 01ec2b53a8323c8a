"""A course at a glance: what waits for a person, what runs, how far each assignment is, what is due next."""

from dataclasses import dataclass

from flask import render_template, url_for

from classroom.services import assignments, course_now, operations, waiting_requests
from classroom.services.assignments import StaffAssignment
from classroom.services.course_now import GradingNow, HeadCount
from classroom.web import audience
from classroom.web.context import course, db, now
from classroom.web.teach.blueprint import blueprint
from classroom.web.teach.operations import OperationView, in_words
from classroom.web.words import plural

RECENT = 6
"""Operations that are looked at for running ones and for problems."""


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that does not go on before a person looks: a sentence and where to go."""

    text: str
    href: str
    tone: str


@dataclass(frozen=True, slots=True)
class Live:
    """What runs in the background now."""

    operations: list[OperationView]
    grading: list[GradingNow]

    def __bool__(self) -> bool:
        return bool(self.operations or self.grading)


@blueprint.get("/")
@audience.staff
def overview() -> str:
    """The front page of the course for its staff."""
    recent = in_words(operations.recent(db(), course=course(), limit=RECENT))
    rows = assignments.staff_view(db(), course=course(), now=now())
    heads = course_now.head_count(db(), course=course())
    upcoming = [row for row in rows if row.assignment.published_at and row.assignment.due_at and row.assignment.due_at > now()]
    return render_template(
        "teach/overview.html",
        heads=heads,
        rows=rows,
        live=_live(recent),
        was_live=False,
        now=now(),
        attention=_attention(rows, recent, heads),
        upcoming=sorted(upcoming, key=lambda row: (row.assignment.due_at, row.assignment.id)),
        recent=[one for one in recent if one.ended],
    )


@blueprint.get("/now")
@audience.staff
def overview_now() -> str:
    """The part of the overview that changes while something runs."""
    recent = in_words(operations.recent(db(), course=course(), limit=RECENT))
    return render_template("teach/overview_now.html", live=_live(recent), was_live=True)


def _live(recent: list[OperationView]) -> Live:
    return Live([one for one in recent if not one.ended], course_now.grading_now(db(), course=course()))


def _attention(rows: list[StaffAssignment], recent: list[OperationView], heads: HeadCount) -> list[Attention]:
    found = [
        Attention(
            f"{row.assignment.title}: {plural(row.needs_person, 'submission')} to look at",
            url_for("teach.submissions", assignment=row.assignment.slug, state="waiting"),
            "warning",
        )
        for row in rows
        if row.needs_person
    ]
    found += [
        Attention(
            f"{row.assignment.title}: all {row.graded} are graded, feedback is not released yet",
            url_for("teach.assignment", assignment=row.assignment.slug),
            "info",
        )
        for row in rows
        if row.graded and row.graded == row.submitted and not row.feedback_released
    ]
    found += _requests()
    found += [_problem(one) for one in recent if one.problems]
    if heads.waiting and all(one.ended for one in recent):
        text = f"{plural(heads.waiting, 'account')} not set up yet"
        found.append(Attention(text, url_for("teach.people", state="waiting"), "warning"))
    return found


def _requests() -> list[Attention]:
    waiting = waiting_requests.waiting_requests(db(), course=course())
    words = (
        (waiting.time, "request for more time", "requests for more time"),
        (waiting.regrade, "question about points", "questions about points"),
    )
    return [Attention(plural(count, *word), url_for("teach.requests"), "warning") for count, *word in words if count]


def _problem(one: OperationView) -> Attention:
    text = f"{one.title}: {plural(len(one.problems), 'note')}" if one.state == "done" else f"{one.title} has to wait"
    return Attention(text, url_for("teach.operation", operation_id=one.id), "danger" if one.state == "failed" else "warning")
