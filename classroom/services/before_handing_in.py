"""What a student should know before handing in: found by reading the files, and by the last check of these very files.

None of it keeps anybody from handing in.
"""

from sqlalchemy.orm import Session

from classroom.models import Assignment, Enrolment
from classroom.services import manifests, work_checks
from classroom.services.check_answers import Place
from classroom.services.manifests import Manifest
from grader.files import FileStore
from grader.look_over import look_over


def odd_places(told: list[Place], read: list[Place]) -> list[Place]:
    """What the last check told and what reading told, in one list; of a question that has no answer only that is said."""
    known = {(place.notebook, place.title) for place in read if place.title}
    return [*[place for place in told if (place.notebook, place.title) not in known], *read]


def remarks(assignment: Assignment, manifest: Manifest, *, files: FileStore) -> list[Place]:
    """What the files themselves tell. Raises Unavailable when the store has lost one."""
    release = assignment.release
    assert release is not None
    released, work, source = (
        {entry["path"]: manifests.read(files, entry) for entry in some if entry["path"].endswith(".ipynb")}
        for some in (release.release_files, manifest, release.source_files)
    )
    return [Place(found.notebook, found.cell, found.title, found.message) for found in look_over(released, work, source)]


def of_last_check(session: Session, *, enrolment: Enrolment, assignment: Assignment, manifest: Manifest) -> list[Place]:
    """What a check of exactly these files found, if there was one."""
    digest = manifests.digest(manifest)
    check = work_checks.answered(session, enrolment=enrolment, assignment=assignment, digest=digest)
    if check is None:
        return []
    titles = {(question["notebook"], question["grade_id"]): question["title"] for question in check.release.questions}
    failed = [
        Place(entry["notebook"], None, titles.get((entry["notebook"], entry["grade_id"]), ""), "A test that you can see fails.")
        for entry in check.reply["questions"]
        if entry["state"] == "fails"
    ]
    stumbles = [
        Place(entry["notebook"], entry["cell"], "", f"It does not run from the top: {entry['message']}")
        for entry in check.reply["stumbles"][:1]
    ]
    return [*stumbles, *failed]
