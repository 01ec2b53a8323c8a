"""What the client makes of the hub's answers. The hub here is a small HTTP server: the real one does not fail on demand."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest

from hub_bridge.client import BATCH, HubBusy, HubClient, HubRefused, HubUnavailable, Progress


class _Hub(BaseHTTPRequestHandler):
    """Answers by method and path with what the test put into ``answers``; 200 and {} otherwise."""

    answers: dict[str, tuple[int, dict[str, str], Any]]
    asked: list[tuple[str, Any]]

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.asked.append((f"{self.command} {self.path}", json.loads(self.rfile.read(length) or "null")))
        status, headers, body = self.answers.get(f"{self.command} {self.path}", (200, {}, {}))
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_DELETE = answer  # noqa: N815 - the names are http.server's

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        """Say nothing."""


@pytest.fixture
def hub() -> Iterator[SimpleNamespace]:
    """A hub whose answers a test sets."""
    answers: dict[str, tuple[int, dict[str, str], Any]] = {}
    asked: list[tuple[str, Any]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Hub", (_Hub,), {"answers": answers, "asked": asked}))
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}", answers=answers, asked=asked)
    server.shutdown()
    server.server_close()


@pytest.fixture
def client(hub: SimpleNamespace) -> Iterator[HubClient]:
    """A client of that hub."""
    with HubClient(hub.url, "token", pause=0) as client:
        yield client


def test_names_go_in_batches_and_each_once(client: HubClient, hub: SimpleNamespace) -> None:
    names = [f"s{number:03}" for number in range(60)]

    client.add_to_group("bio1-student", names + names)

    batches = [body["users"] for _, body in hub.asked]
    assert [len(batch) for batch in batches] == [BATCH, BATCH, 10]
    assert [name for batch in batches for name in batch] == names


def test_users_and_groups_that_are_there_are_no_error(client: HubClient, hub: SimpleNamespace) -> None:
    hub.answers["POST /users"] = hub.answers["POST /groups/g"] = 409, {}, {"message": "exists"}

    client.ensure_users(["ana"])
    client.ensure_group("g")

    assert len(hub.asked) == 2


def test_users_are_read_page_by_page(client: HubClient, hub: SimpleNamespace) -> None:
    first = {"items": [{"name": "ana", "groups": ["g"]}], "_pagination": {"next": {"offset": 200}}}
    last = {"items": [{"name": "bo", "admin": True}], "_pagination": {"next": None}}
    hub.answers["GET /users?offset=0&limit=200"] = 200, {}, first
    hub.answers["GET /users?offset=200&limit=200"] = 200, {}, last

    users = list(client.list_users())

    assert [(user.name, user.admin, user.groups) for user in users] == [("ana", False, ("g",)), ("bo", True, ())]


@pytest.mark.parametrize(
    ("said", "seconds"), [({"Retry-After": "35"}, 35), ({}, 5), ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, 5)]
)
def test_a_busy_hub_says_when_to_come_back(client: HubClient, hub: SimpleNamespace, said: dict[str, str], seconds: float) -> None:
    hub.answers["POST /users/ana/server"] = 429, said, {"message": "too many"}

    with pytest.raises(HubBusy) as busy:
        client.start_server("ana")

    assert busy.value.retry_after == seconds


def test_a_server_that_runs_already_is_simply_there(client: HubClient, hub: SimpleNamespace) -> None:
    hub.answers["POST /users/ana/server"] = 400, {}, {"message": "already running"}
    server = {"ready": True, "pending": None, "url": "http://ana.localhost/user/ana/"}
    hub.answers["GET /users/ana"] = 200, {}, {"servers": {"": server}}

    state = client.start_server("ana")

    assert (state.status, state.url) == ("ready", "http://ana.localhost/user/ana/")


def test_a_start_that_failed_says_why(client: HubClient, hub: SimpleNamespace) -> None:
    hub.answers["GET /users/ana"] = 200, {}, {"servers": {}}
    event = {"failed": True, "message": "Spawn failed: no home"}
    hub.answers["GET /users/ana/server/progress"] = 200, {}, f"\n\ndata: {json.dumps(event)}\n\n"

    state = client.server_state("ana")

    assert (state.status, state.message) == ("stopped", "Spawn failed: no home")


def test_how_far_a_start_is_comes_from_the_newest_event(client: HubClient, hub: SimpleNamespace) -> None:
    events = [{"progress": 20, "message": "First"}, {"progress": 250, "message": "Then"}, {"odd": True}, ["odder"]]
    stream = "\n\n".join(f"data: {json.dumps(event)}" for event in events)
    hub.answers["GET /users/ana/server/progress"] = 200, {}, f"{stream}\n\n"

    assert client.start_progress("ana") == Progress(100, "Then")


def test_a_hub_that_says_nothing_of_a_start_is_not_waited_for(client: HubClient, hub: SimpleNamespace) -> None:
    hub.answers["GET /users/ana/server/progress"] = 400, {}, {"message": "not starting"}

    assert client.start_progress("ana") is None


def test_those_whose_server_runs_are_asked_for_in_pages(client: HubClient, hub: SimpleNamespace) -> None:
    for offset, name, following in ((0, "ana", {"offset": 200}), (200, "bo", None)):
        page = {"items": [{"name": name}], "_pagination": {"next": following}}
        hub.answers[f"GET /users?offset={offset}&limit=200&state=ready"] = 200, {}, page

    assert client.running_servers() == {"ana", "bo"}


@pytest.mark.parametrize(("status", "pending"), [("stopping", "stop"), ("pending", "spawn")])
def test_a_server_on_its_way_is_told(client: HubClient, hub: SimpleNamespace, status: str, pending: str) -> None:
    hub.answers["GET /users/ana"] = 200, {}, {"servers": {"": {"ready": False, "pending": pending, "url": "x"}}}

    assert client.server_state("ana").status == status


def test_stopping_what_does_not_run_is_no_error(client: HubClient, hub: SimpleNamespace) -> None:
    hub.answers["DELETE /users/ana/server"] = 400, {}, {"message": "not running"}

    client.stop_server("ana")

    assert hub.asked == [("DELETE /users/ana/server", None)]


def test_forgetting_whom_the_hub_does_not_know_is_no_error(client: HubClient, hub: SimpleNamespace) -> None:
    hub.answers["DELETE /users/ana"] = 404, {}, {"message": "Not Found"}

    client.remove_user("ana")

    assert hub.asked == [("DELETE /users/ana", None)]


def test_a_refusal_keeps_the_hubs_reason(client: HubClient, hub: SimpleNamespace) -> None:
    hub.answers["POST /users"] = 400, {}, {"message": "Invalid usernames: a/b"}

    with pytest.raises(HubRefused, match="Invalid usernames: a/b") as refused:
        client.ensure_users(["a/b"])

    assert refused.value.status == 400


@pytest.mark.parametrize("body", [{"message": "broken"}, "<html>"])
def test_a_broken_hub_is_unavailable(client: HubClient, hub: SimpleNamespace, body: object) -> None:
    hub.answers["GET /"] = 502, {}, body

    with pytest.raises(HubUnavailable):
        client.version()


def test_a_hub_that_is_not_there_is_unavailable() -> None:
    with HubClient("http://127.0.0.1:9", "token") as client, pytest.raises(HubUnavailable, match="does not answer"):
        client.own_scopes()
