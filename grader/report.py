"""What a run leaves behind: plain data that points can be computed from, again and again, without running anything."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from grader.plan import PlannedQuestion

Outcome = Literal["ok", "error", "timeout", "lost", "not_run"]
"""How a cell ended. ``lost``: it ran, but what it gave did not reach us; ``not_run``: the kernel was gone or time was up."""


@dataclass(frozen=True, slots=True)
class NotebookRun:
    """One notebook of an assignment after its run."""

    path: str
    questions: tuple[PlannedQuestion, ...]
    outcomes: tuple[Outcome | None, ...] = ()
    """One for each cell; None for cells that have nothing to run."""
    executed: dict[str, Any] | None = None
    """The notebook with its outputs; None if it never came to a run."""
    missing: bool = False
    """The student handed in no such notebook, and nothing that could be it."""
    split: tuple[str, ...] = ()
    """Ids of the tests whose verdict came from the tests' process."""
    canaries: dict[str, int] = field(default_factory=dict)
    """Of the others, by id: how many mutants ran with the test."""
    doubted: dict[str, str] = field(default_factory=dict)
    """By id, why a test's verdict is not believed until a person has looked."""
    evidence: tuple[str, ...] = ()
    needs_review: tuple[str, ...] = ()
    trials: dict[str, Any] = field(default_factory=dict)
    """Of a run of the teacher's own notebook: by test, whether it can be split; see grader.split.trial."""
    student_sentence: str = ""
    """Why it was not run, or not to its end, for the student; no secrets, only our own words."""
    staff_sentence: str = ""
    """The same for staff, with what the machine said."""


@dataclass(frozen=True, slots=True)
class RunReport:
    """All notebooks of one submission after their run."""

    notebooks: tuple[NotebookRun, ...]
    unreadable: str = ""
    """Set when nothing could be run because of what was handed in: the sentence that says so."""
    sandbox: str = ""
    kernel_seconds: float = 0.0
    like_nbgrader: tuple[str, ...] = ()
    """The switches that it was run with; points are computed with the same."""
    extra: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "RunReport":
        """Read what :meth:`to_json` wrote. Raises KeyError or TypeError on anything else."""
        notebooks = tuple(
            NotebookRun(
                **{
                    **run,
                    "questions": tuple(PlannedQuestion(**question) for question in run["questions"]),
                    **{name: tuple(run.get(name, ())) for name in ("outcomes", "split", "evidence", "needs_review")},
                }
            )
            for run in data["notebooks"]
        )
        return cls(**{**data, "notebooks": notebooks, "like_nbgrader": tuple(data.get("like_nbgrader", ()))})
