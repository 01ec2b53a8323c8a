"""The story of a class, as its teacher and one of its students live it in their browsers."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.example_answers import answers_of, fill_in
from tests.support.lab import LONG, run_first_code_cell
from tests.support.look import Look
from tests.support.stack import Stack
from tests.support.visitor import eventually

CLASS = 300
PASSWORD = "a short sentence works"


@pytest.mark.timeout(900)
def test_a_class_from_roster_file_to_returned_homework(
    stack: Stack, open_browser: Callable[..., Page], look: Look, checkout: Path, tmp_path: Path
) -> None:
    teacher = open_browser()
    teacher_signs_in(teacher, stack, look)
    teacher_uploads_the_roster(teacher, roster(tmp_path), look)
    assert_provisioned(stack, "grace")
    invitation = teacher_takes_an_invitation(teacher, "Grace Hopper", look)
    teacher_publishes_the_third_assignment(teacher, stack, look)

    student = open_browser()
    student_accepts(student, invitation, look)
    student_opens_the_notebook(student, stack, look)
    write_answers(stack, checkout)
    student_hands_in(student, look)

    teacher_grades_by_hand_and_releases(teacher, look)

    student_reads_the_feedback(student, stack, look)
    teacher_takes_the_gradebook_out(teacher, look)


def roster(folder: Path) -> Path:
    """A class of 300, one of them Grace, two rows with something wrong."""
    rows = ["Student ID,Name,E-mail,Section", 'S0001,"Hopper, Grace",grace@school.example,Lab A']
    rows += [f"S{n:04d},Student Number {n},student{n}@school.example,Lab {'AB'[n % 2]}" for n in range(2, CLASS + 1)]
    rows += ["S0002,Another With The Same Number,other@school.example,Lab B", "1.23E+09,Ruined Number,ruined@school,Lab A"]
    path = folder / "roster.csv"
    path.write_text("\n".join(rows))
    return path


def press(page: Page, name: str) -> None:
    """Press a button and say yes where the page asks."""
    page.get_by_role("button", name=name, exact=True).first.click()
    asked = page.locator("dialog[open]")
    if asked.count():
        asked.get_by_role("button").last.click()


def teacher_signs_in(page: Page, stack: Stack, look: Look) -> None:
    page.goto(f"{stack.hub}/hub/login")
    look(page, "hub-login")
    page.goto(stack.sign_in_link("teacher"))
    look(page, "sign-in-link")
    press(page, "Sign in")
    page.wait_for_url(f"{stack.portal}/**")
    look(page, "home-teacher")
    page.get_by_role("main").get_by_role("link", name=re.compile("data", re.IGNORECASE)).first.click()
    expect(page.get_by_role("link", name="Upload roster").first).to_be_visible()
    look(page, "overview")


def teacher_uploads_the_roster(page: Page, path: Path, look: Look) -> None:
    page.get_by_role("link", name="Upload roster").first.click()
    look(page, "roster-upload")
    page.locator("input[type=file]").set_input_files(path)
    press(page, "Preview")
    expect(page.get_by_text("S0002").first).to_be_visible()
    look(page, "roster-preview")
    page.get_by_role("button", name=re.compile("^Apply: 30[01] new")).click()
    asked = page.locator("dialog[open]")
    if asked.count():
        asked.get_by_role("button").last.click()
    page.wait_for_url("**/operations/**")
    look(page, "provisioning")
    expect(page.get_by_text("Done", exact=True)).to_be_visible(timeout=LONG)
    look(page, "provisioned")


def assert_provisioned(stack: Stack, name: str) -> None:
    assert stack.home(name).is_dir()
    unprovisioned = stack.rows("select count(*) from enrolment where provisioned_at is null and status = 'active'")
    assert unprovisioned == [(0,)]


def teacher_takes_an_invitation(page: Page, name: str, look: Look) -> str:
    page.get_by_role("link", name="Invitations").first.click()
    look(page, "invitations")
    page.get_by_role("link", name="Print cards").click()
    look(page, "invitation-cards")
    page.go_back()
    page.goto(page.url.split("?")[0].replace("/invitations/", "/?search=Hopper"))
    look(page, "people")
    page.go_back()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    line = next(line for line in lines if name in line or "Hopper" in line)
    found = re.search(r"https?://[^\s\",;]+/invitation/[^\s\",;]+", line)
    assert found, line
    return found.group(0)


def teacher_publishes_the_third_assignment(page: Page, stack: Stack, look: Look) -> None:
    page.get_by_role("link", name="Assignments", exact=True).first.click()
    look(page, "assignments")
    page.get_by_role("link", name="Add assignment").first.click()
    look(page, "assignment-add")
    page.go_back()
    page.get_by_role("main").get_by_role("link", name=re.compile("carbon|co2|co₂|line", re.IGNORECASE)).first.click()
    look(page, "assignment-ready")
    press(page, "Publish")
    eventually(
        "everybody has the third assignment",
        lambda: (
            stack.rows(
                "select count(*) from delivery d join release r on r.id = d.release_id"
                " join assignment a on a.id = r.assignment_id where a.slug = 'co2' and d.delivered_at is not null"
            )[0][0]
            > CLASS
        ),
        seconds=60,
    )
    page.goto(f"{stack.portal}/courses/data-101/teach/assignments/co2/")
    look(page, "assignment-published")


def student_accepts(page: Page, invitation: str, look: Look) -> None:
    page.goto(invitation)
    look(page, "invitation")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    press(page, "Set password and sign in")
    page.wait_for_url("**/portal/**")
    expect(page.get_by_role("main").get_by_role("link").first).to_be_visible()
    look(page, "home-student")


def student_opens_the_notebook(page: Page, stack: Stack, look: Look) -> None:
    page.goto(f"{stack.portal}/courses/data-101/")
    look(page, "course-student")
    page.goto(f"{stack.portal}/courses/data-101/a/co2/")
    look(page, "assignment-student")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Open").first.click()
    lab = opened.value
    lab.wait_for_load_state()
    if "/opening" in lab.url:
        lab.screenshot(path=look.folder / "opening.png")
    lab.wait_for_url("**/lab/tree/**", timeout=LONG)
    lab.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=LONG)
    assert lab.url.startswith(f"http://grace.localhost:{stack.port + 1}/")
    run_first_code_cell(lab)
    lab.keyboard.press("Control+s")
    lab.screenshot(path=look.folder / "lab.png")
    lab.close()


def write_answers(stack: Stack, checkout: Path) -> None:
    """What Grace would type, saved where JupyterLab saves it."""
    course = checkout / "courses" / "example"
    (notebook,) = (stack.home("grace") / "data-101" / "co2").glob("*.ipynb")
    owner = notebook.stat()
    notebook.write_bytes(fill_in(notebook.read_bytes(), answers_of(course, "co2", "half-right")))
    os.chown(notebook, owner.st_uid, owner.st_gid)


def student_hands_in(page: Page, look: Look) -> None:
    page.reload()
    press(page, "Submit")
    expect(page.get_by_text("Nothing is handed in yet")).to_be_visible()  # one question is without an answer
    look(page, "submit-question")
    press(page, "Hand in anyway")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Receipt")
    look(page, "receipt")


def teacher_grades_by_hand_and_releases(page: Page, look: Look) -> None:
    page.get_by_role("link", name="Submissions").first.click()
    eventually(
        "the submission is graded", lambda: page.reload() and page.get_by_role("link", name="Start looking").count(), seconds=90
    )
    look(page, "submissions")
    page.get_by_role("link", name=re.compile("Start looking")).click()
    look(page, "submission")
    while page.locator(".marking-open form").count():
        form = page.locator(".marking-open form").first
        form.get_by_label(re.compile("^Points of")).fill("1")
        form.get_by_label("Comment for the student").fill("A good start. What about the last ten years?")
        form.get_by_role("button", name=re.compile("Save")).click()
        page.wait_for_load_state()
    look(page, "submission-graded")
    press(page, "Release feedback")
    page.wait_for_load_state()
    look(page, "feedback-released")


def student_reads_the_feedback(page: Page, stack: Stack, look: Look) -> None:
    page.goto(f"{stack.portal}/courses/data-101/a/co2/")
    look(page, "assignment-returned")
    page.get_by_role("link", name="See feedback").click()
    expect(page.get_by_text("A good start. What about the last ten years?").first).to_be_visible()
    look(page, "feedback")
    home = stack.home("grace") / "data-101" / "co2" / "feedback" / "attempt-1"
    copies = eventually("the feedback copy is in the home", lambda: list(home.glob("*.html")), seconds=30)
    assert "A good start." in copies[0].read_text()
    assert "HIDDEN" not in copies[0].read_text()


def teacher_takes_the_gradebook_out(page: Page, look: Look) -> None:
    page.get_by_role("link", name="Gradebook").first.click()
    look(page, "gradebook")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    text = download.value.path().read_text("utf-8-sig")
    assert "Grace" in text
    assert len(text.splitlines()) > CLASS
