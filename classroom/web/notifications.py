"""What somebody was told: the list behind the bell."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from classroom.models import Notification
from classroom.services import notification_words, notifications
from classroom.web import audience
from classroom.web.context import commit, db, now, person, settings, writes
from classroom.web.zones import when

blueprint = Blueprint("notifications", __name__, url_prefix="/notifications")

SEE_OTHER = 303


@blueprint.get("/")
@audience.signed_in
def notification_list() -> str:
    """Newest first."""
    page = request.args.get("page", 1, type=int)
    found = notifications.notification_page(db(), person=person(), page=page, page_size=settings().page_size)
    return render_template("notifications/notifications.html", found=found, rows=[(one, _words(one)) for one in found.items])


@blueprint.post("/read")
@audience.signed_in
def mark_all_read() -> ResponseReturnValue:
    """All of it is seen."""
    notifications.mark_all_read(db(), person=person(), now=now())
    commit()
    flash("Everything is marked as read.")
    return redirect(url_for(".notification_list"), SEE_OTHER)


@blueprint.get("/<int:notification_id>")
@audience.signed_in
@writes
def follow(notification_id: int) -> ResponseReturnValue:
    """Go where it leads; it is read then."""
    found = notifications.own_notification(db(), person=person(), notification_id=notification_id)
    target = notification_words.path(found)
    notifications.mark_read(found, now=now())
    commit()
    return redirect(request.script_root + target, SEE_OTHER)


def _words(one: Notification) -> str:
    return notification_words.sentence(one, time=lambda moment: when(moment, one.course.timezone))
