"""A seminar's pages in Chromium on a bad day: streams are refused or break, guests wait in line. All go on by themselves."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest
from playwright.sync_api import Page, expect

from classroom.web.streams import PLACES
from tests.support.guest_journey import code_of, make_seminar
from tests.support.lab import LONG
from tests.support.look import Look
from tests.support.stack import Stack
from tests.support.visitor import Visitor, eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
LIVE = {"Accept": "text/event-stream", "Sec-Fetch-Mode": "cors"}


@pytest.fixture
def teacher(stack: Stack) -> Iterator[Visitor]:
    visitor = Visitor(stack)
    visitor.sign_in(stack.sign_in_link("teacher"))
    yield visitor
    visitor.close()


@pytest.fixture
def seminar(teacher: Visitor) -> str:
    """The address of a seminar whose guests are let in by hand: they are on the wall and need no server."""
    form = teacher.get("/seminars/new")
    terms = {"title": "A long evening", "source": "example", "capacity": "9", "prewarm": "0", "minutes": "120", "starts_at": ""}
    return teacher.press(form, "Make the seminar", needs_approval="1", **terms).url


def knocks(stack: Stack, seminar: str, name: str) -> None:
    guest = Visitor(stack)
    guest.press(guest.get(f"/join/{code_of(stack, seminar)}"), "Join", name=name)
    guest.close()


def watching(open_browser: Callable[..., Page], stack: Stack, seminar: str) -> Page:
    page = open_browser()
    page.goto(stack.sign_in_link("teacher"))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{stack.portal}/**")
    page.goto(seminar)
    return page


def asked_for(page: Page, ending: str) -> list[int]:
    """The statuses of answers to requests that end so, as they come."""
    found: list[int] = []
    page.on("response", lambda answer: found.append(answer.status) if answer.url.endswith(ending) else None)
    return found


def test_a_wall_that_finds_no_place_for_a_stream_polls(
    stack: Stack, open_browser: Callable[..., Page], teacher: Visitor, seminar: str
) -> None:
    with ExitStack() as others:
        for _ in range(PLACES):
            answer = others.enter_context(teacher.client.stream("GET", f"{seminar}wall/live", headers=LIVE))
            assert answer.status_code == 200
        page = open_browser()
        refused, polled = asked_for(page, "/wall/live"), asked_for(page, "/wall")
        page.goto(stack.sign_in_link("teacher"))
        page.get_by_role("button", name="Sign in").click()
        page.goto(seminar)
        knocks(stack, seminar, "Rosa")
        expect(page.get_by_role("heading", name="1 guest at the door")).to_be_visible(timeout=LONG)
        knocks(stack, seminar, "Abel")
        expect(page.get_by_role("heading", name="2 guests at the door")).to_be_visible(timeout=LONG)

    assert refused == [503]
    assert 200 in polled


def test_a_stream_that_breaks_with_the_portal_comes_back_without_a_reload(
    stack: Stack, open_browser: Callable[..., Page], seminar: str
) -> None:
    page = watching(open_browser, stack, seminar)
    expect(page.get_by_text("Nobody has joined yet")).to_be_visible()
    page.evaluate("window.neverReloaded = true")
    streams = asked_for(page, "/wall/live")
    before = stack.pid("portal")
    os.kill(before, signal.SIGKILL)
    eventually("there is another portal", lambda: stack.pid("portal") != before)
    eventually("it answers", lambda: _answers(stack))

    knocks(stack, seminar, "Rosa")

    expect(page.get_by_role("heading", name="1 guest at the door")).to_be_visible(timeout=LONG)
    assert page.evaluate("window.neverReloaded") is True
    assert 200 in streams


def test_a_projector_that_was_without_a_network_goes_on(
    stack: Stack, open_browser: Callable[..., Page], teacher: Visitor, seminar: str
) -> None:
    page = watching(open_browser, stack, f"{seminar}projector")
    expect(page.get_by_text(code_of(stack, seminar))).to_be_visible()
    page.evaluate("window.neverReloaded = true")
    page.context.set_offline(True)
    teacher.press(teacher.get(seminar), "Announce", announcement="We go on at four.")
    page.context.set_offline(False)

    expect(page.get_by_text("We go on at four.")).to_be_visible(timeout=LONG)
    assert page.evaluate("window.neverReloaded") is True


def test_the_page_of_a_guest_who_waits_in_line_reads_well(
    stack: Stack, open_browser: Callable[..., Page], look: Look, teacher: Visitor
) -> None:
    """The one who works the line off holds still, so that the page does."""
    seminar = make_seminar(teacher, seats=3, prewarm=0)
    os.kill(stack.pid("servers"), signal.SIGSTOP)
    try:
        knocks(stack, seminar, "Rosa")
        page = open_browser(width=390, height=844)
        page.goto(f"{stack.portal}/join/{code_of(stack, seminar)}")
        page.get_by_label("Your name").fill("Abel")
        page.get_by_role("button", name="Join").click()
        expect(page.get_by_text(re.compile("Place 2 in line")).first).to_be_visible()
        look(page, "guest-waiting")
    finally:
        os.kill(stack.pid("servers"), signal.SIGCONT)
    page.wait_for_url("**/lab/tree/**", timeout=LONG)


def _answers(stack: Stack) -> bool:
    visitor = Visitor(stack)
    try:
        return visitor.client.get(f"{stack.portal}/").status_code < 500
    except httpx.TransportError:
        return False
    finally:
        visitor.close()
