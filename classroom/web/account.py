"""What Homeroom knows about the person who is signed in."""

from flask import Blueprint, render_template

from classroom.web import audience
from classroom.web.context import person
from classroom.web.navigation import my_courses

blueprint = Blueprint("account", __name__)


@blueprint.get("/account")
@audience.signed_in
def account() -> str:
    """Name, address, courses."""
    return render_template("account/account.html", person=person(), enrolments=my_courses())
