"""The portal's process: ``python -m classroom.stack.portal_process PORT``."""

import sys
from urllib.parse import urlsplit

import waitress
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.utils import redirect

from classroom.config import PORTAL_PREFIX, Settings
from classroom.web import create_app

THREADS = 16


def main(port: int) -> None:
    """Serve the portal below its prefix on this machine's loopback until a signal ends it."""
    settings = Settings()
    application = DispatcherMiddleware(redirect(f"{PORTAL_PREFIX}/"), {PORTAL_PREFIX: create_app(settings)})
    scheme = urlsplit(settings.portal_url).scheme
    waitress.serve(application, listen=f"127.0.0.1:{port}", threads=THREADS, url_scheme=scheme, ident=None)


if __name__ == "__main__":
    main(int(sys.argv[1]))
