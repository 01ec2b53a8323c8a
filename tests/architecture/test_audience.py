"""Every view says who may see it."""

import pytest
from flask import Flask

from classroom.config import Settings
from classroom.web import create_app
from classroom.web.audience import COURSE_SCOPED, SEMINAR_SCOPED, Audience, audience_of


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(Settings(state=tmp_path_factory.mktemp("state")))


def test_every_view_says_who_may_see_it(app: Flask) -> None:
    unmarked = sorted(name for name, view in app.view_functions.items() if audience_of(view) is None)
    assert not unmarked, (
        f"these views answer 404 to everybody: {unmarked}. Put a mark of classroom.web.audience right below the route: "
        "@audience.public, .hub, .signed_in, .member, .student, .staff, .teacher, .presenter or .guest."
    )


def test_marks_of_a_course_stand_on_views_of_a_course(app: Flask) -> None:
    wrong = [
        f"{rule.rule} ({rule.endpoint})"
        for rule in app.url_map.iter_rules()
        if audience_of(app.view_functions[rule.endpoint]) in COURSE_SCOPED and "course" not in rule.arguments
    ]
    assert not wrong, f"member, student, staff and teacher need <course> in the URL: {wrong}"


def test_views_of_a_course_are_not_open_to_everybody(app: Flask) -> None:
    wrong = [
        f"{rule.rule} ({rule.endpoint})"
        for rule in app.url_map.iter_rules()
        if "course" in rule.arguments and audience_of(app.view_functions[rule.endpoint]) not in COURSE_SCOPED
    ]
    assert not wrong, f"a view with <course> in its URL needs the mark member, student, staff or teacher: {wrong}"


def test_marks_of_a_seminar_stand_on_views_of_a_seminar(app: Flask) -> None:
    wrong = [
        f"{rule.rule} ({rule.endpoint})"
        for rule in app.url_map.iter_rules()
        if audience_of(app.view_functions[rule.endpoint]) in SEMINAR_SCOPED and "seminar" not in rule.arguments
    ]
    assert not wrong, f"presenter and guest need <seminar> in the URL: {wrong}"


def test_what_is_open_to_everybody_is_a_short_list(app: Flask) -> None:
    public = {name for name, view in app.view_functions.items() if audience_of(view) is Audience.public}
    known = {"static", "health.health", "auth.start", "auth.callback", "auth.sign_out"}
    known |= {"auth.invitation", "auth.accept", "auth.one_time", "auth.use_one_time"}
    known |= {"receipts.receipts_page", "receipts.check_receipt", "mail.stop", "mail.stopped"}
    known |= {
        f"seminars.{name}"
        for name in ("join", "join_by_code", "enter_name", "doors", "take_seat", "come_back", "come_back_with_code")
    }
    known |= {"seminars.kept", "seminars.kept_zip"}
    assert public <= known, f"open to the whole world, and new: {sorted(public - known)}. If it must be, add it to this list."


def test_what_changes_things_needs_a_token(app: Flask) -> None:
    csrf = app.extensions["csrf"]
    exempt = {blueprint.name for blueprint in csrf._exempt_blueprints} | set(csrf._exempt_views)
    assert exempt == {"identity", "own_server", "own_seat"}, (
        f"only an API that reads no cookie does without a form token: {sorted(exempt)}"
    )


def test_what_does_without_a_form_token_reads_no_cookie(app: Flask) -> None:
    apis = {"identity", "own_server", "own_seat"}
    views = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0] in apis}
    assert {audience_of(app.view_functions[name]) for name in views} == {Audience.hub, Audience.own_server, Audience.own_seat}
