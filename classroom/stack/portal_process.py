"""The portal's process: ``python -m classroom.stack.portal_process PORT``."""

import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import waitress
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.utils import redirect

from classroom.config import PORTAL_PREFIX, Settings
from classroom.web import create_app
from classroom.web.security import UPLOAD_OVERHEAD

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

THREADS = 16


def main(port: int) -> None:
    """Serve the portal below its prefix on this machine's loopback until a signal ends it."""
    settings = Settings()
    application = DispatcherMiddleware(redirect(f"{PORTAL_PREFIX}/"), {PORTAL_PREFIX: create_app(settings)})
    waitress.serve(behind_proxies(application, settings), listen=f"127.0.0.1:{port}", **server_options(settings))


def behind_proxies(application: "WSGIApplication", settings: Settings) -> "WSGIApplication":
    """The application, told visitors' own addresses: each trusted proxy adds one; what stands before those anybody can write."""
    hops = settings.trusted_proxies
    return ProxyFix(application, x_for=hops, x_proto=0, x_host=0) if hops else application


def server_options(settings: Settings) -> dict[str, Any]:
    """How the web server treats requests. It keeps a body whole before the portal sees it, so it must know the largest one."""
    return {
        "threads": THREADS,
        "url_scheme": urlsplit(settings.portal_url).scheme,
        "ident": None,
        "clear_untrusted_proxy_headers": settings.trusted_proxies == 0,
        "max_request_body_size": max(settings.roster_upload_limit, settings.notebook_upload_limit) + UPLOAD_OVERHEAD,
    }


if __name__ == "__main__":
    main(int(sys.argv[1]))
