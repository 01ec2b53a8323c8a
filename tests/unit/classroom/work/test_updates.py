"""A new release comes while students work: their notebooks are merged, and what happened is noted and can be taken back."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from classroom.errors import HomeroomError, NotFound
from classroom.models import Assignment, Enrolment, EnrolmentStatus, FileUpdate, UpdateOutcome
from classroom.services import assignments, collection, deliveries, earlier_states, updates
from classroom.services.placing import beside
from hub_bridge.homes import HomeRefused, Homes, Placed
from hub_bridge.keeping import KEPT
from tests.support.work import SOURCE, Lab, answered, cell, notebook, source_notebook

CORRECTED = SOURCE | {"growth.ipynb": source_notebook("Growth, corrected")}
BEFORE = ".homeroom/before/bio1/growth/growth.ipynb"


def new_question(*, stub: str = "x = 2", test: str = "assert x == 2") -> dict[str, bytes]:
    """A release with one more question, and perhaps other changes."""
    source = notebook(
        cell("markdown", "# Growth"),
        cell("code", f"### BEGIN SOLUTION\n{stub}\n### END SOLUTION\n# {stub}", grade_id="x", solution=True),
        cell("code", test, grade_id="test_x", grade=True, locked=True, points=2),
        cell("markdown", "Because.", grade_id="why", grade=True, solution=True, points=3),
        cell("markdown", "Draw.", grade_id="draw", grade=True, solution=True, points=1),
    )
    return SOURCE | {"growth.ipynb": source}


def release_anew(lab: Lab, source: dict[str, bytes]) -> None:
    lab.clock.forward(minutes=1)
    lab.release(source)
    deliveries.start_due(lab.session, now=lab.now)
    lab.run()


def texts(lab: Lab, student: Enrolment, path: str = "growth.ipynb") -> list[str]:
    return ["".join(one["source"]) for one in json.loads(lab.read(student, path) or b"{}")["cells"]]


def update_of(lab: Lab, student: Enrolment, assignment: Assignment) -> FileUpdate:
    lab.session.expire_all()
    [update] = updates.own_updates(lab.session, enrolment=student, assignment=assignment)
    return update


def copies_of(lab: Lab, student: Enrolment) -> list[bytes]:
    found = lab.homes.tree(student.person.hub_name, BEFORE, max_bytes=10**7, max_files=100, skip=lambda _path: False)
    return [file.data for file in found]


def undo(lab: Lab, student: Enrolment, assignment: Assignment) -> None:
    exchange = updates.before_update(lab.session, enrolment=student, assignment=assignment, path="growth.ipynb")
    put_back(lab, student, assignment, exchange, UpdateOutcome.undone)


def redo(lab: Lab, student: Enrolment, assignment: Assignment) -> None:
    exchange = updates.before_undo(lab.session, enrolment=student, assignment=assignment, path="growth.ipynb")
    put_back(lab, student, assignment, exchange, UpdateOutcome.merged)


def reset(lab: Lab, student: Enrolment, assignment: Assignment, path: str = "growth.ipynb") -> None:
    exchange = updates.released_file(lab.session, files=lab.files, enrolment=student, assignment=assignment, path=path)
    put_back(lab, student, assignment, exchange, UpdateOutcome.reset)


def put_back(
    lab: Lab, student: Enrolment, assignment: Assignment, exchange: updates.Exchange | None, outcome: UpdateOutcome
) -> None:
    if exchange:
        name = updates.put_back(lab.homes, exchange, now=lab.clock.forward(minutes=1))
        updates.record_put_back(
            lab.session,
            enrolment=student,
            assignment=assignment,
            exchange=exchange,
            outcome=outcome,
            kept_as=name,
            now=lab.now,
        )
    lab.session.commit()


@pytest.fixture
def working(lab: Lab, ada: Enrolment, assignment: Assignment) -> Assignment:
    """Ada has the assignment and has answered."""
    lab.run()
    lab.write(ada, "growth.ipynb", answered())
    return assignment


def test_a_new_release_is_merged_into_what_a_student_wrote(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    release_anew(lab, CORRECTED)

    assert texts(lab, ada) == ["# Growth, corrected", "x = 2", "assert x == 2", "Because cells divide."]
    assert lab.delivery(ada, working.release).kept == []  # type: ignore[arg-type]
    assert copies_of(lab, ada) == [answered()]


def test_what_happened_is_noted(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    release_anew(lab, new_question(stub="x = 3"))

    update = update_of(lab, ada, working)
    assert (update.outcome, update.marked, update.happened_at) == (UpdateOutcome.merged, 1, lab.now)
    assert update.changes == [{"kind": "answer_stayed", "cell": "x"}, {"kind": "arrived", "cell": "draw"}]


def test_the_copy_from_before_is_not_handed_in(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    release_anew(lab, CORRECTED)

    submission = lab.submit(ada, working)

    assert [file["path"] for file in submission.files] == ["data/cells.csv", "growth.ipynb"]


def test_a_merged_notebook_that_was_not_worked_on_is_still_no_work(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lab.run()
    given = json.loads(lab.read(ada, "growth.ipynb") or b"")
    given["metadata"]["language_info"] = {"name": "python"}
    lab.write(ada, "growth.ipynb", json.dumps(given).encode())  # opened and saved

    release_anew(lab, CORRECTED)
    lab.clock.forward(days=8)
    collection.start_collection(lab.session, assignment=assignment, actor=None, now=lab.now)
    [operation] = lab.run()

    assert texts(lab, ada)[0] == "# Growth, corrected"
    assert "Not started" in operation.problems[0]


def test_release_after_release_each_is_merged_with_the_one_before(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    release_anew(lab, CORRECTED)
    release_anew(lab, new_question())
    release_anew(lab, new_question(test="assert x == 2.0"))

    assert texts(lab, ada) == ["# Growth", "x = 2", "assert x == 2.0", "Because cells divide.", "YOUR ANSWER HERE"] or texts(
        lab, ada
    )[1].startswith("**Your teacher changed the cell below.**")
    assert len(copies_of(lab, ada)) == 3


def test_delivering_again_changes_nothing(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    release_anew(lab, CORRECTED)
    merged = lab.read(ada, "growth.ipynb")

    assignments.publish(lab.session, assignment=working, actor=lab.teacher.person, now=lab.clock.forward(minutes=1))
    lab.run()

    assert lab.read(ada, "growth.ipynb") == merged
    assert len(copies_of(lab, ada)) == 1


def test_opening_brings_the_update_to_somebody_who_has_not_got_it(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    lab.release(CORRECTED)
    deliveries.deliver_now(
        lab.session, files=lab.files, homes=lab.homes, enrolment=ada, assignment=working, now=lab.clock.forward(minutes=1)
    )
    lab.session.commit()

    assert texts(lab, ada)[0] == "# Growth, corrected"
    assert update_of(lab, ada, working).outcome is UpdateOutcome.merged


def test_an_old_copy_that_jupyterlab_saved_over_the_update_is_merged_again_on_opening(
    lab: Lab, ada: Enrolment, working: Assignment
) -> None:
    release_anew(lab, CORRECTED)
    lab.write(ada, "growth.ipynb", answered(value="20"))

    deliveries.deliver_now(lab.session, files=lab.files, homes=lab.homes, enrolment=ada, assignment=working, now=lab.now)
    lab.session.commit()

    assert texts(lab, ada) == ["# Growth, corrected", "x = 20", "assert x == 2", "Because cells divide."]


def test_an_untouched_notebook_that_was_open_and_is_saved_over_the_new_one_gets_the_update_on_opening(
    lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    lab.run()
    release_anew(lab, CORRECTED)
    assert texts(lab, ada)[0] == "# Growth, corrected"
    lab.write(ada, "growth.ipynb", answered())  # what JupyterLab had open, with the first lines in it

    deliveries.deliver_now(lab.session, files=lab.files, homes=lab.homes, enrolment=ada, assignment=assignment, now=lab.now)
    lab.session.commit()

    assert texts(lab, ada) == ["# Growth, corrected", "x = 2", "assert x == 2", "Because cells divide."]
    assert copies_of(lab, ada) == [answered()]


def test_a_notebook_begun_from_the_new_release_is_not_merged_with_it(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lab.run()
    release_anew(lab, CORRECTED)
    mine = notebook(*json.loads(answered())["cells"][1:], cell("markdown", "# Growth, corrected"))
    lab.write(ada, "growth.ipynb", mine)

    deliveries.deliver_now(lab.session, files=lab.files, homes=lab.homes, enrolment=ada, assignment=assignment, now=lab.now)
    lab.session.commit()

    assert lab.read(ada, "growth.ipynb") == mine


def test_a_file_that_is_no_notebook_stays_and_ours_lies_beside_it_with_the_reason(
    lab: Lab, ada: Enrolment, working: Assignment
) -> None:
    lab.write(ada, "growth.ipynb", b'{"cells": [')

    release_anew(lab, CORRECTED)

    assert lab.read(ada, "growth.ipynb") == b'{"cells": ['
    update = update_of(lab, ada, working)
    assert (update.outcome, update.kept_as) == (UpdateOutcome.beside, None)
    assert update.reason.startswith("Your file could not be read as a notebook. The file is not valid JSON: line 1")
    assert working.release is not None
    assert lab.delivery(ada, working.release).kept == ["growth.ipynb"]


def test_a_file_mended_after_that_is_merged_with_the_next_release(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    lab.write(ada, "growth.ipynb", b"broken")
    release_anew(lab, CORRECTED)
    lab.write(ada, "growth.ipynb", answered())

    release_anew(lab, new_question(test="assert x == 2.0"))

    assert "assert x == 2.0" in texts(lab, ada)
    assert update_of(lab, ada, working).outcome is UpdateOutcome.merged


def test_a_notebook_that_the_student_had_before_the_assignment_has_one_of_that_name_stays(
    lab: Lab, ada: Enrolment, working: Assignment
) -> None:
    lab.write(ada, "extra.ipynb", answered(value="7"))

    release_anew(lab, SOURCE | {"extra.ipynb": source_notebook("Extra")})

    assert lab.read(ada, "extra.ipynb") == answered(value="7")
    assert working.release is not None
    ours = next(file["sha256"] for file in working.release.release_files if file["path"] == "extra.ipynb")
    assert lab.read(ada, beside("extra.ipynb", ours)) is not None
    assert "before there was one" in update_of(lab, ada, working).reason


def test_a_deleted_notebook_comes_back_with_the_next_release(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    (lab.homes.root / "ada/bio1/growth/growth.ipynb").unlink()

    release_anew(lab, CORRECTED)

    assert texts(lab, ada)[0] == "# Growth, corrected"


class _SavedMeanwhile(Homes):
    """Somebody saves the notebook between reading and writing, the first ``times``."""

    def __init__(self, homes: Homes, student: Enrolment, times: int) -> None:
        super().__init__(homes.root)
        self.uid, self.times = student.person.uid, times

    def read(self, name: str, rel: str, *, limit: int) -> bytes | None:
        data = super().read(name, rel, limit=limit)
        if self.times and limit > 10_000_000 and rel.endswith("growth/growth.ipynb"):
            self.times -= 1
            super().place(name, rel, answered(value=f"{self.times}"), uid=self.uid, replace=True)
        return data


def test_a_notebook_saved_meanwhile_is_merged_as_it_was_saved(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    lab.clock.forward(minutes=1)
    lab.release(CORRECTED)
    deliveries.start_due(lab.session, now=lab.now)
    lab.run(replace(lab.context, homes=_SavedMeanwhile(lab.homes, ada, times=1)))

    assert texts(lab, ada)[:2] == ["# Growth, corrected", "x = 0"]


def test_a_notebook_that_never_comes_to_rest_stays_and_ours_lies_beside_it(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    lab.clock.forward(minutes=1)
    lab.release(CORRECTED)
    deliveries.start_due(lab.session, now=lab.now)
    lab.run(replace(lab.context, homes=_SavedMeanwhile(lab.homes, ada, times=99)))

    assert "# Growth" in texts(lab, ada)
    assert "again and again" in update_of(lab, ada, working).reason


def test_where_no_copy_can_be_kept_nothing_is_replaced(lab: Lab, ada: Enrolment, working: Assignment, tmp_path: Path) -> None:
    (lab.homes.root / "ada/.homeroom").symlink_to(tmp_path)

    release_anew(lab, CORRECTED)

    assert lab.read(ada, "growth.ipynb") == answered()
    assert "cannot be reached" in update_of(lab, ada, working).reason
    assert list(tmp_path.glob("before")) == []


def test_copies_are_not_kept_without_end(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    for number in range(KEPT + 2):
        release_anew(lab, SOURCE | {"growth.ipynb": source_notebook(f"Growth {number}")})

    assert len(copies_of(lab, ada)) == KEPT
    assert texts(lab, ada)[0] == f"# Growth {KEPT + 1}"


def test_an_update_that_is_taken_back_gives_the_file_from_before_and_keeps_what_was_there(
    lab: Lab, ada: Enrolment, working: Assignment
) -> None:
    release_anew(lab, CORRECTED)
    merged = lab.read(ada, "growth.ipynb") or b""

    undo(lab, ada, working)
    undo(lab, ada, working)

    assert lab.read(ada, "growth.ipynb") == answered()
    assert set(copies_of(lab, ada)) == {answered(), merged}
    assert update_of(lab, ada, working).outcome is UpdateOutcome.undone


def test_what_was_taken_back_comes_again_with_the_next_release_only(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    release_anew(lab, CORRECTED)
    undo(lab, ada, working)

    assignments.publish(lab.session, assignment=working, actor=lab.teacher.person, now=lab.clock.forward(minutes=1))
    lab.run()
    after_delivering_again = lab.read(ada, "growth.ipynb")
    release_anew(lab, SOURCE | {"growth.ipynb": source_notebook("Growth, again")})

    assert after_delivering_again == answered()
    assert texts(lab, ada) == ["# Growth, again", "x = 2", "assert x == 2", "Because cells divide."]


def test_a_copy_that_is_gone_is_said_and_nothing_is_changed(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    release_anew(lab, CORRECTED)
    merged = lab.read(ada, "growth.ipynb")
    [copy] = (lab.homes.root / "ada" / BEFORE).iterdir()
    copy.unlink()

    with pytest.raises(HomeroomError, match="not there any more"):
        undo(lab, ada, working)

    assert lab.read(ada, "growth.ipynb") == merged


def test_without_an_update_there_is_nothing_to_take_back(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    with pytest.raises(HomeroomError, match="no update"):
        undo(lab, ada, working)


def test_a_file_is_reset_to_the_release_and_the_old_one_is_kept(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    reset(lab, ada, working)
    reset(lab, ada, working)

    assert b"YOUR CODE HERE" in (lab.read(ada, "growth.ipynb") or b"")
    assert copies_of(lab, ada) == [answered()]
    assert update_of(lab, ada, working).outcome is UpdateOutcome.reset


def test_a_file_that_was_reset_is_merged_with_the_next_release(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    release_anew(lab, CORRECTED)
    reset(lab, ada, working)
    lab.write(ada, "growth.ipynb", (lab.read(ada, "growth.ipynb") or b"").replace(b"YOUR ANSWER HERE", b"Because."))

    release_anew(lab, SOURCE | {"growth.ipynb": source_notebook("Growth, again")})

    assert [texts(lab, ada)[place] for place in (0, -1)] == ["# Growth, again", "Because."]
    assert [change["kind"] for change in update_of(lab, ada, working).changes] == ["corrected"]


def test_a_data_file_can_be_reset_too_and_what_is_not_of_the_assignment_cannot(
    lab: Lab, ada: Enrolment, working: Assignment
) -> None:
    lab.write(ada, "data/cells.csv", b"mine")

    reset(lab, ada, working, "data/cells.csv")

    assert lab.read(ada, "data/cells.csv") == SOURCE["data/cells.csv"]
    for path in ("other.csv", "../../../etc/passwd", ""):
        with pytest.raises(NotFound):
            reset(lab, ada, working, path)


class _SavedAllTheTime(Homes):
    """Somebody saves a file again right after it was moved aside, each time."""

    def exchange(self, *args: Any, **kwargs: Any) -> tuple[Placed, bool]:
        return Placed.exists, super().exchange(*args, **kwargs)[1]

    def holds(self, *_args: Any, **_kwargs: Any) -> bool:
        return False


def test_a_file_that_never_comes_to_rest_is_said_to_be_saved_all_the_time(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    exchange = updates.released_file(lab.session, files=lab.files, enrolment=ada, assignment=working, path="growth.ipynb")

    with pytest.raises(HomeRefused, match="saved all the time"):
        updates.put_back(_SavedAllTheTime(lab.homes.root), exchange, now=lab.now)

    assert answered() in copies_of(lab, ada)


def test_an_update_that_was_taken_back_can_be_had_after_all(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    release_anew(lab, new_question(stub="x = 3"))
    merged = lab.read(ada, "growth.ipynb")
    undo(lab, ada, working)
    lab.write(ada, "growth.ipynb", answered(value="7"))

    redo(lab, ada, working)
    redo(lab, ada, working)

    update = update_of(lab, ada, working)
    assert lab.read(ada, "growth.ipynb") == merged
    assert (update.outcome, update.marked, len(update.changes)) == (UpdateOutcome.merged, 1, 2)
    assert answered(value="7") in copies_of(lab, ada)


def test_undo_and_redo_go_back_and_forth(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    release_anew(lab, CORRECTED)
    merged = lab.read(ada, "growth.ipynb")

    for expected in (answered(), merged, answered(), merged):
        (undo if expected == answered() else redo)(lab, ada, working)
        assert lab.read(ada, "growth.ipynb") == expected


def test_without_an_update_that_was_taken_back_there_is_none_to_have(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    with pytest.raises(HomeroomError, match="no update"):
        redo(lab, ada, working)


def test_a_copy_of_an_earlier_version_of_homeroom_is_found_by_undo(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    """It lies in the assignment's own folder, and is named after its content."""
    release_anew(lab, CORRECTED)
    name = "20260901T080000Z-0123456789ab.ipynb"
    lab.write(ada, f".homeroom/before/growth.ipynb/{name}", answered(value="old"))
    update_of(lab, ada, working).kept_as = name
    lab.session.commit()

    undo(lab, ada, working)

    assert lab.read(ada, "growth.ipynb") == answered(value="old")


def test_earlier_states_are_listed_newest_first_and_come_back(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    reset(lab, ada, working)
    lab.write(ada, "growth.ipynb", answered(value="7"))
    reset(lab, ada, working)
    paths = earlier_states.known_paths(lab.session, enrolment=ada, assignment=working)

    [states] = earlier_states.find(lab.homes, hub_name="ada", folder="bio1/growth", paths=paths)
    exchange = earlier_states.to_bring_back(
        lab.session, enrolment=ada, assignment=working, path=states.path, copy=states.copies[1].name
    )
    updates.put_back(lab.homes, exchange, now=lab.clock.forward(minutes=1))

    assert (states.path, len(states.copies)) == ("growth.ipynb", 2)
    assert states.copies[0].kept_at > states.copies[1].kept_at
    assert lab.read(ada, "growth.ipynb") == answered()


def test_an_earlier_state_says_what_it_has_that_the_file_lacks_now(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    reset(lab, ada, working)
    lab.write(ada, "growth.ipynb", answered(value="7"))
    lab.write(ada, "data/cells.csv", b"\xff")
    reset(lab, ada, working, "data/cells.csv")

    def states() -> dict[str, list[tuple[bool, list[str] | None]]]:
        found = earlier_states.find(
            lab.homes, hub_name="ada", folder="bio1/growth", paths=["data/cells.csv", "growth.ipynb", "none.csv"]
        )
        return {file.path: [(copy.is_now, copy.lines) for copy in file.copies] for file in found}

    assert states() == {"data/cells.csv": [(False, None)], "growth.ipynb": [(False, ["x = 2"])]}
    lab.write(ada, "growth.ipynb", answered())
    assert states()["growth.ipynb"] == [(True, [])]
    lab.write(ada, "growth.ipynb", b"broken")
    assert states()["growth.ipynb"] == [(False, None)]


def test_states_are_compared_up_to_a_bound(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    reset(lab, ada, working)
    lab.write(ada, "growth.ipynb", answered(value="7"))
    enough = len(answered()) + 1

    [states] = earlier_states.find(lab.homes, hub_name="ada", folder="bio1/growth", paths=["growth.ipynb"], compared=enough)

    assert [(copy.is_now, copy.lines) for copy in states.copies] == [(False, None)]


@pytest.mark.parametrize("copy", ["../growth.ipynb", "x", "", "20260901T080000Z-1-01234567.ipynb"])
def test_what_is_no_copy_is_not_brought_back(lab: Lab, ada: Enrolment, working: Assignment, copy: str) -> None:
    exchange = earlier_states.to_bring_back(lab.session, enrolment=ada, assignment=working, path="growth.ipynb", copy=copy)

    with pytest.raises(HomeroomError, match="not there any more"):
        updates.put_back(lab.homes, exchange, now=lab.now)


def test_earlier_states_of_what_is_not_of_the_assignment_are_out_of_reach(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    with pytest.raises(HomeroomError, match="no such file"):
        earlier_states.to_bring_back(lab.session, enrolment=ada, assignment=working, path="../other.ipynb", copy="x")


def test_updates_are_counted_and_listed_for_the_staff(lab: Lab, ada: Enrolment, ben: Enrolment, assignment: Assignment) -> None:
    cleo = lab.student("cleo")
    lab.run()
    lab.write(ada, "growth.ipynb", answered())
    lab.write(ben, "growth.ipynb", b"broken")
    lab.write(cleo, "growth.ipynb", answered())

    release_anew(lab, new_question(stub="x = 3"))
    cleo.status = EnrolmentStatus.dropped
    lab.session.commit()

    count = updates.update_count(lab.session, assignment=assignment)
    listed = updates.update_list(lab.session, assignment=assignment)
    assert (count.merged, count.marked, count.beside, count.undone, count.total) == (1, 1, 1, 0, 2)
    assert [(one.delivery.enrolment.person.display_name, one.outcome) for one in listed] == [("Ada", "merged"), ("Ben", "beside")]


def test_a_row_is_written_once_for_a_file_and_a_release(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    release_anew(lab, CORRECTED)
    undo(lab, ada, working)

    assert len(lab.session.scalars(select(FileUpdate)).all()) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
def test_copies_and_merged_files_belong_to_the_student(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    release_anew(lab, CORRECTED)

    owners = {path.stat().st_uid for path in (lab.homes.root / "ada").rglob("*")}
    assert owners == {ada.person.uid}


def test_a_copy_is_put_where_no_link_leads(lab: Lab, ada: Enrolment, working: Assignment) -> None:
    assert lab.homes.place("ada", f"{BEFORE}/x", b"", uid=ada.person.uid) is Placed.written

    release_anew(lab, CORRECTED)

    assert len(copies_of(lab, ada)) == 2
