"""``homeroom/api/keep``: puts a state of a notebook among the earlier states of its file, before JupyterLab shows another one.

It happens here and not in the portal: the home is the owner's, and nobody else need be asked, or be there.
"""

import asyncio
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web

from hub_bridge.homes import HomeFull, HomeRefused, Homes
from hub_bridge.keeping import SIZE_LIMIT, Keeper
from hub_bridge.names import is_guest_name
from hub_bridge.singleuser.handing_in import BAD, FORBIDDEN, Place, place_of

FULL = 507
NOT_KEPT = "Nothing was changed, because a copy could not be kept: {}"


class KeepHandler(APIHandler):
    """``{"path": str, "content": {...}}`` keeps that notebook; without ``content``, what lies on the disk."""

    def initialize(self, owner: str, home: Path) -> None:
        self.owner, self.home = owner, home

    @web.authenticated
    async def post(self) -> None:
        body: Any = self.get_json_body()
        told = body if isinstance(body, dict) else {}
        path, content = str(told.get("path", "")).strip("/"), told.get("content")
        place = place_of(path, guest=is_guest_name(self.owner))
        if str(getattr(self.current_user, "username", "")) != self.owner:
            self._answer(FORBIDDEN, message="Only the owner of this notebook server can keep something here.")
        elif place is None or not (content is None or isinstance(content, dict)):
            self._answer(BAD, message="This is no notebook of an assignment or a seminar.")
        else:
            try:
                kept = await asyncio.to_thread(keep, self.home, place, path, content, datetime.now(UTC))
            except (HomeRefused, HomeFull) as refusal:
                self._answer(FULL, message=NOT_KEPT.format(refusal))
            else:
                self._answer(200, kept=kept)

    def _answer(self, status: int, **told: str | None) -> None:
        self.set_status(status)
        self.finish(json.dumps(told))


def keep(home: Path, place: Place, path: str, content: dict[str, Any] | None, now: datetime) -> str | None:
    """Keep a notebook, or what is at ``path``; returns where in the home the copy is. None: there was nothing.

    Raises HomeRefused, HomeFull.
    """
    homes, name = Homes(home.parent), home.name
    if content is None:
        data = homes.read(name, path, limit=SIZE_LIMIT)
    else:
        data = (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "surrogatepass")
    if data is None:
        return None
    keeper, inside = Keeper(homes, name, None, place.folder), path.removeprefix(f"{place.folder}/")
    return f"{keeper.where(inside)}/{keeper.keep(inside, data, now=now)}"


def handlers(base_url: str) -> list[tuple[str, type[KeepHandler], dict[str, Any]]]:
    """The address and its handler."""
    facts = {"owner": os.environ.get("JUPYTERHUB_USER", ""), "home": Path.home()}
    return [(url_path_join(base_url, "homeroom", "api", "keep"), KeepHandler, facts)]
