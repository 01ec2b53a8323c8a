import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from classroom.errors import HomeroomError
from classroom.models import Assignment, Enrolment, OperationState, Submission, Trigger
from classroom.services import assignments, collection, due_collections, extensions
from tests.support.work import Lab, answered


def collected(lab: Lab) -> list[Submission]:
    return list(lab.session.scalars(select(Submission).order_by(Submission.id)))


def after_the_deadline(lab: Lab) -> int:
    lab.run()
    return due_collections.start_due_collections(lab.session, now=lab.clock.forward(days=8))


def test_the_deadline_takes_the_work_of_those_who_did_not_press(
    lab: Lab, ada: Enrolment, ben: Enrolment, assignment: Assignment
) -> None:
    lab.hand_in(ben, assignment)
    lab.write(ada, "growth.ipynb", answered("7"))
    after_the_deadline(lab)

    [operation] = lab.run()

    assert operation.total == 1
    [pressed, taken] = collected(lab)
    assert (pressed.enrolment_id, pressed.trigger) == (ben.id, Trigger.student)
    assert (taken.enrolment_id, taken.trigger, taken.late) == (ada.id, Trigger.deadline, False)


def test_who_never_began_hands_in_nothing_and_is_named(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    after_the_deadline(lab)

    [operation] = lab.run()

    assert collected(lab) == []
    assert operation.problems == ["Not started, so nothing was collected: Ada."]


def test_running_and_saving_a_notebook_is_not_work_yet(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lab.run()
    saved = json.loads(lab.read(ada, "growth.ipynb") or b"")
    saved["cells"][1] |= {"execution_count": 1, "outputs": [{"output_type": "stream", "name": "stdout", "text": "hi"}]}
    lab.write(ada, "growth.ipynb", json.dumps(saved, indent=1).encode())
    after_the_deadline(lab)

    lab.run()

    assert collected(lab) == []


def test_a_renamed_notebook_is_a_problem_somebody_must_look_at(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lab.run()
    lab.write(ada, "my-growth.ipynb", answered())
    (lab.homes.root / "ada" / "bio1" / "growth" / "growth.ipynb").unlink()
    after_the_deadline(lab)

    [operation] = lab.run()

    assert operation.problems[0].startswith("Ada: growth.ipynb is not in the folder bio1/growth. It holds my-growth.ipynb")


def test_each_due_date_is_collected_once(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    first = after_the_deadline(lab)

    second = due_collections.start_due_collections(lab.session, now=lab.now)

    assert (first, second) == (1, 0)


def test_a_postponed_due_date_is_collected_anew(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    after_the_deadline(lab)
    later = lab.clock.forward(hours=1)
    assignments.update(
        lab.session,
        assignment=assignment,
        title="Growth",
        opens_at=None,
        due_at=lab.clock.forward(days=1),
        accepts_late=True,
        shown="message",
        now=later,
    )

    assert due_collections.start_due_collections(lab.session, now=lab.clock.forward(days=1)) == 1


def test_a_deadline_moved_while_its_collection_waits_takes_nothing_yet(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lab.write(ada, "growth.ipynb", answered())
    after_the_deadline(lab)
    assignment.due_at = lab.now + timedelta(days=1)

    lab.run()

    assert collected(lab) == []


def test_collecting_twice_takes_nothing_twice(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lab.write(ada, "growth.ipynb", answered())
    after_the_deadline(lab)
    [operation] = lab.run()

    operation.state = OperationState.queued
    lab.run()

    assert len(collected(lab)) == 1


def test_a_teacher_collects_when_they_like(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lab.run()
    lab.write(ada, "growth.ipynb", answered())
    collection.start_collection(lab.session, assignment=assignment, actor=lab.teacher.person, now=lab.now)

    lab.run()

    assert [submission.trigger for submission in collected(lab)] == [Trigger.teacher]


def test_a_teacher_collects_from_everybody_while_a_deadlines_collection_waits(
    lab: Lab, ada: Enrolment, ben: Enrolment, assignment: Assignment
) -> None:
    lab.run()
    extensions.give(lab.session, assignment=assignment, enrolment_ids=[ben.id], minutes=30 * 1440, actor=None, now=lab.now)
    for student in (ada, ben):
        lab.write(student, "growth.ipynb", answered())
    after_the_deadline(lab)

    for _ in range(2):
        collection.start_collection(lab.session, assignment=assignment, actor=lab.teacher.person, now=lab.now)
    operations = lab.run()

    assert len(operations) == 2
    assert [(one.enrolment_id, one.trigger) for one in collected(lab)] == [
        (ada.id, Trigger.deadline),
        (ben.id, Trigger.teacher),
    ]


def test_what_is_not_published_cannot_be_collected(lab: Lab) -> None:
    draft = lab.release().assignment

    with pytest.raises(HomeroomError, match="not published"):
        collection.start_collection(lab.session, assignment=draft, actor=None, now=lab.now)
