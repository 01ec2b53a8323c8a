"""Invitations as a list and as mail, sent to a real SMTP server."""

import csv
import io
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession
from sqlalchemy.orm import Session

from classroom.config import Settings
from classroom.db import SessionMaker
from classroom.errors import Unavailable
from classroom.models import Course, Enrolment, LinkKind, Operation, OperationKind, OperationState, Person, Role
from classroom.services import invitations, links, mail, operations
from classroom.services.invitation_mail import run_invite
from classroom.services.invitations import InvitationRow
from classroom.services.operation_context import OperationContext
from grader.files import FileStore
from hub_bridge.homes import Homes
from tests.support.hub_twin import HubTwin

MakeEnrolment = Callable[..., Enrolment]
SECRET = "a secret of the tests"


def _rows(session: Session, course: Course, now: datetime) -> list[InvitationRow]:
    return invitations.invitation_rows(
        session, course=course, portal_url="http://localhost:8000", secret=SECRET, lifetime=timedelta(days=30), now=now
    )


def test_a_new_student_has_a_link_that_stays_the_same(
    session: Session, course: Course, student: Enrolment, now: datetime
) -> None:
    (first,) = _rows(session, course, now)
    (second,) = _rows(session, course, now + timedelta(days=1))

    assert first == second
    assert (first.state, first.hub_name, first.email) == ("waiting", "sam", "sam@example.org")
    assert first.url is not None
    token = first.url.removeprefix("http://localhost:8000/portal/invitation/")
    assert links.find_link(session, token=token, kind=LinkKind.invitation, secret=SECRET, now=now).person is student.person


def test_an_expired_link_is_replaced(session: Session, course: Course, student: Enrolment, now: datetime) -> None:
    (before,) = _rows(session, course, now)

    (after,) = _rows(session, course, now + timedelta(days=31))

    assert after.url != before.url


def test_whoever_accepted_or_has_a_password_gets_no_link(
    session: Session, course: Course, student: Enrolment, make_enrolment: MakeEnrolment, now: datetime
) -> None:
    ben = make_enrolment("ben")
    _rows(session, course, now)
    link = links.make_link(session, person=student.person, kind=LinkKind.invitation, lifetime=timedelta(days=1), now=now)
    links.use_link(session, link=link, now=now)
    student.person.password_hash = ben.person.password_hash = "a hash"

    rows = _rows(session, course, now)

    assert [(row.name, row.state, row.url) for row in rows] == [("Ben", "has password", None), ("Sam", "accepted", None)]


def test_a_roster_does_not_hand_out_the_account_of_somebody_from_elsewhere(
    session: Session, course: Course, make_enrolment: MakeEnrolment, now: datetime
) -> None:
    eve = make_enrolment("eve", Role.owner, into=Course(slug="chem1", title="Chemistry", created_at=now))
    later = now + timedelta(hours=1)
    session.add(Enrolment(course=course, person=eve.person, role=Role.student, roster_key="e", created_at=later))
    session.flush()

    (row,) = _rows(session, course, later)

    assert (row.state, row.url) == ("invited elsewhere", None)


def test_an_owners_account_is_nobodys_to_hand_out(session: Session, course: Course, teacher: Enrolment, now: datetime) -> None:
    (row,) = _rows(session, course, now)

    assert row.url is None


def test_the_list_takes_few_queries(
    session: Session, course: Course, now: datetime, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    for number in range(300):
        person = Person(hub_name=f"s{number}", display_name=f"S {number}", created_at=now)
        key = str(number)
        session.add(Enrolment(course=course, person=person, role=Role.student, roster_key=key, created_at=now))
    session.commit()

    with count_queries() as queries:
        rows = _rows(session, course, now)

    assert len({row.url for row in rows}) == 300
    assert len(queries) <= 8


def test_the_csv_defuses_formulas(session: Session, course: Course, student: Enrolment, now: datetime) -> None:
    student.person.display_name = '=HYPERLINK("http://evil.example", "x")'

    text = invitations.invitations_csv(_rows(session, course, now))

    (row,) = csv.DictReader(io.StringIO(text))
    assert row["name"].startswith("'=")
    assert row["invitation"].startswith("http://localhost:8000/portal/invitation/")


# Mail


class Mailbox:
    """Takes mail, except for addresses in ``refuses``."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuses: set[str] = set()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd looks for this name
        self, server: SMTP, session: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802 - likewise
        assert isinstance(envelope.content, bytes)
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append(parsed)
        return "250 OK"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def context(
    sessions: SessionMaker, settings: Settings, files: FileStore, mailbox: Mailbox, now: datetime
) -> Iterator[OperationContext]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(mailbox, hostname="127.0.0.1", port=port)
    server.start()
    yield OperationContext(
        sessions=sessions,
        settings=settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": port}),
        hub=HubTwin,
        homes=Homes(settings.homes),
        files=files,
        now=lambda: now,
    )
    server.stop()


def _invite(session: Session, context: OperationContext, course: Course) -> Operation:
    operation = operations.start(session, kind=OperationKind.invite, course=course, now=context.now())
    session.commit()
    run_invite(context, operation.id)
    session.expire_all()
    session.refresh(operation)
    session.commit()
    return operation


def test_each_new_person_is_mailed_once(
    session: Session, context: OperationContext, mailbox: Mailbox, course: Course, student: Enrolment
) -> None:
    first = _invite(session, context, course)
    _invite(session, context, course)

    (sent,) = mailbox.mails
    body, page = sent.get_body(("plain",)), sent.get_body(("html",))
    assert body is not None
    assert page is not None
    assert sent["To"] == "Sam <sam@example.org>"
    assert "http://localhost:8000/portal/invitation/" in body.get_content()
    assert "http://localhost:8000/portal/invitation/" in page.get_content()
    assert (first.state, first.done, first.total) == (OperationState.done, 1, 1)
    assert student.invited_at == context.now()


def test_a_refused_address_is_a_problem_and_no_more(
    session: Session, context: OperationContext, mailbox: Mailbox, course: Course, make_enrolment: MakeEnrolment
) -> None:
    ada, ben, cleo = make_enrolment("ada"), make_enrolment("ben"), make_enrolment("cleo")
    mailbox.refuses = {"ada@example.org"}
    ben.person.email = None

    operation = _invite(session, context, course)

    assert [mail["To"] for mail in mailbox.mails] == ["Cleo <cleo@example.org>"]
    assert [sentence.split()[0] for sentence in operation.problems] == ["Ben", "Ada"]
    assert (ada.invited_at, cleo.invited_at) == (None, context.now())


def test_what_people_are_called_cannot_break_a_mail(
    session: Session, context: OperationContext, mailbox: Mailbox, course: Course, student: Enrolment
) -> None:
    student.person.display_name = 'Zoë "<b>"\r\nBcc: all@example.org'
    course.title = "<script>alert(1)</script>"

    _invite(session, context, course)

    (sent,) = mailbox.mails
    page = sent.get_body(("html",))
    assert page is not None
    assert sent["Bcc"] is None
    assert "<script>" not in page.get_content()


def test_links_and_addresses_are_never_logged(
    session: Session,
    context: OperationContext,
    course: Course,
    student: Enrolment,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)

    _invite(session, context, course)

    servers = "mail.log"  # where the mail server of the test writes
    ours = " ".join(record.getMessage() for record in caplog.records if record.name != servers)
    assert "invitation/" not in ours
    assert "sam@example.org" not in ours


def test_a_mail_server_that_is_away_is_worth_waiting_for(
    session: Session, context: OperationContext, course: Course, student: Enrolment
) -> None:
    operation = operations.start(session, kind=OperationKind.invite, course=course, now=context.now())
    session.commit()
    settings = context.settings.model_copy(update={"smtp_port": 1})

    with pytest.raises(Unavailable), mail.Mailer(settings):
        pass

    assert operation.state == OperationState.queued
    assert student.invited_at is None
