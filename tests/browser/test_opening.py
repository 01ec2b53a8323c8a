"""The way into a notebook and back to an earlier attempt, as students and their teacher see it in their browsers."""

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.example_answers import answers_of, fill_in
from tests.support.lab import LONG
from tests.support.look import Look
from tests.support.stack import Stack
from tests.support.visitor import Visitor, eventually

COURSE, ASSIGNMENT = "data-101", "temperatures"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def sign_in(page: Page, stack: Stack, name: str) -> None:
    page.goto(stack.sign_in_link(name))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{stack.portal}/**")


def agree(page: Page) -> None:
    """Say yes where the page asks."""
    page.locator("dialog[open]").get_by_role("button").last.click()


def test_a_link_leads_through_the_steps_into_the_notebook_that_the_student_prefers(
    stack: Stack, open_browser: Callable[..., Page], look: Look
) -> None:
    page = open_browser()
    sign_in(page, stack, "ada")
    page.goto(f"{stack.portal}/account")
    page.get_by_label("Notebooks open in").select_option("Jupyter Notebook")
    page.get_by_role("region", name="Opening notebooks").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    look(page, "account")

    page.goto(f"{stack.portal}/open/{COURSE}/{ASSIGNMENT}")

    expect(page.locator("[data-step]").first).to_be_visible()
    page.screenshot(path=look.folder / "opening-steps.png", full_page=True)
    page.wait_for_url("**/user/ada/notebooks/**", timeout=LONG)
    expect(page.locator(".jp-Notebook .jp-CodeCell").first).to_be_visible(timeout=LONG)
    page.screenshot(path=look.folder / "notebook-7.png")


def test_the_page_of_somebody_who_waits_reads_well(stack: Stack, open_browser: Callable[..., Page], look: Look) -> None:
    """The one who works the line off holds still, so that the page does."""
    page, other = open_browser(), Visitor(stack)
    sign_in(page, stack, "ben")
    other.sign_in(stack.sign_in_link("liam-obrien"))
    page.goto(f"{stack.portal}/courses/{COURSE}/a/{ASSIGNMENT}/opening")
    expect(page.get_by_text("Your notebook server is not running")).to_be_visible()
    look(page, "opening-stopped")
    os.kill(stack.pid("servers"), signal.SIGSTOP)
    try:
        other.get(f"/open/{COURSE}/{ASSIGNMENT}")
        page.get_by_role("button", name="Start it").click()
        expect(page.get_by_text("Place 2 in line").first).to_be_visible()
        look(page, "opening-in-line")
    finally:
        os.kill(stack.pid("servers"), signal.SIGCONT)
        other.close()
    page.wait_for_url("**/user/ben/lab/tree/**", timeout=LONG)


def test_attempts_are_compared_and_one_comes_back(
    stack: Stack, open_browser: Callable[..., Page], look: Look, checkout: Path
) -> None:
    page = open_browser()
    sign_in(page, stack, "ben")
    notebook = eventually(
        "ben has the notebook", lambda: next(iter((stack.home("ben") / COURSE / ASSIGNMENT).glob("*.ipynb")), None)
    )
    course = checkout / "courses" / "example"
    for student in ("half-right", "good"):
        owner = notebook.stat()
        notebook.write_bytes(fill_in(notebook.read_bytes(), answers_of(course, ASSIGNMENT, student)))
        os.chown(notebook, owner.st_uid, owner.st_gid)
        page.goto(f"{stack.portal}/courses/{COURSE}/a/{ASSIGNMENT}/")
        page.get_by_role("button", name="Submit").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("Hand in|Receipt"))
        if page.get_by_role("button", name="Hand in anyway").count():
            page.get_by_role("button", name="Hand in anyway").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Receipt")
    newest = notebook.read_bytes()

    page.goto(f"{stack.portal}/courses/{COURSE}/a/{ASSIGNMENT}/")
    look(page, "attempts")
    page.get_by_role("link", name=re.compile("^Compare")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("What changed from attempt 1 to 2")
    expect(page.locator(".diff-table ins").first).to_be_visible()
    look(page, "compare")
    page.go_back()
    page.get_by_role("button", name="Restore attempt 1").click()
    agree(page)
    expect(page.get_by_text("Attempt 1 is back in")).to_be_visible()
    look(page, "restored")

    [kept] = (stack.home("ben") / ".homeroom" / "before").rglob("*.ipynb")
    assert kept.read_bytes() == newest
    assert notebook.read_bytes() != newest
    assert {path.stat().st_uid for path in (kept, notebook)} == {stack.home("ben").stat().st_uid}


def test_the_teacher_keeps_a_timetable_copies_the_link_and_compares(
    stack: Stack, open_browser: Callable[..., Page], look: Look
) -> None:
    page = open_browser()
    sign_in(page, stack, "teacher")
    page.goto(f"{stack.portal}/courses/{COURSE}/teach/settings/")
    look(page, "settings-empty")
    page.get_by_label("Day", exact=True).select_option("Wednesday")
    page.get_by_label("Begins").fill("10:15")
    page.get_by_role("button", name="Add class").click()
    expect(page.get_by_role("row", name=re.compile("Wednesday, 10:15"))).to_be_visible()
    look(page, "settings")
    page.get_by_role("button", name="Remove").click()
    agree(page)
    expect(page.get_by_text("No classes yet")).to_be_visible()

    page.goto(f"{stack.portal}/courses/{COURSE}/teach/assignments/{ASSIGNMENT}/")
    expect(page.get_by_label("Address that opens the notebook")).to_have_value(f"{stack.portal}/open/{COURSE}/{ASSIGNMENT}")
    look(page, "assignment-link")
    page.goto(f"{stack.portal}/courses/{COURSE}/teach/assignments/{ASSIGNMENT}/submissions/?search=ben")
    page.get_by_role("main").get_by_role("link", name=re.compile("Ben")).first.click()
    page.get_by_role("link", name=re.compile("^Compare")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("attempt 1 and 2")
    look(page, "compare-staff")
