"""The mark "late" says what is true now: deadlines move after work came in, too."""

from datetime import timedelta

from sqlalchemy import select

from classroom.models import Assignment, Enrolment, Extension, Submission, Trigger
from classroom.services import assignments, due_collections, extension_requests, extensions, lateness
from tests.support.work import Lab, answered

DAY = 24 * 60


def give(lab: Lab, assignment: Assignment, student: Enrolment, *, days: int) -> None:
    extensions.give(
        lab.session, assignment=assignment, enrolment_ids=[student.id], minutes=days * DAY, actor=lab.teacher.person, now=lab.now
    )
    lab.session.commit()


def move(lab: Lab, assignment: Assignment, *, days: int) -> None:
    assert assignment.due_at is not None
    assignments.update(
        lab.session,
        assignment=assignment,
        title=assignment.title,
        opens_at=assignment.opens_at,
        due_at=assignment.due_at + timedelta(days=days),
        accepts_late=assignment.accepts_late,
        shown=assignment.shown,
        now=lab.now,
    )
    lab.session.commit()


def late(lab: Lab, assignment: Assignment, student: Enrolment, *, value: str = "2") -> Submission:
    """A day after the common due date."""
    assert assignment.due_at is not None
    lab.run()
    lab.clock.forward(seconds=(assignment.due_at - lab.now).total_seconds() + 86_400)
    submission = lab.hand_in(student, assignment, answered(value=value))
    assert submission.late
    return submission


def test_more_time_given_afterwards_takes_the_mark_away_from_this_student_only(
    lab: Lab, ada: Enrolment, ben: Enrolment, assignment: Assignment
) -> None:
    hers, his = late(lab, assignment, ada), lab.hand_in(ben, assignment)

    give(lab, assignment, ada, days=2)

    assert (hers.late, his.late) == (False, True)


def test_more_time_that_is_too_little_leaves_the_mark_on_what_came_after_it(
    lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    first = late(lab, assignment, ada)
    give(lab, assignment, ada, days=2)
    lab.clock.forward(days=2)
    second = lab.hand_in(ada, assignment, answered(value="3"))

    assert (first.late, second.late) == (False, True)


def test_a_request_that_is_granted_takes_the_mark_away(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    submission = late(lab, assignment, ada)
    asked = extension_requests.ask(
        lab.session, enrolment=ada, assignment=assignment, until=lab.now + timedelta(days=1), reason="Ill.", now=lab.now
    )
    extension_requests.grant(lab.session, request=asked, until=asked.until, answer="", actor=lab.teacher.person, now=lab.now)

    assert not submission.late


def test_time_taken_back_brings_the_mark_back(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    submission = late(lab, assignment, ada)
    give(lab, assignment, ada, days=2)

    extensions.take_back(lab.session, extension=lab.session.scalars(select(Extension)).one())

    assert submission.late


def test_a_due_date_that_moves_marks_every_attempt_anew(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    submission = late(lab, assignment, ada)

    move(lab, assignment, days=2)
    after_later = submission.late
    move(lab, assignment, days=-2)

    assert (after_later, submission.late) == (False, True)


def test_what_the_deadlines_collection_took_is_never_late(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lab.run()
    lab.write(ada, "growth.ipynb", answered())
    lab.clock.forward(days=8)
    due_collections.start_due_collections(lab.session, now=lab.now)
    lab.run()
    [submission] = lab.session.scalars(select(Submission))

    assert submission.trigger is Trigger.deadline
    assert lateness.mark_anew(lab.session, assignment=assignment) == 0
    assert not submission.late


def test_marking_anew_again_changes_nothing(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    submission = late(lab, assignment, ada)
    submission.late = False

    assert [lateness.mark_anew(lab.session, assignment=assignment) for _ in range(2)] == [1, 0]
