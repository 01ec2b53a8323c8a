"""The course's folder beside what is released: which assignments are new, which have changed since."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from classroom.errors import HomeroomError
from classroom.models import Assignment, Course
from classroom.services import manifests
from classroom.services.course_folder import assignment_titles, folder_assignments, read_source

SourceState = Literal["new", "changed", "same", "unreadable"]


@dataclass(frozen=True, slots=True)
class FolderAssignment:
    """A folder with an assignment's source. ``trouble`` says why it is unreadable."""

    slug: str
    title: str
    state: SourceState
    files: int
    trouble: str = ""


def compare(session: Session, *, course: Course, max_bytes: int) -> list[FolderAssignment]:
    """The assignments in the course's folder; empty without one. Raises HomeroomError when course.toml cannot be read."""
    wanted = select(Assignment).where(Assignment.course_id == course.id).options(joinedload(Assignment.release))
    known = {assignment.slug: assignment for assignment in session.scalars(wanted)}
    titles = assignment_titles(course)
    return [_compare(course, slug, titles.get(slug, slug), known.get(slug), max_bytes) for slug in folder_assignments(course)]


def _compare(course: Course, slug: str, title: str, known: Assignment | None, max_bytes: int) -> FolderAssignment:
    try:
        source = read_source(course, slug, max_bytes=max_bytes)
    except HomeroomError as refusal:
        return FolderAssignment(slug, title, "unreadable", 0, str(refusal))
    title = known.title if known else title
    if known is None or known.release is None:
        return FolderAssignment(slug, title, "new", len(source))
    is_same = known.release.digest == manifests.digest(manifests.of(source))
    return FolderAssignment(slug, title, "same" if is_same else "changed", len(source))
