"""Seminars: made in one form, opened, announced in, ended. Who made one runs it."""

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from zoneinfo import available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.errors import Conflict, Forbidden, HomeroomError, NotFound
from classroom.models import Person, Seminar
from classroom.services import environments, join_codes, manifests, seminar_codes
from classroom.services.seminar_material import Material
from grader.files import FileStore
from hub_bridge.environments import DEFAULT

LONGEST = 24 * 60
_LONGEST_TITLE = 200
_LONGEST_ANNOUNCEMENT = 1000
_LONGEST_PASSPHRASE = 200
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_INTERFACES = frozenset({"lab", "notebook"})
_SLUG_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a teacher sets in the form."""

    title: str
    starts_at: datetime
    minutes: int
    capacity: int
    prewarm: int = 0
    interface: str = "lab"
    environment: str = DEFAULT
    timezone: str = "UTC"
    code_minutes: int = 0
    passphrase: str = ""
    needs_approval: bool = False
    email_domain: str = ""


def may_make(person: Person) -> bool:
    """Whether this person may make seminars: those who may make courses may."""
    return person.active and person.creates_courses


def create(
    session: Session,
    *,
    owner: Person,
    terms: Terms,
    material: Material,
    files: FileStore,
    secret: str,
    most_guests: int,
    offered: Collection[str] = (DEFAULT,),
    now: datetime,
) -> Seminar:
    """A new seminar with its files. ``offered``: the environments to choose from.

    Raises Forbidden, HomeroomError with a sentence about the field that is wrong.
    """
    if not may_make(owner):
        raise Forbidden("You may not make seminars here. Ask the people who run this Homeroom.")
    _check(terms, most_guests=most_guests, now=now)
    environments.check(terms.environment, offered)
    slug = "".join(secrets.choice(_SLUG_LETTERS) for _ in range(10))
    passphrase = terms.passphrase.strip()
    seminar = Seminar(
        slug=slug,
        owner=owner,
        title=terms.title.strip(),
        folder=_folder_name(terms.title),
        notebook=material.notebook,
        interface=terms.interface,
        environment=terms.environment,
        timezone=terms.timezone,
        versions=[{"files": manifests.store(files, material.files), "at": now.isoformat()}],
        created_at=now,
        starts_at=terms.starts_at,
        ends_at=terms.starts_at + timedelta(minutes=terms.minutes),
        capacity=terms.capacity,
        prewarm=min(terms.prewarm, terms.capacity),
        code=join_codes.free_code(session),
        code_minutes=join_codes.check_minutes(terms.code_minutes),
        passphrase_hash=seminar_codes.digest_of(secret, slug=slug, passphrase=passphrase) if passphrase else None,
        needs_approval=terms.needs_approval,
        email_domain=terms.email_domain.strip().lower().removeprefix("@") or None,
    )
    session.add(seminar)
    session.flush()
    return seminar


def of_owner(session: Session, *, person: Person) -> list[Seminar]:
    """The person's seminars, the newest start first."""
    mine = select(Seminar).where(Seminar.owner_id == person.id)
    return list(session.scalars(mine.order_by(Seminar.starts_at.desc(), Seminar.id.desc())))


def owned(session: Session, *, person: Person, slug: str) -> Seminar:
    """The seminar, if this person runs it. NotFound for everybody else: they need not know that it exists."""
    seminar = session.scalar(select(Seminar).where(Seminar.slug == slug, Seminar.owner_id == person.id))
    if seminar is None:
        raise NotFound("There is no such seminar, or it is not yours.")
    return seminar


def by_slug(session: Session, slug: str) -> Seminar:
    """The seminar that an address names. Raises NotFound."""
    seminar = session.scalar(select(Seminar).where(Seminar.slug == slug))
    if seminar is None:
        raise NotFound("There is no such seminar. Check the address, or type the code that is on the wall.")
    return seminar


def is_passphrase(seminar: Seminar, passphrase: str, *, secret: str) -> bool:
    """Whether this is the passphrase; anything is where none was set."""
    if seminar.passphrase_hash is None:
        return True
    typed = seminar_codes.digest_of(secret, slug=seminar.slug, passphrase=passphrase.strip()[: _LONGEST_PASSPHRASE + 1])
    return compare_digest(seminar.passphrase_hash, typed)


def open_doors(session: Session, *, seminar: Seminar, now: datetime) -> None:
    """Let people in before the time. Doing it twice changes nothing."""
    _check_running(seminar, now)
    seminar.opened_at = seminar.opened_at or now
    session.flush()


def prolong(session: Session, *, seminar: Seminar, minutes: int, now: datetime) -> None:
    """Let it go on for so many minutes more."""
    _check_running(seminar, now)
    if not 1 <= minutes <= LONGEST:
        raise HomeroomError(f"A seminar can go on for 1 to {LONGEST} minutes more at a time.")
    seminar.ends_at += timedelta(minutes=minutes)
    session.flush()


def end(session: Session, *, seminar: Seminar, now: datetime) -> None:
    """End it now. Guests keep their seat for the time of grace, and their work after that."""
    if not seminar.is_over(now):
        seminar.ends_at = now
        session.flush()


def announce(session: Session, *, seminar: Seminar, text: str, now: datetime) -> None:
    """Show a sentence on every guest's seat page; empty takes it away."""
    text = " ".join(text.split())
    if len(text) > _LONGEST_ANNOUNCEMENT:
        raise HomeroomError(f"An announcement has at most {_LONGEST_ANNOUNCEMENT} characters.")
    seminar.announcement, seminar.announced_at = text, now if text else None
    session.flush()


def push(session: Session, *, seminar: Seminar, material: dict[str, bytes], files: FileStore, now: datetime) -> int:
    """Give everybody these files, with the others there are; returns the new version's number. The clock brings it to the homes.

    What a guest wrote stays: see services/seats.py.
    """
    _check_running(seminar, now)
    kept = [entry for entry in seminar.files if entry["path"] not in material]
    listed = sorted([*kept, *manifests.store(files, material)], key=lambda entry: str(entry["path"]))
    if manifests.digest(listed) != manifests.digest(seminar.files):
        # A list of its own: SQLAlchemy sees a new value, not a change inside the old one.
        seminar.versions = [*seminar.versions, {"files": listed, "at": now.isoformat()}]
        session.flush()
    return seminar.version


def _check_running(seminar: Seminar, now: datetime) -> None:
    if seminar.is_over(now):
        raise Conflict("This seminar is over.")


def _check(terms: Terms, *, most_guests: int, now: datetime) -> None:
    title = terms.title.strip()
    if not title or len(title) > _LONGEST_TITLE or not title.isprintable():
        raise HomeroomError(f"A seminar needs a title of at most {_LONGEST_TITLE} characters.")
    if terms.timezone not in available_timezones():
        raise HomeroomError(f"“{terms.timezone[:60]}” is no time zone. Write it like Europe/Berlin.")
    if not 1 <= terms.minutes <= LONGEST:
        raise HomeroomError(f"A seminar lasts 1 to {LONGEST} minutes.")
    if terms.starts_at + timedelta(minutes=terms.minutes) <= now:
        raise HomeroomError("This seminar would be over already. Choose a later start.")
    if not 1 <= terms.capacity <= most_guests:
        raise HomeroomError(f"A seminar has 1 to {most_guests} seats here.")
    if terms.prewarm < 0:
        raise HomeroomError("The number of servers to start beforehand is 0 or more.")
    if terms.interface not in _INTERFACES:
        raise HomeroomError("Notebooks open in JupyterLab (lab) or in the simple interface (notebook).")
    if len(terms.passphrase) > _LONGEST_PASSPHRASE:
        raise HomeroomError(f"A passphrase has at most {_LONGEST_PASSPHRASE} characters.")
    domain = terms.email_domain.strip().lower().removeprefix("@")
    if domain and not _DOMAIN.fullmatch(domain):
        raise HomeroomError(f"“{domain[:60]}” is no e-mail domain. Write it like school.example.")


def _folder_name(title: str) -> str:
    """What the folder in each home is called: the title's letters and digits."""
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return words[:40].strip("-") or "seminar"
