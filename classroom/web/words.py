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
    app.jinja_env.filters.update(points=points, size=size, role=role_word, span=span, iso=iso, plural=plural, trusted=trusted)


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


def span(minutes: int) -> str:
    """``2 days``, ``1 day 6 hours``, ``90 minutes`` as ``1 hour 30 minutes``."""
    days, rest = divmod(minutes, 1440)
    hours, left = divmod(rest, 60)
    parts = [plural(count, unit) for count, unit in ((days, "day"), (hours, "hour"), (left, "minute")) if count]
    return " ".join(parts) or "no time"


def in_zone(moment: datetime, zone: str = "UTC", *, named: bool = True) -> str:
    """A time on the clock of ``zone``, for readers whose browser does not turn it to theirs."""
    local = moment.astimezone(_zone(zone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}" + (f" ({zone})" if named else "")


def iso(moment: datetime) -> str:
    """For the ``datetime`` attribute."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
