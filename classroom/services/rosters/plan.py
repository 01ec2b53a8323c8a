"""What a roster would do to its course. The preview shows the plan, applying carries it out; both make it in the same way."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy.orm import Session

from classroom.models import Course, Enrolment, EnrolmentStatus, Person, Role
from classroom.services.rosters.hub_names import HubNames
from classroom.services.rosters.known import Known
from classroom.services.rosters.people import Reading, RosterPerson, RowProblem

Change = Literal["new", "changed", "unchanged", "dropped"]


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to one person. ``updates`` are the texts that change: {"section": ("Lab 1", "Lab 2")}."""

    row: int | None
    change: Change
    hub_name: str
    name: str
    email: str | None
    student_id: str | None
    section: str | None
    role: Role
    key: str
    person: Person | None
    enrolment: Enrolment | None
    updates: dict[str, tuple[str, str]] = field(default_factory=dict)


_PRINTED = ("row", "change", "hub_name", "name", "email", "student_id", "section", "role", "key", "updates")


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps in the order of the file, the dropped at the end; ``fingerprint`` names this very plan."""

    steps: tuple[Step, ...]
    problems: tuple[RowProblem, ...]
    skipped: int

    @property
    def fingerprint(self) -> str:
        """Changes whenever the file or the course changed so that something else would happen."""
        steps = [
            [getattr(step, name) for name in _PRINTED] + [step.person and step.person.id, step.enrolment and step.enrolment.id]
            for step in self.steps
        ]
        problems = [(p.row, p.column, p.message) for p in self.problems]
        return hashlib.sha256(json.dumps([steps, problems]).encode()).hexdigest()


def make_plan(session: Session, *, course: Course, reading: Reading) -> Plan:
    """Compare the roster with the course; a handful of queries whatever the size."""
    known = Known(session, course, reading.people + reading.left_out)
    names = HubNames(known.hub_names)
    steps: list[Step] = []
    problems = list(reading.problems)
    met: dict[int, int] = {}  # person -> row
    keys: dict[str, int] = {}  # roster key -> row
    for listed in reading.people:
        found = list(_refusals(known, listed, met, keys))
        problems += found
        if any(problem.severity == "error" for problem in found):
            continue
        step = _step(known, names, listed)
        if step.person:
            met[step.person.id] = listed.row
        keys[step.key] = listed.row
        problems += _remarks(known, step, listed)
        steps.append(step)
    skipped = len(reading.people) - len(steps) + len(reading.left_out)
    present = set(met) | {enrolment.person_id for listed in reading.left_out if (enrolment := known.enrolment_of(listed))}
    steps += [_gone(enrolment) for enrolment in known.enrolments if _is_missing(enrolment, present)]
    problems.sort(key=lambda problem: problem.row or 0)
    return Plan(tuple(steps), tuple(problems), skipped)


def _refusals(known: Known, listed: RosterPerson, met: dict[int, int], keys: dict[str, int]) -> Iterator[RowProblem]:
    """Rows that contradict what is there; somebody must look, a machine must not choose."""
    enrolment, person = known.enrolment_of(listed), known.person_of(listed)
    meant = enrolment.person if enrolment else person
    if enrolment and person and meant is not person:
        message = f"The id belongs to {enrolment.person.display_name}, the e-mail or username to another account."
        yield RowProblem(listed.row, "", message, "error")
    elif (row := met.get(meant.id) if meant else keys.get(listed.key)) is not None:
        yield RowProblem(listed.row, "", f"Row {row} already stands for the same person.", "error")
    elif meant and not meant.active:
        yield RowProblem(listed.row, "", "The account of this person is switched off.", "error")


def _step(known: Known, names: HubNames, listed: RosterPerson) -> Step:
    if enrolment := known.enrolment_of(listed):
        return _for_known(known, enrolment, listed)
    person = known.person_of(listed)
    given = person.hub_name if person else None
    return Step(
        row=listed.row,
        change="new",
        hub_name=given
        or names.give(username=listed.username, email=listed.email, name=listed.name, student_id=listed.student_id),
        name=person.display_name if person else listed.name,
        email=person.email if person else listed.email,
        student_id=listed.student_id,
        section=listed.section,
        role=listed.role or Role.student,
        key=listed.key,
        person=person,
        enrolment=None,
    )


def _for_known(known: Known, enrolment: Enrolment, listed: RosterPerson) -> Step:
    updates = dict(_updates(known, enrolment, listed))
    person, section = enrolment.person, enrolment.section
    return Step(
        row=listed.row,
        change="changed" if updates else "unchanged",
        hub_name=person.hub_name,
        name=updates.get("name", ("", person.display_name))[1],
        email=updates.get("e-mail", ("", person.email or ""))[1] or None,
        student_id=updates.get("student id", ("", enrolment.student_id or ""))[1] or None,
        section=updates.get("section", ("", section.name if section else ""))[1] or None,
        role=Role(updates.get("role", ("", enrolment.role))[1]),
        key=listed.student_id or enrolment.roster_key,
        person=person,
        enrolment=enrolment,
        updates=updates,
    )


def _updates(known: Known, enrolment: Enrolment, listed: RosterPerson) -> Iterator[tuple[str, tuple[str, str]]]:
    """The texts that differ. What a roster leaves empty stays as it is; staff are left as they are."""
    if enrolment.is_teacher:
        return
    now = {
        "student id": (enrolment.student_id, listed.student_id),
        "section": (enrolment.section.name if enrolment.section else None, listed.section),
    }
    if not known.is_settled(enrolment):
        now |= {"name": (enrolment.person.display_name, listed.name), "e-mail": (enrolment.person.email, listed.email)}
    if enrolment.role == Role.student:
        now["role"] = (Role.student.value, listed.role.value if listed.role else None)
    if enrolment.status == EnrolmentStatus.dropped:
        now["status"] = (EnrolmentStatus.dropped.value, EnrolmentStatus.active.value)
    for name, (old, new) in now.items():
        if new and new != old:
            yield name, (old or "", new)


def _remarks(known: Known, step: Step, listed: RosterPerson) -> Iterator[RowProblem]:
    """What a teacher should know of a row that is taken all the same."""
    if step.enrolment is None:
        return
    role = step.enrolment.role
    if step.enrolment.is_teacher or (role == Role.grader and listed.role == Role.student):
        message = f"{step.name} is {role.value} here; the roster does not change that."
        yield RowProblem(listed.row, "", message, "warning")
    elif listed.email and step.enrolment.person.email != listed.email and known.is_settled(step.enrolment):
        message = f"{step.name} uses an account with another e-mail address and keeps it."
        yield RowProblem(listed.row, "", message, "warning")


def _is_missing(enrolment: Enrolment, present: set[int]) -> bool:
    gone = enrolment.person_id not in present and enrolment.status == EnrolmentStatus.active
    return gone and enrolment.role == Role.student


def _gone(enrolment: Enrolment) -> Step:
    person, section = enrolment.person, enrolment.section
    return Step(
        row=None,
        change="dropped",
        hub_name=person.hub_name,
        name=person.display_name,
        email=person.email,
        student_id=enrolment.student_id,
        section=section.name if section else None,
        role=enrolment.role,
        key=enrolment.roster_key,
        person=person,
        enrolment=enrolment,
    )
