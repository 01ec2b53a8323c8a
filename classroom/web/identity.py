"""The hub asks who somebody is. Answers only to the bearer of the identity token."""

from typing import Any

from flask import Blueprint, request, url_for

from classroom.errors import Conflict, Forbidden, NotFound
from classroom.models import Guest, LinkKind, Person
from classroom.services import guests, identity, links
from classroom.web import audience, security
from classroom.web.context import commit, db, now, reads, settings

blueprint = Blueprint("identity", __name__, url_prefix="/identity")
security.csrf.exempt(blueprint)  # no cookie counts here, only the token


@blueprint.post("/password")
@audience.hub
@reads  # a class that signs in at nine must not queue for the database's one writer while each password is hashed
def password() -> dict[str, Any]:
    """Whether name and password belong together."""
    person = identity.check_password(db(), name=_field("name"), password=_field("password"))
    if person is None:
        raise Forbidden("Name and password do not belong together.")
    return _answer(person)


@blueprint.post("/ticket")
@audience.hub
def ticket() -> dict[str, Any]:
    """Who holds this ticket. It is used up."""
    secret = settings().secret_key.get_secret_value()
    if guests.is_ticket(_field("ticket")):
        guest = guests.use_ticket(db(), token=_field("ticket"), secret=secret, now=now())
        answer = _guest_answer(guest)
        commit()
        return {**answer, "next": url_for("seminars.notebook", seminar=guest.seminar.slug)}
    try:
        link = links.find_link(db(), token=_field("ticket"), kind=LinkKind.ticket, secret=secret, now=now())
        person = links.use_link(db(), link=link, now=now())
    except (NotFound, Conflict) as error:
        raise Forbidden(str(error)) from error
    answer = _answer(person)
    commit()
    return {**answer, "next": f"{request.script_root}/"}


@blueprint.post("/refresh")
@audience.hub
@reads
def refresh() -> dict[str, Any]:
    """Whether somebody signed in at the hub still may be, and what they teach now."""
    person = identity.person_named(db(), _field("name"))
    guest = None if person else guests.on_seat(db(), _field("name"))
    if guest is not None:
        return _guest_answer(guest)
    if person is None:
        raise Forbidden("There is no such person.")
    return _answer(person)


def _field(name: str) -> str:
    body = request.get_json(silent=True)
    value = body.get(name) if isinstance(body, dict) else None
    if not isinstance(value, str) or not value:
        raise Forbidden(f"{name} is missing.")
    return value


def _answer(person: Person) -> dict[str, Any]:
    courses = identity.courses_of(db(), person=person)
    if not person.active or not (courses or person.creates_courses):
        raise Forbidden("You are in no course at present. Ask your teacher.")
    return {"name": person.hub_name, "courses": courses}


def _guest_answer(guest: Guest) -> dict[str, Any]:
    """A seminar's guest: their own server, and nothing else."""
    if guest.seat is None or not guests.may_use_seat(guest):
        raise Forbidden("Your seat in this seminar is not there any more.")
    return {"name": guest.seat.hub_name, "courses": {}, "guest": True}
