"""The way into a notebook: files in place, server asked for, and a page that waits for it."""

from typing import Any

import pytest

from classroom.models import Assignment, Enrolment
from tests.support.hub_stand_in import HubStandIn
from tests.support.pages import PageClient, SignIn, soup_of, text_of
from tests.support.work import Lab, answered

GROWTH = "/courses/bio1/a/growth/"
NOTEBOOK = {"notebook": "growth.ipynb"}
READY = "http://ada.localhost:8001/user/ada/homeroom/open?path=bio1/growth/growth.ipynb"


@pytest.fixture
def browser(sign_in: SignIn, ada: Enrolment, assignment: Assignment) -> PageClient:
    """Ada's, to whom nothing was delivered yet."""
    return sign_in(ada)


def status(browser: PageClient) -> dict[str, Any]:
    found: dict[str, Any] = browser.get(f"{GROWTH}opening/status", query_string=NOTEBOOK).get_json()
    return found


def test_opening_puts_the_files_in_place_and_asks_for_the_server(
    browser: PageClient, hub: HubStandIn, lab: Lab, ada: Enrolment
) -> None:
    answer = browser.post(f"{GROWTH}open", NOTEBOOK)

    assert answer.status_code == 302
    assert "/opening?notebook=growth.ipynb" in answer.location
    assert lab.names(ada) == ["data/cells.csv", "growth.ipynb"]
    assert hub.started == ["ada"]


def test_opening_again_keeps_the_students_work(browser: PageClient, lab: Lab, ada: Enrolment) -> None:
    lab.write(ada, "growth.ipynb", answered())

    browser.post(f"{GROWTH}open", NOTEBOOK)

    assert lab.read(ada, "growth.ipynb") == answered()


def test_the_page_waits_while_the_server_starts(browser: PageClient, hub: HubStandIn) -> None:
    page = browser.get(browser.post(f"{GROWTH}open", NOTEBOOK).location)

    assert "Your notebook server is starting" in text_of(page)
    assert soup_of(page).find("progress")
    assert status(browser)["state"] == "starting"


def test_a_ready_server_sends_the_browser_to_the_notebook(browser: PageClient, hub: HubStandIn) -> None:
    hub.server = "ready"

    page = browser.get(f"{GROWTH}opening", query_string=NOTEBOOK)

    assert status(browser)["url"] == READY
    refresh = soup_of(page).select_one("meta[http-equiv=refresh]")
    assert refresh
    assert refresh["content"] == f"0; url={READY}"


def test_a_busy_hub_means_a_place_in_line_that_moves_on_by_itself(browser: PageClient, hub: HubStandIn) -> None:
    hub.busy = True
    browser.post(f"{GROWTH}open", NOTEBOOK)
    waiting = status(browser)
    hub.busy = False

    status(browser)

    assert "You are in line" in waiting["message"]
    assert hub.started == ["ada"]


def test_a_start_that_failed_says_what_to_do_and_is_not_tried_for_ever(browser: PageClient, hub: HubStandIn) -> None:
    hub.server = "failed"

    page = browser.get(f"{GROWTH}opening", query_string=NOTEBOOK)

    assert page.status_code == 503
    assert "Try again" in text_of(page)
    assert hub.started == []


def test_a_hub_that_is_away_is_waited_for(browser: PageClient, hub: HubStandIn) -> None:
    hub.broken = True

    answer = browser.post(f"{GROWTH}open", NOTEBOOK)

    assert answer.status_code == 302
    assert "does not answer" in status(browser)["message"]


def test_a_server_that_is_stopping_is_started_again_afterwards(browser: PageClient, hub: HubStandIn) -> None:
    hub.server = "stopping"
    before = status(browser)["state"]
    hub.server = "stopped"

    status(browser)

    assert before == "starting"
    assert hub.started == ["ada"]


def test_only_notebooks_of_the_assignment_are_opened(browser: PageClient, hub: HubStandIn) -> None:
    answer = browser.post(f"{GROWTH}open", {"notebook": "../../secret.ipynb"})

    assert answer.status_code == 404
    assert hub.started == []


def test_staff_open_the_assignment_in_a_folder_of_their_own(sign_in: SignIn, lab: Lab, assignment: Assignment) -> None:
    sign_in(lab.teacher).post(f"{GROWTH}open", NOTEBOOK)

    assert "growth.ipynb" in lab.names(lab.teacher)
