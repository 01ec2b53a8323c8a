"""Makes hub and homes match the enrolments: the operation ``provision``. Doing it twice changes nothing.

An enrolment whose ``provisioned_at`` is empty is waiting. An active one gets a hub user, the hub group of its course and role,
and a and a home; a dropped one leaves the groups. Somebody who is in no course any more is forgotten by the hub, so that whatever
they are signed in with ends at once; the home stays.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Self

from sqlalchemy import Select, exists, select, update
from sqlalchemy.orm import Session, aliased

from classroom.errors import Unavailable
from classroom.models import (
    Assignment,
    Course,
    Enrolment,
    EnrolmentStatus,
    Operation,
    OperationKind,
    OperationState,
    Person,
    Role,
)
from classroom.services import deliveries, operations
from classroom.services.operation_context import OperationContext
from hub_bridge.client import HubClient, HubRefused, HubUnavailable
from hub_bridge.homes import HomeFull, HomeRefused
from hub_bridge.names import ROLES, group_name

RETRY_AFTER = timedelta(minutes=10)
"""People who could not be provisioned are tried again after so long."""


def run_provision(context: OperationContext, operation_id: int) -> None:
    """Serve everybody of the course who waits, in batches the hub can bear. Raises Unavailable when the hub is away."""
    with context.sessions.begin() as session:
        operation = operations.claim(session, operation_id=operation_id, now=context.now())
        if operation is None:
            return
        course = session.get_one(Course, operation.course_id)
        waiting = list(session.scalars(_waiting(course).order_by(Enrolment.id)))
        done, total = operation.done, operation.done + len(waiting)
        operations.advance(operation, done=done, total=total, now=context.now())
    problems: list[str] = []
    new_students = False
    try:
        with context.hub() as hub:
            groups = _Groups.look(hub, course.slug)
            for start in range(0, len(waiting), context.settings.hub_batch):
                batch = _load(context, waiting[start : start + context.settings.hub_batch])
                problems += _serve(context, hub, groups, batch)
                new_students |= any(place.active and place.role == Role.student and not place.problem for place in batch)
                done += min(context.settings.hub_batch, len(waiting) - start)
                _commit(context, operation_id, batch, done=done, total=total)
    except HubUnavailable as error:
        raise Unavailable(str(error)) from error
    with context.sessions.begin() as session:
        if new_students:
            _start_deliveries(session, course, context.now())
        operations.finish(session.get_one(Operation, operation_id), now=context.now(), problems=problems)


def start_due(session: Session, *, now: datetime) -> int:
    """Start again for courses where people still wait, a while after the last try; returns for how many."""
    tried = exists().where(
        Operation.course_id == Course.id,
        Operation.kind == OperationKind.provision,
        Operation.state.in_([OperationState.queued, OperationState.running]) | (Operation.created_at > now - RETRY_AFTER),
    )
    waiting = exists().where(Enrolment.course_id == Course.id, Enrolment.provisioned_at.is_(None))
    due = session.scalars(select(Course).where(waiting, ~tried)).all()
    for course in due:
        operations.start(session, kind=OperationKind.provision, course=course, now=now)
    return len(due)


@dataclass(slots=True)
class _Place:
    """One enrolment as it was when its batch began."""

    enrolment_id: int
    person: Person
    role: Role
    active: bool
    elsewhere: bool
    """The person is active in another course."""
    teaches: bool
    """They are on the staff of another course, or may create courses."""
    problem: str | None = None


@dataclass(slots=True)
class _Groups:
    """The hub's groups of the course, and who is in which."""

    hub: HubClient
    slug: str
    members: dict[str, set[str]]
    users: set[str]
    """Everybody the hub knows."""

    @classmethod
    def look(cls, hub: HubClient, slug: str) -> Self:
        """Make the groups if need be, and read who is in them: the hub is told only what changes."""
        groups = cls(hub, slug, {group_name(slug, role): set() for role in ROLES}, set())
        for group in groups.members:
            hub.ensure_group(group)
        for user in hub.list_users():
            groups.users.add(user.name)
            for group in set(user.groups) & set(groups.members):
                groups.members[group].add(user.name)
        return groups

    def put(self, role: Role | None, names: list[str]) -> None:
        """Have these people in the group of ``role`` (None: in none) and in no other of the course."""
        wanted = group_name(self.slug, role.value) if role else None
        for group, members in self.members.items():
            leaving = members & set(names)
            if group == wanted:
                self.hub.add_to_group(group, set(names) - members)
                members.update(names)
            elif leaving:
                self.hub.remove_from_group(group, leaving)
                members.difference_update(leaving)


def _waiting(course: Course) -> Select[int]:
    return select(Enrolment.id).where(Enrolment.course_id == course.id, Enrolment.provisioned_at.is_(None))


def _load(context: OperationContext, enrolment_ids: list[int]) -> list[_Place]:
    other = aliased(Enrolment)
    there = (other.person_id == Enrolment.person_id, other.id != Enrolment.id, other.status == EnrolmentStatus.active)
    elsewhere, teaching = exists().where(*there), exists().where(*there, other.role != Role.student)
    wanted = (
        select(Enrolment, Person, elsewhere.label("elsewhere"), teaching.label("teaching"))
        .join(Enrolment.person)
        .where(Enrolment.id.in_(enrolment_ids))
    )
    with context.sessions() as session:
        session.connection(execution_options={"homeroom_read_only": True})
        return [
            _Place(
                enrolment_id=enrolment.id,
                person=person,
                role=enrolment.role,
                active=enrolment.status == EnrolmentStatus.active,
                elsewhere=also,
                teaches=teaches or person.creates_courses,
            )
            for enrolment, person, also, teaches in session.execute(wanted.order_by(Enrolment.id))
        ]


def _serve(context: OperationContext, hub: HubClient, groups: _Groups, batch: list[_Place]) -> list[str]:
    """Bring hub and homes in line; returns a sentence for each person where that failed."""
    for role in Role:
        coming = [place for place in batch if place.active and place.role == role]
        _for_all(coming, partial(_let_in, hub, groups, role))
    leaving = [place for place in batch if not place.active and place.person.hub_name in groups.users]
    _for_all(leaving, partial(_let_go, hub, groups))
    for place in batch:
        if place.active and place.problem is None:
            _ensure_home(context, place)
    return [f"{place.person.display_name}: {place.problem}" for place in batch if place.problem]


def _for_all(places: list[_Place], act: Callable[[list[_Place]], None]) -> None:
    """Act on all at once; when the hub refuses, one by one, so that one person's trouble is nobody else's."""
    if not places:
        return
    try:
        act(places)
    except HubRefused as error:
        if len(places) == 1:
            places[0].problem = str(error)
            return
        for place in places:
            _for_all([place], act)


def _let_in(hub: HubClient, groups: _Groups, role: Role, places: list[_Place]) -> None:
    names = _names(places)
    hub.ensure_users(set(names) - groups.users)
    groups.users |= set(names)
    # Staff may enter the servers of the group of students. Putting a colleague on a roster must not open theirs.
    guarded = _names(place for place in places if role is Role.student and place.teaches)
    groups.put(role, sorted(set(names) - set(guarded)))
    if guarded:
        groups.put(None, guarded)


def _let_go(hub: HubClient, groups: _Groups, places: list[_Place]) -> None:
    groups.put(None, _names(places))
    for place in places:
        if not place.elsewhere and not place.person.creates_courses:
            hub.stop_server(place.person.hub_name)
            hub.remove_user(place.person.hub_name)
            groups.users.discard(place.person.hub_name)


def _ensure_home(context: OperationContext, place: _Place) -> None:
    try:
        context.homes.ensure(place.person.hub_name, place.person.uid)
    except (HomeRefused, HomeFull) as error:
        place.problem = str(error)


def _commit(context: OperationContext, operation_id: int, batch: list[_Place], *, done: int, total: int) -> None:
    """Note who is served, unless their role or status changed in the meantime: then they wait again."""
    now = context.now()
    with context.sessions.begin() as session:
        for place in batch:
            if place.problem is None:
                status = EnrolmentStatus.active if place.active else EnrolmentStatus.dropped
                session.execute(
                    update(Enrolment)
                    .where(Enrolment.id == place.enrolment_id, Enrolment.role == place.role, Enrolment.status == status)
                    .values(provisioned_at=now)
                )
        operations.advance(session.get_one(Operation, operation_id), done=done, total=total, now=now)


def _start_deliveries(session: Session, course: Course, now: datetime) -> None:
    """What is out already goes to those who came late."""
    out = select(Assignment).where(Assignment.course_id == course.id, Assignment.published_at.is_not(None))
    for assignment in session.scalars(out):
        deliveries.start_delivery(session, assignment=assignment, now=now)


def _names(places: Iterable[_Place]) -> list[str]:
    return [place.person.hub_name for place in places]
