"""Invitation links: one for each new person, to be printed, downloaded or mailed."""

import csv
import io
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session, joinedload

from classroom.config import PORTAL_PREFIX
from classroom.models import Course, Enrolment, EnrolmentStatus, LinkKind, Person, Role, SignInLink
from classroom.services.grades import plain
from classroom.services.links import token_of

State = Literal["waiting", "accepted", "has password", "invited elsewhere"]
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """One person and their invitation; ``url`` and ``expires_at`` are None unless they are still waited for."""

    enrolment: Enrolment
    name: str
    email: str | None
    hub_name: str
    url: str | None
    state: State
    expires_at: datetime | None


def invitation_rows(
    session: Session, *, course: Course, portal_url: str, secret: str, lifetime: timedelta, now: datetime
) -> list[InvitationRow]:
    """Everybody in the course, by name, with the link that lets new people in. Missing and expired links are made anew."""
    enrolments = _enrolments(session, course)
    waiting = [enrolment for enrolment in enrolments if _may_be_invited(enrolment)]
    links = _links(session, waiting, lifetime=lifetime, now=now)
    accepted = _accepted(session, course)
    rows = []
    for enrolment in enrolments:
        person, link = enrolment.person, links.get(enrolment.person_id)
        rows.append(
            InvitationRow(
                enrolment=enrolment,
                name=person.display_name,
                email=person.email,
                hub_name=person.hub_name,
                url=f"{portal_url}{PORTAL_PREFIX}/invitation/{token_of(link, secret)}" if link else None,
                state=_state(enrolment, accepted),
                expires_at=link.expires_at if link else None,
            )
        )
    return rows


def invitations_csv(rows: Iterable[InvitationRow]) -> str:
    """The list as CSV for a mail merge; text that a spreadsheet would run as a formula is defused."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["name", "e-mail", "sign-in name", "invitation", "state", "expires"])
    for row in rows:
        expires = row.expires_at.date().isoformat() if row.expires_at else ""
        writer.writerow([plain(row.name), plain(row.email or ""), row.hub_name, row.url or "", row.state, expires])
    return text.getvalue()


def _enrolments(session: Session, course: Course) -> Sequence[Enrolment]:
    active = select(Enrolment).where(Enrolment.course_id == course.id, Enrolment.status == EnrolmentStatus.active)
    by_name = active.join(Enrolment.person).order_by(func.lower(Person.display_name), Enrolment.id)
    return session.scalars(by_name.options(joinedload(Enrolment.person), joinedload(Enrolment.section))).all()


def _may_be_invited(enrolment: Enrolment) -> bool:
    """Whether the teachers of this course may hold a link that opens the account.

    Only to an account that came into being here, and not to an owner's: a link is as good as being that person, so putting
    somebody on a roster must not give their account away.
    """
    person = enrolment.person
    made_here = person.created_at == enrolment.created_at and not person.creates_courses and enrolment.role != Role.owner
    return made_here and person.password_hash is None and person.active


def _state(enrolment: Enrolment, accepted: set[int]) -> State:
    if _may_be_invited(enrolment):
        return "waiting"  # also somebody who accepted once and was given a new invitation
    if enrolment.person_id in accepted:
        return "accepted"
    return "has password" if enrolment.person.password_hash is not None else "invited elsewhere"


def _links(session: Session, waiting: Sequence[Enrolment], *, lifetime: timedelta, now: datetime) -> dict[int, SignInLink]:
    """The link of each person that works the longest; made where there is none."""
    links: dict[int, SignInLink] = {}
    ids = [enrolment.person_id for enrolment in waiting]
    for start in range(0, len(ids), _CHUNK):
        usable = select(SignInLink).where(
            SignInLink.person_id.in_(ids[start : start + _CHUNK]),
            SignInLink.kind == LinkKind.invitation,
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now,
        )
        links |= {link.person_id: link for link in session.scalars(usable.order_by(SignInLink.expires_at, SignInLink.id))}
    missing = [
        {
            "person_id": person_id,
            "kind": LinkKind.invitation,
            "nonce": secrets.token_hex(16),
            "created_at": now,
            "expires_at": now + lifetime,
        }
        for person_id in ids
        if person_id not in links
    ]
    if missing:
        links |= {link.person_id: link for link in session.scalars(insert(SignInLink).returning(SignInLink), missing)}
    return links


def _accepted(session: Session, course: Course) -> set[int]:
    used = (
        select(SignInLink.person_id)
        .join(Enrolment, Enrolment.person_id == SignInLink.person_id)
        .where(Enrolment.course_id == course.id, SignInLink.kind == LinkKind.invitation, SignInLink.used_at.is_not(None))
    )
    return set(session.scalars(used))
