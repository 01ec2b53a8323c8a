"""Every page that the portal has, found by its routes, with axe: for the teacher and for a student, wide and narrow."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page
from pydantic import SecretStr

from classroom.config import PORTAL_PREFIX, Settings
from classroom.web import create_app
from tests.support.look import Look
from tests.support.stack import Stack
from tests.support.visitor import Visitor, eventually

COURSE, ASSIGNMENT = "data-101", "temperatures"
LEAST = {"teacher": 18, "ada": 6}
ELSEWHERE = {"auth.start", "auth.callback", "auth.invitation", "auth.one_time", "links.open_link"}
"""These lead away or need a link of their own; the story looks at them."""


@pytest.fixture(scope="module")
def values(stack: Stack) -> dict[str, Any]:
    """A value for each argument of a route, with a real row of the demo course behind it."""
    eventually("ada has the assignment", lambda: list((stack.home("ada") / COURSE / ASSIGNMENT).glob("*.ipynb")))
    ada, teacher = Visitor(stack), Visitor(stack)
    ada.sign_in(stack.sign_in_link("ada"))
    ada.hand_in(ada.get(f"/courses/{COURSE}/a/{ASSIGNMENT}/"))
    ada.press(ada.get(f"/courses/{COURSE}/a/{ASSIGNMENT}/"), "Check")
    teacher.sign_in(stack.sign_in_link("teacher"))
    roster = ("class.csv", b"Name,E-mail\nEve Example,eve@school.example\nNobody,not an address\n")
    teacher.press(teacher.get(f"/courses/{COURSE}/teach/people/roster/"), "Preview", files={"roster": roster})
    ada.close()
    teacher.close()
    # A page that shows work in progress loads itself anew when it ends, and would do so under the eyes of axe.
    working = (
        "select id from grade_job where state != 'done' union all select id from operation where finished_at is null"
        " union all select id from work_check where state != 'done'"
    )
    eventually("nothing is being worked on", lambda: not stack.rows(working))
    number = {
        "submission_id": "select max(b.id) from submission b join enrolment e on e.id = b.enrolment_id"
        " join person p on p.id = e.person_id where p.hub_name = 'ada'",
        "check_id": "select max(id) from work_check",
        "upload_id": "select max(id) from roster_upload",
        "operation_id": "select max(id) from operation",
        "enrolment_id": "select e.id from enrolment e join person p on p.id = e.person_id where p.hub_name = 'liam-obrien'",
    }
    rows = {name: stack.rows(sql)[0][0] for name, sql in number.items()}
    return {"course": COURSE, "assignment": ASSIGNMENT, "number": 0, **rows}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application, for its routes only."""
    secret = SecretStr("only for reading the routes")
    return create_app(Settings(state=tmp_path_factory.mktemp("routes"), secret_key=secret, hub_token=secret))


def addresses(portal: Flask, values: dict[str, Any]) -> list[tuple[str, str]]:
    """The name and path of every GET route whose arguments have values."""
    found = []
    with portal.test_request_context():
        for rule in portal.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and rule.endpoint not in ELSEWHERE and rule.arguments <= values.keys():
                path = portal.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})
                found.append((rule.endpoint, path.removeprefix(PORTAL_PREFIX)))
    return found


@pytest.mark.timeout(900)
@pytest.mark.parametrize("who", ["teacher", "ada"])
def test_every_page_is_for_everybody(
    stack: Stack, open_browser: Callable[..., Page], look: Look, portal: Flask, values: dict[str, Any], who: str
) -> None:
    page = open_browser()
    page.goto(stack.sign_in_link(who))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{stack.portal}/**")

    looked = [name for name, path in addresses(portal, values) if _look(page, look, f"{stack.portal}{path}", f"{who}-{name}")]

    assert len(looked) >= LEAST[who], f"only these pages were found: {looked}"


def _look(page: Page, look: Look, address: str, name: str) -> bool:
    """Look at a page; False for what is no page of this person's: files, fragments, data, other people's pages."""
    answer = page.request.get(address)
    if answer.status in {403, 404} or "html" not in answer.headers.get("content-type", "") or "<html" not in answer.text():
        return False
    page.goto(address)
    look(page, name, ways=(("wide", "light"), ("narrow", "dark")))
    return True


def test_a_page_that_does_not_exist_says_so_kindly(stack: Stack, open_browser: Callable[..., Page], look: Look) -> None:
    page = open_browser()
    page.goto(f"{stack.portal}/no-such-page")

    assert "Homeroom" in page.title()
    look(page, "error", status=404)
