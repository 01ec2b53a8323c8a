"""The settings of nbgrader that change what students get, as one frozen value, and how they travel with the teacher's files."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

from grader.regions import HIDDEN_TESTS, MARK_SCHEME, SOLUTION, Region

COURSE_FILES = ".course/"
"""Files of the course, not of the assignment: they come with the teacher's files under this folder and are never given out."""

_PREPARED = f"{COURSE_FILES}settings.json"
_STUBS = MappingProxyType(
    {
        "python": "# YOUR CODE HERE\nraise NotImplementedError()",
        "R": "# YOUR CODE HERE\nfail()",
        "matlab": "% YOUR CODE HERE\nerror('No Answer Given!')",
        "octave": "% YOUR CODE HERE\nerror('No Answer Given!')",
        "sas": "/* YOUR CODE HERE */\n %notImplemented;",
        "java": "// YOUR CODE HERE",
    }
)


@dataclass(frozen=True, slots=True)
class Settings:
    """How releases are made. The defaults are nbgrader's."""

    code_stubs: Mapping[str, str] = field(default_factory=lambda: dict(_STUBS))
    """What stands in for an answer, by language."""
    text_stub: str = "YOUR ANSWER HERE"
    begin_solution: str = SOLUTION.begin
    end_solution: str = SOLUTION.end
    begin_hidden_tests: str = HIDDEN_TESTS.begin
    end_hidden_tests: str = HIDDEN_TESTS.end
    begin_mark_scheme: str = MARK_SCHEME.begin
    end_mark_scheme: str = MARK_SCHEME.end
    solutions_anywhere: bool = False
    """Whether such a region may be in any cell; for students it is cut out all the same."""
    hidden_tests_anywhere: bool = False
    mark_schemes_anywhere: bool = False
    check_attachments: bool = True
    """Whether a mark scheme that shows an attached image is refused."""
    lock_answers: bool = True
    lock_tests: bool = True
    lock_readonly: bool = True
    lock_all: bool = False
    header: str = ""
    """A notebook whose cells come first in each notebook, by its path below the course's folder."""
    footer: str = ""
    autotest: str = "AUTOTEST"
    hashed: str = "HASHED"
    autotest_file: str = "autotests.yml"
    autotest_comments: Mapping[str, str] = field(default_factory=lambda: {"ir": "#", "python": "#", "python3": "#"})
    """What begins a comment, by the name of the kernel."""
    ignore: tuple[str, ...] = ()
    """Patterns of file and folder names that are left out, besides those that always are."""

    @property
    def solution(self) -> Region:
        """The regions that are the teacher's answers."""
        return Region(SOLUTION.noun, self.begin_solution, self.end_solution)

    @property
    def hidden_tests(self) -> Region:
        """The regions of tests that students do not see."""
        return Region(HIDDEN_TESTS.noun, self.begin_hidden_tests, self.end_hidden_tests)

    @property
    def mark_scheme(self) -> Region:
        """The regions that say how a task is marked."""
        return Region(MARK_SCHEME.noun, self.begin_mark_scheme, self.end_mark_scheme)

    @property
    def regions(self) -> tuple[Region, ...]:
        """All kinds of regions."""
        return (self.solution, self.hidden_tests, self.mark_scheme)


def settings_of(source: Mapping[str, bytes]) -> Settings:
    """The settings that a prepared source was given; nbgrader's own where it has none."""
    data = source.get(_PREPARED)
    if data is None:
        return Settings()
    told = json.loads(data)
    return Settings(**{**told, "ignore": tuple(told.get("ignore", ()))})


def with_settings(source: Mapping[str, bytes], settings: Settings) -> dict[str, bytes]:
    """``source`` with ``settings`` beside it, as :func:`settings_of` reads them; nothing is added where they say nothing new."""
    default = asdict(Settings())
    told: dict[str, Any] = {name: value for name, value in asdict(settings).items() if value != default[name]}
    own = {path: data for path, data in source.items() if not path.startswith(COURSE_FILES)}
    return own | ({_PREPARED: json.dumps(told, sort_keys=True).encode()} if told else {})


def is_for_the_engine(path: str) -> bool:
    """Whether a file is no part of an assignment but says how it is to be read."""
    return path == _PREPARED
