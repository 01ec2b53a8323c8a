"""What the machine noticed holds a score back until somebody has looked."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from classroom import migrations
from classroom.errors import Conflict, HomeroomError, NotFound
from classroom.models import Assignment, Enrolment, Review, Submission
from classroom.services import attempts, feedback, grades, grading, reviews, student_assignments, submission_lists
from classroom.services.submission_grades import submission_grade
from tests.support.work import Lab, reply

PAGE = "feedback/attempt-1/growth.html"
FLAG: dict[str, Any] = {"needs_review": ["A class decided about itself."]}


def grade(lab: Lab, submission: Submission, *, points: float = 2.0, **more: Any) -> None:
    """The machine's result, with what it noticed; the written answer has its points."""
    job = grading.start_job(lab.session, submission=submission, now=lab.now)
    grading.record_result(lab.session, job_id=job.id, result=reply(job, points=points, **more), now=lab.now)
    lab.score(submission, "why", 3.0)


def look(lab: Lab, submission: Submission, note: str = "Harmless.") -> Review:
    result_id = submission_grade(lab.session, submission=submission).result_id
    assert result_id is not None
    review = reviews.mark_looked_at(
        lab.session, submission=submission, result_id=result_id, note=note, reviewer=lab.teacher.person, now=lab.now
    )
    lab.session.commit()
    return review


def release(lab: Lab, assignment: Assignment) -> int:
    released = feedback.release_feedback(lab.session, assignment=assignment, actor=lab.teacher.person, now=lab.now)
    lab.run()
    return released


def counts(lab: Lab, assignment: Assignment) -> dict[submission_lists.RowState, int]:
    found = submission_lists.submission_list(lab.session, assignment=assignment, page_size=10).counts
    return {state: count for state, count in found.items() if count}


@pytest.fixture
def flagged(lab: Lab, ada: Enrolment, assignment: Assignment) -> Submission:
    """Ada's work with all its points; the machine noticed something about it."""
    submission = lab.hand_in(ada, assignment)
    grade(lab, submission, **FLAG)
    return submission


def test_a_flagged_submission_waits_in_the_lists_until_somebody_has_looked(
    lab: Lab, flagged: Submission, assignment: Assignment
) -> None:
    before = counts(lab, assignment)
    waiting = submission_lists.submission_list(lab.session, assignment=assignment, state="needs_look", page_size=10)

    look(lab, flagged)

    assert before["needs_look"] == 1
    assert [row.submission for row in waiting.page.items] == [flagged]
    assert "needs_look" not in counts(lab, assignment)
    assert counts(lab, assignment)["complete"] == 1


def test_releasing_an_assignment_holds_the_flagged_ones_back(
    lab: Lab, ben: Enrolment, flagged: Submission, assignment: Assignment
) -> None:
    grade(lab, lab.hand_in(ben, assignment))

    first = release(lab, assignment)
    look(lab, flagged)

    assert (first, release(lab, assignment)) == (1, 1)
    assert lab.read(flagged.enrolment, PAGE) is not None


def test_one_flagged_submission_is_not_released_by_itself(lab: Lab, flagged: Submission) -> None:
    with pytest.raises(HomeroomError, match="asks for a person to look"):
        feedback.release_feedback(lab.session, submission=flagged, actor=None, now=lab.now)


def test_the_student_learns_only_that_a_person_is_still_looking(
    lab: Lab, ben: Enrolment, flagged: Submission, assignment: Assignment
) -> None:
    grade(lab, lab.hand_in(ben, assignment))
    [before] = attempts.own_attempts(lab.session, enrolment=flagged.enrolment, assignment=assignment)
    release(lab, assignment)

    [after] = attempts.own_attempts(lab.session, enrolment=flagged.enrolment, assignment=assignment)

    assert (before.held, before.grade) == (False, None)
    assert (after.held, after.grade) == (True, None)


def test_a_regrade_that_notices_something_holds_a_released_score_until_somebody_has_looked(
    lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    submission = lab.hand_in(ada, assignment)
    grade(lab, submission, points=1.0)
    release(lab, assignment)

    grade(lab, submission, points=2.0, **FLAG)
    lab.run()
    [item] = student_assignments.students_view(lab.session, enrolment=ada, now=lab.now)
    page = lab.read(ada, PAGE)
    with pytest.raises(NotFound, match="still looking"):
        attempts.released_grade(lab.session, submission=submission)
    look(lab, submission)
    lab.run()

    assert (item.state, item.score, item.returned) == ("handed_in", None, None)
    assert attempts.released_grade(lab.session, submission=submission).score == 5.0
    assert b"2 / 2" not in (page or b"")
    assert lab.read(ada, PAGE) != page


def test_grading_again_with_flags_opens_it_again_and_without_flags_does_not(
    lab: Lab, flagged: Submission, assignment: Assignment
) -> None:
    look(lab, flagged)

    grade(lab, flagged, **FLAG)
    again = counts(lab, assignment)
    grade(lab, flagged)

    assert again["needs_look"] == 1
    assert "needs_look" not in counts(lab, assignment)


def test_who_looked_first_stays_on_record(lab: Lab, flagged: Submission, session: Session) -> None:
    first = look(lab, flagged, "Asked Ada; it is her own.")
    when = first.looked_at
    lab.clock.forward(hours=1)

    second = look(lab, flagged, "Me too.")

    assert (second.note, second.looked_at, second.looked_by) == ("Asked Ada; it is her own.", when, lab.teacher.person)


def test_a_result_that_counts_no_more_cannot_be_marked(lab: Lab, flagged: Submission) -> None:
    seen = submission_grade(lab.session, submission=flagged).result_id
    assert seen is not None
    grade(lab, flagged, **FLAG)

    with pytest.raises(Conflict, match="graded again"):
        reviews.mark_looked_at(lab.session, submission=flagged, result_id=seen, note="", reviewer=lab.teacher.person, now=lab.now)


def test_the_gradebook_has_no_number_that_is_held_back(lab: Lab, flagged: Submission) -> None:
    held = grades.gradebook_csv(lab.session, course=lab.course).splitlines()[1]
    look(lab, flagged)

    assert held.endswith(",")
    assert grades.gradebook_csv(lab.session, course=lab.course).splitlines()[1].endswith(",5")


def test_flags_from_before_there_were_reviews_hold_what_its_student_has_not_seen(
    lab: Lab, ada: Enrolment, ben: Enrolment, assignment: Assignment
) -> None:
    noticed: dict[str, Any] = {"provenance": FLAG}
    waiting, seen = lab.hand_in(ada, assignment), lab.hand_in(ben, assignment)
    grade(lab, seen)
    release(lab, assignment)
    grade(lab, seen, **noticed)
    grade(lab, waiting, **noticed)
    lab.session.execute(text("DROP TABLE review"))
    lab.session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
    lab.session.execute(text("INSERT INTO alembic_version VALUES ('0001')"))
    lab.session.commit()

    migrations.upgrade(lab.settings.database, "0002")

    assert submission_grade(lab.session, submission=waiting).held
    assert not submission_grade(lab.session, submission=seen).held
