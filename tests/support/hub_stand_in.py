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
        self.server: str = "stopped"
        """``stopped``, ``pending``, ``ready``, ``failed`` or ``stopping``."""
        self.after_start = "pending"
        self.busy = False
        self.broken = False
        self.codes: dict[str, tuple[str, str]] = {}
        """OAuth codes: the person and the challenge they came with."""
        self.started: list[str] = []

    @property
    def api(self) -> str:
        return f"{self.address}/hub/api"

    def answer(  # noqa: PLR0911 - one return for each thing a hub is asked
        self, method: str, path: str, body: bytes, token: str
    ) -> tuple[int, dict[str, str], str]:
        """Status, headers and body."""
        if self.broken:
            return 500, {}, "{}"
        match method, path.removeprefix("/hub/api").strip("/").split("/"):
            case "POST", ["oauth2", "token"]:
                return self._token(parse_qs(body.decode()))
            case "GET", ["user"]:
                return 200, {}, json.dumps({"name": token.removeprefix("Bearer ")})
            case "POST", ["users"]:
                return 201, {}, "[]"
            case "POST", ["users", name, "server"]:
                return self._start(name)
            case "GET", ["users", name]:
                return 200, {}, json.dumps({"name": name, "servers": self._servers(name)})
            case "GET", ["users", _, "server", "progress"] if self.server == "failed":
                return 200, {}, 'data: {"failed": true, "message": "Spawn failed"}\n\n'
            case _:
                return 404, {}, "{}"

    def _token(self, form: dict[str, list[str]]) -> tuple[int, dict[str, str], str]:
        name, challenge = self.codes.pop(form["code"][0], ("", ""))
        digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
        fits = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge and form["client_secret"] == ["hub token"]
        return (200, {}, json.dumps({"access_token": name})) if name and fits else (400, {}, "{}")

    def _start(self, name: str) -> tuple[int, dict[str, str], str]:
        if self.busy:
            return 429, {"Retry-After": "30"}, "{}"
        self.started.append(name)
        self.server = self.after_start
        return 202, {}, "{}"

    def _servers(self, name: str) -> dict[str, object]:
        if self.server in {"stopped", "failed"}:
            return {}
        pending = {"pending": "spawn", "stopping": "stop"}.get(self.server)
        return {"": {"ready": self.server == "ready", "pending": pending, "url": f"http://{name}.localhost:8001/user/{name}/"}}


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
