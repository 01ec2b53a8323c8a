"""A roster file as it was uploaded, and what would come of it."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from classroom.config import Settings
from classroom.errors import HomeroomError, TooLarge, Unavailable
from classroom.models import Course, Person, Role, RosterUpload
from classroom.services import access
from classroom.services.rosters.decode import UnreadableRoster
from classroom.services.rosters.parse import Table, TooManyRows, read_table
from classroom.services.rosters.people import RowProblem, read_people
from classroom.services.rosters.plan import Change, Plan, Step, make_plan
from grader.files import FileStore, MissingFile

_ROWS_LIMIT = 100_000
"""Beyond any roster; the limit in force is checked when the file is uploaded."""


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One person and what would happen to them; ``row`` is None for somebody the file does not list.

    ``changes`` are short sentences like "section: Lab 1 → Lab 2".
    """

    row: int | None
    change: Change
    name: str
    email: str | None
    student_id: str | None
    section: str | None
    role: Role
    hub_name: str
    changes: list[str]


@dataclass(frozen=True, slots=True)
class RosterPreview:
    """What applying would do.

    ``counts`` has new, changed, unchanged, dropped and skipped; ``columns`` maps what was recognised to the headers in the
    file. ``blocked``: nothing in the file can be used.
    """

    rows: list[PreviewRow]
    problems: list[RowProblem]
    counts: dict[str, int]
    columns: dict[str, str]
    fingerprint: str
    blocked: bool


def upload(
    session: Session,
    *,
    files: FileStore,
    course: Course,
    actor: Person | None,
    filename: str,
    data: bytes,
    limits: Settings,
    now: datetime,
) -> RosterUpload:
    """Keep the file as it came; nobody is enrolled yet. Raises TooLarge; what is wrong inside is the preview's to say."""
    if actor is not None:
        access.teacher_in(session, person=actor, course_slug=course.slug)
    if len(data) > limits.roster_upload_limit:
        raise TooLarge(f"A roster may have at most {limits.roster_upload_limit // 1000} kB. Leave out columns like scores.")
    if not data:
        raise HomeroomError("Choose the file with your list of people first.")
    _check_rows(data, limits)
    try:
        digest = files.put(data)
    except OSError as error:
        raise Unavailable(f"The roster could not be stored ({error.strerror}). Nothing was changed.") from error
    kept = RosterUpload(
        course_id=course.id,
        uploaded_by_id=actor.id if actor else None,
        filename=filename.replace("\\", "/").rpartition("/")[2][:255] or "roster",
        sha256=digest,
        created_at=now,
        summary={},
    )
    session.add(kept)
    session.flush()
    return kept


def preview(session: Session, *, files: FileStore, upload: RosterUpload) -> RosterPreview:
    """What applying the upload would do now. A file that cannot be read gives a blocked preview that says why."""
    try:
        table, plan = planned(session, files=files, upload=upload)
    except UnreadableRoster as error:
        problem = RowProblem(None, "", str(error), "error")
        return RosterPreview([], [problem], dict.fromkeys(_COUNTED, 0), {}, "", blocked=True)
    return RosterPreview(
        rows=[_row(step) for step in plan.steps],
        problems=list(plan.problems),
        counts=counts(plan),
        columns={field.value: table.headers[place] for field, place in table.columns.items()},
        fingerprint=plan.fingerprint,
        blocked=is_blocked(plan),
    )


def planned(session: Session, *, files: FileStore, upload: RosterUpload) -> tuple[Table, Plan]:
    """The file's table and the plan for it. Raises UnreadableRoster."""
    course = session.get_one(Course, upload.course_id)
    try:
        data = files.get(upload.sha256)
    except MissingFile as error:
        raise UnreadableRoster("The uploaded file is not stored any more. Upload it again.") from error
    table = read_table(data, rows_limit=_ROWS_LIMIT)
    return table, make_plan(session, course=course, reading=read_people(table))


def is_blocked(plan: Plan) -> bool:
    """Whether no row of the file can be used."""
    return not any(step.change != "dropped" for step in plan.steps)


def counts(plan: Plan) -> dict[str, int]:
    """People by what would happen to them."""
    counted = Counter(step.change for step in plan.steps)
    return {change: counted[change] for change in _COUNTED[:-1]} | {"skipped": plan.skipped}


_COUNTED: tuple[Change, Change, Change, Change, str] = ("new", "changed", "unchanged", "dropped", "skipped")


def _check_rows(data: bytes, limits: Settings) -> None:
    try:
        read_table(data, rows_limit=limits.roster_rows_limit)
    except TooManyRows:
        raise
    except UnreadableRoster:
        return


def _row(step: Step) -> PreviewRow:
    changes = [_sentence(name, old, new) for name, (old, new) in step.updates.items()]
    return PreviewRow(
        row=step.row,
        change=step.change,
        name=step.name,
        email=step.email,
        student_id=step.student_id,
        section=step.section,
        role=step.role,
        hub_name=step.hub_name,
        changes=changes,
    )


def _sentence(name: str, old: str, new: str) -> str:
    if name == "status":
        return "comes back"
    return f"{name}: {old} → {new}" if old else f"{name}: {new}"
