"""One notebook's split verdict: which tests run apart, what each said, and what is to be told to staff."""

import socket
import time
from dataclasses import dataclass, field, replace
from typing import Any

from grader.jobs import Limits
from grader.plan import Plan
from grader.report import Outcome
from grader.split.canaries import try_out, watch
from grader.split.script import Script
from grader.split.side import TestsSide, TestsSideFailed

_LEAST_SECONDS = 60
_WORDS = {
    "equality": "whether two objects are equal was decided by code of the student's class, though what they hold differs",
    "contains": "whether something is contained was decided by code of the student's class",
    "arithmetic": "an object of the student's gave a plain value when it was combined with one",
    "combined": "an operator of the student's class was to be given a plain value",
    "method": "a method of an object of the student's was to be given a plain value",
    "swallowed": "an error of the test's was to be swallowed by an object of the student's",
    "stopped": "a function of the student's raised StopIteration",
}
_ORDINARY = {"method", "combined"}
"""What any test of a class does."""

Trial = dict[str, dict[str, Any]]
"""By test: ``split``, whether it can be; ``why`` not; ``noticed``, what the teacher's own solution leaves to classes;
``mutants``, for one that can't: the mutations that the teacher's own solution fails, see canaries."""


@dataclass(slots=True)
class Judge:
    """Runs a notebook's tests in the tests' process, when the student's outputs are frozen."""

    plan: Plan
    script: Script
    side: TestsSide
    limits: Limits
    deadline: float
    trial: Trial | None
    """None while the teacher's own notebook is tried both ways."""
    trying: bool = False
    """Whether this is the teacher's own notebook, to find out which mutations its solution fails."""
    in_place: bool = False
    """Whether all tests run in the student's process, and are judged by what that says."""
    verdicts: dict[int, dict[str, Any]] = field(default_factory=dict)
    failed: str = ""
    """Our own fault, if one tests' process ended."""
    tried: Trial = field(default_factory=dict)
    """The trial's entries of tests whose mutations were tried just now."""
    canaries: dict[str, int] = field(default_factory=dict)
    doubted: dict[str, str] = field(default_factory=dict)

    def wanted(self) -> frozenset[int]:
        """The places of the test cells whose moment is kept: all, but in the teacher's trial only those that may run apart."""
        return frozenset(
            question.cell
            for question in self.plan.questions
            if question.cell is not None
            and not self.plan.cells[question.cell].skipped
            and question.grade_id in self.script.tests
            and not self._is_in_place(question.grade_id)
        )

    def apart(self) -> frozenset[int]:
        """The places of the test cells that are judged in the tests' process."""
        return frozenset(place for place in self.wanted() if self._is_split(self.plan.cells[place].grade_id))

    def _is_in_place(self, grade_id: str) -> bool:
        return self.in_place or (self.trial is None and not self._is_split(grade_id))

    def copies(self) -> int:
        """How many processes wait on the student's side at most: one for each test, and one that answers."""
        return len(self.wanted()) + 1

    def _is_split(self, grade_id: str) -> bool:
        test = self.script.tests.get(grade_id)
        return (
            test is not None
            and not self.in_place
            and not test.obstacle
            and (self.trial is None or self.trial.get(grade_id, {}).get("split", True))
        )

    def for_student(self) -> Plan:
        """The plan as the student's side runs it: of a test that is judged here, the visible part."""
        if self.trial is None:
            return self.plan
        wanted = self.wanted()
        cells = [
            replace(cell, source=self.script.tests[cell.grade_id].visible) if place in wanted else cell
            for place, cell in enumerate(self.plan.cells)
        ]
        return replace(self.plan, cells=tuple(cells))

    def judge(self, taken: dict[int, socket.socket | None]) -> None:
        """Run all tests whose moment was taken. Never raises."""
        self.deadline = max(self.deadline, time.monotonic() + min(_LEAST_SECONDS, self.limits.total_seconds))
        current: socket.socket | None = None
        try:
            for grade_id, test in self.script.tests.items():
                place = self._place(grade_id)
                snapshot = taken.get(place) if place is not None else None
                if snapshot is not None and snapshot is not current:
                    self.side.use(snapshot)
                    current = snapshot
                    snapshot.close()  # the tests' process holds it now; by its end the copy ends
                seconds = min(float(self.limits.cell_seconds), self.deadline - time.monotonic())
                if seconds <= 0:
                    return
                self.side.prepare(test.before, self.script.passed_on, seconds)
                if place in taken:
                    self.verdicts[place] = self._verdict(grade_id, snapshot, seconds)
        except TestsSideFailed as error:
            self.failed = str(error)

    def _verdict(self, grade_id: str, snapshot: socket.socket | None, seconds: float) -> dict[str, Any]:
        if snapshot is None:
            text = "The notebook's code kept its process from being asked."
            error = {"output_type": "error", "ename": "Gone", "evalue": text, "traceback": [text]}
            return {"outcome": "error", "outputs": [error], "noticed": [], "gone": text}
        if not self._is_split(grade_id):
            return self._beside(grade_id)
        allowed = None if self.trial is None else self.trial.get(grade_id, {}).get("noticed", [])
        return self.side.test(self.script.tests[grade_id].source, allowed, seconds)

    def _beside(self, grade_id: str) -> dict[str, Any]:
        """The verdict of a test that runs beside the student's code, with its canaries."""
        known = (self.trial or {}).get(grade_id, {})
        source = self.script.tests[grade_id].source
        points = next(question.max_points for question in self.plan.questions if question.grade_id == grade_id)
        if self.trying:
            verdict, usable = try_out(source, points, self._ask)
            self.tried[grade_id] = {**known, "mutants": usable}
            return verdict
        watched = watch(source, points, known.get("mutants", []), self._ask)
        self.canaries[grade_id] = watched.mutants
        if watched.doubt:
            self.doubted[grade_id] = watched.doubt
        return watched.verdict

    def _ask(self, source: str) -> dict[str, Any]:
        seconds = min(float(self.limits.cell_seconds), self.deadline - time.monotonic())
        return self.side.beside(source, max(seconds, 1.0))

    def _place(self, grade_id: str) -> int | None:
        return next((question.cell for question in self.plan.questions if question.grade_id == grade_id), None)

    # What came of it.

    def merge(self, notebook: dict[str, Any], outcomes: list[Outcome | None]) -> None:
        """Put the verdicts where the student's side had only the visible tests."""
        for place in self.wanted():
            cell, verdict = notebook["cells"][place], self.verdicts.get(place)
            cell["source"] = self.plan.cells[place].source
            # Whose moment was kept is judged, whatever became of the kernel; an answer that ends its process has answered.
            outcomes[place] = "not_run" if verdict is None else verdict["outcome"]
            cell["outputs"] = verdict["outputs"] if verdict else []
            for output in cell["outputs"]:
                if output["output_type"] == "execute_result":
                    output["execution_count"] = cell.get("execution_count")

    def findings(self, seen: list[Outcome | None]) -> tuple[list[str], list[str]]:
        """What a person should look at, and all that was noticed. ``seen``: how the visible tests ended for the student."""
        review = [f"{grade_id}: {doubt}" for grade_id, doubt in self.doubted.items()]
        evidence: list[str] = []
        for place, verdict in sorted(self.verdicts.items()):
            grade_id = self.plan.cells[place].grade_id
            expected = (self.trial or {}).get(grade_id, {}).get("noticed", [])
            for flag in verdict["noticed"]:
                sentence = f"{grade_id}: {_WORDS.get(flag, flag)}."
                if flag not in expected:
                    review.append(sentence)
                elif flag not in _ORDINARY:
                    evidence.append(sentence)
            if verdict["gone"]:
                review.append(f"{grade_id}: {verdict['gone']}")
            elif self._fails_apart_only(place, verdict, seen[place]):
                review.append(f"{grade_id}: the visible tests passed beside the student's code and failed apart from it.")
        return review, list(dict.fromkeys([*evidence, *review]))

    def _fails_apart_only(self, place: int, verdict: dict[str, Any], seen: Outcome | None) -> bool:
        """Whether a test failed apart from the student's code, on a line that had passed beside it."""
        cell = self.plan.cells[place]
        if verdict["outcome"] != "error" or seen != "ok" or not self._is_split(cell.grade_id):
            return False
        test = self.script.tests[cell.grade_id]
        trace = next((output["traceback"][0] for output in verdict["outputs"] if output["output_type"] == "error"), "")
        _, _, line = trace.partition(": ")
        return bool(line.strip()) and trace.startswith("line ") and line in test.visible.split("\n")


def compare(shared: dict[str, Any], split: dict[str, Any], judge: Judge, outcomes: list[Outcome | None]) -> Trial:
    """Which tests say the same of the teacher's solution in both ways. ``shared`` and ``split`` are cells' scores by id."""
    trial: Trial = {}
    for grade_id, test in judge.script.tests.items():
        place = judge._place(grade_id)  # noqa: SLF001 - the same module
        verdict = judge.verdicts.get(place) if place is not None else None
        if test.obstacle or place is None or verdict is None:
            trial[grade_id] = {"split": False, "why": test.obstacle or "It could not be tried.", "noticed": []}
            continue
        same = shared[grade_id] == split[grade_id]
        both_fail = outcomes[place] != "ok" and verdict["outcome"] != "ok"
        why = "" if same or both_fail else _why(verdict)
        trial[grade_id] = {"split": same or both_fail, "why": why, "noticed": verdict["noticed"]}
    return trial


def _why(verdict: dict[str, Any]) -> str:
    errors = [output for output in verdict["outputs"] if output["output_type"] == "error"]
    return f"{errors[0]['ename']}: {errors[0]['evalue']}"[:300] if errors else "It gives another value."
