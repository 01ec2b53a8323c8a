"""Servers on a real hub that starts one at a time: who waits is started in order, politely, and classes find theirs running."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.support.stack import Stack, running_stack
from tests.support.visitor import Visitor, eventually

LONG = 240
"""Seconds for several cold starts, one after another, on a busy machine."""
COURSE, ASSIGNMENT = "data-101", "temperatures"
OPENING = f"/courses/{COURSE}/a/{ASSIGNMENT}/opening"
WARM = 2

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack whose hub starts one server at a time."""
    settings = {"HOMEROOM_SPAWN_LIMIT": "1", "HOMEROOM_WARM_LIMIT": str(WARM)}
    with running_stack(tmp_path_factory.mktemp("opening") / "state", env=settings) as stack:
        homes = "select count(*) from enrolment where provisioned_at is null"
        eventually("everybody has a home", lambda: stack.rows(homes) == [(0,)], seconds=LONG)
        yield stack


@pytest.fixture
def visit(stack: Stack) -> Iterator[Callable[[str], Visitor]]:
    """Makes visitors who are signed in, closed at the end."""
    visitors: list[Visitor] = []

    def make(name: str) -> Visitor:
        visitors.append(Visitor(stack))
        visitors[-1].sign_in(stack.sign_in_link(name))
        return visitors[-1]

    yield make
    for visitor in visitors:
        visitor.close()


def hub(stack: Stack, method: str, path: str) -> httpx.Response:
    headers = {"Authorization": f"token {stack.secrets['hub_token']}"}
    return httpx.request(method, f"{stack.hub_api}{path}", headers=headers, timeout=30)


def server(stack: Stack, name: str) -> dict[str, Any]:
    """What the hub says of somebody's server; empty while there is none."""
    found: dict[str, Any] = hub(stack, "GET", f"/users/{name}").json()["servers"].get("", {})
    return found


def start_of(stack: Stack, name: str) -> str:
    rows = stack.rows("select s.state from server_start s join person p on p.id = s.person_id where p.hub_name = ?", name)
    return str(rows[0][0]) if rows else ""


def follow_link(visitor: Visitor) -> None:
    """An impatient student: follows the link twice at once."""
    with ThreadPoolExecutor(2) as presses:
        for page in presses.map(visitor.get, [f"/open/{COURSE}/{ASSIGNMENT}"] * 2):
            assert page.status == 200, page.text


def test_a_hub_that_is_busy_with_somebody_else_is_waited_for(stack: Stack, visit: Callable[[str], Visitor]) -> None:
    """Somebody starts a server past the line, so that the hub really answers 429 to the portal."""
    cem = visit(students(stack)[0])
    assert hub(stack, "POST", f"/users/{students(stack)[1]}/server").status_code == 202

    follow_link(cem)
    said = eventually("the line is held", lambda: stack.rows("select reason from server_start where held_until is not null"))

    assert said == [("Many servers are starting at this moment.",)]
    eventually("the server runs", lambda: server(stack, students(stack)[0]).get("ready"), seconds=LONG)
    assert "throttling" in (stack.state / "log" / "hub.log").read_text(), "the hub did say that it is busy"


def test_a_class_that_comes_at_once_is_started_one_after_another_in_order(stack: Stack, visit: Callable[[str], Visitor]) -> None:
    names = students(stack)[2:6]
    refused = (stack.state / "log" / "hub.log").read_text().count("throttling")
    most = 0
    for name in names:
        follow_link(visit(name))

    def all_run() -> bool:
        nonlocal most
        most = max(most, int(stack.rows("select count(*) from server_start where state = 'starting'")[0][0]))
        return all(server(stack, name).get("ready") for name in names)

    eventually("all servers run", all_run, seconds=LONG)
    began = [server(stack, name)["started"] for name in names]
    assert began == sorted(began)
    assert most == 1
    assert (stack.state / "log" / "hub.log").read_text().count("throttling") == refused, "nobody was refused"


def test_the_page_tells_the_place_and_then_leads_to_the_notebook(stack: Stack, visit: Callable[[str], Visitor]) -> None:
    name = students(stack)[6]
    visitor = visit(name)
    follow_link(visitor)
    notes: set[str] = set()

    def status() -> dict[str, Any]:
        answer = visitor.client.get(f"{stack.portal}{OPENING}/status", headers={"Accept": "application/json"})
        found: dict[str, Any] = answer.json()
        notes.update(step["note"] for step in found["steps"])
        return found

    last = eventually("it is ready", lambda: (now := status())["state"] == "ready" and now, seconds=LONG)

    assert last["url"].startswith(f"http://{name}.localhost:{stack.port + 1}/user/{name}/homeroom/open?path=")
    assert "Your server is loading its programs." in notes, "what the spawner says while it starts"
    eventually("the line knows", lambda: start_of(stack, name) == "ready")


def test_a_class_finds_its_servers_running(stack: Stack, visit: Callable[[str], Visitor]) -> None:
    for name in students(stack):
        hub(stack, "DELETE", f"/users/{name}/server")
    eventually("no server runs", lambda: not any(server(stack, name) for name in students(stack)), seconds=60)
    teacher = visit("teacher")
    soon = datetime.now(UTC) + timedelta(minutes=5)
    page = teacher.get(f"/courses/{COURSE}/teach/settings/")

    page = teacher.press(page, "Add class", weekday=str(soon.weekday()), begins=f"{soon:%H:%M}", minutes="60", timezone="UTC")

    assert "The class is in the timetable" in page.text
    ready = eventually("the class's servers run", lambda: _running(stack) if len(_running(stack)) == WARM else None, seconds=LONG)
    assert set(ready) <= set(students(stack))
    assert stack.rows("select count(*) from server_start where warm") == [(WARM,)], "as many as the settings allow"


def _running(stack: Stack) -> list[str]:
    return [name for name in students(stack) if server(stack, name).get("ready")]


def students(stack: Stack) -> list[str]:
    """The demo course's students."""
    return [person["name"] for person in stack.ready["people"] if person["role"] == "student"]
