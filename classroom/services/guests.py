"""Guests of a seminar: they join, come back, are let in or not, and are carried to the hub. Each holds one seat, for good."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, contains_eager, joinedload

from classroom.errors import Conflict, Forbidden, HomeroomError, NotFound
from classroom.models import Guest, GuestState, Seat, Seminar, ServerStart, StartState
from classroom.services import join_codes, seminar_codes, seminars
from classroom.services.throttle import Throttle
from hub_bridge.names import new_guest_name

LONGEST_NAME = 60
TICKET_LIFETIME = timedelta(seconds=60)
_WAITING_ROOM = 50
"""Guests beyond twice the seats who may ever ask to join."""
_COOKIE, _TICKET = "cookie", "ticket"
_TICKET_PREFIX = "seat."


@dataclass(frozen=True, slots=True)
class Application:
    """What somebody types to join."""

    name: str
    code: str
    passphrase: str = ""
    email: str = ""


class Gate:
    """Bounds what one address may try: wrong codes and passphrases, and joins. A whole room may share one address."""

    def __init__(self, *, joins: int) -> None:
        self.wrong = Throttle(limit=30, what="wrong codes from your network")
        self.joins = Throttle(limit=joins, what="new guests from your network")
        self.personal = Throttle(limit=10, what="wrong personal codes for this guest")


def find(session: Session, *, code: str, address: str, gate: Gate, now: datetime) -> Seminar:
    """The seminar that a join code lets into. Raises NotFound, TooManyTries."""
    gate.wrong.check(address)
    seminar = join_codes.by_code(session, code, now=now)
    if seminar is None:
        gate.wrong.failed(address)
        raise NotFound("This code is not valid, or its seminar is over. Look at the wall and type it again.")
    return seminar


def join(
    session: Session, *, seminar: Seminar, application: Application, secret: str, address: str, gate: Gate, now: datetime
) -> Guest:
    """A new guest, in the room or waiting for the teacher, with a seat once they are in.

    Raises TooManyTries, Forbidden for a wrong code or passphrase, Conflict when the doors are closed or all seats are taken.
    """
    gate.wrong.check(address)
    gate.joins.check(address)
    if not seminar.doors_open(now):
        raise Conflict(
            "This seminar is over." if seminar.is_over(now) else "The doors are not open yet. Try again a little later."
        )
    if not join_codes.lets_in(session, seminar=seminar, code=application.code, now=now):
        gate.wrong.failed(address)
        raise Forbidden("This code is out of date. Look at the wall for the one that holds now.")
    if not seminars.is_passphrase(seminar, application.passphrase, secret=secret):
        gate.wrong.failed(address)
        raise Forbidden("The passphrase is not right. Ask the teacher.")
    name, email = _name(application.name), _email(application.email, seminar.email_domain)
    gate.joins.failed(address)
    return _add(session, seminar, name=name, email=email, now=now)


def by_cookie(session: Session, *, slug: str, token: str, secret: str) -> Guest | None:
    """The guest of this seminar whose cookie this is, with seminar and seat loaded; None also for one who was refused."""
    number = seminar_codes.number_in(token)
    if number is None:
        return None
    wanted = select(Guest).join(Guest.seminar).where(Guest.id == number, Seminar.slug == slug)
    guest = session.scalar(wanted.options(contains_eager(Guest.seminar), joinedload(Guest.seat)))
    if guest is None or guest.state == GuestState.refused or guest.seminar.removed_at is not None:
        return None
    return guest if seminar_codes.is_sealed(token, secret, _COOKIE, guest.id, guest.nonce) else None


def cookie_of(guest: Guest, secret: str) -> str:
    """What the guest's browser keeps."""
    return seminar_codes.seal(secret, _COOKIE, guest.id, guest.nonce)


def personal_code(guest: Guest, secret: str) -> str:
    """What brings the guest back to their seat from another device."""
    return seminar_codes.personal_code(secret, guest_id=guest.id, number=guest.number, nonce=guest.nonce)


def by_personal_code(session: Session, *, seminar: Seminar, text: str, secret: str, address: str, gate: Gate) -> Guest:
    """The guest whose personal code this is. Raises NotFound, TooManyTries."""
    if seminar.removed_at is not None:
        raise NotFound("What was done in this seminar has been deleted, as was said at the time.")
    gate.wrong.check(address)
    number = seminar_codes.number_of_personal_code(text)
    name = f"{seminar.id}:{number}"
    gate.personal.check(name)
    guest = session.scalar(select(Guest).where(Guest.seminar_id == seminar.id, Guest.number == number))
    right = guest is not None and seminar_codes.is_same_code(personal_code(guest, secret), text)
    if guest is None or not right or guest.state == GuestState.refused:
        gate.wrong.failed(address)
        gate.personal.failed(name)
        raise NotFound("This personal code is not right. It looks like 7-ABCD-EFGH and stands on your seat page.")
    return guest


def make_ticket(session: Session, *, guest: Guest, secret: str, now: datetime) -> str:
    """What signs the guest in at the hub, once, within a minute."""
    guest.ticket_nonce, guest.ticket_until = secrets.token_hex(16), now + TICKET_LIFETIME
    session.flush()
    return _TICKET_PREFIX + seminar_codes.seal(secret, _TICKET, guest.id, guest.ticket_nonce)


def is_ticket(token: str) -> bool:
    """Whether a ticket is a guest's, and not a person's."""
    return token.startswith(_TICKET_PREFIX)


def use_ticket(session: Session, *, token: str, secret: str, now: datetime) -> Guest:
    """The guest whose ticket this is, with seminar and seat; the ticket is used up. Raises Forbidden."""
    refusal = Forbidden("This way in has expired. Go back to your seat page and open the notebook again.")
    token = token.removeprefix(_TICKET_PREFIX)
    guest = session.get(Guest, seminar_codes.number_in(token) or 0)
    if guest is None or guest.ticket_nonce is None or guest.ticket_until is None or guest.ticket_until <= now:
        raise refusal
    nonce = guest.ticket_nonce
    if not seminar_codes.is_sealed(token, secret, _TICKET, guest.id, nonce) or not may_use_seat(guest):
        raise refusal
    used = session.scalar(
        update(Guest).where(Guest.id == guest.id, Guest.ticket_nonce == nonce).values(ticket_nonce=None).returning(Guest.id)
    )
    if used is None:
        raise refusal
    return guest


def on_seat(session: Session, hub_name: str) -> Guest | None:
    """The guest whose seat has this name at the hub."""
    wanted = select(Guest).join(Guest.seat).where(Seat.hub_name == hub_name)
    return session.scalar(wanted.options(contains_eager(Guest.seat), joinedload(Guest.seminar)))


def may_use_seat(guest: Guest) -> bool:
    """Whether the guest's server is theirs to use: they are in, and the seat was not cleared."""
    return guest.state == GuestState.admitted and guest.seat is not None and guest.seat.closed_at is None


def admit(session: Session, *, guest: Guest, now: datetime) -> None:
    """Let a waiting guest in, on a seat. Raises Conflict when all are taken. Doing it twice changes nothing."""
    if guest.state == GuestState.admitted:
        return
    if guest.seminar.is_over(now):
        raise Conflict("This seminar is over.")
    _check_capacity(session, guest.seminar)
    guest.state = GuestState.admitted
    take_seat(session, guest=guest)


def refuse(session: Session, *, guest: Guest) -> None:
    """Not let a guest in, or show them out: their cookie, code and ticket stop working, the clock stops the server.

    What they did stays where it is until the seminar is closed, and is put away then like everybody's.
    """
    guest.state, guest.ticket_nonce, guest.hand_raised_at = GuestState.refused, None, None
    guest.nonce = secrets.token_hex(16)
    session.flush()


def raise_hand(session: Session, *, guest: Guest, up: bool, now: datetime) -> None:
    """Show the teacher that the guest needs help, or that they no longer do."""
    guest.hand_raised_at = (guest.hand_raised_at or now) if up else None
    session.flush()


def in_seminar(session: Session, *, seminar: Seminar, guest_id: int) -> Guest:
    """A guest of this seminar; for its teacher. Raises NotFound."""
    guest = session.scalar(
        select(Guest).where(Guest.id == guest_id, Guest.seminar_id == seminar.id).options(joinedload(Guest.seminar))
    )
    if guest is None:
        raise NotFound("There is no such guest in this seminar.")
    return guest


def waiting(session: Session, *, seminar: Seminar) -> list[Guest]:
    """Those who wait to be let in, the longest first."""
    wanted = select(Guest).where(Guest.seminar_id == seminar.id, Guest.state == GuestState.waiting)
    return list(session.scalars(wanted.order_by(Guest.number).options(joinedload(Guest.seminar))))


def count(session: Session, *, seminar: Seminar) -> int:
    """Guests who are in."""
    wanted = select(func.count(Guest.id)).where(Guest.seminar_id == seminar.id, Guest.state == GuestState.admitted)
    return session.scalar(wanted) or 0


def take_seat(session: Session, *, guest: Guest) -> Seat:
    """A seat for the guest: one whose server runs if there is one, then one that is warmed or made; else a new one."""
    runs = exists().where(ServerStart.seat_id == Seat.id, ServerStart.state == StartState.ready)
    free = (
        select(Seat.id)
        .where(Seat.seminar_id == guest.seminar_id, Seat.guest_id.is_(None), Seat.closed_at.is_(None))
        .order_by(~runs, Seat.warmed_at.is_(None), Seat.made_at.is_(None), Seat.id)
        .limit(1)
        .scalar_subquery()
    )
    taken = session.scalar(
        update(Seat)
        .where(Seat.id == free, Seat.guest_id.is_(None))
        .values(guest_id=guest.id)
        .returning(Seat.id)
        .execution_options(synchronize_session=False)
    )
    if taken is None:
        seat = Seat(seminar_id=guest.seminar_id, guest_id=guest.id, hub_name=new_guest_name(), version=0)
        session.add(seat)
        session.flush()
        taken = seat.id
    session.refresh(guest, ["seat"])
    return session.get_one(Seat, taken, populate_existing=True)


def _add(session: Session, seminar: Seminar, *, name: str, email: str | None, now: datetime) -> Guest:
    # Also those who were refused count: a code lets a bounded number of rows come into being.
    last = session.scalar(select(func.max(Guest.number)).where(Guest.seminar_id == seminar.id)) or 0
    if last >= 2 * seminar.capacity + _WAITING_ROOM:
        raise Conflict("Too many people have tried to join. Ask the teacher.")
    if not seminar.needs_approval:
        _check_capacity(session, seminar)
    guest = Guest(
        seminar=seminar,
        number=last + 1,
        name=name,
        email=email,
        state=GuestState.waiting if seminar.needs_approval else GuestState.admitted,
        nonce=secrets.token_hex(16),
        joined_at=now,
        progress={},
    )
    session.add(guest)
    try:
        session.flush()
    except IntegrityError as error:  # two at once, on a database with more than one writer
        raise Conflict("Many people join at this moment. Press the button again.") from error
    if guest.state == GuestState.admitted:
        take_seat(session, guest=guest)
    return guest


def _check_capacity(session: Session, seminar: Seminar) -> None:
    if count(session, seminar=seminar) >= seminar.capacity:
        raise Conflict("All seats are taken. Ask the teacher.")


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise HomeroomError(f"Type your name, with at most {LONGEST_NAME} characters.")
    return name


def _email(text: str, domain: str | None) -> str | None:
    """The address, where the seminar asks for one. It is what the guest says; nothing is sent there."""
    if domain is None:
        return None
    email = text.strip().lower()
    local, _, given = email.rpartition("@")
    if not local or given != domain or not email.isprintable() or " " in email or len(email) > 254:  # noqa: PLR2004 - the standard's
        raise HomeroomError(f"Type your e-mail address; it ends with @{domain}.")
    return email
