"""What lies in a student's assignment folder right now, taken out of the home in one piece."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from classroom.config import Settings
from classroom.errors import HomeroomError, TooLarge, Unavailable
from classroom.models import Assignment
from classroom.services.paths import is_noise
from hub_bridge.homes import HomeRefused, Homes


def take(homes: Homes, *, hub_name: str, folder: str, limits: Settings) -> dict[str, bytes]:
    """The student's files by path, without feedback, caches and hidden files; empty when there are none.

    Raises TooLarge over the limits, Unavailable when the home cannot be read.
    """
    if not homes.exists(hub_name):
        return {}
    try:
        found = homes.tree(
            hub_name,
            folder,
            max_bytes=limits.submission_limit,
            max_files=limits.submission_files_limit,
            skip=is_noise,
        )
    except HomeRefused as error:
        raise TooLarge(str(error)) from error
    except OSError as error:
        raise Unavailable(f"The files could not be read ({error.strerror}). Try again in a minute.") from error
    return {file.path: file.data for file in found}


def folder(assignment: Assignment) -> str:
    """Where the assignment lies in each home."""
    return f"{assignment.course.slug}/{assignment.slug}"


def check_notebooks(contents: Mapping[str, bytes], *, wanted: list[str], folder: str) -> None:
    """Raise HomeroomError when none of the assignment's notebooks is there: it cannot be graded, and nobody meant that."""
    if any(path in contents for path in wanted):
        return
    others = [path for path in contents if path.endswith(".ipynb")]
    renamed = f" It holds {', '.join(others[:3])}: did you rename it?" if others else ""
    raise HomeroomError(
        f"{' or '.join(wanted)} is not in the folder {folder}.{renamed} Put it back under that name and try again."
    )


class Delivered:
    """Every version of every notebook of an assignment that students may have been given."""

    def __init__(self, versions: Iterable[bytes]) -> None:
        self._known = [_cells(data) for data in versions]

    def is_changed_in(self, contents: Mapping[str, bytes]) -> bool:
        """Whether a student did anything: some notebook has cells that no delivered one has.

        Running cells or saving the file anew is no work yet; a copy that we put beside the student's is not theirs.
        """
        return any(_cells(data) not in self._known for path, data in contents.items() if path.endswith(".ipynb"))


def _cells(data: bytes) -> Any:
    """Kind and text of each cell; the bytes themselves when this is no notebook."""
    try:
        cells = json.loads(data.decode("utf-8-sig"))["cells"]
        return [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    except (ValueError, KeyError, TypeError, RecursionError):
        return data
