"""Asking for a second look at points: who may, how long, and what comes of it."""

import pytest
from sqlalchemy import select

from classroom.errors import Conflict, HomeroomError, NotFound
from classroom.models import Assignment, Enrolment, Notification, NotificationKind, RegradeRequest, RegradeState, Submission
from classroom.services import feedback, regrade_requests
from tests.support.work import Lab, answered


@pytest.fixture
def returned(lab: Lab, ada: Enrolment, assignment: Assignment) -> Submission:
    """Ada's work, with its scores released."""
    submission = lab.hand_in(ada, assignment)
    lab.grade(submission, by_hand=1.0)
    feedback.release_feedback(lab.session, submission=submission, actor=None, now=lab.now)
    lab.session.commit()
    return submission


def ask(lab: Lab, submission: Submission, grade_id: str = "why", reason: str = "Look at the second line.") -> RegradeRequest:
    asked = regrade_requests.ask(
        lab.session,
        submission=submission,
        notebook="growth.ipynb" if grade_id else "",
        grade_id=grade_id,
        reason=reason,
        now=lab.now,
    )
    lab.session.commit()
    return asked


def answer(lab: Lab, request: RegradeRequest, words: str = "You are right.", *, is_changed: bool = True) -> None:
    regrade_requests.answer(
        lab.session, request=request, is_changed=is_changed, words=words, actor=lab.teacher.person, now=lab.now
    )
    lab.session.commit()


def regrade(lab: Lab, request: RegradeRequest) -> None:
    lab.clock.forward(minutes=1)
    lab.score(request.submission, request.grade_id or "why", 2.5)


def test_points_are_not_said_to_be_changed_that_nobody_has_changed(lab: Lab, returned: Submission) -> None:
    request = ask(lab, returned)
    with pytest.raises(HomeroomError, match="Nobody has given points"):
        answer(lab, request)
    assert regrade_requests.requests_about(lab.session, submission=returned)[0].answered_at is None

    regrade(lab, request)
    answer(lab, request)
    assert request.state is RegradeState.changed


def test_a_question_is_asked_in_its_own_words_and_answered(lab: Lab, returned: Submission) -> None:
    request = ask(lab, returned)
    regrade(lab, request)
    answer(lab, request)

    assert (request.state, request.answer) == (RegradeState.changed, "You are right.")
    kinds = lab.session.scalars(select(Notification.kind).where(Notification.person_id == returned.enrolment.person_id))
    assert list(kinds) == [NotificationKind.feedback_returned, NotificationKind.regrade_answered]


def test_before_the_release_there_is_nothing_to_ask_about(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    submission = lab.hand_in(ada, assignment)
    lab.grade(submission)

    with pytest.raises(NotFound, match="not released"):
        ask(lab, submission)


def test_asking_ends_some_days_after_the_release(lab: Lab, returned: Submission) -> None:
    lab.clock.forward(days=7)
    ask(lab, returned, "")
    lab.clock.forward(minutes=1)

    with pytest.raises(HomeroomError, match="has passed"):
        ask(lab, returned)


def test_no_days_mean_that_nobody_asks(lab: Lab, assignment: Assignment, returned: Submission) -> None:
    regrade_requests.set_asking(lab.session, assignment=assignment, days=0, shows_scheme=False)

    with pytest.raises(HomeroomError):
        ask(lab, returned)


@pytest.mark.parametrize("days", [None, -1, 366])
def test_a_window_has_a_sensible_length(lab: Lab, assignment: Assignment, days: int | None) -> None:
    with pytest.raises(HomeroomError, match="from 0 to 365"):
        regrade_requests.set_asking(lab.session, assignment=assignment, days=days, shows_scheme=False)


def test_one_is_open_at_a_time_and_each_question_is_asked_once(lab: Lab, returned: Submission) -> None:
    first = ask(lab, returned)
    with pytest.raises(Conflict, match="Wait for the answer"):
        ask(lab, returned, "test_x")
    regrade(lab, first)
    answer(lab, first)
    with pytest.raises(Conflict, match="have an answer"):
        ask(lab, returned)

    assert ask(lab, returned, "test_x").state is RegradeState.open


def test_a_withdrawn_question_may_be_asked_again(lab: Lab, returned: Submission) -> None:
    regrade_requests.withdraw(ask(lab, returned), now=lab.now)
    lab.session.commit()

    again = ask(lab, returned)

    assert again.state is RegradeState.open
    regrade(lab, again)
    answer(lab, again)
    with pytest.raises(Conflict, match="in the meantime"):
        regrade_requests.withdraw(again, now=lab.now)


def test_points_that_stay_need_a_word(lab: Lab, returned: Submission) -> None:
    with pytest.raises(HomeroomError, match="Say why"):
        answer(lab, ask(lab, returned), "", is_changed=False)


@pytest.mark.parametrize(("reason", "sentence"), [("", "Give a reason"), ("x" * 2001, "at most 2,000")])
def test_a_reason_is_needed_and_bounded(lab: Lab, returned: Submission, reason: str, sentence: str) -> None:
    with pytest.raises(HomeroomError, match=sentence):
        ask(lab, returned, reason=reason)


def test_only_questions_of_the_attempt_are_asked_about(lab: Lab, returned: Submission) -> None:
    with pytest.raises(NotFound):
        ask(lab, returned, "no-such-question")


def test_another_attempt_has_questions_of_its_own(lab: Lab, ada: Enrolment, assignment: Assignment, returned: Submission) -> None:
    ask(lab, returned)
    second = lab.hand_in(ada, assignment, answered("2", why="Because."))
    lab.grade(second)
    feedback.release_feedback(lab.session, submission=second, actor=None, now=lab.now)

    assert ask(lab, second).submission_id == second.id
