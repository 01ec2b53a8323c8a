"""The hub believes the portal, and only the portal. The portal here is a real HTTP server with three answers."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest
from tornado.web import HTTPError

from hub_bridge.authenticator import PortalAuthenticator, inside_portal

Answer = tuple[int, Any]


class _Portal(BaseHTTPRequestHandler):
    """Answers each question with what the test put into ``answers``."""

    answers: dict[str, Answer]
    asked: list[tuple[str, str, dict[str, Any]]]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.path, self.headers["Authorization"], body))
        status, answer = self.answers[self.path.rpartition("/")[2]]
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        """Say nothing."""


@pytest.fixture
def portal() -> Iterator[SimpleNamespace]:
    """A portal whose answers a test sets."""
    answers: dict[str, Answer] = {}
    asked: list[tuple[str, str, dict[str, Any]]] = []
    handler = type("Portal", (_Portal,), {"answers": answers, "asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}/portal/identity", answers=answers, asked=asked)
    server.shutdown()
    server.server_close()


def call(authenticator: PortalAuthenticator, method: Callable[..., Any], *arguments: Any) -> Any:
    """Run one of the authenticator's methods to its end, and close its connections."""

    async def run() -> Any:
        try:
            return await method(*arguments)
        finally:
            if authenticator._http:
                await authenticator._http.aclose()

    return asyncio.run(run())


@pytest.fixture
def authenticator(portal: SimpleNamespace) -> PortalAuthenticator:
    """An authenticator that asks the portal."""
    return PortalAuthenticator(
        portal_url="http://localhost:8000", identity_url=portal.url, identity_token="token", enter_servers=True
    )


def test_a_password_that_the_portal_accepts_signs_in_with_the_roles_it_names(
    authenticator: PortalAuthenticator, portal: SimpleNamespace
) -> None:
    portal.answers["password"] = 200, {"name": "tess", "courses": {"bio1": "teacher"}}

    model = call(authenticator, authenticator.authenticate, None, {"username": "tess", "password": "pw"})

    assert model["name"] == "tess"
    assert [role["name"] for role in model["roles"]] == ["user", "staff-bio1"]
    assert portal.asked == [("/portal/identity/password", "Bearer token", {"name": "tess", "password": "pw"})]


def test_a_refusal_is_shown_in_the_portals_words(authenticator: PortalAuthenticator, portal: SimpleNamespace) -> None:
    portal.answers["password"] = 403, {"message": "100% wrong."}

    with pytest.raises(HTTPError) as refusal:
        call(authenticator, authenticator.authenticate, None, {"username": "tess", "password": "no"})

    assert refusal.value.status_code == 403
    assert refusal.value.log_message is not None
    assert refusal.value.log_message % refusal.value.args == "100% wrong."


def test_a_ticket_says_where_to_go_on(authenticator: PortalAuthenticator, portal: SimpleNamespace) -> None:
    portal.answers["ticket"] = 200, {"name": "ana", "courses": {}, "next": "/portal/courses/bio1/"}
    data = {"ticket": "1.abc"}

    call(authenticator, authenticator.authenticate, None, data)

    assert data["next"] == "/portal/courses/bio1/"


@pytest.mark.parametrize(
    "answer",
    [
        (500, {"message": "broken"}),
        (200, b"<html>"),
        (200, {"name": "Not A Name", "courses": {}}),
        (200, {"name": "ana"}),
        (502, b""),
    ],
)
def test_a_portal_that_makes_no_sense_lets_nobody_in_and_nobody_out(
    authenticator: PortalAuthenticator, portal: SimpleNamespace, answer: Answer
) -> None:
    portal.answers["password"] = portal.answers["refresh"] = answer

    with pytest.raises(HTTPError) as refusal:
        call(authenticator, authenticator.authenticate, None, {"username": "ana", "password": "pw"})
    authenticator._http = None
    stays = call(authenticator, authenticator.refresh_user, SimpleNamespace(name="ana"))

    assert refusal.value.status_code == 503
    assert "does not answer" in str(refusal.value.log_message)
    assert stays is True


def test_a_silent_portal_signs_nobody_out(authenticator: PortalAuthenticator) -> None:
    authenticator.identity_url = "http://127.0.0.1:9/portal/identity"

    assert call(authenticator, authenticator.refresh_user, SimpleNamespace(name="ana")) is True


def test_somebody_dropped_is_signed_out(authenticator: PortalAuthenticator, portal: SimpleNamespace) -> None:
    portal.answers["refresh"] = 403, {"message": "You are in no course at present."}

    assert call(authenticator, authenticator.refresh_user, SimpleNamespace(name="ana")) is False


@pytest.mark.parametrize(
    "path",
    [None, "", "/", "//evil.example/portal/", "https://evil.example/portal/", "/portal/\\evil", "/portalx/", "@evil/portal/"],
)
def test_a_sign_in_goes_on_to_a_page_of_the_portal_only(path: object) -> None:
    assert inside_portal(path) == "/portal/"


def test_a_seminars_guest_comes_in_with_a_guests_role(authenticator: PortalAuthenticator, portal: SimpleNamespace) -> None:
    portal.answers["ticket"] = 200, {"name": "guest-abc", "courses": {}, "guest": True, "next": "/portal/s/xyz/notebook"}

    model = call(authenticator, authenticator.authenticate, None, {"ticket": "seat.1.abc"})

    assert [role["name"] for role in model["roles"]] == ["seminar-guest"]
