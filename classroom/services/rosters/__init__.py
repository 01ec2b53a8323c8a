"""Rosters: a file is uploaded, previewed with every problem named, then applied in one transaction.

decode (bytes -> text) -> parse (-> table) -> columns (what holds what) -> people (rows, problems) -> plan (compared with the
course) -> preview or apply.
"""

from classroom.services.rosters.apply import apply
from classroom.services.rosters.decode import UnreadableRoster
from classroom.services.rosters.people import RowProblem
from classroom.services.rosters.preview import PreviewRow, RosterPreview, preview, upload

__all__ = ["PreviewRow", "RosterPreview", "RowProblem", "UnreadableRoster", "apply", "preview", "upload"]
