"""What runs inside a student's own server: its start-up and one page that opens a notebook ready to run.

A server extension of jupyter_server; ``config/`` switches it on.
"""

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "hub_bridge.singleuser"}]


def _load_jupyter_server_extension(server: Any) -> None:
    from hub_bridge.singleuser.opening import handlers  # noqa: PLC0415 - the hub imports this package without jupyter_server

    server.web_app.add_handlers(".*$", handlers(server.web_app.settings["base_url"]))
