"""Mails the invitations of a course: the operation ``invite``."""

from datetime import timedelta

from sqlalchemy.orm import Session

from classroom.errors import HomeroomError
from classroom.models import Course, Enrolment, Operation
from classroom.services import mail, operations
from classroom.services.invitations import InvitationRow, invitation_rows
from classroom.services.mail import Mailer, MailRefused
from classroom.services.operation_context import OperationContext


def run_invite(context: OperationContext, operation_id: int) -> None:
    """Mail the invitation to everybody who waits for one and was sent none yet.

    Each mail is committed by itself: after an interruption nobody gets a second one, save at most the last.
    """
    with context.sessions.begin() as session:
        operation = operations.claim(session, operation_id=operation_id, now=context.now())
        if operation is None:
            return
        course = session.get_one(Course, operation.course_id)
        rows = _waiting(session, context, course)
        operations.advance(operation, done=0, total=len(rows), now=context.now())
    problems = [f"{row.name} has no e-mail address." for row in rows if not row.email]
    if any(row.email for row in rows):
        problems += _send_all(context, operation_id, course, rows)
    with context.sessions.begin() as session:
        operations.finish(session.get_one(Operation, operation_id), now=context.now(), problems=problems)


def _waiting(session: Session, context: OperationContext, course: Course) -> list[InvitationRow]:
    settings = context.settings
    if not settings.smtp_host:
        return []
    rows = invitation_rows(
        session,
        course=course,
        portal_url=settings.portal_url,
        secret=settings.secret_key.get_secret_value(),
        lifetime=timedelta(days=settings.invitation_days),
        now=context.now(),
    )
    return [row for row in rows if row.state == "waiting" and row.enrolment.invited_at is None]


def _send_all(context: OperationContext, operation_id: int, course: Course, rows: list[InvitationRow]) -> list[str]:
    problems: list[str] = []
    with Mailer(context.settings) as mailer:
        for done, row in enumerate(rows, start=1):
            if not row.email:
                continue
            try:
                _send(context, mailer, course, row, row.email)
            except MailRefused as error:
                problems.append(f"{row.name} ({row.email}): {error}")
                _note(context, operation_id, None, done, len(rows))
            else:
                _note(context, operation_id, row.enrolment.id, done, len(rows))
    return problems


def _send(context: OperationContext, mailer: Mailer, course: Course, row: InvitationRow, address: str) -> None:
    if row.url is None or row.expires_at is None:
        raise HomeroomError("An invitation without a link cannot be sent.")
    message = mail.write(
        "invitation",
        sender=context.settings.mail_from,
        to=(row.name, address),
        subject=f"Your invitation to {course.title}",
        name=row.name,
        hub_name=row.hub_name,
        course=course.title,
        url=row.url,
        expires_on=f"{row.expires_at:%d %B %Y}",
    )
    mailer.send(message)


def _note(context: OperationContext, operation_id: int, enrolment_id: int | None, done: int, total: int) -> None:
    with context.sessions.begin() as session:
        operations.advance(session.get_one(Operation, operation_id), done=done, total=total, now=context.now())
        if enrolment_id is not None:
            session.get_one(Enrolment, enrolment_id).invited_at = context.now()
