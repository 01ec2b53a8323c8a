"""A student who never leaves the notebook: checks, hands in, has the receipt. In JupyterLab and in Notebook 7."""

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.support.example_answers import answers_of, fill_in
from tests.support.lab import LONG, shown_notebook
from tests.support.look import Look
from tests.support.stack import Stack, running_stack
from tests.support.visitor import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
NOTEBOOK = "data-101/temperatures/temperatures.ipynb"
PLACES = {"lab": "lab/tree", "notebook": "notebooks"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of their own: here nobody has handed in anything yet."""
    with running_stack(tmp_path_factory.mktemp("notebook-stack") / "state") as stack:
        yield stack


def sign_in(page: Page, stack: Stack, name: str) -> None:
    page.goto(stack.sign_in_link(name))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{stack.portal}/**")


def open_notebook(page: Page, stack: Stack, name: str, ui: str) -> Page:
    """The student's notebook, opened as on the portal; in a workspace of its own, so that nothing else is in front."""
    eventually(f"{name} has the notebook", (stack.home(name) / NOTEBOOK).exists)
    page.goto(f"{stack.portal}/courses/data-101/a/temperatures/")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Open").first.click()
    inside = opened.value
    inside.wait_for_url("**/lab/tree/**", timeout=LONG)
    if ui == "notebook":
        inside.goto(f"http://{name}.localhost:{stack.port + 1}/user/{name}/notebooks/{NOTEBOOK}")
    expect(inside.get_by_role("button", name="Check", exact=True)).to_be_visible(timeout=LONG)
    return inside


def strip(page: Page, heading: str) -> Locator:
    found = page.get_by_role("region", name=f"Homeroom: {heading}", exact=True)
    expect(found).to_be_visible(timeout=LONG)
    return found


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def attempts(stack: Stack, name: str) -> list[tuple[int, str]]:
    return stack.rows(
        "select s.attempt, s.digest from submission s join enrolment e on e.id = s.enrolment_id"
        " join person p on p.id = e.person_id where p.hub_name = ? order by s.attempt",
        name,
    )


def photographed(page: Page, look: Look, name: str) -> None:
    """A picture, and axe on our own pieces; the rest of the page is JupyterLab's."""
    page.screenshot(path=look.folder / f"{name}.png")
    results = Axe().run(page, context=".homeroom-place, .homeroom-standing")
    problems = [found["id"] for found in results.response["violations"] if found["impact"] in {"serious", "critical"}]
    assert problems == [], name


def answer_everything(stack: Stack, name: str, checkout: Path) -> None:
    """What the student would type, saved where JupyterLab saves it."""
    path = stack.home(name) / NOTEBOOK
    owner = path.stat()
    path.write_bytes(fill_in(path.read_bytes(), answers_of(checkout / "courses" / "example", "temperatures", "good")))
    os.chown(path, owner.st_uid, owner.st_gid)


@pytest.mark.parametrize(("ui", "name"), [("lab", "ada"), ("notebook", "ben")])
def test_check_submit_and_receipt_without_leaving_the_notebook(
    stack: Stack, open_browser: Callable[..., Page], look: Look, checkout: Path, ui: str, name: str
) -> None:
    page = open_browser()
    sign_in(page, stack, name)
    inside = open_notebook(page, stack, name, ui)
    expect(inside.locator(".homeroom-standing")).to_contain_text(re.compile(r"\d+ days left"))
    expect(inside.locator(".homeroom-standing")).to_contain_text("Not handed in")

    press(inside, "Check")
    found = strip(inside, "What the check found")
    expect(found).to_contain_text("0 of 4 tests that you can see pass.")
    expect(found).to_contain_text("Your teacher may also have hidden tests")
    assert "HIDDEN" not in found.inner_text()
    photographed(inside, look, f"{ui}-checked")

    press(inside, "Submit")
    expect(inside.locator(".jp-Dialog")).to_contain_text("There is no answer yet.")
    inside.screenshot(path=look.folder / f"{ui}-submit.png")
    press(inside, "Cancel")
    assert attempts(stack, name) == []
    press(inside, "Submit")
    press(inside, "Hand in anyway")
    expect(strip(inside, "Handed in")).to_contain_text("attempt 1")

    answer_everything(stack, name, checkout)
    inside.reload()
    expect(inside.get_by_role("button", name="Check", exact=True)).to_be_visible(timeout=LONG)
    expect(inside.locator(".homeroom-standing")).to_contain_text("Receipt 1")
    press(inside, "Check")
    expect(strip(inside, "What the check found")).to_contain_text("No test that you can see fails.")
    press(inside, "Submit")
    expect(inside.locator(".jp-Dialog")).to_contain_text("Your newest attempt counts")
    press(inside, "Hand in")
    receipt = strip(inside, "Handed in")
    expect(receipt).to_contain_text("attempt 2")
    photographed(inside, look, f"{ui}-handed-in")

    with inside.context.expect_page() as opened:
        receipt.get_by_role("link", name="Receipt").click()
    expect(opened.value.get_by_role("heading", level=1)).to_contain_text("Receipt for")
    assert attempts(stack, name)[1][1] in opened.value.content()


def test_unsaved_changes_are_saved_first_and_the_same_deeds_are_in_the_palette(
    stack: Stack, open_browser: Callable[..., Page]
) -> None:
    page = open_browser()
    sign_in(page, stack, "ada")
    inside = open_notebook(page, stack, "ada", "lab")
    panel = shown_notebook(inside)
    before = len(attempts(stack, "ada"))
    panel.locator(".jp-CodeCell .jp-InputArea-editor").first.click()
    inside.keyboard.press("Control+End")
    inside.keyboard.type("\n# typed and never saved")

    inside.get_by_role("menuitem", name="View", exact=True).click()
    inside.get_by_role("menuitem", name="Activate Command Palette").click()
    inside.get_by_placeholder("Search").last.fill("Hand In This")
    inside.keyboard.press("Enter")
    inside.locator(".jp-Dialog").get_by_role("button", name=re.compile("^Hand in")).click()
    strip(inside, "Handed in")

    assert "typed and never saved" in (stack.home("ada") / NOTEBOOK).read_text()
    assert len(attempts(stack, "ada")) == before + 1


def test_a_notebook_of_ones_own_has_no_buttons(stack: Stack, open_browser: Callable[..., Page]) -> None:
    page = open_browser()
    sign_in(page, stack, "ada")
    open_notebook(page, stack, "ada", "lab")
    source = stack.home("ada") / NOTEBOOK
    for place in ("own.ipynb", "data-101/temperatures/own.ipynb"):
        copy = stack.home("ada") / place
        copy.write_bytes(source.read_bytes())
        os.chown(copy, source.stat().st_uid, source.stat().st_gid)
        own = page.context.new_page()
        own.goto(f"http://ada.localhost:{stack.port + 1}/user/ada/lab/workspaces/own/tree/{place}")
        shown_notebook(own)
        expect(own.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .homeroom-check")).to_have_count(0)
        own.close()


def test_a_teacher_who_looks_into_a_students_notebook_hands_nothing_in(stack: Stack, open_browser: Callable[..., Page]) -> None:
    student, teacher = open_browser(), open_browser()
    sign_in(student, stack, "ada")
    open_notebook(student, stack, "ada", "lab")
    before = attempts(stack, "ada")
    sign_in(teacher, stack, "teacher")
    server = f"http://ada.localhost:{stack.port + 1}/user/ada"
    teacher.goto(f"{server}/lab/workspaces/look/tree/{NOTEBOOK}")
    if teacher.get_by_role("button", name="Open").count():
        teacher.get_by_role("button", name="Open").click()  # the hub asks before it lets somebody into another's server
    shown_notebook(teacher)

    answer = teacher.evaluate(
        """async ([address, path]) => {
          const token = document.cookie.match(/_xsrf=([^;]*)/)[1];
          const answer = await fetch(address, {method: "POST", body: JSON.stringify({path}), headers: {"X-XSRFToken": token}});
          return [answer.status, await answer.json()];
        }""",
        [f"{server}/homeroom/api/submit", NOTEBOOK],
    )

    assert answer[0] == 403, json.dumps(answer)
    assert "Only the owner" in answer[1]["message"]
    assert attempts(stack, "ada") == before
    expect(teacher.locator(".homeroom-check")).to_have_count(0)


def test_a_form_of_another_site_and_a_request_without_the_pages_token_hand_nothing_in(
    stack: Stack, open_browser: Callable[..., Page]
) -> None:
    page = open_browser()
    sign_in(page, stack, "ada")
    inside = open_notebook(page, stack, "ada", "lab")
    before = attempts(stack, "ada")
    address = f"http://ada.localhost:{stack.port + 1}/user/ada/homeroom/api/submit"

    status = inside.evaluate(
        "async ([address, path]) => (await fetch(address, {method: 'POST', body: JSON.stringify({path})})).status",
        [address, NOTEBOOK],
    )

    assert status == 403
    assert attempts(stack, "ada") == before


def test_a_portal_that_is_away_is_said_and_the_work_is_saved(stack: Stack, open_browser: Callable[..., Page]) -> None:
    page = open_browser()
    sign_in(page, stack, "ada")
    inside = open_notebook(page, stack, "ada", "lab")
    answer = {"message": "Homeroom does not answer at this moment.", "page": f"{stack.portal}/courses/data-101/a/temperatures/"}
    inside.route("**/homeroom/api/look*", lambda route: route.fulfill(status=502, json=answer))

    press(inside, "Submit")

    said = strip(inside, "That did not work")
    expect(said).to_contain_text("Homeroom does not answer at this moment.")
    expect(said.get_by_role("link", name="Open the assignment on the portal")).to_have_attribute("href", answer["page"])
    expect(inside.get_by_role("button", name="Submit", exact=True)).to_be_enabled()
    said.get_by_role("button", name="Close").click()
    expect(said).to_have_count(0)
