"""What every answer carries and every request must be: headers, and no page of another origin acting on ours."""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from flask_wtf import CSRFProtect

from classroom.config import PORTAL_PREFIX, Settings
from classroom.errors import Forbidden

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

UPLOAD_OVERHEAD = 100_000
"""What a form may hold besides its files."""

View = TypeVar("View", bound=Callable[..., object])

csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    """Secure cookies, headers on every answer, and the check of where a request comes from."""
    settings = app.extensions["homeroom"].settings
    app.config.from_mapping(
        SESSION_COOKIE_NAME="homeroom",
        SESSION_COOKIE_PATH=PORTAL_PREFIX,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=_is_https(settings),
        WTF_CSRF_TIME_LIMIT=None,  # a student may press Submit on a page that was open for hours
        WTF_CSRF_SSL_STRICT=False,  # _refuse_foreign_requests checks the Origin, on http too
    )
    headers = _headers(settings)
    origin = origin_of(settings.portal_url)

    @app.before_request
    def check_request() -> None:
        _refuse_foreign_requests(origin)
        limit = getattr(current_app.view_functions.get(request.endpoint or ""), "upload_limit", None)
        if limit:
            request.max_content_length = getattr(settings, limit) + UPLOAD_OVERHEAD

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response


def takes_upload(setting: str) -> Callable[[View], View]:
    """Mark a view that takes files: at most as many bytes as the setting of that name allows. Others take ordinary forms only."""

    def mark(view: View) -> View:
        view.upload_limit = setting  # type: ignore[attr-defined]
        return view

    return mark


def origin_of(url: str) -> str:
    """Scheme, host and port of ``url``."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _refuse_foreign_requests(origin: str) -> None:
    site = request.headers.get("Sec-Fetch-Site", "none")
    foreign = site not in {"same-origin", "none"}
    if request.method not in SAFE_METHODS:
        if request.headers.get("Origin", origin) != origin or foreign:
            raise Forbidden(f"This was sent from another website. Open {origin} and try again there.")
    elif foreign and not _is_top_navigation():
        raise Forbidden("Pages of other websites may not load this.")


def _is_top_navigation() -> bool:
    mode, destination = request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Dest", "document")
    return mode == "navigate" and destination == "document"


def _headers(settings: Settings) -> dict[str, str]:
    headers = {
        "Content-Security-Policy": content_security_policy(settings),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cache-Control": "no-store",
    }
    if _is_https(settings):
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def content_security_policy(settings: Settings) -> str:
    """Nothing but our own files.

    Forms may end at the hub too: signing in and out passes through it, and Chromium applies form-action to redirects as well.
    """
    directives = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "form-action": f"'self' {origin_of(settings.hub_url)}",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def _is_https(settings: Settings) -> bool:
    return settings.portal_url.startswith("https://")
