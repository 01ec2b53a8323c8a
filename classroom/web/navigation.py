"""What the layout shows on every page: the courses to switch between and, for staff, the parts of this one."""

from dataclasses import dataclass

from flask import Flask, g, request, url_for

from classroom.models import Enrolment
from classroom.services import courses, notifications
from classroom.web.context import db, visitor

STAFF_PAGES = (
    ("teach.overview", "Overview", "home"),
    ("teach.assignments", "Assignments", "notebook"),
    ("teach.people", "People", "people"),
    ("teach.gradebook", "Gradebook", "table"),
    ("teach.requests", "Requests", "comment"),
    ("teach.course_settings", "Settings", "clock"),
)


@dataclass(frozen=True)
class NavigationLink:
    """A link of the side navigation. ``current`` when this page is it or lies below it."""

    label: str
    href: str
    icon: str
    current: bool


def init_app(app: Flask) -> None:
    """Give every template what the layout needs. They are functions: an error page asks for less."""
    app.context_processor(
        lambda: {
            "visitor": visitor,
            "my_courses": my_courses,
            "here": lambda: g.get("enrolment"),
            "course_navigation": course_navigation,
            "unread_notifications": unread_notifications,
        }
    )


def my_courses() -> list[Enrolment]:
    """The signed-in person's courses."""
    person = visitor()
    if person is None:
        return []
    if "my_courses" not in g:
        g.my_courses = courses.enrolments_of(db(), person=person)
    found: list[Enrolment] = g.my_courses
    return found


def unread_notifications() -> int:
    """How many things the signed-in person has been told and has not read."""
    person = visitor()
    return notifications.unread_count(db(), person=person) if person else 0


def course_navigation(enrolment: Enrolment) -> list[NavigationLink]:
    """The side navigation of a course's pages; students have one page and need none."""
    if not enrolment.is_staff:
        return []
    slug = enrolment.course.slug
    targets = [(label, url_for(endpoint, course=slug), icon) for endpoint, label, icon in STAFF_PAGES]
    address = request.script_root + request.path
    # The overview's address is the beginning of all others: the longest one that fits is where we are.
    nearest = max((href for _, href, _ in targets if address.startswith(href)), key=len, default="")
    return [NavigationLink(label, href, icon, href == nearest) for label, href, icon in targets]
