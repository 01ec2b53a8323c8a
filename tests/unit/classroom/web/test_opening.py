"""The way into a notebook: files in place, a place in the line for servers, and a page that waits."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from classroom.models import Assignment, Enrolment, ServerStart
from classroom.services import server_line, server_starts
from classroom.services.operation_context import OperationContext
from hub_bridge.client import HubClient
from tests.support.hub_stand_in import HubStandIn
from tests.support.outgoing import Outgoing
from tests.support.pages import PageClient, SignIn, soup_of, text_of
from tests.support.work import Lab, answered

GROWTH = "/courses/bio1/a/growth/"
NOTEBOOK = {"notebook": "growth.ipynb"}
READY = "http://ada.localhost:8001/user/ada/homeroom/open?path=bio1/growth/growth.ipynb"

Serve = Callable[[], None]


@pytest.fixture
def browser(sign_in: SignIn, ada: Enrolment, assignment: Assignment) -> PageClient:
    """Ada's, to whom nothing was delivered yet."""
    return sign_in(ada)


@pytest.fixture
def serve(context: OperationContext, hub: HubStandIn) -> Serve:
    """One round of the worker that works the line off."""
    there = replace(context, hub=lambda: HubClient(hub.api, "hub token", timeout=5))
    return lambda: server_starts.serve(there)


def status(browser: PageClient) -> dict[str, Any]:
    found: dict[str, Any] = browser.get(f"{GROWTH}opening/status", query_string=NOTEBOOK).get_json()
    return found


def others_wait(lab: Lab, count: int) -> None:
    for number in range(count):
        server_line.ask(lab.session, owner=lab.student(f"other{number}").person, now=lab.now)
    lab.session.commit()
    lab.clock.forward(seconds=1)


def test_opening_puts_the_files_in_place_and_takes_a_place_in_line(
    browser: PageClient, hub: HubStandIn, lab: Lab, ada: Enrolment, serve: Serve, outgoing: Outgoing
) -> None:
    answer = browser.post(f"{GROWTH}open", NOTEBOOK)
    serve()

    assert answer.status_code == 302
    assert "/opening?notebook=growth.ipynb" in answer.location
    assert lab.names(ada) == ["data/cells.csv", "growth.ipynb"]
    assert outgoing.messages[-1] == ("classroom.serve_line", "servers", {})
    assert hub.started == ["ada"]


def test_opening_again_keeps_the_students_work(browser: PageClient, lab: Lab, ada: Enrolment) -> None:
    lab.write(ada, "growth.ipynb", answered())

    browser.post(f"{GROWTH}open", NOTEBOOK)

    assert lab.read(ada, "growth.ipynb") == answered()


def test_pressing_twice_is_one_start(browser: PageClient, hub: HubStandIn, lab: Lab, serve: Serve) -> None:
    for _ in range(2):
        browser.post(f"{GROWTH}open", NOTEBOOK)
        serve()

    assert hub.started == ["ada"]
    assert lab.session.query(ServerStart).count() == 1


def test_the_page_shows_each_step_while_the_server_starts(browser: PageClient, hub: HubStandIn, serve: Serve) -> None:
    hub.says = [{"progress": 20, "message": "A sandbox is made."}, {"progress": 50, "message": "Loading <programs>."}]
    opening = browser.post(f"{GROWTH}open", NOTEBOOK).location
    serve()

    page = browser.get(opening)

    assert "Your notebook server is starting" in text_of(page)
    assert [str(step["data-state"]) for step in soup_of(page).select("[data-step]")] == ["done", "done", "now", "todo"]
    assert "Loading <programs>." in text_of(page)
    assert status(browser)["percent"] >= 50


def test_whoever_waits_reads_their_place_and_finds_it_again(browser: PageClient, lab: Lab, hub: HubStandIn) -> None:
    others_wait(lab, 6)
    browser.post(f"{GROWTH}open", NOTEBOOK)
    first = status(browser)
    lab.clock.forward(minutes=1)
    browser.post(f"{GROWTH}open", NOTEBOOK)

    assert first["state"] == "waiting"
    assert "Place 7 in line" in first["message"]
    assert first["again"] > 1, "who is far back asks less often"
    assert status(browser) == first
    assert hub.started == []


def test_without_scripts_the_page_loads_itself_anew(browser: PageClient, serve: Serve) -> None:
    page = browser.get(browser.post(f"{GROWTH}open", NOTEBOOK).location)

    refresh = soup_of(page).select_one("noscript meta[http-equiv=refresh]")
    assert refresh
    assert refresh["content"] == "3"


def test_a_ready_server_sends_the_browser_to_the_notebook(browser: PageClient, hub: HubStandIn) -> None:
    hub.server = "ready"

    page = browser.get(f"{GROWTH}opening", query_string=NOTEBOOK)

    assert status(browser)["url"] == READY
    refresh = soup_of(page).select_one("meta[http-equiv=refresh]")
    assert refresh
    assert refresh["content"] == f"0; url={READY}"


def test_a_server_that_runs_already_needs_no_place_in_line(browser: PageClient, hub: HubStandIn, lab: Lab) -> None:
    hub.server = "ready"

    browser.post(f"{GROWTH}open", NOTEBOOK)

    assert lab.session.query(ServerStart).count() == 0


def test_the_first_page_that_finds_its_server_ready_lets_the_next_one_in(
    browser: PageClient, hub: HubStandIn, serve: Serve, outgoing: Outgoing
) -> None:
    browser.post(f"{GROWTH}open", NOTEBOOK)
    serve()
    hub.server = "ready"
    outgoing.messages.clear()

    status(browser)

    assert outgoing.messages == [("classroom.serve_line", "servers", {})]


def test_a_start_that_failed_says_what_to_do_and_is_not_tried_for_ever(
    browser: PageClient, hub: HubStandIn, serve: Serve
) -> None:
    hub.after_start = "failed"
    browser.post(f"{GROWTH}open", NOTEBOOK)
    serve()
    serve()

    page = browser.get(f"{GROWTH}opening", query_string=NOTEBOOK)

    assert page.status_code == 503
    assert "Try again" in text_of(page)
    assert "hub.log" not in text_of(page), "that is for staff"
    assert hub.started == ["ada"]


def test_trying_again_starts_again(browser: PageClient, hub: HubStandIn, serve: Serve) -> None:
    hub.after_start = "failed"
    browser.post(f"{GROWTH}open", NOTEBOOK)
    serve()
    hub.after_start = "ready"

    browser.post(f"{GROWTH}open", NOTEBOOK)
    serve()

    assert status(browser)["state"] == "ready"


def test_staff_read_why_a_start_failed(sign_in: SignIn, lab: Lab, assignment: Assignment, hub: HubStandIn, serve: Serve) -> None:
    browser = sign_in(lab.teacher)
    hub.after_start = "failed"
    browser.post(f"{GROWTH}open", NOTEBOOK)
    serve()

    text = text_of(browser.get(f"{GROWTH}opening", query_string=NOTEBOOK))

    assert "Spawn failed" in text
    assert "log/hub.log" in text


def test_a_hub_that_is_away_is_waited_for(browser: PageClient, hub: HubStandIn, serve: Serve, lab: Lab) -> None:
    hub.broken = True
    answer = browser.post(f"{GROWTH}open", NOTEBOOK)
    serve()
    away = status(browser)
    hub.broken = False
    lab.clock.forward(seconds=10)
    serve()

    assert answer.status_code == 302
    assert "takes nobody at this moment" in away["message"]
    assert hub.started == ["ada"]


def test_a_hub_that_goes_away_during_a_start_is_waited_for(browser: PageClient, hub: HubStandIn, serve: Serve) -> None:
    browser.post(f"{GROWTH}open", NOTEBOOK)
    serve()
    hub.broken = True

    assert "does not answer" in status(browser)["message"]


def test_a_server_that_is_stopping_is_started_again_afterwards(browser: PageClient, hub: HubStandIn, serve: Serve) -> None:
    hub.after_start = hub.server = "stopping"
    browser.post(f"{GROWTH}open", NOTEBOOK)
    serve()
    before = status(browser)["state"]
    hub.server, hub.after_start = "stopped", "pending"

    serve()

    assert before == "starting"
    assert hub.servers == {"ada": "pending"}


def test_a_page_from_yesterday_offers_to_start_what_has_stopped(browser: PageClient, hub: HubStandIn, serve: Serve) -> None:
    hub.after_start = "ready"
    opening = browser.post(f"{GROWTH}open", NOTEBOOK).location
    serve()
    hub.server = "stopped"

    page = browser.get(opening)

    assert page.status_code == 200
    assert "is not running" in text_of(page)
    assert soup_of(page).find("button", string=lambda text: text and "Start it" in text) or "Start it" in text_of(page)


def test_only_notebooks_of_the_assignment_are_opened(browser: PageClient, hub: HubStandIn, lab: Lab) -> None:
    answer = browser.post(f"{GROWTH}open", {"notebook": "../../secret.ipynb"})

    assert answer.status_code == 404
    assert lab.session.query(ServerStart).count() == 0


def test_staff_open_the_assignment_in_a_folder_of_their_own(sign_in: SignIn, lab: Lab, assignment: Assignment) -> None:
    sign_in(lab.teacher).post(f"{GROWTH}open", NOTEBOOK)

    assert "growth.ipynb" in lab.names(lab.teacher)
