"""A roster file on its way in: uploaded, looked at before anything happens, confirmed."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from classroom.errors import Conflict, HomeroomError, NotFound
from classroom.models import OperationKind, RosterUpload
from classroom.services import operations, rosters
from classroom.services.rosters import RosterPreview
from classroom.web import audience
from classroom.web.context import commit, course, db, files, now, person, settings
from classroom.web.security import takes_upload
from classroom.web.teach.blueprint import SEE_OTHER, blueprint
from classroom.web.teach.window import window

EXAMPLE = """Name,E-mail,Student ID,Section
"Curie, Marie",marie.curie@example.edu,00123,Lab 1
Emmy Noether,emmy.noether@example.edu,00124,Lab 2
"""
CHANGES = ("new", "changed", "dropped", "unchanged")


@blueprint.get("/people/roster/")
@audience.teacher
def roster() -> str:
    """The form, and what kinds of files are understood."""
    return render_template("teach/roster.html", refusal="", limit=settings().roster_upload_limit)


@blueprint.get("/people/roster/example.csv")
@audience.teacher
def roster_example() -> Response:
    """A little file to fill in."""
    return Response(EXAMPLE, mimetype="text/csv", headers={"Content-Disposition": 'attachment; filename="roster-example.csv"'})


@blueprint.post("/people/roster/")
@audience.teacher
@takes_upload("roster_upload_limit")
def upload_roster() -> ResponseReturnValue:
    """Keep the file and show what it would change; nothing changes yet."""
    try:
        sent = _sent()
        kept = rosters.upload(
            db(),
            files=files(),
            course=course(),
            actor=person(),
            filename=sent.filename or "roster",
            data=sent.read(),
            limits=settings(),
            now=now(),
        )
        commit()
    except HomeroomError as refusal:
        db().rollback()
        page = render_template("teach/roster.html", refusal=str(refusal), limit=settings().roster_upload_limit)
        return page, refusal.status
    return redirect(url_for("teach.roster_preview", upload_id=kept.id), SEE_OTHER)


@blueprint.get("/people/roster/<int:upload_id>/")
@audience.teacher
def roster_preview(upload_id: int) -> ResponseReturnValue:
    """What the file would change, row by row, with every problem."""
    return _preview(_load(upload_id))


@blueprint.post("/people/roster/<int:upload_id>/")
@audience.teacher
def apply_roster(upload_id: int) -> ResponseReturnValue:
    """Do what the preview said, all of it or nothing."""
    upload = _load(upload_id)
    try:
        rosters.apply(
            db(),
            files=files(),
            upload=upload,
            fingerprint=request.form.get("fingerprint", ""),
            drop_missing="drop_missing" in request.form,
            actor=person(),
            now=now(),
        )
        commit()
    except HomeroomError as refusal:
        db().rollback()
        flash(str(refusal), "warning" if isinstance(refusal, Conflict) else "error")
        return redirect(url_for("teach.roster_preview", upload_id=upload_id), SEE_OTHER)
    running = (one for one in operations.recent(db(), course=course()) if one.kind is OperationKind.provision)
    operation = next(running, None)
    flash("The roster is in. Accounts are being set up; you need not wait for that.")
    here = url_for("teach.operation", operation_id=operation.id) if operation else url_for("teach.people")
    return redirect(here, SEE_OTHER)


def _sent() -> FileStorage:
    sent = request.files.get("roster")
    if sent is None or not sent.filename:
        raise HomeroomError("Choose the roster file first.")
    return sent


def _load(upload_id: int) -> RosterUpload:
    found = db().get(RosterUpload, upload_id)
    if found is None or found.course_id != course().id:
        raise NotFound("There is no such roster in this course.")
    return found


def _preview(upload: RosterUpload) -> ResponseReturnValue:
    try:
        preview = rosters.preview(db(), files=files(), upload=upload)
    except HomeroomError as refusal:
        page = render_template("teach/roster.html", refusal=str(refusal), limit=settings().roster_upload_limit)
        return page, refusal.status
    show = request.args.get("show", "")
    return render_template(
        "teach/roster_preview.html",
        upload=upload,
        preview=preview,
        show=show,
        changes=CHANGES,
        missing=[row for row in preview.rows if row.change == "dropped"],
        rows=window(_shown(preview, show), page=request.args.get("page", 1, type=int), page_size=settings().page_size),
    )


def _shown(preview: RosterPreview, show: str) -> list[rosters.PreviewRow]:
    return [row for row in preview.rows if not show or row.change == show]
