"""What students see of a test that failed, with secrets planted wherever one could come from."""

from collections.abc import Callable
from typing import get_args

import pytest

from grader.feedback import QuestionFeedback, feedback_page
from grader.files import FileStore
from grader.jobs import GradeJob, Shown
from grader.shown import narrow
from grader.tasks import run_job
from grader.view import notebook_view
from tests.support.notebooks import Notebook, answer, answering, as_file, checks, notebook, released
from tests.unit.grader.conftest import Graded

SECRETS = (
    "PLANTED_SOURCE",
    "PLANTED_MESSAGE",
    "PLANTED_PATH",
    "PLANTED_PRINT",
    "PLANTED_ERROR",
    "Traceback",
    "grader",
)
HIDDEN = (
    "### BEGIN HIDDEN TESTS\nimport socket, sys\nPLANTED_SOURCE = 1\nprint('PLANTED_PRINT', socket.gethostname())\n"
    "print('PLANTED_PRINT', file=sys.stderr)\n{}\n### END HIDDEN TESTS"
)
FAILING = {
    "asserts": "assert f(1) == 2, 'PLANTED_MESSAGE ' + socket.gethostname()",
    "raises": "class PLANTED_ERROR(Exception): pass\nraise PLANTED_ERROR('PLANTED_MESSAGE')",
    "path": "open('/tmp/PLANTED_PATH')",
    "theirs": "g()",
    "value": "0.5",
    "shared": "get_ipython()\nassert f(1) == 2, 'PLANTED_MESSAGE'",
    "broken": "def (",
}
SOURCE = notebook(
    answer("f", "### BEGIN SOLUTION\nf = lambda x: 2\ng = f\n### END SOLUTION"),
    *[checks(name, f"assert callable(f)\n{HIDDEN.format(body)}") for name, body in FAILING.items()],
)


@pytest.fixture(scope="module")
def handed_in() -> Notebook:
    theirs = released(SOURCE)
    answering(f="f = lambda x: 1\nclass PLANTED_ERROR(Exception): pass\ndef g(): raise PLANTED_ERROR('PLANTED_MESSAGE')")(theirs)
    return theirs


@pytest.fixture(scope="module")
def pages(make_job: Callable[..., GradeJob], store: FileStore, handed_in: Notebook) -> dict[Shown, tuple[str, str]]:
    """By policy: all that the result has for the student, and the page that goes home."""
    made: dict[Shown, tuple[str, str]] = {}
    view = notebook_view(as_file(handed_in))
    for shown in get_args(Shown):
        job = make_job({"n.ipynb": as_file(SOURCE)}, {"n.ipynb": as_file(handed_in)}).to_json() | {"shown": shown}
        graded = Graded(run_job(job, store, lambda _done, _total: None), store)
        cells = graded.result.cells
        scores = {c.grade_id: QuestionFeedback(c.points, c.max_points, c.status, c.student_message) for c in cells}
        page = feedback_page(title="", student="", view=view, scores=scores, total=0, max_total=0, shown=shown)
        made[shown] = graded.told_to_the_student, page
    return made


@pytest.mark.parametrize("shown", ["nothing", "message"])
def test_no_secret_of_a_hidden_test_reaches_a_student(shown: Shown, pages: dict[Shown, tuple[str, str]]) -> None:
    told, _ = pages[shown]

    assert [secret for secret in SECRETS if secret in told] == []


def test_nothing_is_less_than_a_message_and_a_message_less_than_the_test(pages: dict[Shown, tuple[str, str]]) -> None:
    assert pages["nothing"][0].strip() == ""
    assert "did not pass" in pages["message"][0]
    assert {"PLANTED_SOURCE", "PLANTED_MESSAGE"} <= {secret for secret in SECRETS if secret in pages["test"][0]}


def test_the_page_that_goes_home_says_as_much(pages: dict[Shown, tuple[str, str]]) -> None:
    assert [secret for secret in ("PLANTED_SOURCE", "PLANTED_PRINT", "PLANTED_PATH") if secret in pages["message"][1]] == []
    assert "did not pass" in pages["message"][1]
    assert "did not pass" not in pages["nothing"][1]
    assert "PLANTED_SOURCE" in pages["test"][1]


def test_a_message_made_when_more_was_shown_is_cut_when_less_is() -> None:
    message = "The answer did not pass this test.\n\nAssertionError: secret\n\nThe test:\nassert secret"

    assert narrow(message, "failed", "test") == message
    assert narrow(message, "failed", "message") == "The answer did not pass this test."
    assert narrow(message, "partial", "nothing") == ""
    assert narrow("This notebook was not handed in.", "unanswered", "nothing") == "This notebook was not handed in."
