"""The settings of an assignment and of its questions, with what of them is not followed here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.otter.blocks import Wrong

_FOLLOWED = {
    *("name", "config_file", "init_cell", "check_all_cell", "seed", "generate", "files", "autograder_files", "tests"),
    *("show_question_points", "strip_solutions_from_all_cells", "student_files", "suppress_no_tests_warning", "run_tests"),
}
_OUR_WAY = {
    **dict.fromkeys(("requirements", "overwrite_requirements", "environment", "python_version", "channel_priority_strict"), ""),
    **dict.fromkeys(("export_cell", "save_environment", "ignore_modules"), ""),
}
"""Settings whose subject is handled by Homeroom itself, or has no meaning here: see the reference page."""
_NOT_FOLLOWED = {
    "plugins": "Plugins are not run.",
    "solutions_pdf": "No PDF is made of the solutions.",
    "template_pdf": "No PDF is made for Gradescope.",
    "runs_on": "Notebooks for Colab and JupyterLite are released for this hub.",
}
_NOT_FOLLOWED_IN_GENERATE = {
    "plugins": "Plugins are not run.",
    "grade_from_log": "Work is graded by running the notebook, never from a log that a student's program wrote.",
    "serialized_variables": "Work is graded by running the notebook, never from a log that a student's program wrote.",
    "score_threshold": "The score is the sum of the questions' points; the threshold is not applied.",
    "points_possible": "The score is the sum of the questions' points; it is not scaled.",
    "pdf": "No PDF is made and none is sent to Gradescope.",
    "token": "Nothing is sent to Gradescope. Take the token out of the notebook: it is a secret.",
}
_QUESTION = {"name", "manual", "points", "check_cell", "export", "all_or_nothing"}


@dataclass(slots=True)
class Seed:
    """What makes random numbers the same for everybody."""

    variable: str = ""
    """Set before each cell; without one, numpy's and Python's own generators are seeded."""
    grading: int | None = None
    students: int | None = None

    def line(self) -> str:
        """The line before each cell when work is graded; empty for none."""
        if self.grading is None:
            return ""
        if self.variable:
            return f"{self.variable} = {self.grading}"
        return f'__import__("numpy").random.seed({self.grading}); __import__("random").seed({self.grading})'


@dataclass(slots=True)
class AssignmentConfig:
    """What is followed of the assignment's settings."""

    name: str = ""
    init_cell: bool = True
    check_all_cell: bool = False
    ok_format: bool = True
    show_points: bool = False
    strip_everywhere: bool = False
    files: list[str] = field(default_factory=list)
    grading_files: list[str] = field(default_factory=list)
    seed: Seed = field(default_factory=Seed)


@dataclass(frozen=True, slots=True)
class QuestionConfig:
    """The settings of a question."""

    name: str
    manual: bool
    points: object
    check_cell: bool
    all_or_nothing: bool


def assignment_config(settings: Mapping[str, Any]) -> AssignmentConfig:
    """The settings by their names. Raises Wrong where one has a value that it can't have."""
    tests, seed, generate = (_inner(settings, name) for name in ("tests", "seed", "generate"))
    variable = _text(seed.get("variable") or generate.get("seed_variable"))
    return AssignmentConfig(
        name=_text(settings.get("name")),
        init_cell=_flag(settings, "init_cell", default=True),
        check_all_cell=_flag(settings, "check_all_cell", default=False),
        ok_format=_flag(tests, "ok_format", default=True),
        show_points=_flag(settings, "show_question_points", default=False),
        strip_everywhere=_flag(settings, "strip_solutions_from_all_cells", default=False),
        files=_names(settings, "files"),
        grading_files=_names(settings, "autograder_files"),
        seed=Seed(
            _identifier(variable),
            _whole(seed.get("autograder_value") if seed.get("variable") else generate.get("seed")),
            _whole(seed.get("student_value")),
        ),
    )


def not_followed(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What an assignment asks for and does not get: message and cure."""
    for name, value in settings.items():
        if name in _NOT_FOLLOWED and value not in (None, False, [], "default"):
            yield f"The setting “{name}” is not followed. {_NOT_FOLLOWED[name]}", "Remove it, or do without."
        elif name not in _FOLLOWED and name not in _OUR_WAY and name not in _NOT_FOLLOWED:
            yield f"“{name}” is no setting of an assignment.", "Correct its spelling, or remove it."
    for name, value in _inner(settings, "generate").items():
        if name in _NOT_FOLLOWED_IN_GENERATE and value not in (None, False, []):
            yield (
                f"The setting “generate: {name}” is not followed. {_NOT_FOLLOWED_IN_GENERATE[name]}",
                "Remove it, or do without.",
            )
    for name in ("requirements", "environment"):
        if settings.get(name):
            text = f"The setting “{name}” is not followed: work is graded with the packages that this server has."
            yield text, "Ask the person who runs the server for packages that are missing."


def question_config(settings: Mapping[str, Any]) -> QuestionConfig:
    """The settings of a question. Raises Wrong."""
    name = settings.get("name")
    if isinstance(name, bool) or not isinstance(name, str | int | float) or not str(name).strip():
        raise Wrong("The question has no name.", "Add a line “name: q1” to the raw cell.")
    return QuestionConfig(
        name=str(name).strip(),
        manual=_flag(settings, "manual", default=False),
        points=settings.get("points"),
        check_cell=_flag(settings, "check_cell", default=True),
        all_or_nothing=_flag(settings, "all_or_nothing", default=False),
    )


def unknown_in_question(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Settings of a question that there are not."""
    for name in settings:
        if name not in _QUESTION:
            yield f"“{name}” is no setting of a question.", f"The settings are: {', '.join(sorted(_QUESTION))}."


def _inner(settings: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = settings.get(name)
    return {str(key): inner for key, inner in value.items()} if isinstance(value, dict) else {}


def _flag(settings: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = settings.get(name, default)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise Wrong(f"“{name}” has the value “{str(value)[:40]}”.", "Write true or false.")
    return value


def _names(settings: Mapping[str, Any], name: str) -> list[str]:
    value = settings.get(name) or []
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise Wrong(f"“{name}” is no list of files.", "Write one file on each line, with a hyphen before it.")
    return list(value)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _identifier(text: str) -> str:
    if text and not text.isidentifier():
        raise Wrong(f"“{text[:40]}” is no name of a variable.", "Name the variable that holds the seed.")
    return text


def _whole(value: object) -> int | None:
    if value is None:
        return None
    if type(value) is not int:
        raise Wrong(f"The seed “{str(value)[:40]}” is no whole number.", "Write a whole number.")
    return value
