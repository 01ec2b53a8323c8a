import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from classroom.db import SessionMaker
from classroom.errors import HomeroomError, TooLarge
from classroom.models import Assignment, Enrolment, GradeJob, OutboxMessage, Submission, Trigger
from classroom.services import manifests, submissions
from tests.support.work import Lab, answered, source_notebook


def count(session: Session, table: type[Submission | GradeJob]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_what_is_handed_in_is_kept_as_it_was(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    submission = lab.hand_in(ada, assignment, answered("2"))
    lab.write(ada, "growth.ipynb", answered("3"))

    assert manifests.load(lab.files, submission.files)["growth.ipynb"] == answered("2")
    assert (submission.attempt, submission.late, submission.trigger) == (1, False, Trigger.student)


def test_handing_in_leaves_one_job_for_the_graders(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lab.hand_in(ada, assignment)

    [message] = lab.session.scalars(select(OutboxMessage).where(OutboxMessage.task == "grader.grade"))

    assert message.queue == "grading"
    assert [file["path"] for file in message.arguments["job"]["submission"]] == ["growth.ipynb"]


def test_the_same_files_again_are_the_same_attempt(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    first = lab.hand_in(ada, assignment)

    second = lab.hand_in(ada, assignment)

    assert second.id == first.id
    assert count(lab.session, GradeJob) == 1


def test_changed_files_are_the_next_attempt_even_back_to_an_earlier_state(
    lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    attempts = [lab.hand_in(ada, assignment, answered(value)).attempt for value in ("1", "2", "1")]

    assert attempts == [1, 2, 3]


def test_feedback_hidden_files_and_caches_are_not_handed_in(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    for path in ("feedback/attempt-1/growth.html", ".ipynb_checkpoints/growth-checkpoint.ipynb", ".secret", "__pycache__/a.pyc"):
        lab.write(ada, path, b"x")
    lab.write(ada, "notes/own.txt", b"mine")

    submission = lab.hand_in(ada, assignment)

    assert [file["path"] for file in submission.files] == ["growth.ipynb", "notes/own.txt"]


def test_a_missing_notebook_is_refused_with_what_to_do(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lab.write(ada, "copy.ipynb", answered())

    with pytest.raises(HomeroomError, match=r"growth\.ipynb is not in the folder bio1/growth\. It holds copy\.ipynb"):
        lab.submit(ada, assignment)


def test_late_work_is_marked_or_refused_as_the_assignment_says(
    lab: Lab, ada: Enrolment, ben: Enrolment, assignment: Assignment
) -> None:
    lab.clock.forward(days=8)
    late = lab.hand_in(ada, assignment)
    assignment.accepts_late = False
    lab.session.commit()

    assert late.late
    with pytest.raises(HomeroomError, match="takes no late work"):
        lab.hand_in(ben, assignment)


def test_what_is_not_open_takes_nothing(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    assignment.opens_at = lab.now + timedelta(hours=1)

    with pytest.raises(HomeroomError, match="not open yet"):
        lab.hand_in(ada, assignment)


def test_a_folder_over_the_limit_is_refused_with_the_limit(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lab.write(ada, "growth.ipynb", answered())
    small = lab.settings.model_copy(update={"submission_limit": 100})

    hand_in = submissions.prepare(lab.session, enrolment=ada, assignment=assignment, now=lab.now)

    with pytest.raises(TooLarge, match="100 bytes"):
        submissions.take(hand_in, files=lab.files, homes=lab.homes, limits=small)


def test_ten_tabs_pressing_at_once_make_one_attempt(
    lab: Lab, ada: Enrolment, assignment: Assignment, sessions: SessionMaker
) -> None:
    lab.write(ada, "growth.ipynb", answered())
    hand_in = submissions.prepare(lab.session, enrolment=ada, assignment=assignment, now=lab.now)
    lab.session.commit()
    numbers: list[int] = []
    together = threading.Barrier(10)

    def press() -> None:
        together.wait()
        manifest = submissions.take(hand_in, files=lab.files, homes=lab.homes, limits=lab.settings)
        with sessions.begin() as session:
            submission = submissions.record(
                session,
                enrolment=session.get_one(Enrolment, ada.id),
                assignment=session.get_one(Assignment, assignment.id),
                manifest=manifest,
                trigger=Trigger.student,
                now=lab.now,
            )
            numbers.append(submission.attempt)

    tabs = [threading.Thread(target=press) for _ in range(10)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()

    assert numbers == [1] * 10
    assert (count(lab.session, Submission), count(lab.session, GradeJob)) == (1, 1)


def test_an_attempt_whose_number_was_taken_meanwhile_gets_the_next(
    lab: Lab, ada: Enrolment, assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = lab.hand_in(ada, assignment, answered("1"))
    lab.write(ada, "growth.ipynb", answered("2"))
    real = submissions.latest
    seen: list[Submission | None] = [None]  # what a transaction sees that began before the first attempt was written

    def stale(session: Session, *, enrolment: Enrolment, assignment: Assignment) -> Submission | None:
        return seen.pop() if seen else real(session, enrolment=enrolment, assignment=assignment)

    monkeypatch.setattr(submissions, "latest", stale)

    second = lab.submit(ada, assignment)

    assert (first.attempt, second.attempt) == (1, 2)


def test_a_notebook_from_before_a_new_release_can_still_be_handed_in(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lab.release({"growth.ipynb": source_notebook("Newer")})

    submission = lab.hand_in(ada, assignment)

    assert submission.release_id == assignment.release_id
