"""What students do: see what is due, hand in, read what came back."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from classroom.db import SessionMaker
from classroom.models import Assignment, Enrolment, Person
from classroom.services import feedback, grading
from classroom.web.context import Parts
from hub_bridge.homes import HomeFile, Homes
from tests.support.pages import PageClient, SignIn, soup_of, text_of
from tests.support.work import Clock, Lab, answered, reply

CountQueries = Callable[[], AbstractContextManager[list[str]]]

GROWTH = "/courses/bio1/a/growth/"


@pytest.fixture
def browser(sign_in: SignIn, ada: Enrolment, assignment: Assignment) -> PageClient:
    """Ada's, who has the assignment to do."""
    return sign_in(ada)


def release_scores(lab: Lab, assignment: Assignment) -> None:
    feedback.release_feedback(lab.session, assignment=assignment, actor=None, now=lab.now)
    lab.session.commit()


def queries_for(browser: PageClient, address: str, count_queries: CountQueries) -> int:
    with count_queries() as queries:
        browser.get(address)
    return len(queries)


def test_the_start_page_lists_courses_and_what_is_due(browser: PageClient) -> None:
    text = text_of(browser.get("/"))

    assert "What is due Growth Biology 1 Due Mon 14 Sep 2026, 10:00 (UTC) Not opened yet To do Open" in text


def test_somebody_in_no_course_is_told_what_that_means(sign_in: SignIn, lab: Lab, ada: Enrolment) -> None:
    lab.session.delete(ada)
    lab.session.commit()

    assert "You are in no course yet" in text_of(sign_in(ada.person).get("/"))


def test_a_course_without_assignments_says_so(sign_in: SignIn, ada: Enrolment) -> None:
    assert "Nothing is set yet" in text_of(sign_in(ada).get("/courses/bio1/"))


def test_an_assignment_that_opens_later_is_announced_without_a_link(
    browser: PageClient, lab: Lab, assignment: Assignment, clock: Clock
) -> None:
    assignment.opens_at = clock.time.replace(day=8)
    lab.session.commit()

    page = browser.get("/courses/bio1/")

    assert "Opens later" in text_of(page)
    assert not soup_of(page).find("a", href=f"/portal{GROWTH}")
    assert browser.get(GROWTH).status_code == 404


@pytest.mark.parametrize(("days", "state"), [(0, "To do"), (6, "Due soon"), (8, "Overdue")])
def test_the_state_of_an_assignment_changes_as_time_passes(browser: PageClient, lab: Lab, days: int, state: str) -> None:
    lab.clock.forward(days=days)

    assert f"Not opened yet {state}" in text_of(browser.get("/courses/bio1/"))


def test_an_assignment_that_takes_no_late_work_is_closed_when_it_was_due(
    browser: PageClient, lab: Lab, assignment: Assignment
) -> None:
    assignment.accepts_late = False
    lab.session.commit()
    lab.clock.forward(days=8)

    page = browser.get(GROWTH)

    assert "Closed" in text_of(page)
    assert "takes no more work" in text_of(page)
    assert browser.post(f"{GROWTH}submit").status_code == 400


def test_handing_in_gives_a_receipt_with_time_files_and_digest(browser: PageClient, lab: Lab, ada: Enrolment) -> None:
    lab.write(ada, "growth.ipynb", answered())

    answer = browser.post(f"{GROWTH}submit")
    receipt = text_of(browser.get(answer.location))

    assert "Handed in: attempt 1" in receipt
    assert "Ada" in receipt
    assert "2026-09-07T10:00:00Z" in receipt
    assert "growth.ipynb" in receipt
    assert len([word for word in receipt.split() if len(word) == 64]) == 2


def test_handing_in_the_same_files_again_is_the_same_attempt(browser: PageClient, lab: Lab, ada: Enrolment) -> None:
    lab.write(ada, "growth.ipynb", answered())

    first, second = (browser.post(f"{GROWTH}submit").location for _ in range(2))

    assert first == second
    assert "Nothing has changed since your last attempt" in text_of(browser.get(second))


def test_while_the_home_is_read_others_may_write(
    app: Flask, browser: PageClient, lab: Lab, ada: Enrolment, sessions: SessionMaker
) -> None:
    lab.write(ada, "growth.ipynb", answered())
    parts: Parts = app.extensions["homeroom"]
    wrote: list[str] = []

    class SlowHomes(Homes):
        def tree(self, *arguments: Any, **options: Any) -> list[HomeFile]:
            with sessions.begin() as other:
                other.execute(update(Person).values(display_name="Ada L."))
            wrote.append("meanwhile")
            return super().tree(*arguments, **options)

    app.extensions["homeroom"] = replace(parts, homes=SlowHomes(parts.homes.root))

    answer = browser.post(f"{GROWTH}submit")

    assert wrote == ["meanwhile"]
    assert "Handed in: attempt 1" in text_of(browser.get(answer.location))


def test_handing_in_nothing_says_what_to_do(browser: PageClient) -> None:
    answer = browser.post(f"{GROWTH}submit")

    assert answer.status_code == 400
    assert "growth.ipynb is not in the folder bio1/growth" in text_of(answer)


def test_a_form_that_is_too_old_says_so_and_takes_nothing(browser: PageClient, lab: Lab, ada: Enrolment) -> None:
    lab.write(ada, "growth.ipynb", answered())

    answer = browser.post(f"{GROWTH}submit", token="from another session")

    assert answer.status_code == 400
    assert "form was too old" in text_of(answer)
    assert "Your attempts" not in text_of(browser.get(GROWTH))


def test_attempts_are_listed_with_their_receipts_and_no_score_before_the_release(
    browser: PageClient, lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    lab.grade(lab.hand_in(ada, assignment))

    page = browser.get(GROWTH)

    assert "Attempt 1" in text_of(page)
    assert "Not released yet" in text_of(page)
    assert "/ 5" not in text_of(page)


def test_scores_are_nowhere_before_they_are_released(
    browser: PageClient, lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    submission = lab.hand_in(ada, assignment)
    lab.grade(submission, comment="Well argued")

    answer = browser.get(f"{GROWTH}attempts/{submission.id}/feedback")

    assert answer.status_code == 404
    assert "not released yet" in text_of(answer)


def test_released_feedback_shows_points_and_comments_beside_the_own_cells(
    browser: PageClient, lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    submission = lab.hand_in(ada, assignment, answered(why="Because cells divide."))
    lab.grade(submission, comment="Well argued")
    release_scores(lab, assignment)

    page = browser.get(f"{GROWTH}attempts/{submission.id}/feedback")

    assert "5 / 5" in text_of(page)
    assert "Well argued" in text_of(page)
    cell = next(one for one in soup_of(page).select(".nb-cell") if "cells divide" in one.get_text())
    assert "Well argued" in cell.get_text()


def test_hostile_html_in_a_notebook_is_text_on_our_page(
    browser: PageClient, lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)><form action='/portal/sign-out'></form><h1>Homeroom</h1>"
    submission = lab.hand_in(ada, assignment, answered(why=hostile))
    lab.grade(submission, comment=hostile)
    release_scores(lab, assignment)

    page = browser.get(f"{GROWTH}attempts/{submission.id}/feedback")

    assert page.status_code == 200  # the client has looked for scripts, handlers and forms without a token
    assert not soup_of(page).select(".notebook form, .notebook script, .notebook [onerror]")


def test_the_score_shows_in_the_list_and_on_the_page_once_released(
    browser: PageClient, lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    lab.grade(lab.hand_in(ada, assignment), by_hand=1.5)
    release_scores(lab, assignment)

    assert "Graded 3.5 / 5 See feedback" in text_of(browser.get("/courses/bio1/"))
    assert "3.5 / 5" in text_of(browser.get(GROWTH))


def test_a_score_that_is_held_is_replaced_by_neutral_words_and_nothing_of_the_evidence(
    browser: PageClient, lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    submission = lab.hand_in(ada, assignment)
    lab.grade(submission)
    release_scores(lab, assignment)
    job = grading.start_job(lab.session, submission=submission, now=lab.now)
    noticed: dict[str, Any] = {
        "needs_review": ["PLANTED reason"],
        "provenance": {"needs_review": ["PLANTED reason"], "evidence": ["PLANTED"]},
    }
    grading.record_result(lab.session, job_id=job.id, result=reply(job, **noticed), now=lab.now)
    lab.session.commit()

    pages = [browser.get(address) for address in ("/courses/bio1/", GROWTH, f"{GROWTH}attempts/{submission.id}/feedback")]

    assert "A person is still looking at it" in text_of(pages[1])
    assert "A person is still looking at this attempt" in text_of(pages[2])
    assert pages[2].status_code == 404
    assert not [page for page in pages if "PLANTED" in page.text or "5 / 5" in text_of(page)]


def test_another_students_attempt_does_not_exist(browser: PageClient, lab: Lab, assignment: Assignment) -> None:
    submission = lab.hand_in(lab.student("ben"), assignment)
    lab.grade(submission)
    release_scores(lab, assignment)

    for page in ("", "feedback"):
        assert browser.get(f"{GROWTH}attempts/{submission.id}/{page}").status_code == 404


def test_an_attempt_at_another_assignment_is_not_found_under_this_one(
    browser: PageClient, lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    other = lab.hand_in(ada, lab.publish(slug="decay", title="Decay"))

    assert browser.get(f"{GROWTH}attempts/{other.id}/").status_code == 404


def test_staff_see_the_page_as_students_do_and_cannot_hand_in(sign_in: SignIn, lab: Lab, assignment: Assignment) -> None:
    browser = sign_in(lab.teacher)

    page = browser.get(GROWTH)

    assert "This is what students see" in text_of(page)
    assert browser.post(f"{GROWTH}submit").status_code == 403


def test_the_account_page_shows_who_one_is(browser: PageClient) -> None:
    text = text_of(browser.get("/account"))

    assert "ada@example.org" in text
    assert "Biology 1" in text


def test_more_assignments_and_attempts_cost_no_more_queries(
    browser: PageClient, lab: Lab, ada: Enrolment, assignment: Assignment, count_queries: CountQueries
) -> None:
    addresses = ["/", "/courses/bio1/", GROWTH]
    lab.grade(lab.hand_in(ada, assignment))
    release_scores(lab, assignment)
    before = [queries_for(browser, address, count_queries) for address in addresses]
    for number in range(8):
        lab.grade(lab.hand_in(ada, lab.publish(slug=f"more-{number}", title="More")))
        lab.hand_in(ada, assignment, answered(why=f"Because {number}."))

    after = [queries_for(browser, address, count_queries) for address in addresses]

    assert after <= before
    assert max(before) < 26
