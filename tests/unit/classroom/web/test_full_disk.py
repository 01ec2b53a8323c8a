"""The disk under the state folder is really full: a clear sentence, no half file, no row; and what was there still works."""

import io
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from classroom.config import Settings
from classroom.models import Assignment, Enrolment, Release, RosterUpload, Submission
from tests.support.databases import SERVER
from tests.support.hub_stand_in import HubStandIn
from tests.support.pages import SignIn, text_of
from tests.support.work import SOURCE, Lab, answered

HERE = "/courses/bio1/a/growth"
TEACH = "/courses/bio1/teach"


@dataclass(frozen=True)
class Disk:
    """The disk that the state folder lies on."""

    state: Path

    def fill(self) -> None:
        """Leave no room on it."""
        try:
            with self._ballast.open("wb", buffering=0) as file:
                while True:
                    file.write(b"x" * 4096)
        except OSError as full:
            assert "No space" in str(full)  # noqa: PT017 - that is what the loop is for

    def make_room(self) -> None:
        """Have it as it was."""
        self._ballast.unlink()

    def files(self) -> set[Path]:
        """All files but those of the database."""
        return {path for path in self.state.rglob("*") if path.is_file() and "sqlite" not in path.name}

    @property
    def _ballast(self) -> Path:
        return self.state.with_name("ballast")


@pytest.fixture
def settings(settings: Settings, hub: HubStandIn) -> Iterator[Settings]:
    """The state folder lies on a disk of its own, which only root can make."""
    disk = settings.state.with_name("disk")
    disk.mkdir()
    if subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", "size=3m", "none", str(disk)], capture_output=True, check=False
    ).returncode:
        pytest.skip("no disk can be mounted here")
    yield settings.model_copy(update={"state": disk / "state"})
    subprocess.run(["/bin/umount", "--lazy", str(disk)], check=True)


@pytest.fixture
def disk(settings: Settings) -> Disk:
    """That disk, with room on it."""
    return Disk(settings.state)


def count(lab: Lab, model: type[Submission | Release | RosterUpload]) -> int | None:
    lab.session.rollback()
    found = lab.session.scalar(select(func.count()).select_from(model))
    lab.session.rollback()
    return found


def test_handing_in_says_so_and_works_once_there_is_room(
    lab: Lab, ada: Enrolment, assignment: Assignment, sign_in: SignIn, disk: Disk
) -> None:
    lab.write(ada, "growth.ipynb", answered())
    lab.session.commit()
    before = disk.files()
    browser = sign_in(ada)
    disk.fill()

    refused = browser.post(f"{HERE}/submit")

    assert refused.status_code == 503
    assert "could not store the files (No space left on device)" in text_of(refused)
    assert (disk.files(), count(lab, Submission)) == (before, 0)
    assert browser.get(f"{HERE}/").status_code == 200
    disk.make_room()
    assert browser.post(f"{HERE}/submit").status_code == 302
    assert count(lab, Submission) == 1


def test_opening_says_so_and_leaves_no_half_notebook(
    lab: Lab, ada: Enrolment, assignment: Assignment, sign_in: SignIn, disk: Disk
) -> None:
    before = disk.files()
    browser = sign_in(ada)
    disk.fill()

    refused = browser.post(f"{HERE}/open")

    assert refused.status_code == 507
    assert "no room left" in text_of(refused)
    assert disk.files() == before


@pytest.mark.parametrize(
    "upload",
    [
        ("people/roster/", "roster", "roster.csv", b"Name,E-mail\nEmmy Noether,emmy@example.edu\n"),
        ("assignments/_add/", "files", "growth.ipynb", SOURCE["growth.ipynb"]),
    ],
)
def test_an_upload_says_so_and_nothing_of_it_is_kept(
    upload: tuple[str, str, str, bytes], lab: Lab, sign_in: SignIn, disk: Disk
) -> None:
    address, field, name, data = upload
    before = disk.files()
    browser = sign_in(lab.teacher)
    disk.fill()

    refused = browser.post(f"{TEACH}/{address}", {field: (io.BytesIO(data), name), "slug": "growth", "title": "Growth"})

    assert refused.status_code == 503
    assert "No space left" in text_of(refused)
    assert disk.files() == before
    assert (count(lab, RosterUpload), count(lab, Release)) == (0, 0)
    disk.make_room()
    again = browser.post(f"{TEACH}/{address}", {field: (io.BytesIO(data), name), "slug": "growth", "title": "Growth"})
    assert again.status_code == 303


@pytest.mark.skipif(bool(SERVER), reason="a server's database is on a disk of its own")
def test_a_database_that_cannot_grow_says_so(
    lab: Lab, ada: Enrolment, assignment: Assignment, sign_in: SignIn, disk: Disk
) -> None:
    browser = sign_in(lab.teacher)
    disk.fill()

    refused = [browser.post(f"{TEACH}/assignments/growth/", {"title": "Growth " + "x" * 100}) for _ in range(40)][-1]

    assert refused.status_code in {503, 507}
    assert "Your work is safe" in text_of(refused) or "no room left" in text_of(refused)
    assert browser.get(f"{HERE}/").status_code == 200
