"""A new invitation for one student: theirs got lost, or they forgot the password.

Whoever opens an invitation becomes that person, so a teacher may issue one only for somebody who is nothing but a student of
courses that this teacher teaches, with an account that this course made. Anybody else's account is not theirs to open.
"""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from classroom.errors import Forbidden
from classroom.models import Enrolment, EnrolmentStatus, LinkKind, Person, Role, SignInLink
from classroom.services import access, links

REFUSAL = (
    "Whoever has an invitation can sign in as that person."
    " You may make one only for a student whose account was made for this course and who is in no courses but yours."
)


def reissue(session: Session, *, enrolment: Enrolment, actor: Person, lifetime: timedelta, now: datetime) -> SignInLink:
    """A fresh invitation; links made before stop working, and so does the password, for which a new one is chosen then.

    Raises Forbidden for an account the actor must not open.
    """
    check_may_invite(session, enrolment=enrolment, actor=actor)
    enrolment.person.password_hash = None
    session.execute(
        update(SignInLink)
        .where(
            SignInLink.person_id == enrolment.person_id,
            SignInLink.kind == LinkKind.invitation,
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now,
        )
        .values(expires_at=now)
    )
    return links.make_link(session, person=enrolment.person, kind=LinkKind.invitation, lifetime=lifetime, now=now)


def check_may_invite(session: Session, *, enrolment: Enrolment, actor: Person) -> None:
    """Raise Forbidden unless the actor may hold a link that opens this person's account."""
    access.teacher_in(session, person=actor, course_slug=enrolment.course.slug)
    taught = select(Enrolment.course_id).where(
        Enrolment.person_id == actor.id,
        Enrolment.role.in_([Role.owner, Role.teacher]),
        Enrolment.status == EnrolmentStatus.active,
    )
    beyond = select(Enrolment.id).where(
        Enrolment.person_id == enrolment.person_id,
        (Enrolment.role != Role.student) | Enrolment.course_id.not_in(taught),
    )
    person = enrolment.person
    made_here = person.created_at == enrolment.created_at and not person.creates_courses and person.active
    is_dropped = enrolment.status is EnrolmentStatus.dropped
    if is_dropped or not made_here or session.scalar(beyond.limit(1)) is not None:
        raise Forbidden(REFUSAL)


def waiting_link(session: Session, *, person: Person, now: datetime) -> SignInLink | None:
    """The person's newest invitation that still works."""
    working = select(SignInLink).where(
        SignInLink.person_id == person.id,
        SignInLink.kind == LinkKind.invitation,
        SignInLink.used_at.is_(None),
        SignInLink.expires_at > now,
    )
    return session.scalar(working.order_by(SignInLink.id.desc()).limit(1))
