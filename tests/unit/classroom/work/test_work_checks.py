"""Checks of work before it is handed in: asked for, counted, answered once, and read without trust."""

from typing import Any

import pytest
from sqlalchemy import func, select

from classroom.errors import NotFound
from classroom.models import Assignment, CheckState, Enrolment, GradeJob, OutboxMessage, Submission, WorkCheck
from classroom.services import before_handing_in, check_answers, manifests, submissions, work_checks
from classroom.services.manifests import Manifest
from tests.support.work import SOURCE, Lab, answered

GOOD = {
    "status": "checked",
    "questions": [{"notebook": "growth.ipynb", "grade_id": "test_x", "state": "fails", "message": "AssertionError"}],
    "stumbles": [{"notebook": "growth.ipynb", "cell": 2, "message": "NameError: y"}],
    "remarks": [
        {"kind": "order", "notebook": "growth.ipynb", "message": "Out of order.", "cell": 3, "grade_id": "", "title": ""}
    ],
}


def work_of(lab: Lab, student: Enrolment, assignment: Assignment, data: bytes | None = None) -> Manifest:
    lab.write(student, "growth.ipynb", answered() if data is None else data)
    work = submissions.work_of(enrolment=student, assignment=assignment)
    return submissions.take(work, files=lab.files, homes=lab.homes, limits=lab.settings)


def ask(lab: Lab, student: Enrolment, assignment: Assignment, why: str = "Because.", **settings: int) -> WorkCheck:
    manifest = work_of(lab, student, assignment, answered(why=why))
    return work_checks.ask(
        lab.session,
        enrolment=student,
        assignment=assignment,
        manifest=manifest,
        settings=lab.settings.model_copy(update=settings),
        now=lab.now,
    )


def answer(lab: Lab, check: WorkCheck, reply: object = None) -> check_answers.CheckAnswer:
    work_checks.record(lab.session, check_id=check.id, reply=GOOD if reply is None else reply, now=lab.now)
    return check_answers.answer_of(check, now=lab.now)


def sent(lab: Lab) -> list[OutboxMessage]:
    return list(lab.session.scalars(select(OutboxMessage).where(OutboxMessage.task == "grader.check_work")))


def test_a_check_is_no_attempt_and_nothing_is_graded(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    check = ask(lab, ada, assignment)

    assert check.state is CheckState.queued
    for model in (Submission, GradeJob):
        assert lab.session.scalar(select(func.count()).select_from(model)) == 0


def test_its_job_goes_to_a_queue_of_its_own_and_names_what_students_were_given(
    lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    check = ask(lab, ada, assignment)

    (message,) = sent(lab)
    assert message.queue == "checks"
    assert message.arguments["check_id"] == check.id
    assert assignment.release
    assert message.arguments["released"] == assignment.release.release_files
    assert message.arguments["seconds"] == 120


def test_the_same_files_are_not_run_twice(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    first = ask(lab, ada, assignment)
    answer(lab, first)

    assert ask(lab, ada, assignment) is first
    assert len(sent(lab)) == 1


def test_a_new_version_of_the_assignment_is_checked_anew(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    first = ask(lab, ada, assignment)
    answer(lab, first)
    lab.release({**SOURCE, "data/cells.csv": b"changed"})

    assert ask(lab, ada, assignment) is not first


def test_what_failed_on_our_side_can_be_asked_again(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    first = ask(lab, ada, assignment)
    found = answer(lab, first, {"status": "our_fault", "reason": "no sandbox on host-7"})

    assert found.state == "failed"
    assert "host-7" not in found.sentence
    assert ask(lab, ada, assignment) is not first


def test_one_check_at_a_time(lab: Lab, ada: Enrolment, ben: Enrolment, assignment: Assignment) -> None:
    check = ask(lab, ada, assignment)

    assert ask(lab, ada, assignment) is check, "two tabs with the same files"
    with pytest.raises(work_checks.TooManyChecks, match="still running"):
        ask(lab, ada, assignment, why="Something else.")
    ask(lab, ben, assignment)  # others are not held up


def test_a_check_whose_answer_got_lost_stops_nobody(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lost = ask(lab, ada, assignment)
    lab.clock.forward(minutes=6)

    assert check_answers.answer_of(lost, now=lab.now).state == "lost"
    again = ask(lab, ada, assignment)

    assert again is not lost
    assert check_answers.answer_of(lost, now=lab.now).state == "lost"


def test_a_late_answer_to_a_check_that_was_given_up_is_kept(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lost = ask(lab, ada, assignment)
    lab.clock.forward(minutes=6)
    ask(lab, ada, assignment)

    assert answer(lab, lost).state == "checked"


def test_checks_are_counted_for_a_person_and_the_count_passes_with_time(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    for number in range(3):
        answer(lab, ask(lab, ada, assignment, why=f"Because {number}.", checks_at_most=3))
        lab.clock.forward(minutes=1)

    with pytest.raises(work_checks.TooManyChecks, match=r"3 times within ten minutes\. Check again in 7 min"):
        ask(lab, ada, assignment, why="Once more.", checks_at_most=3)
    lab.clock.forward(minutes=8)
    assert ask(lab, ada, assignment, why="Once more.", checks_at_most=3).state is CheckState.queued


def test_an_answer_reads_the_same_everywhere_and_never_without_the_word_about_hidden_tests(
    lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    found = answer(lab, ask(lab, ada, assignment))

    assert (found.state, found.sentence) == ("checked", "0 of 1 tests that you can see pass.")
    assert [(question.grade_id, question.state, question.message) for question in found.questions] == [
        ("test_x", "fails", "AssertionError")
    ]
    assert [(place.cell, place.message) for place in (*found.stumbles, *found.remarks)] == [
        (2, "NameError: y"),
        (3, "Out of order."),
    ]
    assert "hidden tests" in found.about_hidden_tests


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("passes", "All tests that you can see pass."),
        ("partial", "No test that you can see fails."),
        ("fails", "0 of 1 tests that you can see pass."),
        ("unseen", "Your notebook was run. It has no test that you can see."),
    ],
)
def test_the_sentence_never_promises_more_than_the_visible_tests_say(
    state: str, sentence: str, lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    question = {"notebook": "growth.ipynb", "grade_id": "test_x", "state": state, "message": ""}

    assert answer(lab, ask(lab, ada, assignment), {"status": "checked", "questions": [question]}).sentence == sentence


def test_progress_is_kept_until_there_is_an_answer(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    check = ask(lab, ada, assignment)

    work_checks.note_progress(lab.session, check_id=check.id, cells_done=2, cells_total=5)
    waiting = check_answers.answer_of(check, now=lab.now)
    answer(lab, check)
    work_checks.note_progress(lab.session, check_id=check.id, cells_done=3, cells_total=5)

    assert (waiting.state, waiting.cells_done, waiting.cells_total) == ("waiting", 2, 5)
    assert (check.state, check.cells_done) == (CheckState.done, 2)


def test_a_second_answer_and_one_nobody_asked_for_change_nothing(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    check = ask(lab, ada, assignment)
    answer(lab, check)

    assert not work_checks.record(lab.session, check_id=check.id, reply={"status": "unusable"}, now=lab.now)
    assert not work_checks.record(lab.session, check_id=999, reply=GOOD, now=lab.now)
    assert check.reply["status"] == "checked"


@pytest.mark.parametrize(
    "nonsense",
    [
        3,
        [],
        {"status": 7},
        {"status": "checked", "questions": 3, "remarks": {"a": 1}, "stumbles": "x"},
        {"status": "checked", "questions": [3, {"state": ["x"]}, {"state": "passes", "grade_id": ["x"], "notebook": {}}]},
        {"status": "checked", "stumbles": [{"cell": "7", "message": 3, "notebook": None}], "remarks": [{"kind": ["x"]}]},
    ],
)
def test_an_answer_without_sense_harms_nothing(nonsense: Any, lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    found = answer(lab, ask(lab, ada, assignment), nonsense)

    assert found.state in {"checked", "failed"}
    assert found.questions == ()


def test_only_questions_of_the_assignment_are_told_and_texts_have_an_end(
    lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    question = {"notebook": "growth.ipynb", "grade_id": "test_x", "state": "fails", "message": "x" * 50_000}
    found = answer(
        lab, ask(lab, ada, assignment), {"status": "checked", "questions": [question, {**question, "grade_id": "mine"}]}
    )

    assert [(told.grade_id, len(told.message)) for told in found.questions] == [("test_x", 2_000)]


def test_another_students_check_and_one_of_another_assignment_do_not_exist(
    lab: Lab, ada: Enrolment, ben: Enrolment, assignment: Assignment
) -> None:
    check, other = ask(lab, ada, assignment), lab.publish(slug="decay", title="Decay")

    for enrolment, where in ((ben, assignment), (ada, other)):
        with pytest.raises(NotFound):
            work_checks.own_check(lab.session, enrolment=enrolment, assignment=where, check_id=check.id)


def test_old_checks_are_forgotten(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    answer(lab, ask(lab, ada, assignment))

    work_checks.forget(lab.session, before=lab.now)
    assert work_checks.latest(lab.session, enrolment=ada, assignment=assignment)
    work_checks.forget(lab.session, before=lab.clock.forward(seconds=1))

    assert work_checks.latest(lab.session, enrolment=ada, assignment=assignment) is None


def test_before_handing_in_the_files_themselves_tell_what_is_missing(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    finished = work_of(lab, ada, assignment)
    deleted = work_of(lab, ada, assignment, SOURCE["growth.ipynb"].replace(b'"why"', b'"other"'))

    assert before_handing_in.remarks(assignment, finished, files=lab.files) == []
    assert "gone" in before_handing_in.remarks(assignment, deleted, files=lab.files)[-1].message


def test_before_handing_in_the_last_check_of_the_very_same_files_counts(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    manifest = work_of(lab, ada, assignment, answered(why="Because."))
    answer(lab, ask(lab, ada, assignment))

    def told(files: Manifest) -> list[str]:
        found = before_handing_in.of_last_check(lab.session, enrolment=ada, assignment=assignment, manifest=files)
        return [place.message for place in found]

    assert told(manifest) == ["It does not run from the top: NameError: y", "A test that you can see fails."]
    assert told(manifests.list_files({"growth.ipynb": b"changed since"})) == []
