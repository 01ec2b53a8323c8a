"""JupyterHub's configuration. The stack runs ``jupyterhub -f`` with this file and gives it its values as HOMEROOM_* variables."""

import json
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hub_bridge.authenticator import PortalAuthenticator
from hub_bridge.processes import tied
from hub_bridge.scopes import CUSTOM_SCOPES, PORTAL, SERVER_SCOPES, service_roles
from hub_bridge.spawner import SandboxSpawner

IDLE_SECONDS = 1800
LONGEST_SECONDS = 12 * 3600


def configure(c: Any, environment: dict[str, str]) -> None:
    """Set everything. Takes the values out of ``environment``, so that nothing the hub starts inherits them."""
    take = partial(_take, environment)
    state, portal_url, hub_url = Path(take("STATE")), take("PORTAL_URL"), take("HUB_URL")
    by_host = take("SERVERS_ON_SUBDOMAINS") == "true"
    _hub(c, state=state, portal_url=portal_url, hub_url=hub_url, api_url=take("HUB_API_URL"), by_host=by_host)
    c.JupyterHub.concurrent_spawn_limit = int(take("SPAWN_LIMIT"))
    c.JupyterHub.spawn_throttle_retry_range = (2, 5)  # seconds; the portal's line comes back by itself, in order
    c.JupyterHub.template_paths = [take("HUB_TEMPLATES")]

    c.JupyterHub.proxy_class = "configurable-http-proxy"
    c.ConfigurableHTTPProxy.should_start = False
    c.ConfigurableHTTPProxy.api_url = take("PROXY_API_URL")
    c.ConfigurableHTTPProxy.auth_token = take("PROXY_TOKEN")

    c.JupyterHub.authenticator_class = PortalAuthenticator
    c.PortalAuthenticator.portal_url = portal_url
    c.PortalAuthenticator.identity_url = take("IDENTITY_URL")
    c.PortalAuthenticator.identity_token = take("IDENTITY_TOKEN")
    c.PortalAuthenticator.enter_servers = by_host
    c.PortalAuthenticator.any_allow_config = True  # the gate is the portal's answer

    c.JupyterHub.spawner_class = SandboxSpawner
    c.SandboxSpawner.homes = str(state / "homes")
    c.SandboxSpawner.hide = [str(state), *filter(None, take("HIDE").split(os.pathsep))]
    c.SandboxSpawner.sandboxed = take("UNSAFE_SERVERS") != "true"
    c.SandboxSpawner.environments = json.loads(take("ENVIRONMENTS"))
    c.SandboxSpawner.default_url = "/lab"
    c.SandboxSpawner.start_timeout = 60
    c.SandboxSpawner.http_timeout = 30
    c.SandboxSpawner.server_token_scopes = list(SERVER_SCOPES)
    c.SandboxSpawner.environment = {
        "HOMEROOM_PORTAL_URL": f"{portal_url}/portal",
        "HOMEROOM_OWN_SERVER_URL": take("OWN_SERVER_URL"),
    }

    _services(c, portal_url=portal_url, token=take("HUB_TOKEN"))


def _hub(c: Any, *, state: Path, portal_url: str, hub_url: str, api_url: str, by_host: bool) -> None:
    c.JupyterHub.bind_url = f"http://127.0.0.1:{urlsplit(hub_url).port or 8001}"
    c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{urlsplit(api_url).port}"
    c.JupyterHub.public_url = hub_url
    if by_host:
        c.JupyterHub.subdomain_host = hub_url
    c.JupyterHub.db_url = f"sqlite:///{state / 'hub' / 'jupyterhub.sqlite'}"
    c.JupyterHub.cookie_secret_file = str(state / "hub" / "cookie_secret")
    c.JupyterHub.upgrade_db = True
    c.JupyterHub.last_activity_interval = 10  # also how soon a proxy that was restarted gets its routes back
    c.JupyterHub.oauth_require_pkce = True
    c.JupyterHub.allow_named_servers = False
    c.JupyterHub.default_url = f"{portal_url}/portal/"
    c.JupyterHub.template_vars = {"portal_url": f"{portal_url}/portal/"}
    c.JupyterHub.tornado_settings = {
        "slow_spawn_timeout": 0,  # a start is answered at once; the portal shows how it goes on
        "cookie_options": {"SameSite": "Lax"},
    }


def _services(c: Any, *, portal_url: str, token: str) -> None:
    portal = {
        "name": PORTAL,
        "api_token": token,
        "oauth_client_id": f"service-{PORTAL}",
        "oauth_redirect_uri": f"{portal_url}/portal/oauth/callback",
        "oauth_no_confirm": True,
        "display": False,
    }
    idle = [f"--timeout={IDLE_SECONDS}", "--cull-every=120", f"--max-age={LONGEST_SECONDS}"]
    command = tied([sys.executable, "-P", "-m", "jupyterhub_idle_culler", *idle])
    culler = {"name": "idle-culler", "command": command, "display": False}
    c.JupyterHub.services = [portal, culler]
    c.JupyterHub.custom_scopes = CUSTOM_SCOPES
    c.JupyterHub.load_roles = service_roles()


def _take(environment: dict[str, str], name: str) -> str:
    try:
        return environment.pop(f"HOMEROOM_{name}")
    except KeyError:
        sys.exit(f"HOMEROOM_{name} is not set; `homeroom up` sets it for the hub.")


if "get_config" in globals():  # JupyterHub runs this file with that name defined
    configure(globals()["get_config"](), os.environ)  # type: ignore[arg-type]
