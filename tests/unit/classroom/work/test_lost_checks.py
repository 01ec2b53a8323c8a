"""A check whose message got lost is sent once more; nothing else is."""

from sqlalchemy import select

from classroom.models import Assignment, CheckState, Enrolment, OutboxMessage, WorkCheck
from classroom.services import lost_checks, submissions, work_checks
from tests.support.work import Lab, answered


def ask(lab: Lab, student: Enrolment, assignment: Assignment) -> WorkCheck:
    lab.run()
    lab.write(student, "growth.ipynb", answered())
    work = submissions.work_of(enrolment=student, assignment=assignment)
    manifest = submissions.take(work, files=lab.files, homes=lab.homes, limits=lab.settings)
    return work_checks.ask(
        lab.session, enrolment=student, assignment=assignment, manifest=manifest, settings=lab.settings, now=lab.now
    )


def messages(lab: Lab) -> list[OutboxMessage]:
    sent = select(OutboxMessage).where(OutboxMessage.task == work_checks.CHECK_TASK)
    return list(lab.session.scalars(sent.order_by(OutboxMessage.id)))


def let_go(lab: Lab) -> None:
    for message in messages(lab):
        message.sent_at = lab.now


def test_a_lost_message_is_sent_again_once(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    ask(lab, ada, assignment)
    let_go(lab)
    counts = []
    for _ in range(3):
        lab.clock.forward(seconds=70)
        counts.append(lost_checks.send_again(lab.session, now=lab.now))
        let_go(lab)

    first, second = messages(lab)
    assert counts == [1, 0, 0]
    assert first.arguments == second.arguments


def test_what_is_young_running_answered_or_not_sent_yet_is_not_lost(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    check = ask(lab, ada, assignment)
    young = lost_checks.send_again(lab.session, now=lab.now)
    lab.clock.forward(seconds=70)
    unsent = lost_checks.send_again(lab.session, now=lab.now)
    let_go(lab)
    check.state = CheckState.running
    running = lost_checks.send_again(lab.session, now=lab.now)
    check.state = CheckState.done

    assert [young, unsent, running, lost_checks.send_again(lab.session, now=lab.now)] == [0, 0, 0, 0]


def test_what_people_have_given_up_on_is_not_sent_again(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    ask(lab, ada, assignment)
    let_go(lab)
    lab.clock.forward(seconds=work_checks.PATIENCE.total_seconds())

    assert lost_checks.send_again(lab.session, now=lab.now) == 0
