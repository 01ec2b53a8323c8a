"""Answers like a hub, for what a real one can't be made to do at will: be busy, fail, start slowly, give bad sign-ins.

It speaks HTTP, so that the real client and the real OAuth code talk to it.
"""

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs


class HubStandIn:
    """What the hub says, and what it was asked."""

    def __init__(self) -> None:
        self.address = ""
        self.servers: dict[str, str] = {}
        """By name: ``stopped``, ``pending``, ``ready``, ``failed`` or ``stopping``."""
        self._others = "stopped"
        self.after_start = "pending"
        self.at_once = 1000
        """Servers it starts together; it is busy for the next one."""
        self.says: list[dict[str, object]] = []
        """The events of a start that is going on."""
        self.busy = False
        self.broken = False
        self.codes: dict[str, tuple[str, str]] = {}
        """OAuth codes: the person and the challenge they came with."""
        self.started: list[str] = []
        self.tokens: dict[str, dict[str, object]] = {}
        """API tokens: what /user says to who shows one."""
        self.asked_who = 0

    @property
    def server(self) -> str:
        """How the servers are of which nothing else was said."""
        return self._others

    @server.setter
    def server(self, state: str) -> None:
        self.servers.clear()
        self._others = state

    @property
    def api(self) -> str:
        return f"{self.address}/hub/api"

    def answer(  # noqa: C901, PLR0911 - one return for each thing a hub is asked
        self, method: str, path: str, body: bytes, token: str
    ) -> tuple[int, dict[str, str], str]:
        """Status, headers and body."""
        if self.broken:
            return 500, {}, "{}"
        match method, path.removeprefix("/hub/api").strip("/").split("/"):
            case "POST", ["oauth2", "token"]:
                return self._token(parse_qs(body.decode()))
            case "GET", ["user"] if token.startswith("token "):
                return self._owner(token.removeprefix("token "))
            case "GET", ["user"]:
                return 200, {}, json.dumps({"name": token.removeprefix("Bearer ")})
            case "POST", ["users"]:
                return 201, {}, "[]"
            case "POST", ["users", name, "server"]:
                return self._start(name)
            case "GET", ["users", name]:
                return 200, {}, json.dumps({"name": name, "servers": self._servers(name)})
            case "GET", [users] if users.startswith("users?"):
                ready = [{"name": name} for name, state in self.servers.items() if state == "ready"]
                return 200, {}, json.dumps({"items": ready, "_pagination": {"next": None}})
            case "GET", ["users", name, "server", "progress"] if self._state(name) == "failed":
                return 200, {}, 'data: {"failed": true, "message": "Spawn failed"}\n\n'
            case "GET", ["users", name, "server", "progress"] if self._state(name) == "pending":
                return 200, {}, "".join(f"data: {json.dumps(event)}\n\n" for event in self.says)
            case _:
                return 404, {}, "{}"

    def _token(self, form: dict[str, list[str]]) -> tuple[int, dict[str, str], str]:
        name, challenge = self.codes.pop(form["code"][0], ("", ""))
        digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
        fits = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge and form["client_secret"] == ["hub token"]
        return (200, {}, json.dumps({"access_token": name})) if name and fits else (400, {}, "{}")

    def _owner(self, token: str) -> tuple[int, dict[str, str], str]:
        self.asked_who += 1
        known = self.tokens.get(token)
        return (200, {}, json.dumps(known)) if known else (403, {}, "{}")

    def _start(self, name: str) -> tuple[int, dict[str, str], str]:
        if self.busy or [*self.servers.values()].count("pending") >= self.at_once:
            return 429, {"Retry-After": "30"}, "{}"
        self.started.append(name)
        self.servers[name] = self.after_start
        return 202, {}, "{}"

    def _state(self, name: str) -> str:
        return self.servers.get(name, self._others)

    def _servers(self, name: str) -> dict[str, object]:
        state = self._state(name)
        if state in {"stopped", "failed"}:
            return {}
        pending = {"pending": "spawn", "stopping": "stop"}.get(state)
        return {"": {"ready": state == "ready", "pending": pending, "url": f"http://{name}.localhost:8001/user/{name}/"}}


@contextmanager
def running_hub() -> Iterator[HubStandIn]:
    """A stand-in on a port of its own for the length of a ``with`` block."""
    hub = HubStandIn()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers, text = hub.answer(self.command, self.path, body, self.headers.get("Authorization", ""))
            data = text.encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = _answer  # noqa: N815 - the names are the standard library's

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hub.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
