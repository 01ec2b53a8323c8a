"""What runs inside a student's own server: its start-up, a page that opens a notebook ready to run, handing in from JupyterLab.

A server extension of jupyter_server; ``config/`` switches it on. ``share/labextensions`` is its half in the browser.
"""

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "hub_bridge.singleuser"}]


def _load_jupyter_server_extension(server: Any) -> None:
    from hub_bridge.singleuser import handing_in, keeping, opening  # noqa: PLC0415 - the hub imports this package without jupyter_server

    base_url = server.web_app.settings["base_url"]
    handlers = [*opening.handlers(base_url), *keeping.handlers(base_url), *handing_in.handlers(base_url)]
    server.web_app.add_handlers(".*$", handlers)
