"""Guests take their work along: a zip, a private link, a copy in a real account."""

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import HomeroomError
from classroom.models import Guest
from classroom.services import kept_work
from classroom.web import audience
from classroom.web.context import db, guest, homes, now, person, visitor
from classroom.web.seminars.blueprint import archives, blueprint, secret
from classroom.web.teach.blueprint import SEE_OTHER
from classroom.web.words import plural
from hub_bridge.homes import HomeRefused


@blueprint.get("/s/<seminar>/work.zip")
@audience.guest
def work() -> Response:
    """Everything in the guest's home, as it is now."""
    return _zip(guest())


@blueprint.get("/kept/<token>")
@audience.public
def kept(token: str) -> str:
    """What a private link shows. Looking changes nothing: mail programs look, too."""
    return render_template("seminars/kept.html", guest=_by_link(token), token=token, signed_in=visitor())


@blueprint.get("/kept/<token>/work.zip")
@audience.public
def kept_zip(token: str) -> Response:
    """The same zip, by the private link."""
    return _zip(_by_link(token))


@blueprint.get("/kept/<token>/claim")
@audience.signed_in
def sign_in_to_claim(token: str) -> ResponseReturnValue:
    """Only a way to sign in and come back."""
    return redirect(url_for(".kept", token=token))


@blueprint.post("/kept/<token>/claim")
@audience.signed_in
def claim(token: str) -> ResponseReturnValue:
    """Copy the work into the account of whoever is signed in. Nothing of theirs is replaced."""
    who, mine = _by_link(token), person()
    db().commit()  # copying may take a while
    try:
        folder, files = kept_work.claim(who, person=mine, homes=homes(), archives=archives())
    except (HomeroomError, HomeRefused) as refusal:
        flash(str(refusal), "error")
    else:
        flash(f"It is in your home, in the folder {folder}: {plural(files, 'new file')}.")
    return redirect(url_for(".kept", token=token), SEE_OTHER)


def _by_link(token: str) -> Guest:
    return kept_work.by_link(db(), token=token, secret=secret(), now=now())


def _zip(who: Guest) -> Response:
    """A download; what is in it was written by a stranger, and no browser shall show it from here."""
    name = f"{who.seminar.folder}.zip"
    db().commit()
    data = kept_work.zip_of(who, homes=homes(), archives=archives())
    return Response(data, mimetype="application/zip", headers={"Content-Disposition": f'attachment; filename="{name}"'})
