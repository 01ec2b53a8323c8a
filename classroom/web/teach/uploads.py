"""Notebooks on their way in: from the course's folder or uploaded, as a new assignment or a new version of one."""

from collections.abc import Callable, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from classroom.errors import HomeroomError
from classroom.models import Release
from classroom.services import assignments, course_source, releases
from classroom.web import audience
from classroom.web.context import commit, course, db, files, now, person, settings
from classroom.web.security import takes_upload
from classroom.web.teach.blueprint import SEE_OTHER, blueprint
from grader.release import Problem

NOTES_SHOWN = 5
UNPROCESSABLE = 422

Made = tuple[Release | None, list[Problem]]


@blueprint.get("/assignments/_add/")
@audience.teacher
def add_assignment() -> str:
    """Where an assignment may come from."""
    return _page(values={"slug": request.args.get("assignment", "")})


@blueprint.post("/assignments/_add/folder")
@audience.teacher
def release_from_folder() -> ResponseReturnValue:
    """Make a release of what lies in the course's folder."""
    slug = request.form.get("folder", "")

    def make() -> Made:
        return releases.from_folder(
            db(),
            files=files(),
            course=course(),
            assignment_slug=slug,
            actor=person(),
            now=now(),
            max_bytes=settings().notebook_upload_limit,
        )

    return _release(slug, make)


@blueprint.post("/assignments/_add/")
@audience.teacher
@takes_upload("notebook_upload_limit")
def upload_assignment() -> ResponseReturnValue:
    """Make a release of uploaded files."""
    slug = request.form.get("slug", "").strip()

    def make() -> Made:
        return releases.from_upload(
            db(),
            files=files(),
            course=course(),
            assignment_slug=slug,
            title=request.form.get("title", ""),
            uploads=_uploads(request.files.getlist("files")),
            actor=person(),
            now=now(),
            max_bytes=settings().notebook_upload_limit,
        )

    return _release(slug, make)


def _release(slug: str, make: Callable[[], Made]) -> ResponseReturnValue:
    try:
        release, problems = make()
        if release is not None:
            commit()
    except HomeroomError as refusal:
        db().rollback()
        return _page(values=request.form, refusal=str(refusal)), refusal.status
    if release is None:
        db().rollback()
        return _page(values=request.form, problems=problems), UNPROCESSABLE
    title = release.assignment.title
    flash(f"The release of {title} is made: solutions and hidden tests are taken out." + _what_next(release))
    for note in problems[:NOTES_SHOWN]:
        flash(f"{_where(note)}: {note.message} {note.cure}", "warning")
    if len(problems) > NOTES_SHOWN:
        flash(f"… and {len(problems) - NOTES_SHOWN} more notes.", "warning")
    return redirect(url_for("teach.assignment", assignment=slug), SEE_OTHER)


def _what_next(release: Release) -> str:
    published = release.assignment.published_at is not None
    return " Press Deliver again to give it to students." if published else " Set the dates, then publish it."


def _where(problem: Problem) -> str:
    cell = f", cell {problem.cell}" if problem.cell is not None else ""
    return f"{problem.notebook}{cell}"


def _uploads(sent: Sequence[FileStorage]) -> dict[str, bytes]:
    named = [one for one in sent if one.filename]
    if not named:
        raise HomeroomError("Choose at least one notebook, or one zip file.")
    return {str(one.filename): one.read() for one in named}


def _page(values: object, refusal: str = "", problems: Sequence[Problem] = ()) -> str:
    folder_trouble, found = "", []
    try:
        found = course_source.compare(db(), course=course(), max_bytes=settings().notebook_upload_limit)
    except (HomeroomError, OSError) as error:
        folder_trouble = str(error)
    return render_template(
        "teach/assignment_add.html",
        values=values,
        refusal=refusal,
        problems=problems,
        folders=found,
        folder_trouble=folder_trouble,
        known=[row.assignment for row in assignments.staff_view(db(), course=course(), now=now())],
        limit=settings().notebook_upload_limit,
    )
