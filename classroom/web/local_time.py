"""Dates as people type them: on a clock that the form names."""

from datetime import datetime
from zoneinfo import ZoneInfo

from classroom.errors import HomeroomError


def read_local(text: str, *, timezone: str, field: str) -> datetime | None:
    """What a ``datetime-local`` field holds, read on the clock of ``timezone``; None when it is empty.

    An hour that daylight saving takes away counts as the hour after it, one that it gives twice as the first of the two.
    """
    if not text.strip():
        return None
    try:
        naive = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise HomeroomError(f"{field}: “{text[:40]}” is no date and time. Write it like 2026-09-30T23:59.") from error
    return naive.replace(tzinfo=ZoneInfo(timezone))


def write_local(moment: datetime | None, *, timezone: str) -> str:
    """``moment`` as a ``datetime-local`` field wants it; empty for None."""
    return "" if moment is None else moment.astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%dT%H:%M")
