from sqlalchemy.orm import Session

from classroom.models import Course, Enrolment, Operation, OperationKind, OperationState
from tests.support.big_class import BigClass
from tests.support.pages import PageClient, soup_of, text_of
from tests.support.work import Lab

HERE = "/courses/bio1/teach/"


def start(session: Session, lab: Lab, **values: object) -> Operation:
    facts = {"kind": OperationKind.provision, "course_id": lab.course.id, "state": OperationState.running, "done": 120,
             "total": 300, "problems": [], "created_at": lab.now, "heartbeat_at": lab.now}  # fmt: skip
    made = Operation(**{**facts, **values})
    session.add(made)
    session.commit()
    return made


def test_an_empty_course_leads_its_teacher_to_the_first_two_steps(tessa: PageClient) -> None:
    page = text_of(tessa.get(HERE))

    assert "1. Upload your roster" in page
    assert "2. Publish your first assignment" in page


def test_a_full_course_shows_what_waits_and_how_far_it_is(tessa: PageClient, many: BigClass) -> None:
    page = tessa.get(HERE)

    assert "Growth: 76 submissions to look at" in text_of(page)
    assert "294 of 300" in text_of(page)
    assert "Grading: Growth" in text_of(page)
    assert soup_of(page).select_one(f"[data-poll='/portal{HERE}now']") or soup_of(page).select_one(f"[data-poll='{HERE}now']")


def test_what_runs_is_asked_again_until_it_is_done(tessa: PageClient, lab: Lab, session: Session) -> None:
    operation = start(session, lab)
    going_on = tessa.get(f"{HERE}now")
    operation.state = OperationState.done
    session.commit()

    done = tessa.get(f"{HERE}now")

    assert "120 of 300 people" in text_of(going_on)
    assert "data-poll=" in going_on.text
    assert "data-reload" in done.text


def test_an_operation_has_a_page_a_piece_and_json(tessa: PageClient, lab: Lab, session: Session) -> None:
    operation = start(session, lab, state=OperationState.done, problems=["Ada: the disk is full."], finished_at=lab.now)
    here = f"{HERE}operations/{operation.id}"

    assert "Ada: the disk is full." in text_of(tessa.get(f"{here}/"))
    assert "data-poll" not in tessa.get(f"{here}/progress").text
    assert tessa.get(f"{here}.json").get_json()["percent"] == 40
    assert "Setting up accounts: 1 note" in text_of(tessa.get(HERE))


def test_an_operation_of_another_course_is_not_there(tessa: PageClient, lab: Lab, session: Session) -> None:
    other = Course(slug="chem", title="Chemistry", created_at=lab.now)
    session.add(other)
    session.flush()
    operation = start(session, lab, course_id=other.id)

    assert tessa.get(f"{HERE}operations/{operation.id}/").status_code == 404


def test_a_grader_is_not_offered_what_they_may_not_do(gus: PageClient, ada: Enrolment, many: BigClass) -> None:
    page = text_of(gus.get(HERE))

    assert "Upload roster" not in page
    assert "Add assignment" not in page
