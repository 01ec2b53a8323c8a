"""A teacher corrects an assignment that a student has begun: what both read, and the way back."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.example_answers import answers_of, fill_in
from tests.support.look import Look
from tests.support.stack import Stack
from tests.support.visitor import eventually

COURSE, ASSIGNMENT = "data-101", "temperatures"
HINT = "A hint that came later: look at the units."


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_correction_reaches_a_notebook_that_was_begun_and_can_be_taken_back(
    stack: Stack, open_browser: Callable[..., Page], look: Look, checkout: Path, tmp_path: Path
) -> None:
    begun = stack.home("ada") / COURSE / ASSIGNMENT / "temperatures.ipynb"
    eventually("ada has the assignment", begun.is_file)
    write(begun, fill_in(begun.read_bytes(), answers_of(checkout / "courses" / "example", ASSIGNMENT, "half-right")))
    teacher, ada = signed_in(open_browser, stack, "teacher"), signed_in(open_browser, stack, "ada")

    releases(teacher, stack, corrected(checkout, tmp_path))
    eventually("the correction is in her notebook", lambda: HINT in begun.read_text("utf-8"))
    look(teacher, "new-version-assignment")
    teacher.goto(f"{stack.portal}/courses/{COURSE}/teach/assignments/{ASSIGNMENT}/updates/")
    look(teacher, "new-version-updates")

    ada.goto(f"{stack.portal}/courses/{COURSE}/a/{ASSIGNMENT}/")
    expect(ada.get_by_role("heading", name="Changed by your teacher")).to_be_visible()
    ada.get_by_text("Cell by cell").first.click()
    ada.get_by_text("Start a file over").click()
    look(ada, "new-version-student")
    ada.get_by_role("button", name="Undo this update").click()
    ada.locator("dialog[open]").get_by_role("button").last.click()
    expect(ada.get_by_text("as it was before the update")).to_be_visible()
    look(ada, "new-version-undone")
    assert HINT not in begun.read_text("utf-8")

    ada.get_by_role("link", name="Earlier states of your files").click()
    expect(ada.get_by_text("The same as now")).to_be_visible()
    updated = ada.get_by_role("listitem").filter(has_text="that your file lacks now")
    expect(updated).to_contain_text("Your teacher changed the cell below.")
    look(ada, "earlier-states")
    updated.get_by_role("button", name="Bring back").click()
    ada.locator("dialog[open]").get_by_role("button").last.click()
    expect(ada.get_by_text("is as it was then")).to_be_visible()
    assert HINT in begun.read_text("utf-8")


def signed_in(open_browser: Callable[..., Page], stack: Stack, who: str) -> Page:
    page = open_browser()
    page.goto(stack.sign_in_link(who))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{stack.portal}/**")
    return page


def write(path: Path, data: bytes) -> None:
    owner = path.stat()
    path.write_bytes(data)
    os.chown(path, owner.st_uid, owner.st_gid)


def corrected(checkout: Path, folder: Path) -> list[Path]:
    """The source with a new text at its end and one question worded anew."""
    files = []
    for path in sorted((checkout / "courses" / "example" / "source" / ASSIGNMENT).iterdir()):
        data = path.read_bytes()
        if path.suffix == ".ipynb":
            notebook = json.loads(data)
            notebook["cells"].append({"cell_type": "markdown", "id": "a-hint", "metadata": {}, "source": HINT})
            answer = next(cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("solution"))
            answer["source"] = ["# Mind the header.\n", *answer["source"]]
            data = json.dumps(notebook).encode()
        files.append(folder / path.name)
        files[-1].write_bytes(data)
    return files


def releases(page: Page, stack: Stack, files: list[Path]) -> None:
    page.goto(f"{stack.portal}/courses/{COURSE}/teach/assignments/_add/?assignment={ASSIGNMENT}")
    page.get_by_label("Short name").fill(ASSIGNMENT)
    page.locator("input[type=file]").set_input_files(files)
    page.get_by_role("button", name="Upload and release").click()
    page.wait_for_url(f"**/assignments/{ASSIGNMENT}/**")
    page.get_by_role("button", name="Deliver").first.click()
    page.locator("dialog[open]").get_by_role("button").last.click()
    page.wait_for_load_state()
    page.goto(f"{stack.portal}/courses/{COURSE}/teach/assignments/{ASSIGNMENT}/")
