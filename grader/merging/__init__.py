"""A new release of a notebook is merged into a student's copy, cell by cell.

Three notebooks go in: the release that the student's copy came from, the copy, and the new release. One comes out, with a
report. No line that the student typed is lost, no cell of the teacher's is missing, and where both changed the same cell both are
kept, marked. Nothing here reads or writes files, and nothing in the student's copy is believed: it is read through the gate.

``slots`` finds out which cells are the same cell in different versions, ``rules`` decides what becomes of one of them, ``merge``
puts the results in order, ``marks`` writes the cells that say what happened. ``origin`` finds the release that
a copy came from.
"""

from grader.merging.marks import release_of
from grader.merging.merge import merge
from grader.merging.origin import origin_of
from grader.merging.report import MARKED, Change, ChangeKind, Merged, Unmergeable

__all__ = ["MARKED", "Change", "ChangeKind", "Merged", "Unmergeable", "merge", "origin_of", "release_of"]
