"""The API behind the buttons in JupyterLab: whose server asks, what it is told, what it may do."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from classroom.models import Assignment, Enrolment, EnrolmentStatus, Submission, WorkCheck
from classroom.services import work_checks
from tests.support.hub_stand_in import HubStandIn
from tests.support.pages import SignIn
from tests.support.work import SOURCE, Lab, answered, cell, notebook, source_notebook

GROWTH = "/own-server/courses/bio1/a/growth/"
SCOPE = "access:services!service=portal"

Ask = Callable[..., TestResponse]


@pytest.fixture
def ask(app: Flask, hub: HubStandIn, ada: Enrolment, assignment: Assignment) -> Ask:
    """``ask("submit")`` as Ada's server does."""
    hub.tokens["ada's"] = {"kind": "user", "name": "ada", "scopes": [SCOPE]}

    def call(what: str = "", *, method: str = "", authorization: str = "token ada's", **more: Any) -> TestResponse:
        method = method or ("POST" if what in {"check", "look", "submit", "update"} else "GET")
        headers = {"Authorization": authorization} if authorization else {}
        return app.test_client().open(f"{GROWTH}{what}", method=method, headers=headers, **more)

    return call


def attempts(lab: Lab) -> int:
    return lab.session.scalar(select(func.count()).select_from(Submission)) or 0


def test_the_state_says_until_when_what_was_handed_in_and_where_the_pages_are(
    ask: Ask, lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    before = ask().get_json()
    lab.hand_in(ada, assignment)
    after = ask().get_json()

    assert (before["title"], before["course"], before["notebooks"]) == ("Growth", "Biology 1", ["growth.ipynb"])
    assert (before["now"], before["due_at"]) == ("2026-09-07T10:00:00+00:00", "2026-09-14T10:00:00+00:00")
    assert (before["takes_work"], before["receipt"], before["check"]) == (True, None, None)
    assert before["page"].endswith("/portal/courses/bio1/a/growth/")
    assert after["receipt"]["attempt"] == 1
    assert after["receipt"]["page"].endswith("/a/growth/attempts/1/")


def test_submit_takes_what_is_in_the_home_and_the_same_again_is_the_same_attempt(ask: Ask, lab: Lab, ada: Enrolment) -> None:
    lab.write(ada, "growth.ipynb", answered())

    first, second = ask("submit").get_json(), ask("submit").get_json()

    assert (first["new"], second["new"]) == (True, False)
    assert first["receipt"] == second["receipt"]
    assert attempts(lab) == 1


def test_what_a_new_version_did_to_a_notebook_is_told_and_an_older_copy_saved_over_it_is_merged_again(
    ask: Ask, lab: Lab, ada: Enrolment
) -> None:
    lab.run()
    lab.write(ada, "growth.ipynb", answered())
    given = ask().get_json()["update"]
    lab.clock.forward(minutes=1)
    lab.release(SOURCE | {"growth.ipynb": source_notebook("Growth, corrected")})
    first = ask("update").get_json()["update"]
    lab.write(ada, "growth.ipynb", answered(value="20"))
    lab.clock.forward(minutes=1)
    again = ask("update").get_json()["update"]
    merged = lab.read(ada, "growth.ipynb") or b""
    lab.clock.forward(minutes=1)
    same = ask("update").get_json()["update"]

    assert given["growth.ipynb"] == {"how": "given", "at": "2026-09-07T10:00:00+00:00"}
    assert first["growth.ipynb"] == {"how": "merged", "at": "2026-09-07T10:01:00+00:00"}
    assert again["growth.ipynb"]["at"] == "2026-09-07T10:02:00+00:00"
    assert b"Growth, corrected" in merged
    assert b"x = 20" in merged
    assert (same, lab.read(ada, "growth.ipynb")) == (again, merged)
    state = ask().get_json()
    assert (state["update"], state["merges"]) == (again, True)
    assert state["earlier"].endswith("/portal/courses/bio1/a/growth/earlier/")


def test_a_look_says_what_is_odd_and_hands_nothing_in(ask: Ask, lab: Lab, ada: Enrolment) -> None:
    lab.write(ada, "growth.ipynb", notebook(cell("code", "x = 2", grade_id="x", solution=True)))

    places = ask("look").get_json()["places"]

    assert [place["message"].split(",")[0] for place in places if "answer" in place["message"]] == [
        "The cell for this answer is gone"
    ]
    assert attempts(lab) == 0


def test_a_check_is_asked_for_and_answered(ask: Ask, lab: Lab, ada: Enrolment) -> None:
    lab.write(ada, "growth.ipynb", answered())
    waiting = ask("check").get_json()
    reply = {
        "status": "checked",
        "questions": [{"notebook": "growth.ipynb", "grade_id": "test_x", "state": "passes", "message": ""}],
    }
    work_checks.record(lab.session, check_id=waiting["id"], reply=reply, now=lab.now)
    lab.session.commit()

    done = ask(f"checks/{waiting['id']}").get_json()

    assert (waiting["state"], done["state"]) == ("waiting", "checked")
    assert done["sentence"] == "All tests that you can see pass."
    assert "hidden tests" in done["about_hidden_tests"]
    assert done["page"].endswith(f"/a/growth/checks/{done['id']}/")


@pytest.mark.parametrize(
    "authorization", ["", "token ", "token wrong", "token adä's", "Basic ada's", f"token {'x' * 300}", "ada's"]
)
@pytest.mark.parametrize("what", ["", "check", "look", "submit", "update", "checks/1"])
def test_without_a_token_that_the_hub_knows_nothing_is_answered(ask: Ask, lab: Lab, authorization: str, what: str) -> None:
    answer = ask(what, authorization=authorization)

    assert answer.status_code == 401
    assert "could not show who you are" in answer.get_json()["message"]


@pytest.mark.parametrize(
    "model",
    [
        {"kind": "user", "name": "ada", "scopes": []},
        {"kind": "user", "name": "ada", "scopes": ["access:services!service=other"]},
        {"kind": "service", "name": "ada", "scopes": [SCOPE]},
        {"kind": "user", "name": "nobody", "scopes": [SCOPE]},
    ],
)
def test_a_token_that_is_not_for_the_portal_or_of_nobody_here_is_refused(
    ask: Ask, hub: HubStandIn, model: dict[str, object]
) -> None:
    hub.tokens["other"] = model

    assert ask("submit", authorization="token other").status_code == 401


def test_a_cookie_does_not_stand_in_for_a_token(app: Flask, sign_in: SignIn, ask: Ask, ada: Enrolment) -> None:
    browser = sign_in(ada).flask

    assert browser.get(GROWTH).status_code == 401
    assert browser.post(f"{GROWTH}submit").status_code == 401


def test_a_token_opens_no_page(app: Flask, ask: Ask) -> None:
    answer = app.test_client().get("/account", headers={"Authorization": "token ada's"})

    assert answer.status_code == 302
    assert "sign-in" in answer.location


def test_a_token_is_its_owners_whoever_is_signed_in_at_the_browser(
    sign_in: SignIn, ask: Ask, lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    ben = lab.student("ben")
    lab.write(ada, "growth.ipynb", answered())

    answer = sign_in(ben).flask.post(f"{GROWTH}submit", headers={"Authorization": "token ada's"})

    assert answer.status_code == 200
    assert lab.session.scalars(select(Submission.enrolment_id)).all() == [ada.id]


def test_another_students_check_does_not_exist(ask: Ask, hub: HubStandIn, lab: Lab, ada: Enrolment) -> None:
    lab.student("ben")
    hub.tokens["ben's"] = {"kind": "user", "name": "ben", "scopes": [SCOPE]}
    lab.write(ada, "growth.ipynb", answered())
    number = ask("check").get_json()["id"]

    assert ask(f"checks/{number}", authorization="token ben's").status_code == 404


def test_strangers_the_dropped_and_staff_are_told_what_the_pages_tell_them(
    ask: Ask, hub: HubStandIn, lab: Lab, ada: Enrolment
) -> None:
    hub.tokens["tessa's"] = {"kind": "user", "name": "tessa", "scopes": [SCOPE]}
    assert ask(authorization="token tessa's").status_code == 403
    ada.status = EnrolmentStatus.dropped
    lab.session.commit()

    answer = ask()

    assert answer.status_code == 404
    assert "not in it" in answer.get_json()["message"]


def test_somebody_deactivated_is_out_at_once_although_the_hubs_answer_is_remembered(
    ask: Ask, hub: HubStandIn, lab: Lab, ada: Enrolment
) -> None:
    assert ask().status_code == 200
    asked = hub.asked_who
    ada.person.active = False
    lab.session.commit()

    assert ask().status_code == 401
    assert hub.asked_who == asked


def test_an_assignment_that_takes_no_more_work_refuses_it_in_words(
    ask: Ask, lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    lab.write(ada, "growth.ipynb", answered())
    assignment.accepts_late = False
    lab.session.commit()
    lab.clock.forward(days=8)

    assert ask().get_json()["takes_work"] is False
    assert "takes no late work" in ask("submit").get_json()["message"]
    assert attempts(lab) == 0


def test_a_hub_that_is_away_is_said_and_nobody_gets_in(ask: Ask, hub: HubStandIn) -> None:
    hub.broken = True

    answer = ask("submit")

    assert answer.status_code == 503
    assert "hub does not answer" in answer.get_json()["message"]


def test_a_check_through_the_server_counts_like_one_on_the_portal(ask: Ask, lab: Lab, ada: Enrolment) -> None:
    lab.write(ada, "growth.ipynb", answered())
    ask("check")
    lab.write(ada, "growth.ipynb", answered(why="Something else."))

    answer = ask("check")

    assert answer.status_code == 429
    assert lab.session.scalar(select(func.count()).select_from(WorkCheck)) == 1
