import pytest
from sqlalchemy import select

from classroom.errors import HomeroomError
from classroom.models import Assignment, Enrolment, Feedback, OperationKind
from classroom.services import feedback, grading, student_assignments
from tests.support.work import Lab, answered, reply

PAGE = "feedback/attempt-1/growth.html"


def page(lab: Lab, enrolment: Enrolment, path: str = PAGE) -> str:
    return (lab.read(enrolment, path) or b"").decode()


def release(lab: Lab, assignment: Assignment) -> int:
    released = feedback.release_feedback(lab.session, assignment=assignment, actor=lab.teacher.person, now=lab.now)
    lab.session.commit()
    return released


def test_releasing_an_assignment_takes_what_is_complete(lab: Lab, ada: Enrolment, ben: Enrolment, assignment: Assignment) -> None:
    lab.grade(lab.hand_in(ada, assignment))
    lab.grade(lab.hand_in(ben, assignment), by_hand=None)

    first, second = release(lab, assignment), release(lab, assignment)

    assert (first, second) == (1, 0)


def test_the_page_in_the_home_has_scores_and_comments(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lab.grade(lab.hand_in(ada, assignment), by_hand=2.5, comment="Nearly: say <b>why</b>.")
    release(lab, assignment)

    operations = [operation for operation in lab.run() if operation.kind is OperationKind.return_feedback]

    assert [(one.done, one.problems) for one in operations] == [(1, [])]
    html = page(lab, ada)
    assert "Nearly: say &lt;b&gt;why&lt;/b&gt;." in html
    assert "4.5" in html
    assert lab.session.scalars(select(Feedback)).one().delivered_at is not None


def test_one_submission_that_lacks_points_is_refused_with_what_is_missing(
    lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    submission = lab.hand_in(ada, assignment)
    with pytest.raises(HomeroomError, match="still being graded"):
        feedback.release_feedback(lab.session, submission=submission, actor=None, now=lab.now)
    lab.grade(submission, by_hand=None)

    with pytest.raises(HomeroomError, match="Not every question has points"):
        feedback.release_feedback(lab.session, submission=submission, actor=None, now=lab.now)


def test_points_changed_after_the_release_reach_the_home(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    submission = lab.hand_in(ada, assignment)
    lab.grade(submission, by_hand=1.0, comment="First reading.")
    release(lab, assignment)
    lab.run()

    lab.score(submission, "why", 3.0, "Second reading.")
    lab.run()

    assert "Second reading." in page(lab, ada)
    assert "First reading." not in page(lab, ada)


def test_a_regrade_after_the_release_reaches_the_home(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    submission = lab.hand_in(ada, assignment)
    lab.grade(submission, points=0.25)
    release(lab, assignment)
    lab.run()
    before = page(lab, ada)
    job = grading.start_job(lab.session, submission=submission, now=lab.now)

    grading.record_result(lab.session, job_id=job.id, result=reply(job, points=2.0), now=lab.now)
    lab.run()

    assert before != page(lab, ada)


def test_a_home_that_cannot_take_it_is_named_and_the_rest_go_on(
    lab: Lab, ada: Enrolment, ben: Enrolment, assignment: Assignment
) -> None:
    for student in (ada, ben):
        lab.grade(lab.hand_in(student, assignment))
    release(lab, assignment)
    (lab.homes.root / "ada" / "bio1" / "growth" / "feedback").symlink_to("/etc")

    [operation] = [one for one in lab.run() if one.kind is OperationKind.return_feedback]

    assert [problem.split(":")[0] for problem in operation.problems] == ["Ada"]
    assert page(lab, ben)


def test_feedback_is_no_part_of_the_next_attempt(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lab.grade(lab.hand_in(ada, assignment))
    release(lab, assignment)
    lab.run()

    again = lab.hand_in(ada, assignment, answered("5"))

    assert all(not file["path"].startswith("feedback") for file in again.files)


def test_students_see_scores_only_once_they_are_released(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    submission = lab.hand_in(ada, assignment)
    lab.grade(submission)
    [before] = student_assignments.students_view(lab.session, enrolment=ada, now=lab.now)

    release(lab, assignment)

    [after] = student_assignments.students_view(lab.session, enrolment=ada, now=lab.now)
    assert (before.state, before.score) == ("handed_in", None)
    assert (after.state, after.score, after.max_score, after.returned) == ("graded", 5.0, 5.0, submission)
