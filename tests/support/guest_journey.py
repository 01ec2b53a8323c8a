"""A seminar's guest from the code on the wall to a running kernel, without a browser, with the time each part took."""

import asyncio
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote, urljoin, urlsplit

import httpx
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from tests.support.stack import Stack
from tests.support.visitor import Page, Visitor, eventually

T = TypeVar("T")
PATIENCE = 240
"""Seconds a guest waits at most for each part: this is no test of patience."""


class Loopback(httpx.HTTPTransport):
    """Finds every NAME.localhost on this machine, as browsers do and resolvers need not."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        here = request.url.copy_with(host="127.0.0.1")
        return super().handle_request(
            httpx.Request(request.method, here, headers=request.headers, stream=request.stream, extensions=request.extensions)
        )


@dataclass(frozen=True, slots=True)
class Journey:
    """What one guest saw: their server, and seconds for each part of the way."""

    name: str
    server: str
    seat: float
    """From pressing Join until the seat is theirs."""
    spawn: float
    """Until the server is ready."""
    hub: float
    """Through the hub's door, until the server lets them in and the kernel is asked for."""
    lab: float
    """Until the kernel has answered the first cell."""

    @property
    def total(self) -> float:
        return self.seat + self.spawn + self.hub + self.lab


class Guest:
    """One guest with cookies of their own."""

    def __init__(self, stack: Stack, name: str) -> None:
        self.stack, self.name = stack, name
        self.visitor = Visitor(stack)
        self.visitor.client.close()
        self.visitor.client = httpx.Client(transport=Loopback(), follow_redirects=True, timeout=PATIENCE)
        self.notebook: Page | None = None

    def close(self) -> None:
        self.visitor.close()

    def come_in(self, code: str) -> Journey:
        """Join, wait, enter, and see the kernel run."""
        form = self.visitor.get(f"/join/{code}")
        waiting, seat = _timed(lambda: self.visitor.press(form, "Join", name=self.name))
        assert "/opening" in waiting.url, f"{self.name}: {waiting.status} {waiting.url} {waiting.text[:300]}"
        enter, spawn = _timed(lambda: self._until_ready(waiting))
        opened, hub = _timed(lambda: self.visitor.get(enter))
        assert "/lab/tree/" in opened.url, f"{self.name}: {opened.status} {opened.url} {opened.text[:300]}"
        self.notebook = opened
        answer, lab = _timed(lambda: self.run("print(6 * 7)"))
        assert answer == "42\n", f"{self.name}: {answer!r}"
        return Journey(self.name, urlsplit(opened.url).netloc, seat, spawn, hub, lab)

    def run(self, code: str) -> str:
        """What code prints in the kernel of the notebook that is open."""
        assert self.notebook is not None
        return asyncio.run(self._run(self.notebook, code))

    def _until_ready(self, waiting: Page) -> str:
        status = waiting.url.replace("/opening", "/opening/status")

        def ready() -> str | None:
            answer = self.visitor.client.get(status).json()
            assert answer["state"] != "failed", f"{self.name}: {answer}"
            return urljoin(waiting.url, answer["url"]) if answer["url"] else None

        return eventually(f"{self.name}'s server is ready", ready, seconds=PATIENCE)

    async def _run(self, opened: Page, code: str) -> str:
        """Run code in the notebook's kernel, over the same socket as JupyterLab, and return what it prints."""
        base = opened.url.partition("/lab/tree/")[0]
        kernel = self.visitor.client.get(f"{base}/api/sessions").json()[0]["kernel"]["id"]
        asked = httpx.Request("GET", f"{base}/api/kernels/{kernel}/channels")
        self.visitor.client.cookies.set_cookie_header(asked)
        xsrf = next(
            cookie.value for cookie in self.visitor.client.cookies.jar if cookie.name == "_xsrf" and "/user/" in cookie.path
        )
        address = f"ws://127.0.0.1:{asked.url.port}{asked.url.path}?_xsrf={quote(xsrf or '')}"
        headers = {"Cookie": asked.headers["Cookie"], "Host": asked.url.netloc.decode()}
        socket = await websocket_connect(HTTPRequest(address, headers=headers, request_timeout=PATIENCE))
        try:
            await socket.write_message(json.dumps(_request(code)))
            while True:
                said = await asyncio.wait_for(socket.read_message(), PATIENCE)
                assert said is not None, f"{self.name}: the kernel hung up"
                message = json.loads(said)
                if message["msg_type"] == "stream":
                    return str(message["content"]["text"])
        finally:
            socket.close()
            while await socket.read_message() is not None:
                pass  # until the other side has hung up, too


def _request(code: str) -> dict[str, object]:
    """An execute_request as Jupyter's protocol has it."""
    content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": True}
    header = {"msg_id": "first", "msg_type": "execute_request", "username": "", "session": "journey", "version": "5.3"}
    return {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell", "buffers": []}


def make_seminar(teacher: Visitor, *, seats: int, prewarm: int) -> str:
    """The teacher fills in the form; returns the page's address."""
    page = teacher.press(
        teacher.get("/seminars/new"), "Make the seminar", title="A rush", source="example", capacity=str(seats),
        prewarm=str(prewarm), minutes="120", starts_at="",
    )  # fmt: skip
    assert "/seminars/" in page.url, page.text[:500]
    return page.url


def code_of(stack: Stack, address: str) -> str:
    """The seminar's join code."""
    slug = address.rstrip("/").rpartition("/")[2]
    return str(stack.rows("select code from seminar where slug = ?", slug)[0][0])


def all_come_in(stack: Stack, code: str, *, count: int, within: float) -> list[Journey]:
    """So many guests, one after the other over ``within`` seconds, each at their own pace from there."""
    guests = [Guest(stack, f"Guest {number:02d}") for number in range(1, count + 1)]
    started = time.monotonic()

    def come(number: int) -> Journey:
        time.sleep(max(0, started + number * within / count - time.monotonic()))  # people come one by one; nothing is awaited
        return guests[number].come_in(code)

    try:
        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(come, range(count)))
    finally:
        for guest in guests:
            guest.close()


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    return work(), time.perf_counter() - started
