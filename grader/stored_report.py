"""A run report on the shelf: what points are computed from, as JSON of a few kilobytes, so that nothing need run again.

It names what was asked (the teacher's files without their points), and is good only for a source that asks the same. It holds
the tests and what they said, so it is for staff, and it is read without trust: it was written beside student code.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from grader.jobs import CellScore, Limits, Shown
from grader.nbgrader_format import read_flags
from grader.nbgrader_settings import is_for_the_engine
from grader.plan import PlannedQuestion
from grader.reading import UnreadableNotebook, read_notebook
from grader.release import is_ignored, is_notebook
from grader.report import NotebookRun, RunReport
from grader.score import is_stderr, score

FORMAT = "homeroom-run-report/1"
_SIZE_LIMIT = 16 << 20
_TEXT_LIMIT = 4_000
_SOURCE_LIMIT = 20_000
_KEPT = ("execute_result", "error")


class NoUsableReport(Exception):
    """Points can't be computed from this report; the message says why."""


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A run report and what it is good for."""

    report: RunReport
    limits: Limits
    asked: str
    """What the teacher's files asked; see :func:`asked_by`."""

    def pack(self) -> bytes:
        """The bytes to store: the same for the same run, so times are left out."""
        report = replace(self.report, kernel_seconds=0.0, notebooks=tuple(_lean(run) for run in self.report.notebooks))
        data = {"format": FORMAT, "asked": self.asked, "limits": asdict(self.limits), "report": report.to_json()}
        return json.dumps(data, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")

    @classmethod
    def unpack(cls, data: bytes) -> "StoredReport":
        """Read what :meth:`pack` wrote. Raises NoUsableReport."""
        if len(data) > _SIZE_LIMIT:
            raise NoUsableReport("The run report is too large.")
        try:
            found = json.loads(data)
            if found["format"] != FORMAT:
                raise NoUsableReport(f"The run report has the format {str(found['format'])[:60]!r}, not {FORMAT!r}.")
            return cls(RunReport.from_json(found["report"]), Limits(**found["limits"]), str(found["asked"]))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise NoUsableReport(f"The run report can't be read ({type(error).__name__}).") from None

    def rescore(self, source: Mapping[str, bytes], shown: Shown) -> tuple[CellScore, ...]:
        """The points that the run gives by the points of ``source``. Raises NoUsableReport when that asks something else."""
        if asked_by(source) != self.asked:
            raise NoUsableReport("More than points has changed in the source; grade it anew.")
        points = _points_in(source)
        runs = [
            replace(run, questions=tuple(_with_points(run, q, points) for q in run.questions)) for run in self.report.notebooks
        ]
        return score(replace(self.report, notebooks=tuple(runs)), self.limits, shown)


def asked_by(source: Mapping[str, bytes]) -> str:
    """A digest of all that a run depends on in the teacher's files: everything but points, outputs and other metadata."""
    facts = []
    for path, data in sorted(source.items()):
        if is_ignored(path) and not is_for_the_engine(path):
            continue
        facts.append([path, _asked_in(data) if is_notebook(path) else hashlib.sha256(data).hexdigest()])
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _asked_in(data: bytes) -> Any:
    try:
        notebook = read_notebook(data)
    except UnreadableNotebook:
        return hashlib.sha256(data).hexdigest()
    cells = []
    for cell in notebook["cells"]:
        flags = read_flags(cell)
        kind = [flags.grade_id, flags.grade, flags.solution, flags.task, flags.locked] if flags else []
        cells.append([cell["cell_type"], cell["source"], kind])
    return [notebook["metadata"].get("kernelspec"), cells]


def _points_in(source: Mapping[str, bytes]) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = {}
    for path, data in source.items():
        if is_notebook(path) and not is_ignored(path):
            for cell in read_notebook(data)["cells"]:
                flags = read_flags(cell)
                if flags and flags.question:
                    found.setdefault((path, flags.grade_id), max(flags.points or 0.0, 0.0))
    return found


def _with_points(run: NotebookRun, question: PlannedQuestion, points: dict[tuple[str, str], float]) -> PlannedQuestion:
    return replace(question, max_points=points.get((run.path, question.grade_id), question.max_points))


def _lean(run: NotebookRun) -> NotebookRun:
    """Of the notebook only what points are computed from: the tests' sources, errors and last values."""
    if run.executed is None:
        return run
    wanted = {question.cell for question in run.questions if question.kind == "auto"}
    cells = [_lean_cell(cell) if place in wanted else {} for place, cell in enumerate(run.executed["cells"])]
    return replace(run, executed={"cells": cells})


def _lean_cell(cell: dict[str, Any]) -> dict[str, Any]:
    outputs = [_lean_output(output) for output in cell.get("outputs", []) if _is_kept(output)]
    return {"source": str(cell.get("source", ""))[:_SOURCE_LIMIT], "outputs": outputs}


def _is_kept(output: dict[str, Any]) -> bool:
    return output["output_type"] in _KEPT or is_stderr(output)


def _lean_output(output: dict[str, Any]) -> dict[str, Any]:
    kind = output["output_type"]
    if kind == "stream":
        return {"output_type": kind, "name": output["name"], "text": ""}
    if kind == "error":
        trace = "\n".join(str(line) for line in output["traceback"])[-_TEXT_LIMIT:].split("\n")
        return {"output_type": kind, **{key: str(output[key])[:_TEXT_LIMIT] for key in ("ename", "evalue")}, "traceback": trace}
    text = output["data"].get("text/plain")
    return {"output_type": kind, "data": {"text/plain": text[:_TEXT_LIMIT]} if isinstance(text, str) else {}}
