"""Style sheets, scripts and icons. Their addresses carry a hash of their content, so browsers may keep them for ever."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request, send_from_directory

from classroom.web import audience

STATIC = Path(__file__).resolve().parents[1] / "static"


def init_app(app: Flask) -> None:
    """Serve classroom/static at /static/ and let ``url_for("static", filename=...)`` add the hash."""
    app.add_url_rule("/static/<path:filename>", "static", static_file)
    app.url_defaults(_add_hash)


@audience.public
def static_file(filename: str) -> Response:
    """One file of ours."""
    response = send_from_directory(STATIC, filename)
    current = request.args.get("v") == content_hash(filename)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if current else "no-cache"
    return response


@cache
def content_hash(filename: str) -> str:
    """The first digits of the sha256 of a static file; empty when there is none."""
    path = STATIC / filename
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else ""


def _add_hash(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and "filename" in values:
        values.setdefault("v", content_hash(values["filename"]))
