"""Assignments: the list, and one with its dates, its release, and everything a teacher sets going."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import HomeroomError
from classroom.models import Assignment
from classroom.services import (
    access,
    assignments,
    collection,
    course_now,
    deliveries,
    feedback,
    grading,
    release_checks,
    submission_lists,
    updates,
)
from classroom.web import audience
from classroom.web.context import commit, course, db, now, person, settings
from classroom.web.local_time import read_local, write_local
from classroom.web.study.deep_link import link_to
from classroom.web.teach.blueprint import SEE_OTHER, act, blueprint
from classroom.web.teach.histogram import histogram
from classroom.web.words import plural
from grader.jobs import LIMITS, Limits

_LIMITS = {
    "cell_seconds": "Seconds for a cell",
    "total_seconds": "Seconds in all",
    "memory_mb": "Megabytes of memory",
    "processes": "Processes at once",
    "disk_mb": "Megabytes on disk",
    "output_mb": "Megabytes of output",
}


@blueprint.get("/assignments/", endpoint="assignments")
@audience.staff
def assignment_list() -> str:
    """All assignments and how far each is."""
    return render_template("teach/assignments.html", rows=assignments.staff_view(db(), course=course(), now=now()), now=now())


@blueprint.get("/assignments/<assignment>/", endpoint="assignment")
@audience.staff
def assignment_page(assignment: str) -> str:
    """One assignment."""
    return _page(_load(assignment))


@blueprint.get("/assignments/<assignment>/grading")
@audience.staff
def grading_now(assignment: str) -> str:
    """The part of the page that changes while the machine grades."""
    found = _load(assignment)
    jobs = course_now.jobs_now(db(), assignment=found)
    return render_template("teach/grading_now.html", assignment=found, grading=jobs, was_live=True)


@blueprint.get("/assignments/<assignment>/check")
@audience.staff
def check_now(assignment: str) -> str:
    """What was found in the release, as a part of the page that changes while the worker looks."""
    found = _load(assignment)
    check = release_checks.check_of(db(), release=found.release) if found.release else None
    awaited = release_checks.is_awaited(check, now=now())
    return render_template("teach/release_check.html", assignment=found, check=check, check_awaited=awaited)


@blueprint.post("/assignments/<assignment>/check")
@audience.teacher
def check_again(assignment: str) -> ResponseReturnValue:
    """Have the release looked over again."""

    def verb() -> str:
        found = _load(assignment)
        if found.release is None:
            raise HomeroomError(f"{found.title} has no release yet. Release its notebooks first.")
        release_checks.ask(db(), release=found.release, now=now())
        return "The release is being checked."

    return act(verb, then=url_for("teach.assignment", assignment=assignment))


@blueprint.post("/assignments/<assignment>/")
@audience.teacher
def update_assignment(assignment: str) -> ResponseReturnValue:
    """Change title and dates."""
    found = _load(assignment)
    zone = course().timezone
    try:
        assignments.update(
            db(),
            assignment=found,
            title=request.form.get("title", ""),
            opens_at=read_local(request.form.get("opens_at", ""), timezone=zone, field="Opens"),
            due_at=read_local(request.form.get("due_at", ""), timezone=zone, field="Due"),
            accepts_late="accepts_late" in request.form,
            shown=request.form.get("shown", found.shown),
            now=now(),
        )
        commit()
    except HomeroomError as refusal:
        db().rollback()
        return _page(_load(assignment), refusal=str(refusal)), refusal.status
    flash("Saved.")
    return redirect(url_for("teach.assignment", assignment=assignment), SEE_OTHER)


@blueprint.post("/assignments/<assignment>/limits")
@audience.teacher
def set_limits(assignment: str) -> ResponseReturnValue:
    """Change what a submission may use."""
    found = _load(assignment)
    wanted = {name: request.form.get(name, "") for name in LIMITS}
    try:
        assignments.set_limits(db(), assignment=found, wanted=wanted, settings=settings())
        commit()
    except HomeroomError as refusal:
        db().rollback()
        return _page(_load(assignment), limits_refusal=str(refusal)), refusal.status
    flash("Saved. The new limits hold from the next grading on.")
    return redirect(url_for("teach.assignment", assignment=assignment), SEE_OTHER)


@blueprint.post("/assignments/<assignment>/publish")
@audience.teacher
def publish(assignment: str) -> ResponseReturnValue:
    """Let students have it, now or when it opens."""

    def verb() -> str:
        found = _load(assignment)
        operation = assignments.publish(db(), assignment=found, actor=person(), now=now())
        return f"{found.title} is published" + (" and on its way." if operation else "; it is delivered when it opens.")

    return act(verb, then=url_for("teach.assignment", assignment=assignment))


@blueprint.post("/assignments/<assignment>/deliver")
@audience.teacher
def deliver(assignment: str) -> ResponseReturnValue:
    """Deliver again: what students changed stays."""

    def verb() -> str:
        found = _load(assignment)
        if deliveries.start_delivery(db(), assignment=found, actor=person(), now=now()) is None:
            raise HomeroomError(f"{found.title} is not published and open yet, so there is nothing to deliver.")
        return f"{found.title} is on its way again. Nobody's changes are replaced."

    return act(verb, then=url_for("teach.assignment", assignment=assignment))


@blueprint.post("/assignments/<assignment>/collect")
@audience.teacher
def collect(assignment: str) -> ResponseReturnValue:
    """Take the work of those who handed in nothing, now."""

    def verb() -> str:
        collection.start_collection(db(), assignment=_load(assignment), actor=person(), now=now())
        return "Collecting from everybody who has handed in nothing yet."

    return act(verb, then=url_for("teach.assignment", assignment=assignment))


@blueprint.post("/assignments/<assignment>/regrade")
@audience.teacher
def regrade(assignment: str) -> ResponseReturnValue:
    """Have the machine grade everybody's newest attempt again."""

    def verb() -> str:
        count = grading.regrade(db(), assignment=_load(assignment), actor=person(), now=now())
        return f"{plural(count, 'submission')} will be graded again. Points given by hand stay."

    return act(verb, then=url_for("teach.assignment", assignment=assignment))


@blueprint.post("/assignments/<assignment>/release-feedback")
@audience.teacher
def release_feedback(assignment: str) -> ResponseReturnValue:
    """Show scores and comments to everybody whose grade is complete."""

    def verb() -> str:
        found = _load(assignment)
        count = feedback.release_feedback(db(), assignment=found, actor=person(), now=now())
        held = submission_lists.submission_list(db(), assignment=found, page_size=1).counts["needs_look"]
        rest = f" {plural(held, 'submission')} held back until somebody has looked." if held else ""
        if not count:
            raise HomeroomError(f"There is no finished grade that its student cannot see already.{rest}")
        return f"{plural(count, 'student')} can see score and feedback now. A copy goes into each home.{rest}"

    return act(verb, then=url_for("teach.assignment", assignment=assignment))


def _load(slug: str) -> Assignment:
    return access.assignment_in(db(), course=course(), slug=slug)


def _page(found: Assignment, refusal: str = "", limits_refusal: str = "") -> str:
    submitted = submission_lists.submission_list(db(), assignment=found, page_size=1)
    release = found.release
    check = release_checks.check_of(db(), release=release) if release else None
    return render_template(
        "teach/assignment.html",
        assignment=found,
        release=release,
        release_files=[{"path": file["path"], "size": file["size"]} for file in release.release_files] if release else [],
        values=request.form if refusal else _values(found),
        refusal=refusal or limits_refusal,
        limits=_limits(request.form if limits_refusal else found.limits),
        counts=submitted.counts,
        delivery=course_now.delivery_count(db(), assignment=found),
        updated=updates.update_count(db(), assignment=found),
        grading=course_now.jobs_now(db(), assignment=found),
        check=check,
        check_awaited=release_checks.is_awaited(check, now=now()),
        was_live=False,
        link=link_to(found),
        plot=histogram(submitted.scores, release.max_score if release else 0),
        now=now(),
    )


def _limits(values: Mapping[str, object]) -> list[dict[str, object]]:
    """The fields of the form of limits."""
    usual, most = Limits(), assignments.most_limits(settings())
    return [
        {
            "name": name,
            "title": title,
            "value": values.get(name, ""),
            "usual": getattr(usual, name),
            "most": getattr(most, name),
        }
        for name, title in _LIMITS.items()
    ]


def _values(found: Assignment) -> dict[str, object]:
    """What stands in the form of title and dates."""
    zone = course().timezone
    return {
        "title": found.title,
        "opens_at": write_local(found.opens_at, timezone=zone),
        "due_at": write_local(found.due_at, timezone=zone),
        "accepts_late": found.accepts_late,
        "shown": found.shown,
    }
