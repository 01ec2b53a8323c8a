"""Mail about what happened, sent to a real SMTP server: when it goes, and that no points are in it."""

import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession

from classroom.errors import NotFound
from classroom.models import Assignment, Enrolment, MailRhythm, Notification, Person
from classroom.services import digests, feedback, opt_out
from classroom.services.operation_context import OperationContext
from tests.support.work import Lab

SECRET = "a secret of the tests"


class Inbox:
    """A mail server that keeps what it is sent."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, _server: SMTP, _session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd looks for this name
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(message_from_bytes(content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def mailing(context: OperationContext, inbox: Inbox) -> Iterator[OperationContext]:
    """The context with a mail server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    settings = context.settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": port})
    yield replace(context, settings=settings)
    server.stop()


@pytest.fixture
def returned(lab: Lab, ada: Enrolment, assignment: Assignment) -> Enrolment:
    """Ada, who has feedback that she has not read."""
    submission = lab.hand_in(ada, assignment)
    lab.grade(submission, points=1.5, comment="Well argued")
    feedback.release_feedback(lab.session, submission=submission, actor=None, now=lab.now)
    lab.session.commit()
    return ada


def choose(lab: Lab, who: Enrolment, rhythm: MailRhythm) -> None:
    who.person.mail_rhythm = rhythm
    lab.session.commit()


def test_who_wants_it_at_once_gets_it_at_once_and_once(
    lab: Lab, mailing: OperationContext, inbox: Inbox, returned: Enrolment
) -> None:
    choose(lab, returned, MailRhythm.at_once)

    assert (digests.send_due(mailing), digests.send_due(mailing)) == (1, 0)

    [mail] = inbox.mails
    assert (mail["To"], mail["Subject"]) == ("Ada <ada@example.org>", "News in Biology 1")


def test_a_mail_has_links_and_neither_points_nor_comments(
    lab: Lab, mailing: OperationContext, inbox: Inbox, returned: Enrolment
) -> None:
    choose(lab, returned, MailRhythm.at_once)
    digests.send_due(mailing)

    for kind in ("plain", "html"):
        body = inbox.mails[0].get_body((kind,))
        assert body is not None
        text = body.get_content()
        assert "There is feedback on Growth." in text
        assert "/portal/courses/bio1/a/growth/attempts/" in text
        assert not re.search(r"Well argued|4\.5|/ 5\b", text)


@pytest.mark.parametrize(("hours", "count"), [(1, 0), (20, 0), (21, 1)])
def test_the_daily_mail_goes_at_its_hour(
    lab: Lab, mailing: OperationContext, returned: Enrolment, hours: int, count: int
) -> None:
    lab.clock.forward(hours=hours)  # it is 10:00 UTC, the course's clock, and mail goes at 7

    assert digests.send_due(mailing) == count


def test_the_hour_is_that_of_the_persons_own_zone() -> None:
    sam = Person(hub_name="sam", display_name="Sam", mail_rhythm=MailRhythm.daily, timezone="America/New_York")
    seven_there = datetime(2026, 9, 8, 11, 0, tzinfo=UTC)
    since = seven_there - timedelta(hours=5)

    def is_due(now: datetime) -> bool:
        return digests.is_due(sam, since=since, zone="UTC", hour=7, now=now)

    assert (is_due(seven_there - timedelta(minutes=1)), is_due(seven_there)) == (False, True)


def test_nobody_gets_two_daily_mails_between_two_mornings(
    lab: Lab, mailing: OperationContext, inbox: Inbox, returned: Enrolment, assignment: Assignment
) -> None:
    lab.clock.forward(hours=21)
    digests.send_due(mailing)
    more = Notification(
        person_id=returned.person_id, kind="updated", key="x", course_id=lab.course.id, assignment_id=assignment.id,
        created_at=lab.now - timedelta(hours=3),
    )  # fmt: skip
    lab.session.add(more)
    lab.session.commit()

    assert digests.send_due(mailing) == 0
    lab.clock.forward(days=1)
    assert digests.send_due(mailing) == 1


@pytest.mark.parametrize("why", ["off", "read", "no address", "not active", "stale"])
def test_who_wants_no_mail_or_needs_none_gets_none(lab: Lab, mailing: OperationContext, returned: Enrolment, why: str) -> None:
    person = returned.person
    person.mail_rhythm = MailRhythm.off if why == "off" else MailRhythm.at_once
    person.email = None if why == "no address" else person.email
    person.active = why != "not active"
    if why == "read":
        lab.session.query(Notification).update({"read_at": lab.now})
    lab.session.commit()
    if why == "stale":
        lab.clock.forward(days=4)

    assert digests.send_due(mailing) == 0


def test_a_mail_server_that_is_away_costs_time_and_no_mail(
    lab: Lab, mailing: OperationContext, inbox: Inbox, returned: Enrolment
) -> None:
    choose(lab, returned, MailRhythm.at_once)
    away = replace(mailing, settings=mailing.settings.model_copy(update={"smtp_port": 1}))

    assert digests.send_due(away) == 0
    assert digests.send_due(mailing) == 1


def test_without_a_mail_server_nothing_is_sent(lab: Lab, context: OperationContext, returned: Enrolment) -> None:
    choose(lab, returned, MailRhythm.at_once)

    assert digests.send_due(context) == 0


def test_the_link_in_a_mail_stops_mail_for_its_person_only(
    lab: Lab, mailing: OperationContext, inbox: Inbox, returned: Enrolment, ben: Enrolment
) -> None:
    choose(lab, returned, MailRhythm.at_once)
    digests.send_due(mailing)
    link = str(inbox.mails[0]["List-Unsubscribe"]).strip("<>")
    token = link.rsplit("/", 1)[-1]

    assert opt_out.person_of(lab.session, token=token, secret=SECRET).id == returned.person_id
    for wrong in (f"{ben.person_id}.{token.partition('.')[2]}", token[:-1], "", "x.y", f"{10**20}.z"):
        with pytest.raises(NotFound):
            opt_out.person_of(lab.session, token=wrong, secret=SECRET)
