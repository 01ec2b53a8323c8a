"""What Homeroom knows about the person who is signed in."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import HomeroomError
from classroom.services.interfaces import INTERFACES, read_interface
from classroom.web import audience
from classroom.web.context import commit, person
from classroom.web.navigation import my_courses

blueprint = Blueprint("account", __name__)


@blueprint.get("/account")
@audience.signed_in
def account() -> str:
    """Name, address, courses, and where notebooks open."""
    choices = [("", "As the course says"), *INTERFACES.items()]
    return render_template("account/account.html", person=person(), enrolments=my_courses(), interfaces=choices)


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
    return redirect(url_for("account.account"), 303)
