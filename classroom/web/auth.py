"""Signing in and out. Who somebody is, the hub says; the portal's own pages are for invitations and one-time links."""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import Forbidden, HomeroomError
from classroom.models import LinkKind, Person, SignInLink
from classroom.services import identity, links
from classroom.web import audience, oauth, people
from classroom.web.context import commit, db, now, settings, visitor
from classroom.web.links import ticket_address

blueprint = Blueprint("auth", __name__)


@blueprint.get("/sign-in")
@audience.public
def start() -> ResponseReturnValue:
    """Off to the hub, which sends people back to ``next``."""
    target = local_path(request.args.get("next", ""))
    return redirect(target if visitor() else oauth.begin(settings(), next_path=target))


@blueprint.get("/oauth/callback")
@audience.public
def callback() -> ResponseReturnValue:
    """Back from the hub."""
    if "code" not in request.args:
        raise oauth.SignInFailed("The notebook hub did not sign you in. Please try again, or ask your teacher.")
    pending = oauth.returning(request.args.get("state", ""))
    name = oauth.hub_name(settings(), code=request.args["code"], verifier=pending.verifier)
    person = identity.person_named(db(), name)
    if person is None or not person.active:
        raise Forbidden(f"You are signed in at the hub as {name}, but nobody by that name is in a course here. Ask your teacher.")
    people.remember(person)
    return redirect(local_path(pending.next))


@blueprint.post("/sign-out")
@audience.public
def sign_out() -> ResponseReturnValue:
    """Out of the portal in every browser, and of the hub in this one."""
    if (somebody := visitor()) is not None:
        people.end_sessions(somebody)
        commit()
    people.forget()
    return redirect(f"{settings().hub_url}/hub/logout")


@blueprint.errorhandler(links.HasPassword)
def has_password(known: links.HasPassword) -> ResponseReturnValue:
    """Nothing went wrong: somebody follows their invitation once more, and wants to sign in."""
    return render_template("auth/has_password.html", sentence=str(known))


@blueprint.get("/invitation/<token>")
@audience.public
def invitation(token: str) -> ResponseReturnValue:
    """A new person sees their name and chooses a password. Looking does not use the link up: mail programs look, too."""
    return _invitation_page(token, _link(token, LinkKind.invitation).person)


@blueprint.post("/invitation/<token>")
@audience.public
def accept(token: str) -> ResponseReturnValue:
    """Set the password and go on to the hub, signed in."""
    link = _link(token, LinkKind.invitation)
    password = request.form.get("password", "")
    if password != request.form.get("repeat", ""):
        return _invitation_page(token, link.person, error="The two passwords differ. Type the same one twice.")
    try:
        identity.set_password(db(), person=link.person, password=password)
    except HomeroomError as error:
        return _invitation_page(token, link.person, error=str(error))
    return _onwards(link)


@blueprint.get("/sign-in/<token>")
@audience.public
def one_time(token: str) -> ResponseReturnValue:
    """One button, so that a link preview does not use the link up."""
    link = _link(token, LinkKind.sign_in)
    return render_template("auth/sign_in_link.html", person=link.person, token=token)


@blueprint.post("/sign-in/<token>")
@audience.public
def use_one_time(token: str) -> ResponseReturnValue:
    """Use the link up and go on to the hub, signed in."""
    return _onwards(_link(token, LinkKind.sign_in))


def local_path(path: str) -> str:
    """``path`` if it is a page of this portal, else the start page: a link must not send people elsewhere after signing in."""
    parts = urlsplit(path)
    plain = path.isprintable() and "\\" not in path and not parts.scheme and not parts.netloc
    return path if plain and path.startswith(f"{request.script_root}/") and not path.startswith("//") else url_for("home.home")


def _link(token: str, kind: LinkKind) -> SignInLink:
    return links.find_link(db(), token=token, kind=kind, secret=settings().secret_key.get_secret_value(), now=now())


def _invitation_page(token: str, person: Person, error: str = "") -> ResponseReturnValue:
    page = render_template("auth/invitation.html", person=person, token=token, error=error, shortest=identity.MIN_PASSWORD)
    return page, 400 if error else 200


def _onwards(link: SignInLink) -> ResponseReturnValue:
    person = links.use_link(db(), link=link, now=now())
    people.forget()  # whoever was signed in at this browser before is not the one who comes now
    ticket = ticket_address(db(), person=person, settings=settings(), now=now())
    commit()
    return redirect(ticket)
