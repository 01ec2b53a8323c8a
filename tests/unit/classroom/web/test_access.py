"""Who gets in where: every route of the portal, asked by everybody there is, with real rows behind it.

Forms are sent without their token. Whoever the audience mark lets in gets as far as the token check, which answers 400.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from classroom.config import Settings
from classroom.models import (
    Assignment,
    Course,
    Enrolment,
    EnrolmentStatus,
    Extension,
    Guest,
    GuestCheck,
    LinkKind,
    Notification,
    Operation,
    OperationKind,
    Person,
    Role,
    WorkCheck,
)
from classroom.services import extension_requests, extensions, feedback, guests, links, operations, rosters, timetable
from classroom.web.audience import Audience, audience_of
from tests.support.hub_twin import HubTwin
from tests.support.pages import PageClient, SignIn
from tests.support.seminar_room import Room
from tests.support.work import Lab

ROSTER = b"name,email\nEve,eve@example.org\n"
IN = frozenset({200, 302, 303, 400})
ENTERS = {
    "owner": {Audience.signed_in, Audience.member, Audience.staff, Audience.teacher, Audience.presenter},
    "teacher": {Audience.signed_in, Audience.member, Audience.staff, Audience.teacher},
    "grader": {Audience.signed_in, Audience.member, Audience.staff},
    "student": {Audience.signed_in, Audience.member, Audience.student},
    "dropped": {Audience.signed_in},
    "elsewhere": {Audience.signed_in},
    "newcomer": {Audience.signed_in},
    "stranger": set[Audience](),
    "guest": {Audience.guest},
}
BY_TOKEN = {Audience.hub, Audience.own_server, Audience.own_seat}
HIDDEN_FROM = {"dropped", "elsewhere", "newcomer"}
"""For these the course does not exist: 404, not 403."""
SIGNED_OUT = {"stranger", "guest"}
ASK_FIRST = ("courses.", "seminars.my_seminars", "seminars.new_seminar", "seminars.make_seminar")
"""Open to everybody who is signed in, and then they ask whether one may make courses."""


@dataclass(frozen=True)
class World:
    """Everybody, and a value for each argument that a route has."""

    people: dict[str, PageClient]
    values: dict[str, Any]
    app: Flask

    def routes(self) -> Iterator[tuple[Rule, str, str]]:
        """Each route with a method and its address."""
        with self.app.test_request_context():
            for rule in self.app.url_map.iter_rules():
                missing = rule.arguments - self.values.keys()
                assert not missing, f"{rule.rule}: give {missing} a value in the fixture `world`, with a real row behind it"
                address = self.app.url_for(rule.endpoint, **{name: self.values[name] for name in rule.arguments})
                for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                    yield rule, method, address

    def audience(self, rule: Rule) -> Audience:
        mark = audience_of(self.app.view_functions[rule.endpoint])
        assert mark is not None, f"{rule.endpoint} has no audience mark"
        return mark


@pytest.fixture
def everybody(lab: Lab, make_enrolment: Callable[..., Enrolment], sign_in: SignIn) -> dict[str, PageClient]:
    """A browser for each kind of person."""
    other = Course(slug="chem1", title="Chemistry 1", created_at=lab.now)
    newcomer = Person(hub_name="nora", display_name="Nora", created_at=lab.now)
    lab.session.add_all([other, newcomer])
    dropped = lab.student("dora")
    dropped.status = EnrolmentStatus.dropped
    lab.session.commit()
    return {
        "owner": sign_in(lab.teacher),
        "teacher": sign_in(make_enrolment("tom", Role.teacher)),
        "grader": sign_in(make_enrolment("gus", Role.grader)),
        "student": sign_in(lab.student("sam")),
        "dropped": sign_in(dropped),
        "elsewhere": sign_in(make_enrolment("eli", Role.owner, into=other)),
        "newcomer": sign_in(newcomer),
        "stranger": sign_in(None),
        "guest": sign_in(None),
    }


@pytest.fixture
def rows(lab: Lab, assignment: Assignment, settings: Settings, everybody: dict[str, PageClient]) -> dict[str, Any]:
    """A value for each argument: of the student, where it is somebody's."""
    student = lab.session.query(Enrolment).join(Enrolment.person).filter(Person.hub_name == "sam").one()
    submission = lab.hand_in(student, assignment)
    lab.grade(submission)
    check = WorkCheck(
        enrolment_id=student.id, assignment_id=assignment.id, release_id=assignment.release_id, digest="", asked_at=lab.now
    )
    lab.session.add(check)
    feedback.release_feedback(lab.session, assignment=assignment, actor=None, now=lab.now)
    operation = operations.start(lab.session, kind=OperationKind.provision, course=lab.course, now=lab.now)
    upload = rosters.upload(
        lab.session,
        files=lab.files,
        course=lab.course,
        actor=lab.teacher.person,
        filename="roster.csv",
        data=ROSTER,
        limits=settings,
        now=lab.now,
    )
    request, extension, notification = _asked(lab, assignment, student)
    kind, lifetime = LinkKind.invitation, timedelta(days=1)
    link = links.make_link(lab.session, person=student.person, kind=kind, lifetime=lifetime, now=lab.now)
    class_time = timetable.add(
        lab.session, course=lab.course, section_id=None, weekday=0, begins=time(10, 15), minutes=90, timezone="UTC", last_day=None
    )
    guest = seminars_guest(lab, everybody["guest"], settings.secret_key.get_secret_value())
    guests_check = {"notebook": "numbers.ipynb", "version": 1, "files": [], "digest": "", "asked_at": lab.now}
    lab.session.add(GuestCheck(id=check.id, guest_id=guest.id, **guests_check))
    assert isinstance(operation, Operation)
    values = {
        "assignment": assignment.slug,
        "class_time_id": class_time.id,
        "check_id": check.id,
        "code": guest.seminar.code,
        "course": lab.course.slug,
        "enrolment_id": student.id,
        "extension_id": extension,
        "filename": "css/base.css",
        "guest_id": guest.id,
        "notebook": "growth.ipynb",
        "notification_id": notification,
        "number": 0,
        "operation_id": operation.id,
        "request_id": request,
        "seminar": guest.seminar.slug,
        "submission_id": submission.id,
        "token": links.token_of(link, settings.secret_key.get_secret_value()),
        "upload_id": upload.id,
    }
    lab.session.commit()  # the portal's requests write
    return values


def seminars_guest(lab: Lab, browser: PageClient, secret: str) -> Guest:
    """A guest in a seminar of the course's owner; the browser gets their seat's cookie."""
    hub = HubTwin()
    room = Room(lab.session, replace(lab.context, hub=lambda: hub), lab.clock, hub, lab.teacher.person)
    room.teacher.creates_courses = True
    guest = room.join(room.make())
    room.tick()  # makes the seat
    room.teacher.creates_courses = False
    path = f"/portal/s/{guest.seminar.slug}"
    browser.flask.set_cookie("seat", guests.cookie_of(guest, secret), path=path)
    return guest


def _asked(lab: Lab, assignment: Assignment, student: Enrolment) -> tuple[int, int, int]:
    """Ids of the student's request for more time, of the extension they have, and of what they were told of it."""
    until = lab.now + timedelta(days=9)
    request = extension_requests.ask(
        lab.session, enrolment=student, assignment=assignment, until=until, reason="Ill.", now=lab.now
    )
    extensions.give(lab.session, assignment=assignment, enrolment_ids=[student.id], minutes=60, actor=None, now=lab.now)
    extension = lab.session.query(Extension).one()
    notification = lab.session.query(Notification).filter(Notification.person_id == student.person_id).first()
    assert notification is not None
    return request.id, extension.id, notification.id


@pytest.fixture
def world(app: Flask, everybody: dict[str, PageClient], rows: dict[str, Any]) -> World:
    """Everything that is needed to try every route."""
    return World(everybody, rows, app)


@pytest.mark.parametrize("who", ENTERS)
def test_everybody_gets_in_where_they_belong_and_nowhere_else(world: World, who: str) -> None:
    browser = world.people[who]
    wrong = []
    for rule, method, address in world.routes():
        audience = world.audience(rule)
        if audience is Audience.public:
            continue
        answer = browser.flask.open(address.removeprefix("/portal"), method=method, buffered=True)
        problem = _problem(who, audience, method, answer.status_code, answer.location or "")
        if problem and not _is_for_some(rule.endpoint, answer.status_code):
            wrong.append(f"{method} {rule.rule} ({audience}): {problem}")

    assert not wrong, f"as {who}:\n" + "\n".join(wrong)


def _is_for_some(endpoint: str, status: int) -> bool:
    """Pages that ask for more than to be signed in: a right to create courses, or that what one was told is one's own."""
    return (endpoint.startswith(ASK_FIRST) and status == 403) or (endpoint == "notifications.follow" and status == 404)


def _problem(who: str, audience: Audience, method: str, status: int, location: str) -> str:
    if audience in BY_TOKEN:
        return "" if status == 401 else f"expected 401 without a token, got {status}"
    if audience in ENTERS[who]:
        return "" if status in IN and "/sign-in" not in location else f"expected to get in, got {status}"
    if audience is Audience.guest:
        wanted = 302 if method == "GET" else 403
        return "" if status == wanted and "/sign-in" not in location else f"expected the way back to a seat, got {status}"
    if who in SIGNED_OUT and method == "GET":
        return "" if status == 302 and location.startswith("/portal/sign-in?next=") else f"expected the sign-in, got {status}"
    hidden = who in HIDDEN_FROM or (audience is Audience.presenter and who not in SIGNED_OUT)
    wanted = 404 if hidden else 403
    return "" if status == wanted else f"expected {wanted}, got {status}"


def test_courses_are_made_only_by_those_who_may(world: World, lab: Lab) -> None:
    lab.teacher.person.creates_courses = True
    lab.session.commit()

    statuses = {who: world.people[who].get("/courses/new").status_code for who in ("owner", "teacher", "student")}

    assert statuses == {"owner": 200, "teacher": 403, "student": 403}


def test_nothing_of_one_course_is_reached_through_another(world: World, app: Flask) -> None:
    """Somebody who owns another course puts its name into the address of this one's things, in good forms."""
    browser = world.people["elsewhere"]
    through = World(world.people, {**world.values, "course": "chem1"}, app)
    form = {"csrf_token": browser.token(), "role": "owner"}
    wrong = []
    for rule, method, address in through.routes():
        if "course" not in rule.arguments or rule.arguments == {"course"} or world.audience(rule) in BY_TOKEN:
            continue
        data = form if method == "POST" else None
        status = browser.flask.open(address.removeprefix("/portal"), method=method, data=data, buffered=True).status_code
        if status not in {403, 404}:
            wrong.append(f"{method} {rule.rule}: {status}")

    assert not wrong


def test_public_pages_open_for_everybody_without_an_error(world: World) -> None:
    statuses = {
        f"{method} {rule.rule}": world.people["stranger"]
        .flask.open(address.removeprefix("/portal"), method=method, buffered=True)
        .status_code
        for rule, method, address in world.routes()
        if world.audience(rule) is Audience.public
    }

    assert not {route: status for route, status in statuses.items() if status >= 500}
