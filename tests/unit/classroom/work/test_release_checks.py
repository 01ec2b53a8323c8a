from typing import Any

import pytest
from sqlalchemy import select

from classroom.models import OutboxMessage, Release
from classroom.services import release_checks
from tests.support.work import SOURCE, Lab

NOTE = {"notebook": "growth.ipynb", "cell": 3, "grade_id": "test_x", "message": "M", "cure": "C", "severity": "warning"}


@pytest.fixture
def release(lab: Lab) -> Release:
    return lab.release()


def asked(lab: Lab) -> list[dict[str, Any]]:
    return list(lab.session.scalars(select(OutboxMessage.arguments).where(OutboxMessage.task == "grader.check")))


def found(lab: Lab, release: Release, problems: object) -> list[dict[str, Any]]:
    assert release_checks.record(lab.session, release_id=release.id, problems=problems, now=lab.now)
    check = release_checks.check_of(lab.session, release=release)
    assert check
    assert check.done_at == lab.now
    return check.problems


def test_each_new_release_is_looked_over_once(lab: Lab, release: Release) -> None:
    lab.release()
    second = lab.release({**SOURCE, "data/cells.csv": b"changed"})

    assert [arguments["release_id"] for arguments in asked(lab)] == [release.id, second.id]
    assert asked(lab)[0]["source"] == release.source_files


def test_what_was_found_is_kept_errors_first(lab: Lab, release: Release) -> None:
    error = {**NOTE, "severity": "error", "cell": None}

    assert found(lab, release, [NOTE, error]) == [error, NOTE]


@pytest.mark.parametrize("nonsense", [None, "text", [3, None], {"a": 1}])
def test_a_reply_without_sense_counts_as_nothing_found(nonsense: object, lab: Lab, release: Release) -> None:
    assert found(lab, release, nonsense) == []


def test_a_reply_is_bounded_and_has_the_right_shape(lab: Lab, release: Release) -> None:
    problems = found(lab, release, [{"message": "x" * 10_000, "cell": "3", "severity": 7}] * 1_000)

    assert len(problems) == 200
    assert (len(problems[0]["message"]), problems[0]["cell"], problems[0]["severity"]) == (2_000, None, "warning")


def test_asking_again_forgets_what_was_found(lab: Lab, release: Release) -> None:
    found(lab, release, [NOTE])

    check = release_checks.ask(lab.session, release=release, now=lab.now)

    assert (check.done_at, check.problems, len(asked(lab))) == (None, [], 2)


def test_a_reply_about_a_release_that_nobody_asked_about_is_dropped(lab: Lab) -> None:
    assert not release_checks.record(lab.session, release_id=99, problems=[], now=lab.now)
