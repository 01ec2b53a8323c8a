"""Whose token it is that a notebook server shows: the hub is asked, and its answer believed for some seconds."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

import httpx

from hub_bridge.client import HubUnavailable
from hub_bridge.names import is_guest_name
from hub_bridge.scopes import PORTAL, SEAT_SCOPE

SECONDS = 30.0
"""So long an answer counts: a token that was taken back works no longer than this."""
_KEPT = 5_000
_LONGEST = 200
_SCOPES = frozenset({"access:services", f"access:services!service={PORTAL}"})
_NO = (401, 403, 404)


class TokenOwners:
    """Asks the hub at ``api_url`` (".../hub/api"). Threads may share one. Tokens are remembered by their hash only."""

    def __init__(
        self, api_url: str, *, seconds: float = SECONDS, timeout: float = 10, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._http = httpx.Client(base_url=api_url.rstrip("/"), timeout=timeout)
        self._seconds = seconds
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, str]] = OrderedDict()
        self._lock = Lock()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def owner_of(self, token: str) -> str | None:
        """The hub name of the person or seat whose token this is, if it may be used at the portal. Raises HubUnavailable."""
        if not token or len(token) > _LONGEST or not token.isascii() or not token.isprintable():
            return None
        key = hashlib.sha256(token.encode()).hexdigest()
        with self._lock:
            until, name = self._known.get(key, (0.0, ""))
            if until > self._clock():
                return name
        found = self._ask(token)
        with self._lock:
            self._known.pop(key, None)
            if found:
                self._known[key] = (self._clock() + self._seconds, found)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return found

    def _ask(self, token: str) -> str | None:
        try:
            answer = self._http.get("/user", headers={"Authorization": f"token {token}"})
            if answer.status_code in _NO:
                return None
            model = answer.raise_for_status().json()
            name, scopes = model["name"], set(model["scopes"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise HubUnavailable(f"The hub does not say whose token this is: {type(error).__name__}") from error
        if model.get("kind") != "user" or not isinstance(name, str):
            return None
        may_ask = SEAT_SCOPE in scopes if is_guest_name(name) else scopes & _SCOPES
        return name if may_ask else None
