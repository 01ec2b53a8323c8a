"""From the teacher's source to a release: an immutable version that students get, without solutions and hidden tests."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from classroom.config import Settings
from classroom.errors import HomeroomError
from classroom.models import Assignment, Course, Delivery, Person, Release
from classroom.services import manifests, release_checks
from classroom.services.archive import read_zip, unpacked
from classroom.services.course_folder import assignment_titles, folder_assignments, read_source
from classroom.services.paths import check_assignment_slug
from grader.files import FileStore
from grader.release import Problem
from grader.sources import prepare, students_version

__all__ = ["folder_assignments", "from_folder", "from_upload", "read_zip"]

UPLOAD_LIMIT: int = Settings.model_fields["notebook_upload_limit"].default


def from_upload(
    session: Session,
    *,
    files: FileStore,
    course: Course,
    assignment_slug: str,
    title: str,
    uploads: Mapping[str, bytes],
    actor: Person | None,
    now: datetime,
    max_bytes: int = UPLOAD_LIMIT,
) -> tuple[Release | None, list[Problem]]:
    """Make a release of uploaded notebooks and data files, or of one zip of them; it becomes the one students get.

    A new assignment is made when the course has none of that name. When the source has errors, nothing is changed and the
    release is None. The same source again gives the release there is. Raises HomeroomError and TooLarge with sentences.
    """
    return _release(
        session,
        files=files,
        course=course,
        slug=assignment_slug,
        title=title,
        source=unpacked(uploads, max_bytes),
        actor=actor,
        now=now,
    )


def from_folder(
    session: Session,
    *,
    files: FileStore,
    course: Course,
    assignment_slug: str,
    actor: Person | None,
    now: datetime,
    max_bytes: int = UPLOAD_LIMIT,
) -> tuple[Release | None, list[Problem]]:
    """Make a release of ``<course folder>/source/<assignment>/``; otherwise like :func:`from_upload`."""
    source = read_source(course, assignment_slug, max_bytes=max_bytes)
    title = assignment_titles(course).get(assignment_slug, "")
    return _release(session, files=files, course=course, slug=assignment_slug, title=title, source=source, actor=actor, now=now)


def _release(
    session: Session,
    *,
    files: FileStore,
    course: Course,
    slug: str,
    title: str,
    source: Mapping[str, bytes],
    actor: Person | None,
    now: datetime,
) -> tuple[Release | None, list[Problem]]:
    check_assignment_slug(slug)
    if not any(path.endswith(".ipynb") for path in source):
        raise HomeroomError("There is no notebook among these files. An assignment needs at least one .ipynb file.")
    prepared = prepare(source)
    made = students_version(prepared)
    if not made.files:
        return None, list(made.problems)
    assignment = _assignment(session, course=course, slug=slug, title=title.strip() or slug, now=now)
    # By what the teacher wrote, so that the folder can be compared with it.
    digest = manifests.digest(manifests.list_files(source))
    release = session.scalar(select(Release).where(Release.assignment_id == assignment.id, Release.digest == digest))
    if release is None:
        release = Release(
            assignment=assignment,
            digest=digest,
            source_files=manifests.store(files, prepared.files),
            release_files=manifests.store(files, made.files),
            questions=[asdict(question) for question in made.questions],
            max_score=made.max_score,
            created_at=now,
            created_by_id=actor.id if actor else None,
        )
        session.add(release)
        session.flush()
        release_checks.ask(session, release=release, now=now)
    elif assignment.release_id != release.id:
        # Back to an earlier version: who got it then has had another one since.
        session.execute(update(Delivery).where(Delivery.release_id == release.id).values(delivered_at=None))
    session.flush()
    assignment.release = release
    session.flush()
    return release, list(made.problems)


def _assignment(session: Session, *, course: Course, slug: str, title: str, now: datetime) -> Assignment:
    found = session.scalar(select(Assignment).where(Assignment.course_id == course.id, Assignment.slug == slug))
    if found is not None:
        return found
    last = session.scalar(select(func.max(Assignment.position)).where(Assignment.course_id == course.id))
    made = Assignment(
        course=course, slug=slug, title=title[:200], position=0 if last is None else last + 1, created_at=now, limits={}
    )
    session.add(made)
    session.flush()
    return made


def current_digest(session: Session, *, course: Course, slug: str) -> str | None:
    """The digest of the release an assignment has now; None when it has none."""
    wanted = select(Release.digest).join(Assignment, Assignment.release_id == Release.id)
    return session.scalar(wanted.where(Assignment.course_id == course.id, Assignment.slug == slug))
