"""The content store loses what nothing refers to, and nothing else."""

import os
from pathlib import Path

from classroom.models import Assignment, Enrolment
from classroom.services import manifests, sweeping
from tests.support.work import Lab


def age(lab: Lab, *, days: float) -> None:
    """Everything in the store was put so long before the lab's now."""
    moment = lab.now.timestamp() - days * 86_400
    for path in lab.files.root.rglob("*"):
        os.utime(path, (moment, moment))


def path_of(lab: Lab, digest: str) -> Path:
    return lab.files.root / digest[:2] / digest


def test_what_no_row_mentions_goes_and_releases_and_attempts_stay(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lab.run()
    submission = lab.hand_in(ada, assignment)
    forgotten = lab.files.put(b"of a check that nobody remembers")
    age(lab, days=2)

    assert [sweeping.sweep(lab.context) for _ in range(2)] == [1, 0]
    assert not path_of(lab, forgotten).exists()
    release = submission.release
    for manifest in (submission.files, release.source_files, release.release_files):
        assert manifests.load(lab.files, manifest)


def test_a_database_that_mentions_no_file_has_nothing_removed(lab: Lab) -> None:
    digest = lab.files.put(b"handed in, says the backup that is yet to be put back")
    age(lab, days=30)

    assert sweeping.sweep(lab.context) == 0
    assert path_of(lab, digest).exists()


def test_what_was_put_today_stays(lab: Lab, assignment: Assignment) -> None:
    assert assignment.release is not None
    assert sweeping.mentioned(lab.session) >= {entry["sha256"] for entry in assignment.release.release_files}
    digest = lab.files.put(b"about to be handed in")
    age(lab, days=0.9)

    assert sweeping.sweep(lab.context) == 0
    assert lab.files.get(digest) == b"about to be handed in"


def test_what_is_put_again_is_young_again(lab: Lab) -> None:
    digest = lab.files.put(b"the same")
    age(lab, days=2)
    aged = path_of(lab, digest).stat().st_mtime
    lab.files.put(b"the same")

    assert lab.files.sweep(wanted=set(), before=aged + 1) == 0
    assert path_of(lab, digest).exists()


def test_what_is_put_again_while_it_is_swept_stays(lab: Lab) -> None:
    """Between the first look at its time and the last, which is where nobody finds it any more."""
    digest = lab.files.put(b"the same")
    age(lab, days=2)
    before = path_of(lab, digest).stat().st_mtime + 1

    class _PutMeanwhile(set[str]):
        def __contains__(self, name: object) -> bool:
            lab.files.put(b"the same")
            return False

    assert lab.files.sweep(wanted=_PutMeanwhile(), before=before) == 0
    assert lab.files.get(digest) == b"the same"
