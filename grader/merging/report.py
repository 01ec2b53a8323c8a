"""What a merge did to each cell, for the student and the teacher."""

from dataclasses import dataclass
from enum import StrEnum


class ChangeKind(StrEnum):
    """What became of a cell."""

    arrived = "arrived"
    """New from the teacher."""
    corrected = "corrected"
    """The teacher's new text is in the place of the old one, which the student had not changed."""
    returned = "returned"
    """The student had deleted it; it is graded or locked, so it came back."""
    removed = "removed"
    """The teacher took it out, and the student had not changed it."""
    answer_stayed = "answer_stayed"
    """Both changed an answer cell: the answer is in its place, the teacher's new text in a marked cell before it."""
    text_moved = "text_moved"
    """Both changed another cell: the teacher's is in its place, the student's text in a marked cell after it."""
    work_stayed = "work_stayed"
    """The teacher took it out, but it holds the student's work: it stays, marked, as a cell of the student's."""


MARKED = frozenset({ChangeKind.answer_stayed, ChangeKind.text_moved, ChangeKind.work_stayed})
"""The kinds that the student should look at."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one cell. ``cell`` names it: its grade id, or the beginning of its text."""

    kind: ChangeKind
    cell: str

    @property
    def is_marked(self) -> bool:
        """Whether the student should look at it."""
        return self.kind in MARKED


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged notebook as a file, and what was done, in the order of its cells."""

    data: bytes
    changes: tuple[Change, ...]


class Unmergeable(Exception):
    """The student's file can't be merged. ``sentence`` says why, for the person who wrote it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
