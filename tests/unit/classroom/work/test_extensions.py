"""More time for single students: what it changes, and what it leaves alone."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from classroom.errors import Conflict, HomeroomError, NotFound
from classroom.models import (
    AskedState,
    Assignment,
    Enrolment,
    Extension,
    ExtensionRequest,
    Notification,
    NotificationKind,
    Submission,
    Trigger,
)
from classroom.services import (
    assignments,
    collection,
    deadlines,
    due_collections,
    extension_requests,
    extensions,
    student_assignments,
)
from tests.support.work import Lab, answered

DAY = 24 * 60


def give(lab: Lab, assignment: Assignment, *students: Enrolment, minutes: int = 2 * DAY) -> datetime:
    due_at = extensions.give(
        lab.session,
        assignment=assignment,
        enrolment_ids=[one.id for one in students],
        minutes=minutes,
        actor=lab.teacher.person,
        now=lab.now,
    )
    lab.session.commit()
    return due_at


def ask(lab: Lab, student: Enrolment, assignment: Assignment, *, days: int = 9, reason: str = "I was ill.") -> ExtensionRequest:
    until = lab.now + timedelta(days=days)
    asked = extension_requests.ask(lab.session, enrolment=student, assignment=assignment, until=until, reason=reason, now=lab.now)
    lab.session.commit()
    return asked


def collect(lab: Lab) -> list[Submission]:
    """What the clock does at this moment; the submissions there are then."""
    due_collections.start_due_collections(lab.session, now=lab.now)
    lab.run()
    return list(lab.session.scalars(select(Submission).order_by(Submission.id)))


def told(lab: Lab, student: Enrolment) -> list[NotificationKind]:
    mine = select(Notification.kind).where(Notification.person_id == student.person_id).order_by(Notification.id)
    return list(lab.session.scalars(mine))


def test_work_after_the_common_deadline_but_inside_the_own_is_not_late(
    lab: Lab, ada: Enrolment, ben: Enrolment, assignment: Assignment
) -> None:
    give(lab, assignment, ada)
    lab.clock.forward(days=8)

    assert (lab.hand_in(ada, assignment).late, lab.hand_in(ben, assignment).late) == (False, True)


def test_what_takes_no_late_work_takes_it_until_the_own_deadline(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    assignment.accepts_late = False
    give(lab, assignment, ada)

    lab.clock.forward(days=8)
    lab.hand_in(ada, assignment)
    lab.clock.forward(days=2)

    with pytest.raises(HomeroomError, match="takes no late work"):
        lab.hand_in(ada, assignment, answered("3"))


def test_the_deadlines_collection_leaves_those_with_more_time_alone(
    lab: Lab, ada: Enrolment, ben: Enrolment, assignment: Assignment
) -> None:
    lab.run()
    give(lab, assignment, ada)
    for student in (ada, ben):
        lab.write(student, "growth.ipynb", answered("1"))
    lab.clock.forward(days=7, minutes=1)

    assert [one.enrolment_id for one in collect(lab)] == [ben.id]

    lab.clock.forward(days=2)
    [_, second] = collect(lab)

    assert (second.enrolment_id, second.trigger, second.late) == (ada.id, Trigger.deadline, False)


def test_an_own_deadline_takes_nothing_that_others_wrote_after_theirs(
    lab: Lab, ada: Enrolment, ben: Enrolment, assignment: Assignment
) -> None:
    lab.run()
    give(lab, assignment, ada)
    lab.clock.forward(days=7, minutes=1)
    collect(lab)
    lab.write(ben, "growth.ipynb", answered("too late"))
    lab.clock.forward(days=2)

    assert collect(lab) == []


def test_each_own_deadline_is_collected_once_and_anew_when_it_moves(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    give(lab, assignment, ada)
    lab.clock.forward(days=9, minutes=1)
    first = due_collections.start_due_collections(lab.session, now=lab.now)
    again = due_collections.start_due_collections(lab.session, now=lab.now)
    lab.run()

    give(lab, assignment, ada, minutes=4 * DAY)

    assert (first, again) == (1, 0)
    assert due_collections.start_due_collections(lab.session, now=lab.clock.forward(days=1)) == 0
    assert due_collections.start_due_collections(lab.session, now=lab.clock.forward(days=1)) == 1


def test_a_teacher_who_collects_now_takes_from_everybody(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lab.run()
    give(lab, assignment, ada)
    lab.write(ada, "growth.ipynb", answered())
    collection.start_collection(lab.session, assignment=assignment, actor=lab.teacher.person, now=lab.now)

    lab.run()

    assert [one.trigger for one in lab.session.scalars(select(Submission))] == [Trigger.teacher]


def test_where_the_due_date_moves_the_own_moves_along(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    give(lab, assignment, ada)
    assert assignment.due_at is not None
    moved = assignment.due_at + timedelta(days=3)
    assignments.update(
        lab.session, assignment=assignment, title="Growth", opens_at=None, due_at=moved, accepts_late=True, shown="message",
        now=lab.now,
    )  # fmt: skip

    assert deadlines.due_for(lab.session, enrolment=ada, assignment=assignment) == moved + timedelta(days=2)


def test_days_count_on_the_clock_of_the_course_also_when_summer_time_ends() -> None:
    friday = datetime(2026, 10, 23, 16, 0, tzinfo=UTC)  # 18:00 in Berlin

    later = deadlines.later(friday, minutes=2 * DAY, timezone="Europe/Berlin")

    assert later == datetime(2026, 10, 25, 17, 0, tzinfo=UTC)  # 18:00 again
    assert deadlines.minutes_between(friday, later, timezone="Europe/Berlin") == 2 * DAY


def test_the_students_view_shows_the_own_deadline_and_what_makes_it(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    due_at = give(lab, assignment, ada)

    [item] = student_assignments.students_view(lab.session, enrolment=ada, now=lab.now)

    assert item.due_at == due_at
    assert item.extension is not None
    assert item.extension.minutes == 2 * DAY


def test_giving_again_replaces_and_the_same_again_is_no_news(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    give(lab, assignment, ada)
    give(lab, assignment, ada)
    lab.clock.forward(minutes=1)
    give(lab, assignment, ada, minutes=3 * DAY)

    [row] = lab.session.scalars(select(Extension))
    assert row.minutes == 3 * DAY
    assert told(lab, ada) == [NotificationKind.extension_given] * 2


def test_time_taken_back_makes_the_common_date_hold_again(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    give(lab, assignment, ada)
    extensions.take_back(lab.session, extension=lab.session.scalars(select(Extension)).one())

    assert deadlines.due_for(lab.session, enrolment=ada, assignment=assignment) == assignment.due_at


@pytest.mark.parametrize(
    ("minutes", "sentence"), [(0, "longer than nothing"), (-DAY, "longer than nothing"), (366 * DAY, "at most 365 days")]
)
def test_an_extension_that_makes_no_sense_is_refused(
    lab: Lab, ada: Enrolment, assignment: Assignment, minutes: int, sentence: str
) -> None:
    with pytest.raises(HomeroomError, match=sentence):
        give(lab, assignment, ada, minutes=minutes)


def test_an_extension_that_is_over_already_is_refused(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lab.clock.forward(days=10)

    with pytest.raises(HomeroomError, match="passed already"):
        give(lab, assignment, ada)


def test_nobody_from_elsewhere_and_no_teacher_gets_time(lab: Lab, assignment: Assignment) -> None:
    with pytest.raises(NotFound):
        give(lab, assignment, lab.teacher)


def test_a_request_is_granted_as_asked(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    request = ask(lab, ada, assignment)

    due_at = extension_requests.grant(lab.session, request=request, until=None, answer="", actor=lab.teacher.person, now=lab.now)

    assert due_at == request.until
    assert deadlines.due_for(lab.session, enrolment=ada, assignment=assignment) == request.until
    assert request.state is AskedState.granted
    assert told(lab, ada) == [NotificationKind.extension_given]


def test_a_request_is_declined_with_words_only(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    request = ask(lab, ada, assignment)
    actor = lab.teacher.person

    with pytest.raises(HomeroomError, match="Say why"):
        extension_requests.decline(lab.session, request=request, answer=" ", actor=actor, now=lab.now)
    extension_requests.decline(lab.session, request=request, answer="The exam is on Monday.", actor=actor, now=lab.now)

    assert (request.state, request.answer) == (AskedState.declined, "The exam is on Monday.")
    assert told(lab, ada) == [NotificationKind.extension_declined]


def test_one_request_is_open_at_a_time_and_an_answered_one_is_answered(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    request = ask(lab, ada, assignment)
    with pytest.raises(Conflict, match="already"):
        ask(lab, ada, assignment, days=12)

    extension_requests.withdraw(request, now=lab.now)
    lab.session.commit()
    ask(lab, ada, assignment, days=12)

    with pytest.raises(Conflict, match="in the meantime"):
        extension_requests.grant(lab.session, request=request, until=None, answer="", actor=lab.teacher.person, now=lab.now)


@pytest.mark.parametrize(
    ("days", "reason", "sentence"),
    [(9, "  ", "Give a reason"), (9, "x" * 2001, "at most 2,000"), (3, "Ill.", "later than your due date"), (999, "Ill.", "365")],
)
def test_a_request_that_makes_no_sense_is_refused(
    lab: Lab, ada: Enrolment, assignment: Assignment, days: int, reason: str, sentence: str
) -> None:
    with pytest.raises(HomeroomError, match=sentence):
        ask(lab, ada, assignment, days=days, reason=reason)


def test_teachers_are_told_once_while_they_have_not_looked(
    lab: Lab, ada: Enrolment, ben: Enrolment, assignment: Assignment
) -> None:
    ask(lab, ada, assignment)
    ask(lab, ben, assignment)

    assert told(lab, lab.teacher) == [NotificationKind.requests_waiting]
