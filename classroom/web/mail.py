"""The end of mails, for somebody who follows the link in one and may not be signed in."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from classroom.services import opt_out
from classroom.web import audience
from classroom.web.context import commit, db, settings

blueprint = Blueprint("mail", __name__)


@blueprint.get("/mail/stop/<token>")
@audience.public
def stop(token: str) -> ResponseReturnValue:
    """One button: mail programs follow links, too, and must not decide for people."""
    opt_out.person_of(db(), token=token, secret=_secret())
    return render_template("mail/stop.html", token=token, is_done=False)


@blueprint.post("/mail/stop/<token>")
@audience.public
def stopped(token: str) -> ResponseReturnValue:
    """No more mail. It says nothing about whose it was."""
    opt_out.stop_mail(opt_out.person_of(db(), token=token, secret=_secret()))
    commit()
    return render_template("mail/stop.html", token=token, is_done=True)


def _secret() -> str:
    return settings().secret_key.get_secret_value()
