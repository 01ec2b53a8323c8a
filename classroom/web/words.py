"""How values read on a page: times, numbers, sizes, roles. Registered as filters and globals of the templates."""

import math
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Flask
from markupsafe import Markup

from classroom.models import Role

ROLE_WORDS = {Role.owner: "Owner", Role.teacher: "Teacher", Role.grader: "Grader", Role.student: "Student"}


def init_app(app: Flask) -> None:
    """Make them known to the templates."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        points=points, size=size, role=role_word, in_zone=in_zone, iso=iso, plural=plural, trusted=trusted
    )


def points(value: float | None) -> str:
    """2.0 as 2, 1.25 as 1.25, None as a dash."""
    if value is None or not math.isfinite(value):
        return "–"  # noqa: RUF001 - the sign for "no number"
    return f"{value:.2f}".rstrip("0").rstrip(".")


def size(count: int) -> str:
    """A number of bytes for people."""
    amount = float(count)
    for unit in ("bytes", "kB", "MB"):
        if amount < 1000:  # noqa: PLR2004
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def trusted(html: str) -> Markup:
    """HTML that grader.view made and sanitised. Nothing else may go through here; templates never use ``safe``."""
    return Markup(html)  # noqa: S704 - that is what it is for


def role_word(role: Role) -> str:
    """A role as a word."""
    return ROLE_WORDS[role]


def plural(count: int, one: str, many: str = "") -> str:
    """``1 file``, ``2 files``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def in_zone(moment: datetime, zone: str = "UTC") -> str:
    """A time as the course's clock shows it, for readers whose browser does not turn it to theirs."""
    local = moment.astimezone(_zone(zone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} ({zone})"


def iso(moment: datetime) -> str:
    """For the ``datetime`` attribute."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
