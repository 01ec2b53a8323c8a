from datetime import timedelta

import pytest

from classroom.errors import HomeroomError
from classroom.models import Assignment, Enrolment
from classroom.services import assignments, feedback, student_assignments
from tests.support.work import SOURCE, Lab, answered
from tests.unit.classroom.conftest import CountQueries


def update(lab: Lab, assignment: Assignment, **values: object) -> None:
    facts = {"title": "Growth", "opens_at": None, "due_at": None, "accepts_late": True, "shown": "message"} | values
    assignments.update(lab.session, assignment=assignment, now=lab.now, **facts)  # type: ignore[arg-type]


def test_an_assignment_is_due_after_it_opens(lab: Lab, assignment: Assignment) -> None:
    with pytest.raises(HomeroomError, match="after the opening"):
        update(lab, assignment, opens_at=lab.now, due_at=lab.now - timedelta(days=1))


def test_an_assignment_has_a_title(lab: Lab, assignment: Assignment) -> None:
    with pytest.raises(HomeroomError, match="title"):
        update(lab, assignment, title="  ")


def test_what_has_no_release_cannot_be_published(lab: Lab) -> None:
    empty = Assignment(course=lab.course, slug="empty", title="Empty", created_at=lab.now, limits={})
    lab.session.add(empty)

    with pytest.raises(HomeroomError, match="no release yet"):
        assignments.publish(lab.session, assignment=empty, actor=None, now=lab.now)


def test_students_see_what_is_published_with_where_they_stand(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    later = lab.publish(slug="later", title="Later")
    later.opens_at = lab.now + timedelta(days=1)
    lab.release(slug="draft", title="Draft")
    lab.publish(slug="fresh", title="Fresh")
    lab.hand_in(ada, assignment, answered("1"))
    newest = lab.hand_in(ada, assignment, answered("2"))

    seen = student_assignments.students_view(lab.session, enrolment=ada, now=lab.now)

    assert [(one.assignment.slug, one.state, one.attempts, one.max_score) for one in seen] == [
        ("growth", "handed_in", 2, 5),
        ("later", "opens_later", 0, 5),
        ("fresh", "not_opened", 0, 5),
    ]
    assert seen[0].submission is newest


def test_a_new_attempt_after_the_feedback_hides_no_feedback(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    first = lab.hand_in(ada, assignment, answered("1"))
    lab.grade(first)
    feedback.release_feedback(lab.session, submission=first, actor=None, now=lab.now)
    lab.hand_in(ada, assignment, answered("2"))

    [seen] = student_assignments.students_view(lab.session, enrolment=ada, now=lab.now)

    assert (seen.state, seen.score, seen.returned) == ("handed_in", None, first)


def test_staff_see_how_far_each_assignment_is(lab: Lab, ada: Enrolment, ben: Enrolment, assignment: Assignment) -> None:
    lab.student("cleo")
    lab.run()
    lab.grade(lab.hand_in(ada, assignment))
    lab.grade(lab.hand_in(ben, assignment), by_hand=None)
    feedback.release_feedback(lab.session, assignment=assignment, actor=None, now=lab.now)
    lab.release(slug="draft", title="Draft")

    first, draft = assignments.staff_view(lab.session, course=lab.course, now=lab.now)

    assert (first.phase, first.enrolled, first.delivered, first.submitted) == ("open", 3, 3, 2)
    assert (first.grading, first.needs_person, first.graded, first.feedback_released) == (0, 1, 1, 1)
    assert (draft.phase, draft.delivered, draft.submitted) == ("draft", 0, 0)


def test_the_lists_cost_the_same_few_queries_for_one_assignment_as_for_six(
    lab: Lab, ada: Enrolment, assignment: Assignment, count_queries: CountQueries
) -> None:
    lab.grade(lab.hand_in(ada, assignment))
    with count_queries() as student_few:
        student_assignments.students_view(lab.session, enrolment=ada, now=lab.now)
    with count_queries() as staff_few:
        assignments.staff_view(lab.session, course=lab.course, now=lab.now)
    for number in range(5):
        one = lab.publish(SOURCE, slug=f"growth{number}", title=f"Growth {number}")
        for student in (ada, lab.student(f"student{number}")):
            lab.grade(lab.hand_in(student, one))

    with count_queries() as student_many:
        assert len(student_assignments.students_view(lab.session, enrolment=ada, now=lab.now)) == 6
    with count_queries() as staff_many:
        assert len(assignments.staff_view(lab.session, course=lab.course, now=lab.now)) == 6

    assert len(student_many) <= len(student_few) + 1  # a new transaction
    assert len(staff_many) <= len(staff_few) + 1
