"""What people decide for themselves: the zone they read times in, and how often they get mail."""

from functools import cache
from zoneinfo import available_timezones

from sqlalchemy.orm import Session

from classroom.errors import HomeroomError
from classroom.models import MailRhythm, Person


def set_preferences(session: Session, *, person: Person, timezone: str, rhythm: str) -> None:
    """``timezone`` is a name like Europe/Berlin, empty for the browser's own; ``rhythm`` a MailRhythm."""
    timezone = timezone.strip()
    if timezone and not is_zone(timezone):
        raise HomeroomError(f"“{timezone[:60]}” is no time zone. Choose one from the list, like Europe/Berlin.")
    if rhythm not in set(MailRhythm):
        raise HomeroomError("Choose how often you want mail.")
    person.timezone = timezone or None
    person.mail_rhythm = MailRhythm(rhythm)
    session.flush()


def is_zone(name: str) -> bool:
    """Whether ``name`` is a time zone."""
    return name in _zones()


def zone_names() -> list[str]:
    """Zones that people live in, by name."""
    return ["UTC", *sorted(name for name in _zones() if "/" in name and not name.startswith(("Etc/", "posix/", "right/")))]


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
