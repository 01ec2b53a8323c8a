"""``homeroom/api/...``: what the buttons in JupyterLab ask. It is passed on to the portal with this server's own token.

The page never sees the token, and the portal sees no cookie. Only the owner of the server may ask: a teacher who looks in must
not hand in somebody else's work.
"""

import json
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

from hub_bridge.names import is_guest_name

ASKED = r"(state|checks/[0-9]{1,18})"
DONE = r"(look|check|submit|hand|update)"
_SECONDS = 60
SEAT = "seat"
_LEAST_PARTS_OF_GUESTS, _LEAST_PARTS = 2, 3
NOT_FOUND, FORBIDDEN, BAD, AWAY = 404, 403, 400, 502
NO_ANSWER = "Homeroom does not answer at this moment. Your work is saved here. Try again in a minute, or hand in on the portal."


@dataclass(frozen=True, slots=True)
class Portal:
    """Where the portal is: ``api`` as this server reaches it, ``pages`` as people do; ``token`` is this server's at the hub."""

    api: str
    pages: str
    token: str
    owner: str

    @classmethod
    def from_environment(cls) -> "Portal":
        """As the spawner said."""
        names = ("HOMEROOM_OWN_SERVER_URL", "HOMEROOM_PORTAL_URL", "JUPYTERHUB_API_TOKEN", "JUPYTERHUB_USER")
        return cls(*(os.environ.get(name, "") for name in names))

    async def ask(self, method: str, place: str, what: str, told: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Status and answer. ``place`` is that of a Place, ``told`` goes along; a portal that is away answers in words."""
        request = HTTPRequest(
            f"{self.api}/{place}/{what}",
            method=method,
            headers={
                "Authorization": f"token {self.token}",
                "Accept": "application/json",
                **({"Content-Type": "application/json"} if told else {}),
            },
            body=(json.dumps(told).encode() if told else b"") if method == "POST" else None,
            connect_timeout=10,
            request_timeout=_SECONDS,
            follow_redirects=False,
        )
        try:
            answer = await AsyncHTTPClient().fetch(request, raise_error=False)
            told = json.loads(answer.body)
        except (OSError, HTTPClientError, ValueError):
            return AWAY, {"message": NO_ANSWER}
        return (answer.code, told) if isinstance(told, dict) else (AWAY, {"message": NO_ANSWER})


class HandingInHandler(APIHandler):
    """One question or deed about the assignment to which a file belongs: ``path`` is the file's, as JupyterLab knows it."""

    def initialize(self, portal: Portal) -> None:
        self.portal = portal

    @web.authenticated
    async def get(self, what: str) -> None:
        await self._pass_on("GET", "" if what == "state" else what, self.get_query_argument("path", ""))

    @web.authenticated
    async def post(self, what: str) -> None:
        body: Any = self.get_json_body()
        told = body if isinstance(body, dict) else {}
        await self._pass_on("POST", what, str(told.get("path", "")), is_up=told.get("up") is True)

    async def _pass_on(self, method: str, what: str, path: str, *, is_up: bool = False) -> None:
        if self._visitor() != self.portal.owner:
            self._answer(FORBIDDEN, {"message": "Only the owner of this notebook server can check and hand in from here."})
            return
        place = place_of(path, guest=is_guest_name(self.portal.owner))
        if not self.portal.api or place is None:
            self._answer(200 if what == "" else BAD, {"assignment": None, "message": "This file belongs to no assignment."})
            return
        sent = {"path": path.strip("/"), "up": is_up} if place.address == SEAT and method == "POST" else None
        status, told = await self.portal.ask(method, place.address, what, sent)
        if what == "" and status in {NOT_FOUND, FORBIDDEN}:  # a folder of one's own, or staff: there is nothing to hand in
            self._answer(200, {"assignment": None})
            return
        page = {} if place.address == SEAT else {"page": f"{self.portal.pages}/{place.address}/"}
        self._answer(status, {**page, "folder": place.folder, **told, "assignment": place.address})

    def _visitor(self) -> str:
        return str(getattr(self.current_user, "username", ""))

    def _answer(self, status: int, told: dict[str, Any]) -> None:
        self.set_status(status)
        self.finish(json.dumps(told))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file belongs: ``address`` at the portal, and the folder of the home that is handed out and checked as one."""

    address: str
    folder: str


def place_of(path: str, *, guest: bool) -> Place | None:
    """Where a file of the home belongs, by its folders; None for a file that can belong to nothing.

    Students have ``<course>/<assignment>/<file>``, a seminar's guests ``<folder>/<file>``. Whose server this is says
    which of the two, never the path; the portal knows by the token and has the last word, on the folder, too.
    """
    parts = path.strip("/").split("/")
    if len(parts) < (_LEAST_PARTS_OF_GUESTS if guest else _LEAST_PARTS) or any(part in {"", ".", ".."} for part in parts):
        return None
    if guest:
        return Place(SEAT, parts[0])
    course, assignment = (quote(part, safe="") for part in parts[:2])
    return Place(f"courses/{course}/a/{assignment}", f"{parts[0]}/{parts[1]}")


def handlers(base_url: str) -> list[tuple[str, type[HandingInHandler], dict[str, Any]]]:
    """The addresses and their handler."""
    portal = {"portal": Portal.from_environment()}
    return [(url_path_join(base_url, "homeroom", "api", what), HandingInHandler, portal) for what in (ASKED, DONE)]
