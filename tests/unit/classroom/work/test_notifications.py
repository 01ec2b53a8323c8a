"""What people are told, by whom it is caused and by the clock: once, and nothing about points."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from classroom.errors import NotFound
from classroom.models import Assignment, Enrolment, Notification, NotificationKind
from classroom.services import announcements, assignments, extensions, feedback, notifications
from tests.support.work import Lab, source_notebook


def announce(lab: Lab) -> int:
    told = announcements.announce_due(lab.session, now=lab.now)
    lab.session.commit()
    return told


def kinds(lab: Lab, who: Enrolment) -> list[str]:
    mine = select(Notification.kind).where(Notification.person_id == who.person_id).order_by(Notification.id)
    return [kind.value for kind in lab.session.scalars(mine)]


def test_a_published_assignment_is_announced_once_to_its_students(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    assert (announce(lab), announce(lab)) == (1, 0)
    assert (kinds(lab, ada), kinds(lab, lab.teacher)) == (["published"], [])


def test_an_assignment_that_opens_later_is_announced_when_it_opens(lab: Lab, ada: Enrolment) -> None:
    made = lab.release().assignment
    made.opens_at = lab.now + timedelta(hours=1)
    assignments.publish(lab.session, assignment=made, actor=None, now=lab.now)
    before = announce(lab)
    lab.clock.forward(hours=1)

    assert (before, announce(lab)) == (0, 1)


def test_a_new_version_is_told_as_one(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    announce(lab)
    lab.release({"growth.ipynb": source_notebook("Growth, corrected")})

    announce(lab)

    assert kinds(lab, ada) == ["published", "updated"]


def test_who_has_handed_in_nothing_is_reminded_before_the_deadline(
    lab: Lab, ada: Enrolment, ben: Enrolment, assignment: Assignment
) -> None:
    announce(lab)
    lab.hand_in(ben, assignment)
    lab.clock.forward(days=5, hours=11)
    early = announce(lab)
    lab.clock.forward(hours=1)

    assert (early, announce(lab), announce(lab)) == (0, 1, 0)
    assert (kinds(lab, ada), kinds(lab, ben)) == (["published", "due_soon"], ["published"])


def test_who_has_more_time_is_reminded_before_the_own_deadline(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    announce(lab)
    extensions.give(lab.session, assignment=assignment, enrolment_ids=[ada.id], minutes=48 * 60, actor=None, now=lab.now)
    lab.clock.forward(days=6)
    common = announce(lab)
    lab.clock.forward(days=2)

    assert (common, announce(lab), announce(lab)) == (0, 1, 0)
    [reminder] = lab.session.scalars(select(Notification).where(Notification.kind == NotificationKind.due_soon))
    assert reminder.due_at == lab.now + timedelta(days=1)


def test_a_short_assignment_is_announced_without_a_reminder(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    assignment.due_at = lab.now + timedelta(hours=2)

    announce(lab)

    assert kinds(lab, ada) == ["published"]


def test_returned_feedback_is_told_to_whose_it_is(lab: Lab, ada: Enrolment, ben: Enrolment, assignment: Assignment) -> None:
    submission = lab.hand_in(ada, assignment)
    lab.grade(submission, comment="Well argued")
    for _ in range(2):
        feedback.release_feedback(lab.session, assignment=assignment, actor=None, now=lab.now)
    lab.session.commit()

    assert (kinds(lab, ada), kinds(lab, ben)) == (["feedback_returned"], [])


def test_what_one_was_told_is_counted_until_it_is_read(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    announce(lab)
    before = notifications.unread_count(lab.session, person=ada.person)
    notifications.mark_all_read(lab.session, person=ada.person, now=lab.now)

    assert (before, notifications.unread_count(lab.session, person=ada.person)) == (1, 0)


def test_nobody_reads_what_somebody_else_was_told(lab: Lab, ada: Enrolment, ben: Enrolment, assignment: Assignment) -> None:
    announce(lab)
    hers = lab.session.scalars(select(Notification).where(Notification.person_id == ada.person_id)).one()

    with pytest.raises(NotFound):
        notifications.own_notification(lab.session, person=ben.person, notification_id=hers.id)


def test_what_is_half_a_year_old_is_forgotten(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    announce(lab)

    notifications.forget_old(lab.session, now=lab.clock.forward(days=181))

    assert kinds(lab, ada) == []
