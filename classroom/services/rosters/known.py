"""Who is there already: the course's enrolments and the accounts a roster may mean, read in a few queries."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from classroom.models import Course, Enrolment, Person
from classroom.services.rosters.people import RosterPerson

_CHUNK = 500
"""Values in one query; databases limit them."""


class Known:
    """The course and the accounts as they are now."""

    def __init__(self, session: Session, course: Course, listed: Iterable[RosterPerson]) -> None:
        mine = select(Enrolment).where(Enrolment.course_id == course.id)
        loaded = mine.options(joinedload(Enrolment.person), joinedload(Enrolment.section)).order_by(Enrolment.id)
        self.enrolments = list(session.scalars(loaded))
        self.hub_names = set(session.scalars(select(Person.hub_name)))
        self._by_key = {enrolment.roster_key: enrolment for enrolment in self.enrolments}
        self._by_student_id = {enrolment.student_id: enrolment for enrolment in self.enrolments if enrolment.student_id}
        self._by_person = {enrolment.person_id: enrolment for enrolment in self.enrolments}
        self._people_by_email: defaultdict[str, list[Person]] = defaultdict(list)
        self._people_by_name: dict[str, Person] = {}
        self._load_people(session, list(listed))
        self._elsewhere = self._in_other_courses(session, course)

    def enrolment_of(self, listed: RosterPerson) -> Enrolment | None:
        """The enrolment the row means by its key, or by the account it means."""
        if listed.student_id and (found := self._by_student_id.get(listed.student_id) or self._by_key.get(listed.student_id)):
            return found
        person = self.person_of(listed)
        if person is not None and person.id in self._by_person:
            return self._by_person[person.id]
        return self._by_key.get(listed.key)

    def person_of(self, listed: RosterPerson) -> Person | None:
        """The account the row means: by e-mail, else by a username that no other e-mail contradicts."""
        named = self._people_by_name.get(listed.username or "")
        if listed.email and (same := self._people_by_email[listed.email]):
            return next((person for person in same if person is named or person.id in self._by_person), same[0])
        if named is None or (listed.email and named.email):
            return None
        return named

    def is_settled(self, enrolment: Enrolment) -> bool:
        """Whether the account is somebody's own, so that a roster must not touch its name and address.

        It is, once it has a password or a part in another course, or when it was not made by a roster of this one.
        """
        person = enrolment.person
        return (
            person.password_hash is not None
            or person.creates_courses
            or enrolment.is_teacher
            or person.created_at != enrolment.created_at
            or person.id in self._elsewhere
        )

    def _load_people(self, session: Session, listed: list[RosterPerson]) -> None:
        emails = {person.email for person in listed if person.email}
        names = {person.username for person in listed if person.username}
        for people in (_people(session, Person.email.in_, emails), _people(session, Person.hub_name.in_, names)):
            for person in people:
                self._people_by_name[person.hub_name] = person
                if person.email and person not in self._people_by_email[person.email]:
                    self._people_by_email[person.email].append(person)

    def _in_other_courses(self, session: Session, course: Course) -> set[int]:
        here = select(Enrolment.person_id).where(Enrolment.course_id == course.id)
        there = select(Enrolment.person_id).where(Enrolment.course_id != course.id, Enrolment.person_id.in_(here))
        return set(session.scalars(there))


def _people(session: Session, among: Callable[[list[str]], ColumnElement[bool]], values: set[str]) -> Iterator[Person]:
    every = sorted(values)
    for start in range(0, len(every), _CHUNK):
        yield from session.scalars(select(Person).where(among(every[start : start + _CHUNK])).order_by(Person.id))
