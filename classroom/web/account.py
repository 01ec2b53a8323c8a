"""What Homeroom knows about the person who is signed in, and what they decide for themselves."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import HomeroomError
from classroom.models import MailRhythm
from classroom.services import preferences
from classroom.services.interfaces import INTERFACES, read_interface
from classroom.web import audience
from classroom.web.context import commit, db, person, settings
from classroom.web.navigation import my_courses

blueprint = Blueprint("account", __name__)

SEE_OTHER = 303
RHYTHMS = (
    (MailRhythm.daily.value, "Once a day, when there is something new"),
    (MailRhythm.at_once.value, "At once"),
    (MailRhythm.off.value, "Never"),
)


@blueprint.get("/account")
@audience.signed_in
def account() -> str:
    """Name, address, courses, preferences."""
    return _page()


@blueprint.post("/account")
@audience.signed_in
def set_preferences() -> ResponseReturnValue:
    """The zone to read times in, and how often mail comes."""
    form = request.form
    try:
        preferences.set_preferences(db(), person=person(), timezone=form.get("timezone", ""), rhythm=form.get("mail_rhythm", ""))
        commit()
    except HomeroomError as refusal:
        db().rollback()
        return _page(str(refusal)), refusal.status
    flash("Saved.")
    return redirect(url_for("account.account"), SEE_OTHER)


@blueprint.post("/account/interface")
@audience.signed_in
def set_interface() -> ResponseReturnValue:
    """Choose where notebooks open."""
    try:
        person().interface = read_interface(request.form.get("interface", ""))
    except HomeroomError as refusal:
        flash(str(refusal), "error")
    else:
        commit()
        flash("Saved. Notebooks open there from now on.")
    return redirect(url_for("account.account"), SEE_OTHER)


def _page(refusal: str = "") -> str:
    return render_template(
        "account/account.html",
        person=person(),
        enrolments=my_courses(),
        zones=[("", "As my browser says"), *((name, name) for name in preferences.zone_names())],
        rhythms=RHYTHMS,
        interfaces=[("", "As the course says"), *INTERFACES.items()],
        sends_mail=bool(settings().smtp_host),
        refusal=refusal,
    )
