"""Which release a student's notebook was made from, where it does not say so itself."""

from collections import Counter
from collections.abc import Sequence

from grader.reading import UnreadableNotebook, read_notebook


def origin_of(theirs: bytes, releases: Sequence[bytes]) -> int:
    """The number of the release that ``theirs`` has most in common with; of equal ones the first. ``releases`` is not empty.

    What counts is lines: those that both have, less those of the release that the student's file lacks. A file that can't be
    read is as good as any.
    """
    try:
        copy = _lines(theirs)
        likeness = [2 * (lines & copy).total() - lines.total() for lines in map(_lines, releases)]
    except UnreadableNotebook:
        return 0
    return likeness.index(max(likeness))


def _lines(data: bytes) -> Counter[str]:
    cells = read_notebook(data)["cells"]
    return Counter(line for cell in cells for line in cell["source"].splitlines() if line.strip())
