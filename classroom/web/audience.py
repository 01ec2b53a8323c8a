"""Who may see a view. Closed by default: a view without a mark answers 404 to everybody.

    @blueprint.get("/courses/<course>/teach/people/")
    @audience.staff
    def people() -> str: ...

Marks of a seminar (presenter, guest) need ``<seminar>`` in the URL, which is treated alike; the view finds it in
``context.seminar()``, a guest themselves in ``context.guest()``.

Course-scoped marks (member, student, staff, teacher) need ``<course>`` in the URL. It is taken out of the view's arguments
and put back by ``url_for``; the view finds what it is about in ``context.enrolment()`` and ``context.course()``.
"""

from collections.abc import Callable
from enum import StrEnum
from hmac import compare_digest
from typing import Any, TypeVar

from flask import Flask, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import Forbidden, HomeroomError, NotFound
from classroom.models import Enrolment
from classroom.services import access, guests, identity, seminars
from classroom.web.context import db, now, parts, person, settings, visitor
from hub_bridge.names import is_guest_name

View = TypeVar("View", bound=Callable[..., object])


class Audience(StrEnum):
    """The marks. Each is a decorator of the same name in this module."""

    public = "public"
    hub = "hub"
    signed_in = "signed_in"
    member = "member"
    student = "student"
    staff = "staff"
    teacher = "teacher"
    own_server = "own_server"
    own_seat = "own_seat"
    presenter = "presenter"
    guest = "guest"


class NotTheHub(HomeroomError):
    """Whoever asks does not show the hub's token. Not a 403: that is what the hub reads as a no to the person it asks about."""

    status = 401


class NoToken(HomeroomError):
    """Whoever asks shows no token of the hub that may be used here."""

    status = 401


_UNKNOWN = "Your notebook server could not show who you are. Stop it, start it again, and try once more."
SEAT_COOKIE = "seat"
"""Limited to its seminar's path, so a browser can hold a seat in several."""

COURSE_SCOPED = frozenset({Audience.member, Audience.student, Audience.staff, Audience.teacher, Audience.own_server})

SEMINAR_SCOPED = frozenset({Audience.presenter, Audience.guest})


def public(view: View) -> View:
    """Anybody, signed in or not."""
    return _mark(view, Audience.public)


def hub(view: View) -> View:
    """Only the hub, which shows the identity token."""
    return _mark(view, Audience.hub)


def signed_in(view: View) -> View:
    """Anybody who is signed in."""
    return _mark(view, Audience.signed_in)


def member(view: View) -> View:
    """Everybody in the course, whatever their role."""
    return _mark(view, Audience.member)


def student(view: View) -> View:
    """The course's students: handing in, and what came back."""
    return _mark(view, Audience.student)


def staff(view: View) -> View:
    """Owner, teachers and graders of the course."""
    return _mark(view, Audience.staff)


def teacher(view: View) -> View:
    """Owner and teachers of the course: those who may change it."""
    return _mark(view, Audience.teacher)


def own_server(view: View) -> View:
    """A notebook server of one of the course's students, which shows its token of the hub. It stands for its owner."""
    return _mark(view, Audience.own_server)


def own_seat(view: View) -> View:
    """The notebook server on a seat of a seminar that runs, which shows its token of the hub. It stands for the seat's guest."""
    return _mark(view, Audience.own_seat)


def presenter(view: View) -> View:
    """Who runs the seminar."""
    return _mark(view, Audience.presenter)


def guest(view: View) -> View:
    """A guest of the seminar, known by the cookie of their seat. Signed-in people are none by being signed in."""
    return _mark(view, Audience.guest)


def audience_of(view: Callable[..., object] | None) -> Audience | None:
    """The mark of ``view``, or None."""
    return getattr(view, "audience", None)


def init_app(app: Flask) -> None:
    """Check every request against its view's mark before anything else reads it."""
    app.url_value_preprocessor(_take_course)
    app.url_defaults(_put_course_back)
    app.before_request(_admit)


def _mark(view: View, audience: Audience) -> View:
    view.audience = audience  # type: ignore[attr-defined]
    return view


def _take_course(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    g.course_slug = (values or {}).pop("course", None)
    g.seminar_slug = (values or {}).pop("seminar", None)


def _put_course_back(endpoint: str, values: dict[str, Any]) -> None:
    for name in ("course", "seminar"):
        slug = g.get(f"{name}_slug")
        if slug and name not in values and current_app.url_map.is_endpoint_expecting(endpoint, name):
            values[name] = slug


def _admit() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None  # no such page: Flask answers 404 or 405 itself
    audience = audience_of(current_app.view_functions[request.endpoint])
    if audience is None:
        raise NotFound("There is no such page.")
    if audience is Audience.hub:
        _admit_hub()
    elif audience is Audience.own_server:
        _admit_own_server()
    elif audience is Audience.own_seat:
        _admit_own_seat()
    elif audience is Audience.guest:
        return _admit_guest()
    elif audience is not Audience.public:
        return _admit_person(audience)
    return None


def _admit_hub() -> None:
    expected = settings().identity_token.get_secret_value()
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    # An empty setting must not let an empty token in.
    if not expected or scheme != "Bearer" or not compare_digest(token.encode(), expected.encode()):
        raise NotTheHub("Only the hub may ask this.")


def _admit_own_server() -> None:
    """The person is the one whose token it is; a cookie that comes along is not even looked at."""
    name = _token_owner()
    found = identity.person_named(db(), name) if name else None
    if found is None or not found.active:
        raise NoToken(_UNKNOWN)
    g.server_person = found
    g.enrolment = _enrolment(Audience.student, course_slug=g.course_slug)


def _admit_own_seat() -> None:
    """The guest is the one on the seat whose token it is. Their seat, and no other, while the seminar runs."""
    name = _token_owner()
    if not name:
        raise NoToken(_UNKNOWN)
    found = guests.on_seat(db(), name) if is_guest_name(name) else None
    if found is None or not guests.may_use_seat(found):
        raise Forbidden("This is for the guests of a seminar, in the notebook on their seat.")
    if found.seminar.is_over(now()):
        raise Forbidden("The time is up. Save your notebook; your work is kept.")
    g.guest, g.seminar = found, found.seminar


def _token_owner() -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return parts().token_owners.owner_of(token) if scheme.lower() in {"token", "bearer"} else None


def _admit_person(audience: Audience) -> ResponseReturnValue | None:
    if visitor() is None and _is_a_visit():
        return redirect(url_for("auth.start", next=request.script_root + request.full_path.rstrip("?")))
    person()
    if audience in COURSE_SCOPED:
        g.enrolment = _enrolment(audience, course_slug=g.course_slug)
    if audience is Audience.presenter:
        g.seminar = seminars.owned(db(), person=person(), slug=g.seminar_slug)
    return None


def _admit_guest() -> ResponseReturnValue | None:
    token = request.cookies.get(SEAT_COOKIE, "")
    found = guests.by_cookie(db(), slug=g.seminar_slug, token=token, secret=settings().secret_key.get_secret_value())
    if found is None:
        if _is_a_visit():
            return redirect(url_for("seminars.come_back", seminar=g.seminar_slug))
        raise Forbidden("This browser has no seat in this seminar. Join it, or come back with your personal code.")
    g.guest, g.seminar = found, found.seminar
    return None


def _enrolment(audience: Audience, *, course_slug: str) -> Enrolment:
    match audience:
        case Audience.staff:
            return access.staff_in(db(), person=person(), course_slug=course_slug)
        case Audience.teacher:
            return access.teacher_in(db(), person=person(), course_slug=course_slug)
    enrolment = access.enrolment_in(db(), person=person(), course_slug=course_slug)
    if audience is Audience.student and enrolment.is_staff:
        raise Forbidden("This is for the students of the course; you are one of its staff.")
    return enrolment


def _is_a_visit() -> bool:
    """Somebody opens a page; a script that polls is told that it may not, rather than sent to sign in."""
    return request.method in {"GET", "HEAD"} and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
