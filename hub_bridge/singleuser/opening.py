"""``homeroom/open?path=...``: starts a notebook's kernel and shows the notebook, so that the first cell runs at once."""

import asyncio
from typing import Any
from urllib.parse import quote

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.services.sessions.sessionmanager import KernelName, ModelName
from jupyter_server.utils import url_path_join
from tornado import web

NOTEBOOK = ".ipynb"


class OpenHandler(JupyterHandler):
    """Opens a file of the home in JupyterLab; for a notebook, with its kernel started. ``ui=notebook`` takes Notebook 7."""

    starting = asyncio.Lock()

    @web.authenticated
    async def get(self) -> None:
        path = self.get_query_argument("path").strip("/")
        contents: Any = self.contents_manager
        if path.endswith(NOTEBOOK) and await _now(contents.file_exists(path)):  # JupyterLab says so when it is not there
            async with self.starting:
                await self._start_kernel(path)
        place = ("notebooks",) if self.get_query_argument("ui", "lab") == "notebook" else ("lab", "tree")
        self.redirect(url_path_join(self.base_url, *place, quote(path)))

    async def _start_kernel(self, path: str) -> None:
        """Start the notebook's kernel unless it has one. A kernel that will not start is JupyterLab's to tell."""
        sessions = self.session_manager
        try:
            if not await _now(sessions.session_exists(path=path)):  # type: ignore[no-untyped-call]
                kernel = await self._kernel_of(path)
                name = ModelName(path.rpartition("/")[2])
                await sessions.create_session(path=path, name=name, type="notebook", kernel_name=kernel)
        except Exception:
            self.log.exception("The kernel of %s did not start.", path)

    async def _kernel_of(self, path: str) -> KernelName | None:
        """The kernel that the notebook names, None (the default one) when this server does not have it."""
        contents: Any = self.contents_manager
        model = await _now(contents.get(path, content=True, type="notebook"))
        wanted = model["content"].get("metadata", {}).get("kernelspec", {}).get("name")
        known = await _now(self.kernel_spec_manager.find_kernel_specs())
        return KernelName(wanted) if wanted in known else None


def handlers(base_url: str) -> list[tuple[str, type[OpenHandler]]]:
    """The page's address and handler."""
    return [(url_path_join(base_url, "homeroom", "open"), OpenHandler)]


async def _now(value: Any) -> Any:
    """The value, waited for when the manager is an asynchronous one."""
    return await value if asyncio.iscoroutine(value) or asyncio.isfuture(value) else value
