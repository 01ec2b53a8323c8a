"""The hub's REST API as the portal uses it. Every ``ensure_*`` may be called twice."""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self

import httpx

BATCH = 25
"""Names in one call. The hub answers nobody else while it works on a call; 25 keep that below a second."""

PAGE = 200
"""Most users the hub puts on one page."""

MOST_WORDS = 200
"""Most characters of one progress message."""

USUAL_RETRY = 5.0
"""Seconds after which a busy hub that names none is asked again."""

CREATED, CONFLICT, BUSY, BAD, GONE = 201, 409, 429, 400, 404


class HubError(Exception):
    """A call to the hub did not do what it should. The message is a sentence."""


class HubUnavailable(HubError):
    """The hub does not answer, or answers that it is broken; trying again later is right."""


class HubBusy(HubError):
    """The hub starts as many servers as it may; try again in ``retry_after`` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("Many servers are starting at this moment.")
        self.retry_after = retry_after


class HubRefused(HubError):
    """The hub understood and said no."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"The hub refused: {message}")
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class HubUser:
    """A user as the hub knows them."""

    name: str
    admin: bool
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServerState:
    """How somebody's server is. ``url`` is set when it is ready; ``message`` is a sentence for them.

    ``failed``: it is stopped because its last start failed.
    """

    status: Literal["stopped", "pending", "ready", "stopping"]
    url: str | None
    message: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a start is: 0 to 100, and a sentence of the spawner's."""

    percent: int
    message: str


class HubClient:
    """Calls the hub at ``api_url`` (".../hub/api") with a service's token. Threads may share one.

    Methods raise HubUnavailable, HubBusy or HubRefused. ``pause`` is the rest, in seconds, that the hub gets between batches.
    """

    def __init__(self, api_url: str, token: str, timeout: float = 30, *, batch: int = BATCH, pause: float = 0.1) -> None:
        self._http = httpx.Client(base_url=api_url.rstrip("/"), headers={"Authorization": f"token {token}"}, timeout=timeout)
        self._batch = min(batch, BATCH)
        self._pause = pause
        self._timeout = timeout

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    # People and groups

    def ensure_users(self, names: Iterable[str]) -> None:
        """Make the users who are not there yet."""
        for batch in self._batches(names):
            self._call("POST", "/users", {"usernames": batch}, fine=(CONFLICT,))

    def ensure_group(self, name: str) -> None:
        """Make the group if it is not there yet."""
        self._call("POST", f"/groups/{name}", {}, fine=(CONFLICT,))

    def add_to_group(self, group: str, names: Iterable[str]) -> None:
        """Put users, who must exist, into a group."""
        for batch in self._batches(names):
            self._call("POST", f"/groups/{group}/users", {"users": batch})

    def remove_from_group(self, group: str, names: Iterable[str]) -> None:
        """Take users, who must exist, out of a group."""
        for batch in self._batches(names):
            self._call("DELETE", f"/groups/{group}/users", {"users": batch})

    def list_users(self) -> Iterator[HubUser]:
        """All users, fetched page by page."""
        for user in self._users():
            yield HubUser(user["name"], bool(user.get("admin")), tuple(user.get("groups") or ()))

    def remove_user(self, name: str) -> None:
        """Forget a user with their sign-ins and tokens; their server stops. Nothing happens when there is none."""
        self._call("DELETE", f"/users/{name}", fine=(GONE,))

    # Servers

    def start_server(self, name: str, options: dict[str, Any] | None = None) -> ServerState:
        """Start somebody's server, or tell how it is when it runs already. Raises HubBusy when it has to wait its turn."""
        body = {"user_options": options} if options else {}
        answer = self._call("POST", f"/users/{name}/server", body, fine=(BAD,))
        state = self.server_state(name)
        if answer.status_code == BAD and state.status == "stopped":
            raise HubRefused(BAD, _message(answer))
        return state

    def server_state(self, name: str) -> ServerState:
        """How somebody's server is; after a start that failed, the message says why."""
        server = self._call("GET", f"/users/{name}").json().get("servers", {}).get("")
        if server is None:
            failure = self._failure(name)
            return ServerState("stopped", None, failure or "The server is not running.", failed=failure is not None)
        if server["ready"]:
            return ServerState("ready", server.get("full_url") or server["url"], "The server is ready.")
        if server["pending"] == "stop":
            return ServerState("stopping", None, "The server is stopping.")
        return ServerState("pending", None, "The server is starting.")

    def start_progress(self, name: str, *, patience: float = 0.3) -> Progress | None:
        """What the hub last said about a start that is going on; None when it said nothing within ``patience`` seconds."""
        newest = None
        for event in self._progress(name, httpx.Timeout(self._timeout, read=patience)):
            percent, message = event.get("progress"), event.get("message")
            if isinstance(percent, int | float) and isinstance(message, str):
                newest = Progress(min(100, max(0, int(percent))), message[:MOST_WORDS])
        return newest

    def stop_server(self, name: str) -> None:
        """Stop somebody's server; nothing happens when it does not run."""
        self._call("DELETE", f"/users/{name}/server", fine=(BAD, GONE))

    def running_servers(self) -> set[str]:
        """Names of all whose server is ready."""
        return {user["name"] for user in self._users("&state=ready")}

    # The hub itself

    def version(self) -> str:
        """JupyterHub's version."""
        return str(self._call("GET", "/").json()["version"])

    def own_scopes(self) -> set[str]:
        """What this client's token may do, as the hub spells it out."""
        return set(self._call("GET", "/user").json()["scopes"])

    def _users(self, wish: str = "") -> Iterator[dict[str, Any]]:
        headers = {"Accept": "application/jupyterhub-pagination+json"}
        offset: int | None = 0
        while offset is not None:
            page = self._call("GET", f"/users?offset={offset}&limit={PAGE}{wish}", headers=headers).json()
            yield from page["items"]
            following = page["_pagination"]["next"]
            offset = following["offset"] if following else None

    def _failure(self, name: str) -> str | None:
        """Why the last start failed, from the first event of its progress stream; None when nothing failed."""
        first = next(self._progress(name, httpx.Timeout(self._timeout)), {})
        return str(first.get("message") or "Spawn failed") if first.get("failed") else None

    def _progress(self, name: str, timeout: httpx.Timeout) -> Iterator[dict[str, Any]]:
        """The events of a start as they come, the past ones first. Ends when none comes in time or the hub makes no sense."""
        try:
            with self._http.stream("GET", f"/users/{name}/server/progress", timeout=timeout) as answer:
                for line in answer.iter_lines() if answer.is_success else ():
                    event = json.loads(line.removeprefix("data:")) if line.startswith("data:") else None
                    if isinstance(event, dict):
                        yield event
        except (httpx.HTTPError, ValueError):
            return

    def _batches(self, names: Iterable[str]) -> Iterator[Sequence[str]]:
        every = sorted(set(names))
        for start in range(0, len(every), self._batch):
            if start:
                time.sleep(self._pause)
            yield every[start : start + self._batch]

    def _call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        headers: dict[str, str] | None = None,
        fine: Sequence[int] = (),
    ) -> httpx.Response:
        try:
            answer = self._http.request(method, path, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise HubUnavailable(f"The hub does not answer: {str(error) or type(error).__name__}") from error
        if answer.is_success or answer.status_code in fine:
            return answer
        if answer.status_code == BUSY:
            raise HubBusy(_seconds(answer.headers.get("Retry-After", "")))
        if answer.is_server_error:
            raise HubUnavailable(f"The hub failed: {_message(answer)}")
        raise HubRefused(answer.status_code, _message(answer))


def _seconds(text: str) -> float:
    """What a Retry-After says; some seconds when it says nothing, or names a date."""
    return float(text) if text.isascii() and text.isdigit() else USUAL_RETRY


def _message(answer: httpx.Response) -> str:
    """The reason the hub gives, or its status in words."""
    try:
        return str(answer.json()["message"] or answer.reason_phrase)
    except (ValueError, KeyError, TypeError):
        return answer.reason_phrase or f"status {answer.status_code}"
