"""The zone somebody reads times in: the one they chose, else their browser's, else that of the course.

The browser tells its own once, in a cookie that a script sets; without scripts it is the course's clock.
"""

from datetime import datetime

from flask import Flask, g, request

from classroom.services import preferences
from classroom.web.context import visitor
from classroom.web.words import in_zone

COOKIE = "homeroom-zone"


def init_app(app: Flask) -> None:
    """Give the templates the filter ``when`` and the function ``chosen_zone``."""
    app.jinja_env.filters["when"] = when
    app.context_processor(lambda: {"chosen_zone": chosen_zone})


def chosen_zone() -> str:
    """What the person chose on their account page; empty for the browser's."""
    person = visitor()
    return (person.timezone if person else None) or ""


def reader_zone(course_zone: str = "UTC") -> str:
    """The zone in which this reader sees times of a course."""
    return _known_zone() or course_zone


def when(moment: datetime, zone: str = "UTC") -> str:
    """A time as its reader's clock shows it; the zone is named unless it is known to be theirs and ``zone``, the course's."""
    known = _known_zone()
    return in_zone(moment, known or zone, named=known != zone)


def _known_zone() -> str:
    if "reader_zone" not in g:
        told = request.cookies.get(COOKIE, "")
        g.reader_zone = chosen_zone() or (told if preferences.is_zone(told) else "")
    known: str = g.reader_zone
    return known
