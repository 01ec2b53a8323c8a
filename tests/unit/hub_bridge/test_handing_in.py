"""What a student's own server passes on to the portal, and how it says that nobody answered."""

import asyncio
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from hub_bridge.singleuser.handing_in import AWAY, NO_ANSWER, Place, Portal, place_of


class Asked:
    """A portal that answers one thing, and what it was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.answer = (200, b"{}")
        self.bodies: list[bytes] = []
        self.requests: list[tuple[str, str, str | None, str | None]] = []

    def portal(self, **more: str) -> Portal:
        return Portal(**{"api": self.url, "pages": "http://pages", "token": "my token", "owner": "ada", **more})


@pytest.fixture
def asked() -> Iterator[Asked]:
    told = Asked()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            told.requests.append((self.command, self.path, self.headers.get("Authorization"), self.headers.get("Cookie")))
            if length := int(self.headers.get("Content-Length") or 0):
                told.bodies.append(self.rfile.read(length))
            status, data = told.answer
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _answer  # noqa: N815 - the names are the standard library's

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield told
    server.shutdown()
    server.server_close()
    thread.join()


def ask(portal: Portal, method: str = "GET", what: str = "") -> tuple[int, dict[str, Any]]:
    return asyncio.run(portal.ask(method, "courses/bio1/a/growth", what))


def test_the_question_goes_on_with_the_servers_own_token_and_no_cookie(asked: Asked) -> None:
    asked.answer = (200, b'{"title": "Growth"}')

    assert ask(asked.portal()) == (200, {"title": "Growth"})
    assert ask(asked.portal(), "POST", "submit")[0] == 200
    assert asked.requests == [
        ("GET", "/courses/bio1/a/growth/", "token my token", None),
        ("POST", "/courses/bio1/a/growth/submit", "token my token", None),
    ]


def test_a_refusal_comes_through_in_the_portals_words(asked: Asked) -> None:
    asked.answer = (429, b'{"message": "Your last check is still running."}')

    assert ask(asked.portal(), "POST", "check") == (429, {"message": "Your last check is still running."})


@pytest.mark.parametrize("answer", [b"<html>", b"", b"[]", b"\xff"])
def test_what_is_no_answer_of_the_portals_is_said(asked: Asked, answer: bytes) -> None:
    asked.answer = (502, answer)

    assert ask(asked.portal()) == (AWAY, {"message": NO_ANSWER})


def test_a_portal_that_is_away_is_said(asked: Asked) -> None:
    assert ask(asked.portal(api="http://127.0.0.1:9")) == (AWAY, {"message": NO_ANSWER})


@pytest.mark.parametrize(
    ("path", "assignment"),
    [
        ("bio1/growth/growth.ipynb", "courses/bio1/a/growth"),
        ("/bio1/growth/part/two.ipynb", "courses/bio1/a/growth"),
        ("bio1/gr owth?x=1/n.ipynb", "courses/bio1/a/gr%20owth%3Fx%3D1"),
        ("bio1/growth.ipynb", ""),
        ("n.ipynb", ""),
        ("", ""),
        ("bio1/../n.ipynb", ""),
        ("../../n.ipynb", ""),
        ("bio1//n.ipynb", ""),
    ],
)
def test_a_students_file_belongs_to_the_assignment_of_its_folders(path: str, assignment: str) -> None:
    place = place_of(path, guest=False)

    assert (place.address if place else "") == assignment


@pytest.mark.parametrize("path", ["seminar/look.ipynb", "/seminar/look.ipynb", "bio1/growth/growth.ipynb"])
def test_a_guests_file_belongs_to_the_seat_however_deep_it_lies(path: str) -> None:
    assert place_of(path, guest=True) == Place("seat", path.strip("/").split("/")[0])


@pytest.mark.parametrize("path", ["", "look.ipynb", "seminar/../look.ipynb", "../look.ipynb", "seminar//look.ipynb"])
def test_a_guests_file_outside_a_folder_belongs_to_nothing(path: str) -> None:
    assert place_of(path, guest=True) is None


def test_what_a_guest_says_goes_along(asked: Asked) -> None:
    asyncio.run(asked.portal().ask("POST", "seat", "hand", {"path": "seminar/look.ipynb", "up": True}))

    assert asked.requests[0][:2] == ("POST", "/seat/hand")
    assert asked.bodies == [b'{"path": "seminar/look.ipynb", "up": true}']
