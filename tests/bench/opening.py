"""From the click on a link to the notebook's page, one student, cold and with the server running, split into its parts."""

import socket
import time
from itertools import islice
from typing import Any

import httpx

from tests.bench.course import SLUG, BenchCourse
from tests.bench.measure import show, spent
from tests.support.visitor import Visitor


def opening(bench: BenchCourse) -> None:
    """One student opens the notebook; beside it, what the hub needs for the start of another one's server."""
    name, other = (home.name for home in islice(bench.student_homes(), 2))
    with bench.reading() as session:
        slug = bench.assignment(session).slug
    visitor = Visitor(bench.stack)
    visitor.sign_in(bench.stack.sign_in_link(name))
    _know_localhost()
    with spent() as alone:
        _start_directly(bench, other)
    with spent() as cold:
        _cold(visitor, slug, alone.seconds)
    show("open, cold: from the link to the notebook's page", cold.seconds)
    with spent() as warm:
        visitor.get(f"/open/{SLUG}/{slug}")
        _page(visitor, slug)
    show("open, server running: the same", warm.seconds)
    visitor.close()


def _cold(visitor: Visitor, slug: str, alone: float) -> None:
    with spent() as line:
        visitor.get(f"/open/{SLUG}/{slug}")
        while _status(visitor, slug)["state"] == "waiting":
            time.sleep(0.05)
    with spent() as server:
        while _status(visitor, slug)["state"] != "ready":
            time.sleep(0.1)
    with spent() as page:
        _page(visitor, slug)
    show("  files in place, a place in line", line.seconds)
    show("  the server starts", server.seconds, peer="asked for at the hub directly", peer_seconds=alone)
    show("  kernel started, JupyterLab's page", page.seconds)


def _status(visitor: Visitor, slug: str) -> dict[str, str]:
    answer = visitor.client.get(f"{visitor.stack.portal}/courses/{SLUG}/a/{slug}/opening/status")
    found: dict[str, str] = answer.json()
    assert found["state"] != "failed", found
    return found


def _page(visitor: Visitor, slug: str) -> None:
    answer = visitor.client.get(_status(visitor, slug)["url"])
    assert answer.status_code == httpx.codes.OK, answer.url
    assert "/lab/tree/" in str(answer.url), answer.url


def _know_localhost() -> None:
    """Look names like ada.localhost up as browsers do; the system's own look-up knows none."""
    look_up = socket.getaddrinfo

    def like_a_browser(host: Any, *more: Any, **facts: Any) -> Any:
        return look_up("127.0.0.1" if str(host).endswith(".localhost") else host, *more, **facts)

    socket.getaddrinfo = like_a_browser


def _start_directly(bench: BenchCourse, name: str) -> None:
    """Start somebody's server past everything of ours, and wait until the hub calls it ready."""
    headers = {"Authorization": f"token {bench.stack.secrets['hub_token']}"}
    with httpx.Client(base_url=bench.stack.hub_api, headers=headers, timeout=60) as hub:
        hub.post(f"/users/{name}/server").raise_for_status()
        while not hub.get(f"/users/{name}").json()["servers"].get("", {}).get("ready"):
            time.sleep(0.1)
