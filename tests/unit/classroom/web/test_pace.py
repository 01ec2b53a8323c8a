"""Look and Submit are bounded for each person, and never in the way of a deadline."""

import pytest

from classroom.models import Assignment, Enrolment
from classroom.web.study.pace import AT_MOST
from tests.support.pages import PageClient, SignIn, text_of
from tests.support.work import Lab, answered

GROWTH = "/courses/bio1/a/growth/"


@pytest.fixture
def browser(sign_in: SignIn, lab: Lab, ada: Enrolment, assignment: Assignment) -> PageClient:
    """Ada's, with work of hers in her folder."""
    lab.run()
    lab.write(ada, "growth.ipynb", answered())
    return sign_in(ada)


def test_a_hammer_is_told_to_wait(browser: PageClient, lab: Lab) -> None:
    lab.session.commit()

    answers = [browser.post(f"{GROWTH}submit") for _ in range(AT_MOST + 1)]

    assert [answer.status_code for answer in answers] == [302] * AT_MOST + [429]
    assert "Wait 20 seconds" in text_of(answers[-1])


def test_in_the_minute_before_the_deadline_everybody_can_hand_in(browser: PageClient, lab: Lab, assignment: Assignment) -> None:
    assert assignment.due_at is not None
    lab.clock.forward(seconds=(assignment.due_at - lab.now).total_seconds() - 30)
    lab.session.commit()

    assert {browser.post(f"{GROWTH}submit").status_code for _ in range(AT_MOST + 2)} == {302}
