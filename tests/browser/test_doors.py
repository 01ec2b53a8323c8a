"""What a teacher does about the door of a seminar: choose what notebooks run in, have the code replaced, close the old ones."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.lab import LONG
from tests.support.look import Look
from tests.support.second_python import make_second_python
from tests.support.stack import Stack, running_stack

NAME = "Machine learning"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that offers a second environment."""
    folder: Path = tmp_path_factory.mktemp("doors")
    python = make_second_python(folder / "second")
    with running_stack(folder / "state", env={"HOMEROOM_ENVIRONMENTS": json.dumps({NAME: python})}) as stack:
        yield stack


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()
    asked = page.locator("dialog[open]")
    if asked.count():
        asked.get_by_role("button").last.click()


def test_a_code_that_is_replaced_changes_on_every_page_that_shows_it(
    stack: Stack, open_browser: Callable[..., Page], look: Look
) -> None:
    page = open_browser()
    page.goto(stack.sign_in_link("teacher"))
    press(page, "Sign in")
    page.wait_for_url(f"{stack.portal}/**")
    page.goto(f"{stack.portal}/seminars/new")
    page.get_by_text("Who may come in").click()
    look(page, "doors-new")
    page.get_by_label("Title").fill("Data for everybody")
    page.get_by_label("The example that comes with Homeroom").check()
    page.get_by_label("Environment").select_option(NAME)
    page.get_by_label("Replace the code by itself").select_option("Every 5 minutes")
    press(page, "Make the seminar")
    expect(page.get_by_text("New code in 5 min")).to_be_visible()
    look(page, "doors-present")
    first = page.locator(".join-code").inner_text()
    wall, other_tab = page.context.new_page(), page.context.new_page()
    wall.goto(f"{page.url}projector")
    expect(wall.get_by_text(first)).to_be_visible()
    expect(wall.get_by_text("whoever is in stays in")).to_be_visible()
    look(wall, "doors-projector")

    other_tab.goto(page.url)
    press(other_tab, "New code")
    expect(other_tab.get_by_text("Codes from before work until")).to_be_visible()
    look(other_tab, "doors-old-codes")
    second = other_tab.locator(".join-code").inner_text()

    assert second != first
    expect(wall.get_by_text(second)).to_be_visible(timeout=LONG)
    expect(page.locator(".join-code")).to_have_text(second, timeout=LONG)
    guest = open_browser()
    guest.goto(f"{stack.portal}/join/{first}")
    expect(guest.get_by_label("Your name")).to_be_visible()
    press(other_tab, "Close them now")
    expect(other_tab.get_by_text("Only the code on the wall lets people in now.")).to_be_visible()
    guest.goto(f"{stack.portal}/join/{first}")
    expect(guest.get_by_text("This code is not valid")).to_be_visible()
    _the_notebook_says_where_it_runs(guest, stack, second)


def _the_notebook_says_where_it_runs(page: Page, stack: Stack, code: str) -> None:
    page.goto(f"{stack.portal}/join/{code}")
    page.get_by_label("Your name").fill("Rosa")
    press(page, "Join")
    page.wait_for_url("**/lab/tree/**", timeout=LONG)
    expect(page.locator(".jp-KernelName").get_by_text(NAME)).to_be_visible(timeout=LONG)
