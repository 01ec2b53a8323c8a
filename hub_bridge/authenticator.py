"""Signs people in at the hub by asking the portal who they are. The portal's word is the gate, and its roles are the hub's."""

from typing import Any, Literal
from urllib.parse import urlsplit

import httpx
from jupyterhub.auth import Authenticator
from jupyterhub.handlers.base import BaseHandler
from tornado import web
from traitlets import Bool, Unicode

from hub_bridge.names import is_hub_name
from hub_bridge.scopes import guest_roles, roles_of

NO_ANSWER = "Sign-in is not possible right now because the portal does not answer. Try again in a minute."
BAD_NAME = "Name and password do not belong together."
WRONG_TOKEN, FORBIDDEN, SILENT = 401, 403, 503


class PortalSilent(Exception):
    """The portal does not answer, or not as it should."""


class PortalRefuses(Exception):
    """The portal says no; the message is its sentence for the person."""


class TicketHandler(BaseHandler):  # type: ignore[misc]
    """``/hub/ticket/<ticket>``: a sign-in that began on the portal's page ends here, and goes back there."""

    async def prepare(self) -> None:
        self.request.uri = "/hub/ticket/[secret]"  # what the logs say
        await super().prepare()

    async def get(self, ticket: str) -> None:
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cache-Control", "no-store")
        if self.request.headers.get("Sec-Fetch-Site") == "cross-site":
            raise web.HTTPError(FORBIDDEN, "Sign-in links work from the portal's own pages only.")
        data = {"ticket": ticket, "username": "a sign-in link"}
        if await self.login_user(data) is None:
            raise web.HTTPError(FORBIDDEN, BAD_NAME)
        self.redirect(self.authenticator.portal_url + inside_portal(data.get("next")))


class PortalAuthenticator(Authenticator):  # type: ignore[misc]
    """Names and passwords, and tickets, checked by the portal."""

    portal_url = Unicode(help="The portal's public origin.").tag(config=True)
    identity_url = Unicode(help="The portal's identity API as the hub reaches it.").tag(config=True)
    identity_token = Unicode(help="Shown to the identity API.").tag(config=True)
    enter_servers = Bool(default_value=False, help="Staff may enter their students' servers.").tag(config=True)

    allow_all = True  # whoever the portal names may come in
    manage_roles = True
    auth_refresh_age = 60

    _http: httpx.AsyncClient | None = None

    def get_handlers(self, app: Any) -> list[tuple[Any, ...]]:
        return [*super().get_handlers(app), (r"/ticket/([A-Za-z0-9_.~-]{8,200})", TicketHandler)]

    async def authenticate(self, handler: Any, data: dict[str, Any]) -> dict[str, Any]:
        try:
            if "ticket" in data:
                answer = await self._ask("ticket", {"ticket": data["ticket"]})
                data["next"] = answer.get("next")
            else:
                answer = await self._ask("password", {"name": data.get("username", ""), "password": data.get("password", "")})
        except PortalSilent as error:
            self.log.error("%s", error)  # noqa: TRY400 - the reason is in the message
            raise web.HTTPError(SILENT, NO_ANSWER) from error
        except PortalRefuses as error:
            raise web.HTTPError(FORBIDDEN, "%s", error) from error
        return self._model(answer)

    async def refresh_user(self, user: Any, handler: Any = None, **_more: Any) -> dict[str, Any] | bool:
        """What the portal says now; while it is silent, people stay signed in."""
        try:
            answer = await self._ask("refresh", {"name": user.name})
        except PortalSilent as error:
            self.log.warning("%s stays signed in: %s", user.name, error)
            return True
        except PortalRefuses as error:
            self.log.info("%s is signed out: %s", user.name, error)
            return False
        return self._model(answer)

    def _model(self, answer: dict[str, Any]) -> dict[str, Any]:
        if answer.get("guest"):
            return {"name": answer["name"], "roles": guest_roles()}
        return {"name": answer["name"], "roles": roles_of(answer["courses"], enter_servers=self.enter_servers)}

    async def _ask(self, question: Literal["password", "ticket", "refresh"], body: dict[str, Any]) -> dict[str, Any]:
        """The portal's answer. Raises PortalRefuses or PortalSilent."""
        if self._http is None:
            self._http = httpx.AsyncClient(
                base_url=self.identity_url, headers={"Authorization": f"Bearer {self.identity_token}"}, timeout=10
            )
        try:
            reply = await self._http.post(f"/{question}", json=body)
        except httpx.HTTPError as error:
            raise PortalSilent(f"The portal does not answer: {str(error) or type(error).__name__}") from error
        try:
            answer: dict[str, Any] = reply.json()
            if reply.is_client_error and reply.status_code != WRONG_TOKEN:
                raise PortalRefuses(str(answer["message"]))
            reply.raise_for_status()
            if not is_hub_name(answer["name"]) or not isinstance(answer["courses"], dict):
                raise PortalSilent("The portal names somebody who cannot be.")
        except (httpx.HTTPStatusError, ValueError, KeyError, TypeError) as error:
            raise PortalSilent(f"The portal's answer makes no sense (status {reply.status_code}).") from error
        return answer


def inside_portal(path: object) -> str:
    """``path`` if it is one of the portal's pages, else its first page."""
    if isinstance(path, str) and path.startswith("/portal/") and urlsplit(path).path.startswith("/portal/") and "\\" not in path:
        return path
    return "/portal/"
