"""A hub in memory with the client's own methods, for what a real one can't be made to do at will: be away, refuse one name.

The functional tests do the same work on a real hub.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from hub_bridge.client import HubClient, HubRefused, HubUnavailable, HubUser, ServerState


class HubTwin(HubClient):
    """Users, groups and servers that start at once, and a count of calls."""

    def __init__(self) -> None:
        super().__init__("http://hub.invalid/hub/api", "token")
        self.groups: dict[str, set[str]] = {}
        self.users: set[str] = set()
        self.started: list[str] = []
        self.options: dict[str, dict[str, Any] | None] = {}
        """What each server was last started with."""
        self.stopped: list[str] = []
        self.refuses: set[str] = set()
        self.calls: list[tuple[str, int]] = []
        self.answers_for = 10_000
        """Calls until it is away."""
        self.when_asked: Callable[[], None] = lambda: None
        """Something that happens during each call."""

    def ensure_users(self, names: Iterable[str]) -> None:
        self._called("users", wanted := set(names))
        if bad := wanted & self.refuses:
            raise HubRefused(400, f"Invalid usernames: {', '.join(sorted(bad))}")
        self.users |= wanted

    def ensure_group(self, name: str) -> None:
        self._called("group", {name})
        self.groups.setdefault(name, set())

    def add_to_group(self, group: str, names: Iterable[str]) -> None:
        self._called("add", wanted := set(names))
        self._known(wanted)
        self.groups[group] |= wanted

    def remove_from_group(self, group: str, names: Iterable[str]) -> None:
        self._called("remove", wanted := set(names))
        self._known(wanted)
        self.groups[group] -= wanted

    def list_users(self) -> Iterator[HubUser]:
        self._called("list", set())
        for name in sorted(self.users):
            yield HubUser(name, admin=False, groups=tuple(group for group, members in self.groups.items() if name in members))

    def start_server(self, name: str, options: dict[str, Any] | None = None) -> ServerState:
        self._called("start", {name})
        self._known({name})
        self.started.append(name)
        self.options[name] = options
        return ServerState("pending", None, "The server is starting.")

    def server_state(self, name: str) -> ServerState:
        self._called("state", {name})
        self._known({name})
        if name in self.started and name not in self.stopped:
            return ServerState("ready", f"http://{name}.localhost:8001/user/{name}/", "The server is ready.")
        return ServerState("stopped", None, "The server is not running.")

    def stop_server(self, name: str) -> None:
        self._called("stop", {name})
        self.stopped.append(name)

    def running_servers(self) -> set[str]:
        self._called("running", set())
        return set()

    def remove_user(self, name: str) -> None:
        self._called("forget", {name})
        self.users.discard(name)

    def _called(self, what: str, names: set[str]) -> None:
        if len(self.calls) >= self.answers_for:
            raise HubUnavailable("The hub does not answer: connection refused")
        self.calls.append((what, len(names)))
        self.when_asked()

    def _known(self, names: set[str]) -> None:
        if unknown := names - self.users:
            raise HubRefused(400, f"No such users: {', '.join(sorted(unknown))}")
