"""A student's day in browsers: what is due, more time, a second look, and the news, by day and by night, wide and narrow.

The pictures of docs/how-to/what-students-see.md are taken here: ``make docs-screenshots`` runs this file.
"""

import os
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.docs_pictures import picture
from tests.support.example_answers import answers_of, fill_in
from tests.support.look import Look
from tests.support.stack import Stack
from tests.support.visitor import eventually

COURSE, ASSIGNMENT = "data-101", "temperatures"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_students_day_from_what_is_due_to_a_second_look(
    stack: Stack, open_browser: Callable[..., Page], look: Look, checkout: Path
) -> None:
    eventually("ada has the assignment", lambda: list((stack.home("ada") / COURSE / ASSIGNMENT).glob("*.ipynb")))
    ada, teacher = signed_in(open_browser, stack, "ada"), signed_in(open_browser, stack, "teacher")

    sees_what_is_due(ada, stack, look)
    asks_for_more_time(ada, stack, look)
    teacher_grants(teacher, stack, look)
    teacher_gives_time_to_others(teacher, stack, look)
    sees_the_own_deadline(ada, stack, look)

    hands_in(ada, stack, checkout)
    teacher_releases(teacher, stack)
    asks_for_a_second_look(ada, stack, look)
    teacher_answers(teacher, stack, look)

    reads_the_news(ada, stack, look)
    chooses_zone_and_mail(ada, stack, look)


def signed_in(open_browser: Callable[..., Page], stack: Stack, who: str) -> Page:
    page = open_browser()
    page.goto(stack.sign_in_link(who))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{stack.portal}/**")
    return page


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("main").get_by_role("button", name=name).first.click()
    asked = page.locator("dialog[open]")
    if asked.count():
        asked.get_by_role("button").last.click()
    page.wait_for_load_state()


def show(page: Page, look: Look, name: str, *, width: int = 1280, height: int = 720) -> None:
    """Look at the page; where pictures for the docs are asked for, take one of its upper part."""
    look(page, f"student-{name}")
    picture(page, f"student-{name}", width=width, height=height)


def sees_what_is_due(page: Page, stack: Stack, look: Look) -> None:
    page.goto(f"{stack.portal}/")
    expect(page.get_by_role("heading", name="What is due")).to_be_visible()
    expect(page.get_by_text("Not opened yet").first).to_be_visible()
    expect(page.get_by_text(re.compile("Berlin time")).first).to_be_visible()
    show(page, look, "home")


def asks_for_more_time(page: Page, stack: Stack, look: Look) -> None:
    page.goto(f"{stack.portal}/courses/{COURSE}/a/{ASSIGNMENT}/")
    page.get_by_role("link", name="Ask for more time").click()
    look(page, "more-time")
    until = datetime.fromisoformat(due(stack)) + timedelta(days=2)
    page.get_by_label("Until when").fill(until.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_label("Why").fill("My train was cancelled, and my notes are at home.")
    press(page, "Ask")
    expect(page.get_by_text("Waiting for an answer")).to_be_visible()
    look(page, "more-time-asked")


def due(stack: Stack) -> str:
    return str(stack.rows("select due_at from assignment where slug = ?", ASSIGNMENT)[0][0]).split(".")[0]


def teacher_grants(page: Page, stack: Stack, look: Look) -> None:
    page.goto(f"{stack.portal}/courses/{COURSE}/teach/")
    page.get_by_role("main").get_by_role("link", name=re.compile("request for more time")).click()
    look(page, "requests")
    press(page, re.compile("^Grant"))
    expect(page.get_by_text("has more time now")).to_be_visible()
    page.get_by_role("link", name="Answered").click()
    look(page, "requests-answered")


def teacher_gives_time_to_others(page: Page, stack: Stack, look: Look) -> None:
    page.goto(f"{stack.portal}/courses/{COURSE}/teach/people/?search=ben")
    look(page, "people-more-time")
    page.get_by_role("link", name=re.compile("^More time for Ben")).click()
    page.wait_for_url(f"**/assignments/{ASSIGNMENT}/extensions/**")
    expect(page.get_by_role("checkbox", name=re.compile("Ben"))).to_be_checked()
    page.get_by_label("Days").fill("1")
    page.get_by_label("Hours").fill("6")
    page.get_by_label("Note for staff").fill("Away with the team.")
    look(page, "extensions-form")
    press(page, "Give more time")
    expect(page.get_by_role("cell", name="1 day 6 hours")).to_be_visible()
    look(page, "extensions")


def sees_the_own_deadline(page: Page, stack: Stack, look: Look) -> None:
    page.goto(f"{stack.portal}/")
    expect(page.get_by_text(re.compile("plus your .*day")).first).to_be_visible()
    look(page, "home-more-time")
    page.goto(f"{stack.portal}/courses/{COURSE}/a/{ASSIGNMENT}/")
    show(page, look, "assignment", width=390, height=900)
    page.goto(f"{stack.portal}/courses/{COURSE}/")
    look(page, "course")


def hands_in(page: Page, stack: Stack, checkout: Path) -> None:
    course = checkout / "courses" / "example"
    for notebook in (stack.home("ada") / COURSE / ASSIGNMENT).glob("*.ipynb"):
        owner = notebook.stat()
        notebook.write_bytes(fill_in(notebook.read_bytes(), answers_of(course, ASSIGNMENT, "half-right")))
        os.chown(notebook, owner.st_uid, owner.st_gid)
    page.goto(f"{stack.portal}/courses/{COURSE}/a/{ASSIGNMENT}/")
    press(page, "Submit")
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("Hand in|Receipt"))
    if page.get_by_role("button", name="Hand in anyway").count():
        press(page, "Hand in anyway")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Receipt")


def teacher_releases(page: Page, stack: Stack) -> None:
    mine = "select s.id from submission s join assignment a on a.id = s.assignment_id where a.slug = ?"
    graded = "select count(*) from result r join submission s on s.id = r.submission_id"
    graded += " join assignment a on a.id = s.assignment_id where a.slug = ?"
    eventually("the machine has graded it", lambda: stack.rows(graded, ASSIGNMENT)[0][0], seconds=120)
    submission = stack.rows(mine, ASSIGNMENT)[0][0]
    page.goto(f"{stack.portal}/courses/{COURSE}/teach/assignments/{ASSIGNMENT}/submissions/{submission}/")
    while page.locator(".marking-open form").count():
        form = page.locator(".marking-open form").first
        form.get_by_label(re.compile("^Points of")).fill("1")
        form.get_by_label("Comment for the student").fill("A good start. What about the last ten years?")
        form.get_by_role("button", name=re.compile("Save")).click()
        page.wait_for_load_state()
    press(page, "Release feedback")
    expect(page.get_by_text("can see score and feedback now")).to_be_visible()


def asks_for_a_second_look(page: Page, stack: Stack, look: Look) -> None:
    page.goto(f"{stack.portal}/")
    look(page, "home-graded")
    page.get_by_role("link", name=re.compile("See feedback")).click()
    page.get_by_label("Why").fill("The second sentence says what you ask for.")
    show(page, look, "feedback", height=900)
    press(page, "Ask for a second look")
    expect(page.get_by_text("Waiting for an answer")).to_be_visible()


def teacher_answers(page: Page, stack: Stack, look: Look) -> None:
    page.goto(f"{stack.portal}/courses/{COURSE}/teach/requests/")
    look(page, "requests-points")
    page.get_by_role("link", name=re.compile("Open the submission")).click()
    look(page, "submission-asked")
    page.get_by_label(re.compile("^Words for")).fill("It does, but it gives no reason.")
    press(page, re.compile("^Points stay"))
    expect(page.get_by_text("reads your answer")).to_be_visible()


def reads_the_news(page: Page, stack: Stack, look: Look) -> None:
    page.goto(f"{stack.portal}/")
    page.get_by_role("link", name=re.compile("Notifications")).click()
    look(page, "notifications")
    page.get_by_role("link", name=re.compile("about the points")).click()
    expect(page.get_by_text("It does, but it gives no reason.")).to_be_visible()
    look(page, "feedback-answered")


def chooses_zone_and_mail(page: Page, stack: Stack, look: Look) -> None:
    page.goto(f"{stack.portal}/account")
    page.get_by_label("Show times on the clock of").select_option("Asia/Tokyo")
    page.get_by_label("Mail about your courses").select_option("off")
    page.get_by_role("region", name="Times and mail").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    look(page, "account-student")
    page.goto(f"{stack.portal}/")
    expect(page.get_by_text(re.compile("Tokyo time")).first).to_be_visible()
