"""The disk under the state folder is really full: a clear sentence, no half file, no row; and what was there still works."""

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from classroom.config import Settings
from classroom.models import Assignment, Enrolment, Release, RosterUpload, Submission
from tests.support.hub_stand_in import HubStandIn
from tests.support.pages import SignIn, text_of
from tests.support.work import SOURCE, Lab, answered

HERE = "/courses/bio1/a/growth"
TEACH = "/courses/bio1/teach"


@pytest.fixture
def settings(settings: Settings, hub: HubStandIn) -> Iterator[Settings]:
    """The state folder lies on a disk of its own, which only root can make."""
    disk = settings.state.with_name("disk")
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "none", str(disk)], capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    yield settings.model_copy(update={"state": disk / "state"})
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.fixture
def ballast(settings: Settings) -> Path:
    """What will fill the disk."""
    return settings.state.with_name("ballast")


def fill(ballast: Path) -> None:
    with pytest.raises(OSError, match="No space"), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)


def files_of(settings: Settings) -> set[Path]:
    return {path for path in settings.state.rglob("*") if path.is_file() and "sqlite" not in path.name}


def count(lab: Lab, model: type[Submission | Release | RosterUpload]) -> int | None:
    lab.session.rollback()
    found = lab.session.scalar(select(func.count()).select_from(model))
    lab.session.rollback()
    return found


def test_handing_in_says_so_and_works_once_there_is_room(
    lab: Lab, ada: Enrolment, assignment: Assignment, sign_in: SignIn, settings: Settings, ballast: Path
) -> None:
    lab.write(ada, "growth.ipynb", answered())
    lab.session.commit()
    before = files_of(settings)
    browser = sign_in(ada)
    fill(ballast)

    refused = browser.post(f"{HERE}/submit")

    assert refused.status_code == 503
    assert "could not store the files (No space left on device)" in text_of(refused)
    assert (files_of(settings), count(lab, Submission)) == (before, 0)
    assert browser.get(f"{HERE}/").status_code == 200
    ballast.unlink()
    assert browser.post(f"{HERE}/submit").status_code == 302
    assert count(lab, Submission) == 1


def test_opening_says_so_and_leaves_no_half_notebook(
    lab: Lab, ada: Enrolment, assignment: Assignment, sign_in: SignIn, settings: Settings, ballast: Path
) -> None:
    before = files_of(settings)
    browser = sign_in(ada)
    fill(ballast)

    refused = browser.post(f"{HERE}/open")

    assert refused.status_code == 507
    assert "no room left" in text_of(refused)
    assert files_of(settings) == before


@pytest.mark.parametrize(
    ("address", "field", "name", "data"),
    [
        ("people/roster/", "roster", "roster.csv", b"Name,E-mail\nEmmy Noether,emmy@example.edu\n"),
        ("assignments/_add/", "files", "growth.ipynb", SOURCE["growth.ipynb"]),
    ],
)
def test_an_upload_says_so_and_nothing_of_it_is_kept(
    address: str, field: str, name: str, data: bytes, app: Flask, lab: Lab, sign_in: SignIn, settings: Settings, ballast: Path
) -> None:
    before = files_of(settings)
    browser = sign_in(lab.teacher)
    fill(ballast)

    refused = browser.post(f"{TEACH}/{address}", {field: (io.BytesIO(data), name), "slug": "growth", "title": "Growth"})

    assert refused.status_code == 503
    assert "No space left" in text_of(refused)
    assert files_of(settings) == before
    assert (count(lab, RosterUpload), count(lab, Release)) == (0, 0)
    ballast.unlink()
    again = browser.post(f"{TEACH}/{address}", {field: (io.BytesIO(data), name), "slug": "growth", "title": "Growth"})
    assert again.status_code == 303


def test_a_database_that_cannot_grow_says_so(
    lab: Lab, ada: Enrolment, assignment: Assignment, sign_in: SignIn, ballast: Path
) -> None:
    browser = sign_in(lab.teacher)
    fill(ballast)

    refused = [browser.post(f"{TEACH}/assignments/growth/", {"title": "Growth " + "x" * 100}) for _ in range(40)][-1]

    assert refused.status_code in {503, 507}
    assert "Your work is safe" in text_of(refused) or "no room left" in text_of(refused)
    assert browser.get(f"{HERE}/").status_code == 200
