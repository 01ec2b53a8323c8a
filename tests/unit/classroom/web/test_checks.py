"""Check and the look before handing in, as a student meets them on the portal."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from classroom.models import Assignment, Enrolment, WorkCheck
from classroom.services import work_checks
from hub_bridge.homes import HomeFile, Homes
from tests.support.outgoing import Outgoing
from tests.support.pages import PageClient, SignIn, soup_of, text_of
from tests.support.work import Lab, answered, cell, notebook

GROWTH = "/courses/bio1/a/growth/"
REPLY = {
    "status": "checked",
    "questions": [
        {"notebook": "growth.ipynb", "grade_id": "test_x", "state": "fails", "message": "AssertionError: <b>not 2</b>"},
        {"notebook": "growth.ipynb", "grade_id": "why", "state": "person", "message": "A person reads this answer."},
    ],
    "stumbles": [{"notebook": "growth.ipynb", "cell": 2, "message": "NameError: name 'y' is not defined"}],
    "remarks": [],
}


@pytest.fixture
def browser(sign_in: SignIn, ada: Enrolment, assignment: Assignment) -> PageClient:
    """Ada's, who has the assignment to do."""
    return sign_in(ada)


def press_check(browser: PageClient, lab: Lab, ada: Enrolment, why: str = "Because.") -> str:
    lab.write(ada, "growth.ipynb", answered(why=why))
    answer = browser.post(f"{GROWTH}check")
    assert answer.status_code == 302, text_of(answer)
    return str(answer.location)


def reply_to_all(lab: Lab, reply: object = REPLY) -> None:
    for id_ in lab.session.scalars(select(WorkCheck.id)):
        work_checks.record(lab.session, check_id=id_, reply=reply, now=lab.now)
    lab.session.commit()


def test_check_leads_to_a_page_that_shows_how_far_it_is(
    browser: PageClient, lab: Lab, ada: Enrolment, outgoing: Outgoing
) -> None:
    page = browser.get(press_check(browser, lab, ada))

    assert [queue for task, queue, _ in outgoing.messages if task == "grader.check_work"] == ["checks"]
    assert "Checking …" in text_of(page)
    assert soup_of(page).select_one("[data-poll]")
    assert soup_of(page).select_one("noscript meta[http-equiv=refresh]"), "without scripts the page loads itself anew"


def test_the_piece_that_fetches_itself_says_how_many_cells_were_run(browser: PageClient, lab: Lab, ada: Enrolment) -> None:
    address = press_check(browser, lab, ada)
    (id_,) = lab.session.scalars(select(WorkCheck.id))
    work_checks.note_progress(lab.session, check_id=id_, cells_done=2, cells_total=3)
    lab.session.commit()

    assert "2 of 3" in text_of(browser.get(f"{address}now"))


def test_the_answer_lists_questions_what_does_not_run_and_the_word_about_hidden_tests(
    browser: PageClient, lab: Lab, ada: Enrolment
) -> None:
    address = press_check(browser, lab, ada)
    reply_to_all(lab)
    page = browser.get(address)

    text = text_of(page)
    assert "Fails AssertionError: <b>not 2</b>" in text, "what student code said is text"
    assert "growth.ipynb, cell 2: NameError" in text
    assert "Your teacher may also have hidden tests" in text
    assert not soup_of(page).select("[data-poll], noscript meta[http-equiv=refresh]")


def test_the_assignments_page_says_how_the_last_check_went(browser: PageClient, lab: Lab, ada: Enrolment) -> None:
    press_check(browser, lab, ada)
    reply_to_all(lab)

    assert "Your last check : 0 of 1 tests that you can see pass." in text_of(browser.get(GROWTH))


def test_somebody_who_checks_too_often_reads_when_they_may_again(browser: PageClient, lab: Lab, ada: Enrolment) -> None:
    press_check(browser, lab, ada)
    lab.write(ada, "growth.ipynb", answered(why="Quite something else."))

    answer = browser.post(f"{GROWTH}check")

    assert answer.status_code == 429
    assert "still running" in text_of(answer)


def test_a_check_that_is_refused_reads_no_file(app: Flask, browser: PageClient, lab: Lab, ada: Enrolment) -> None:
    press_check(browser, lab, ada)
    homes: Homes = app.extensions["homeroom"].homes

    class ClosedHomes(Homes):
        def tree(self, *arguments: Any, **options: Any) -> list[HomeFile]:
            raise AssertionError("the home was read")

    app.extensions["homeroom"] = replace(app.extensions["homeroom"], homes=ClosedHomes(homes.root))

    assert browser.post(f"{GROWTH}check").status_code == 429


def test_there_is_nothing_to_check_without_a_notebook(browser: PageClient) -> None:
    answer = browser.post(f"{GROWTH}check")

    assert answer.status_code == 400
    assert "growth.ipynb is not in the folder" in text_of(answer)


def test_another_students_check_does_not_exist(browser: PageClient, sign_in: SignIn, lab: Lab, ada: Enrolment) -> None:
    address = press_check(browser, lab, ada)
    ben = sign_in(lab.student("ben"))

    assert ben.get(address).status_code == 404
    assert ben.get(f"{address}now").status_code == 404


def test_staff_have_nothing_to_check(sign_in: SignIn, lab: Lab, assignment: Assignment) -> None:
    browser = sign_in(lab.teacher)

    assert browser.post(f"{GROWTH}check").status_code == 403
    assert not soup_of(browser.get(GROWTH)).find("form", action=f"/portal{GROWTH}check")


def test_submit_asks_first_when_something_looks_forgotten_and_takes_it_anyway_when_told(
    browser: PageClient, lab: Lab, ada: Enrolment
) -> None:
    lab.write(ada, "growth.ipynb", notebook(cell("code", "x = 2", grade_id="x", solution=True)))

    asked = browser.post(f"{GROWTH}submit", {"look": "first"})
    assert "Nothing is handed in yet" in text_of(asked)
    assert "The cell for this answer is gone" in text_of(asked)
    assert "Attempt 1" not in text_of(browser.get(GROWTH))

    form = soup_of(asked).find("form", action=f"/portal{GROWTH}submit")
    assert form is not None
    assert not form.find("input", {"name": "look"})
    assert "Handed in: attempt 1" in text_of(browser.get(browser.post(f"{GROWTH}submit").location))


def test_submit_takes_finished_work_at_once(browser: PageClient, lab: Lab, ada: Enrolment) -> None:
    lab.write(ada, "growth.ipynb", answered())

    assert "Handed in: attempt 1" in text_of(browser.get(browser.post(f"{GROWTH}submit", {"look": "first"}).location))


def test_submit_tells_what_the_last_check_of_these_files_found(browser: PageClient, lab: Lab, ada: Enrolment) -> None:
    press_check(browser, lab, ada)
    reply_to_all(lab)

    asked = text_of(browser.post(f"{GROWTH}submit", {"look": "first"}))

    assert "A test that you can see fails." in asked
    assert "It does not run from the top: NameError" in asked
