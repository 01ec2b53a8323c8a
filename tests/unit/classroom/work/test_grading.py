from typing import Any

import pytest
from sqlalchemy import func, select

from classroom.errors import HomeroomError, NotFound
from classroom.models import Assignment, Enrolment, GradeJob, JobState, OutboxMessage, Result, ResultStatus, Submission
from classroom.services import grading
from classroom.services.submission_grades import submission_grade
from grader import jobs
from tests.support.work import Lab, answered, reply, source_notebook


@pytest.fixture
def submission(lab: Lab, ada: Enrolment, assignment: Assignment) -> Submission:
    return lab.hand_in(ada, assignment)


@pytest.fixture
def job(lab: Lab, submission: Submission) -> GradeJob:
    return lab.session.scalars(select(GradeJob)).one()


def messages(lab: Lab) -> int:
    return lab.session.scalar(select(func.count()).where(OutboxMessage.task == "grader.grade")) or 0


def record(lab: Lab, job: GradeJob, result: dict[str, Any]) -> bool:
    recorded = grading.record_result(lab.session, job_id=job.id, result=result, now=lab.now)
    lab.session.commit()
    return recorded


def test_the_message_is_a_job_the_grader_can_read(job: GradeJob, assignment: Assignment) -> None:
    message = jobs.GradeJob.from_json(grading.job_message(job))

    assert message.job_id == job.id
    assert [file.path for file in message.source] == ["data/cells.csv", "growth.ipynb"]
    assert [file.path for file in message.submission] == ["growth.ipynb"]


def test_limits_of_the_assignment_travel_with_the_job(job: GradeJob, assignment: Assignment) -> None:
    assignment.limits = {"cell_seconds": 90}

    assert jobs.GradeJob.from_json(grading.job_message(job)).limits == jobs.Limits(cell_seconds=90)


def test_a_second_start_returns_the_job_on_its_way(lab: Lab, job: GradeJob, submission: Submission) -> None:
    assert grading.start_job(lab.session, submission=submission, now=lab.now).id == job.id


def test_a_result_gives_points_and_leaves_the_rest_to_a_person(lab: Lab, job: GradeJob, submission: Submission) -> None:
    record(lab, job, reply(job))

    grade = submission_grade(lab.session, submission=submission)

    assert [(q.grade_id, q.points, q.max_points, q.status) for q in grade.questions] == [
        ("test_x", 2.0, 2.0, "passed"),
        ("why", None, 3.0, "manual"),
    ]
    assert (grade.score, grade.max_score, grade.state) == (2.0, 5.0, "needs_person")


def test_a_second_reply_is_ignored(lab: Lab, job: GradeJob, submission: Submission) -> None:
    record(lab, job, reply(job, points=1.0))

    assert record(lab, job, reply(job, points=2.0)) is False
    assert submission_grade(lab.session, submission=submission).score == 1.0


def test_a_reply_to_no_job_of_ours_is_ignored(lab: Lab) -> None:
    assert grading.record_result(lab.session, job_id="nothing", result={}, now=lab.now) is False


@pytest.mark.parametrize(("points", "kept"), [(99.0, 2.0), (-5.0, 0.0), (0.5, 0.5)])
def test_points_stay_between_none_and_all(lab: Lab, job: GradeJob, submission: Submission, points: float, kept: float) -> None:
    record(lab, job, reply(job, points=points))

    assert submission_grade(lab.session, submission=submission).questions[0].points == kept


def test_questions_that_the_release_does_not_have_give_nothing(lab: Lab, job: GradeJob, submission: Submission) -> None:
    result = reply(job)
    result["cells"].append({"notebook": "growth.ipynb", "grade_id": "bonus", "points": 50, "max_points": 50, "status": "passed"})

    record(lab, job, result)

    assert submission_grade(lab.session, submission=submission).score == 2.0


def test_a_question_the_worker_forgot_is_left_to_a_person(lab: Lab, job: GradeJob, submission: Submission) -> None:
    result = reply(job)
    result["cells"] = []

    record(lab, job, result)

    assert [q.points for q in submission_grade(lab.session, submission=submission).questions] == [None, None]


@pytest.mark.parametrize(
    "change",
    [
        {"status": "perfect"},
        {"cells": [{"points": 2}]},
        {"cells": "x"},
        {"job_id": "another"},
        {"executed": [{"path": 1}]},
        {
            "cells": [
                {"notebook": "growth.ipynb", "grade_id": "test_x", "points": float("nan"), "max_points": 2, "status": "passed"}
            ]
        },
        {"cells": [{"notebook": "growth.ipynb", "grade_id": "test_x", "points": "2", "max_points": 2, "status": "passed"}]},
    ],
)
def test_a_reply_that_makes_no_sense_is_tried_again_and_then_our_fault(
    lab: Lab, job: GradeJob, submission: Submission, change: dict[str, Any]
) -> None:
    for _ in range(3):
        record(lab, job, reply(job) | change)

    grade = submission_grade(lab.session, submission=submission)
    assert (messages(lab), job.state) == (3, JobState.done)
    assert (grade.status, grade.state) == (ResultStatus.grader_error, "needs_person")
    assert all(question.points is None for question in grade.questions)


def test_an_ungradable_submission_waits_for_a_person_and_is_no_zero(lab: Lab, job: GradeJob, submission: Submission) -> None:
    record(lab, job, reply(job, status="ungradable", student_reason="The file is damaged."))

    grade = submission_grade(lab.session, submission=submission)

    assert (grade.status, grade.state, grade.student_reason) == (ResultStatus.ungradable, "needs_person", "The file is damaged.")


def test_a_person_can_complete_what_the_machine_could_not_grade(lab: Lab, job: GradeJob, submission: Submission) -> None:
    record(lab, job, reply(job, status="ungradable"))

    lab.score(submission, "test_x", 1.5)
    lab.score(submission, "why", 2.0)

    grade = submission_grade(lab.session, submission=submission)
    assert (grade.score, grade.state) == (3.5, "complete")


class TestLostJobs:
    """Workers that fall silent, messages that get lost."""

    def requeue(self, lab: Lab, *, queue_is_empty: bool = True, **span: float) -> int:
        done = grading.requeue_stale(
            lab.session, settings=lab.settings, queue_is_empty=queue_is_empty, now=lab.clock.forward(**span)
        )
        lab.session.commit()
        return done

    def sent(self, lab: Lab) -> None:
        for message in lab.session.scalars(select(OutboxMessage)):
            message.sent_at = lab.now
        lab.session.commit()

    def test_a_silent_worker_s_job_is_sent_again(self, lab: Lab, job: GradeJob) -> None:
        grading.note_progress(lab.session, job_id=job.id, cells_done=1, cells_total=4, now=lab.now)

        assert self.requeue(lab, seconds=31) == 1
        assert (job.state, job.tries, messages(lab)) == (JobState.queued, 2, 2)

    def test_a_worker_that_gives_signs_of_life_keeps_its_job(self, lab: Lab, job: GradeJob) -> None:
        grading.note_progress(lab.session, job_id=job.id, cells_done=1, cells_total=4, now=lab.clock.forward(seconds=20))

        assert self.requeue(lab, seconds=20) == 0
        assert (job.state, job.cells_done, job.cells_total) == (JobState.running, 1, 4)

    def test_a_job_that_only_waits_its_turn_is_left_alone(self, lab: Lab, job: GradeJob) -> None:
        self.sent(lab)

        assert self.requeue(lab, queue_is_empty=False, minutes=30) == 0

    def test_a_job_whose_message_was_lost_is_sent_again(self, lab: Lab, job: GradeJob) -> None:
        self.sent(lab)

        assert self.requeue(lab, seconds=31) == 1

    def test_a_job_whose_message_never_left_is_not_lost(self, lab: Lab, job: GradeJob) -> None:
        assert self.requeue(lab, minutes=30) == 0
        assert job.tries == 1

    def test_a_job_that_kills_its_workers_ends_as_our_fault(self, lab: Lab, job: GradeJob, submission: Submission) -> None:
        for _ in range(3):
            grading.note_progress(lab.session, job_id=job.id, cells_done=0, cells_total=4, now=lab.now)
            self.requeue(lab, seconds=31)

        grade = submission_grade(lab.session, submission=submission)
        assert (grade.status, messages(lab)) == (ResultStatus.grader_error, 3)
        assert "fell silent" in grade.staff_reason


def test_a_sign_of_life_after_the_end_changes_nothing(lab: Lab, job: GradeJob) -> None:
    record(lab, job, reply(job))

    grading.note_progress(lab.session, job_id=job.id, cells_done=1, cells_total=9, now=lab.now)

    assert (job.state, job.cells_total) == (JobState.done, 0)


def test_a_regrade_runs_everybodys_newest_attempt_against_the_new_release(
    lab: Lab, ada: Enrolment, ben: Enrolment, assignment: Assignment
) -> None:
    lab.grade(lab.hand_in(ada, assignment, answered("1")))
    newest = lab.hand_in(ada, assignment, answered("2"))
    lab.grade(newest)
    lab.grade(lab.hand_in(ben, assignment))
    release = lab.release({"growth.ipynb": source_notebook("Corrected")})

    started = grading.regrade(lab.session, assignment=assignment, actor=lab.teacher.person, now=lab.now)
    again = grading.regrade(lab.session, assignment=assignment, actor=lab.teacher.person, now=lab.now)

    assert (started, again) == (2, 0)
    live = lab.session.scalars(select(GradeJob).where(GradeJob.state != JobState.done)).all()
    assert {job.release_id for job in live} == {release.id}
    assert newest.id in {job.submission_id for job in live}


def test_a_regrade_keeps_what_a_person_gave_and_a_failed_one_takes_nothing(
    lab: Lab, submission: Submission, assignment: Assignment
) -> None:
    lab.grade(submission, points=1.0, by_hand=3.0)
    grading.regrade(lab.session, assignment=assignment, actor=None, now=lab.now)
    job = grading.start_job(lab.session, submission=submission, now=lab.now)

    record(lab, job, reply(job, status="ungradable"))

    assert submission_grade(lab.session, submission=submission).score == 4.0
    assert lab.session.scalar(select(func.count()).select_from(Result)) == 2


def test_the_newest_points_by_hand_count_and_none_gives_the_machine_its_say_back(lab: Lab, submission: Submission) -> None:
    lab.grade(submission, points=2.0, by_hand=1.0)
    lab.score(submission, "test_x", 0.5)
    lab.score(submission, "why", 2.5, "Better on second reading.")
    lab.score(submission, "test_x", None, "The tests were right.")

    tests, why = submission_grade(lab.session, submission=submission).questions

    assert (tests.points, tests.comment) == (2.0, "The tests were right.")
    assert (why.points, why.comment) == (2.5, "Better on second reading.")


@pytest.mark.parametrize("points", [-0.5, 3.5, float("nan"), float("inf")])
def test_points_by_hand_stay_in_range(lab: Lab, submission: Submission, points: float) -> None:
    lab.grade(submission)

    with pytest.raises(HomeroomError, match="from 0 to 3"):
        lab.score(submission, "why", points)


def test_an_unknown_question_cannot_be_scored(lab: Lab, submission: Submission) -> None:
    with pytest.raises(NotFound):
        lab.score(submission, "bonus", 1.0)


@pytest.mark.parametrize(
    ("shown", "message"), [("nothing", ""), ("message", "Not equal."), ("test", "Not equal.\n\nThe test:\nassert f(1) == 1")]
)
def test_a_message_is_narrowed_to_what_the_assignment_shows_now(
    shown: str, message: str, lab: Lab, job: GradeJob, submission: Submission, assignment: Assignment
) -> None:
    result = reply(job, points=0.0)
    result["cells"][0] |= {"status": "failed", "student_message": "Not equal.\n\nThe test:\nassert f(1) == 1"}
    record(lab, job, result)
    assignment.shown = shown

    assert submission_grade(lab.session, submission=submission).questions[0].message == message
    assert jobs.GradeJob.from_json(grading.job_message(job)).shown == shown
