"""Which file names are fine, and which files are nobody's work."""

import re

from classroom.errors import HomeroomError

_MAX_PATH = 200
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
_NOISE = {"__pycache__", "__MACOSX", "feedback", "Thumbs.db", "desktop.ini"}


def is_plain_path(path: str) -> bool:
    """Whether ``path`` is a relative path with forward slashes, without ``..``, and printable."""
    parts = path.split("/")
    return len(path) <= _MAX_PATH and path.isprintable() and "\\" not in path and not ({"", ".", ".."} & set(parts))


def is_noise(path: str) -> bool:
    """Whether a file or folder is no part of an assignment: hidden, a cache, or feedback that Homeroom put there."""
    parts = [part for part in path.split("/") if part]
    return path.endswith(".pyc") or any(part in _NOISE or (part.startswith(".") and part not in {".", ".."}) for part in parts)


def check_assignment_slug(slug: str) -> None:
    """Raise HomeroomError unless ``slug`` can name an assignment in addresses and folders."""
    if not _SLUG.fullmatch(slug) or is_noise(slug):
        raise HomeroomError(
            f"“{slug[:80]}” cannot be an assignment's short name: use up to 60 letters, digits, - and _, not - or _ first."
        )
