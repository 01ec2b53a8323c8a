"""A course's folder on the server: ``course.toml``, ``source/<assignment>/`` and, if there is one, ``roster.csv``."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from classroom.errors import HomeroomError, NotFound, TooLarge
from classroom.models import Course
from classroom.services.paths import check_assignment_slug, is_noise, is_plain_path
from grader.prepare import course_files


@dataclass(frozen=True, slots=True)
class PlannedAssignment:
    """What ``course.toml`` says about one assignment; days are counted from publishing."""

    slug: str
    title: str
    due_days: float | None
    opens_days: float | None


@dataclass(frozen=True, slots=True)
class CourseFile:
    """What ``course.toml`` says."""

    title: str
    slug: str
    timezone: str
    assignments: tuple[PlannedAssignment, ...]


def read_course_file(folder: Path) -> CourseFile:
    """Read ``course.toml``; one that is not there says nothing. Raises HomeroomError when it cannot be understood."""
    path = folder / "course.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return CourseFile(
            title=str(data.get("title", folder.name)),
            slug=str(data.get("slug", folder.name)),
            timezone=str(data.get("timezone", "UTC")),
            assignments=tuple(
                PlannedAssignment(
                    slug=str(entry["slug"]),
                    title=str(entry.get("title", entry["slug"])),
                    due_days=_days(entry, "due_days"),
                    opens_days=_days(entry, "opens_days"),
                )
                for entry in data.get("assignments", [])
            ),
        )
    except FileNotFoundError:
        return CourseFile(title=folder.name, slug=folder.name, timezone="UTC", assignments=())
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise HomeroomError(f"{path} cannot be understood: {error}.") from error


def folder_assignments(course: Course) -> list[str]:
    """Names of the assignments in the course's folder: those of ``course.toml`` first, in its order. Empty without a folder."""
    if course.folder is None:
        return []
    source = Path(course.folder) / "source"
    present = {path.name for path in source.iterdir() if path.is_dir() and not is_noise(path.name)} if source.is_dir() else set()
    planned = [entry.slug for entry in read_course_file(Path(course.folder)).assignments if entry.slug in present]
    return planned + sorted(present.difference(planned))


def planned_dates(course: Course, assignment_slug: str, *, now: datetime) -> tuple[datetime | None, datetime | None]:
    """When an assignment published now opens and is due by ``course.toml``. Whole days end at 23:59 there."""
    planned = read_course_file(Path(course.folder)).assignments if course.folder else ()
    entry = next((entry for entry in planned if entry.slug == assignment_slug), None)
    if entry is None:
        return None, None
    opens_at = None if entry.opens_days is None else now + timedelta(days=entry.opens_days)
    due_at = None if entry.due_days is None else now + timedelta(days=entry.due_days)
    if due_at is not None and entry.due_days == int(entry.due_days or 0):
        due_at = due_at.astimezone(ZoneInfo(course.timezone)).replace(hour=23, minute=59)
    return _to_the_minute(opens_at), _to_the_minute(due_at)


def assignment_titles(course: Course) -> dict[str, str]:
    """Titles from ``course.toml`` by short name."""
    if course.folder is None:
        return {}
    return {entry.slug: entry.title for entry in read_course_file(Path(course.folder)).assignments}


def read_source(course: Course, assignment_slug: str, *, max_bytes: int) -> dict[str, bytes]:
    """The teacher's files of one assignment by path, and what it needs of its course's.

    Raises NotFound when the folder is not there, HomeroomError for a name or link that leads out of it, TooLarge.
    """
    check_assignment_slug(assignment_slug)
    if course.folder is None:
        raise NotFound(f"{course.title} has no folder on the server. Upload the files of the assignment instead.")
    top = Path(course.folder) / "source" / assignment_slug
    if not top.is_dir():
        raise NotFound(f"There is no folder {top}. The files of an assignment go there.")
    contents: dict[str, bytes] = {}
    left = max_bytes
    for path in _files(top):
        name = path.relative_to(top).as_posix()
        if not is_plain_path(name):
            raise HomeroomError(f"“{name[:100]}” in {top} cannot be a file name here. Rename it.")
        if not path.resolve().is_relative_to(top.resolve()):
            raise HomeroomError(f"“{name[:100]}” in {top} is a link that leads out of the folder. Put the file itself there.")
        with path.open("rb") as file:
            contents[name] = file.read(left + 1)
        left -= len(contents[name])
        if left < 0:
            raise TooLarge(f"{top} holds more than {max_bytes // 1_000_000} MB. Leave out what students do not need.")
    return contents | course_files(top)


def _files(folder: Path) -> Iterator[Path]:
    """Every regular file below, links to files included, links to folders not."""
    for path in sorted(folder.iterdir()):
        if is_noise(path.name):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _files(path)
        elif path.is_file():
            yield path


def _to_the_minute(time: datetime | None) -> datetime | None:
    return None if time is None else time.astimezone(UTC).replace(second=0, microsecond=0)


def _days(entry: dict[str, object], key: str) -> float | None:
    value = entry.get(key)
    if value is not None and not isinstance(value, int | float):
        raise ValueError(f"{key} must be a number of days, not {value!r}")
    return value
