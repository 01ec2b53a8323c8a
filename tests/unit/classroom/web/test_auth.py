"""Signing in through the hub, by invitation and by one-time link, and signing out."""

import base64
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import Tag
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from classroom.config import Settings
from classroom.models import Enrolment, LinkKind
from classroom.services import identity, links
from tests.support.hub_stand_in import HubStandIn
from tests.support.pages import PageClient, SignIn, soup_of, text_of

TokenFor = Callable[[Enrolment, LinkKind], str]

PASSWORD = "a short sentence"


@pytest.fixture
def stranger(sign_in: SignIn) -> PageClient:
    return sign_in(None)


def leave_for_the_hub(browser: PageClient, address: str = "/sign-in") -> dict[str, str]:
    """Begin signing in; returns what the hub is asked."""
    answer = browser.get(address)
    while answer.location.startswith("/portal/"):
        answer = browser.get(answer.location)
    assert answer.location.startswith("http://localhost:8001/hub/api/oauth2/authorize?")
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}


def come_back(browser: PageClient, hub: HubStandIn, asked: dict[str, str], *, name: str = "sam") -> TestResponse:
    """The hub knows the person and sends them back."""
    hub.codes["code-1"] = (name, asked["code_challenge"])
    return browser.get(f"/oauth/callback?code=code-1&state={asked['state']}")


@pytest.fixture
def token_for(session: Session, settings: Settings, now: datetime) -> TokenFor:
    """A function that makes somebody a link and returns its token."""

    def make(who: Enrolment, kind: LinkKind) -> str:
        link = links.make_link(session, person=who.person, kind=kind, lifetime=timedelta(days=1), now=now)
        session.commit()
        return links.token_of(link, settings.secret_key.get_secret_value())

    return make


def csrf_of(page: TestResponse) -> str:
    field = soup_of(page).find("input", {"name": "csrf_token"})
    assert isinstance(field, Tag)
    return str(field["value"])


def test_somebody_whom_the_hub_knows_is_signed_in_and_lands_where_they_wanted(
    stranger: PageClient, hub: HubStandIn, student: Enrolment
) -> None:
    asked = leave_for_the_hub(stranger, "/account")

    answer = come_back(stranger, hub, asked)

    assert answer.location == "/portal/account"
    assert "Sam" in text_of(stranger.get("/account"))


def test_the_hub_is_asked_with_pkce_and_our_own_address(stranger: PageClient) -> None:
    asked = leave_for_the_hub(stranger)

    assert asked["code_challenge_method"] == "S256"
    assert asked["client_id"] == "service-portal"
    assert asked["redirect_uri"] == "http://localhost:8000/portal/oauth/callback"


def test_a_sign_in_that_somebody_else_began_is_refused(sign_in: SignIn, hub: HubStandIn, student: Enrolment) -> None:
    asked = leave_for_the_hub(sign_in(None))

    answer = come_back(sign_in(None), hub, asked)

    assert answer.status_code == 400
    assert "begun in another browser" in text_of(answer)


def test_a_code_is_refused_when_it_came_for_another_challenge(stranger: PageClient, hub: HubStandIn, student: Enrolment) -> None:
    asked = leave_for_the_hub(stranger)
    other = base64.urlsafe_b64encode(hashlib.sha256(b"other").digest()).rstrip(b"=").decode()

    answer = come_back(stranger, hub, {**asked, "code_challenge": other})

    assert answer.status_code == 400


def test_two_tabs_may_sign_in_at_once(stranger: PageClient, hub: HubStandIn, student: Enrolment) -> None:
    first = leave_for_the_hub(stranger, "/account")
    leave_for_the_hub(stranger)

    assert come_back(stranger, hub, first).location == "/portal/account"


def test_somebody_whom_only_the_hub_knows_is_told_so(stranger: PageClient, hub: HubStandIn) -> None:
    answer = come_back(stranger, hub, leave_for_the_hub(stranger), name="nobody")

    assert answer.status_code == 403
    assert "nobody by that name" in text_of(answer)


def test_a_hub_that_is_away_gives_a_sentence(stranger: PageClient, hub: HubStandIn, student: Enrolment) -> None:
    asked = leave_for_the_hub(stranger)
    hub.broken = True

    answer = come_back(stranger, hub, asked)

    assert answer.status_code == 503
    assert "does not answer" in text_of(answer)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/portal/../\\evil",
        "javascript:alert(1)",
        "/elsewhere",
        "\n//x",
    ],
)
def test_signing_in_never_ends_on_another_website(
    stranger: PageClient, hub: HubStandIn, student: Enrolment, elsewhere: str
) -> None:
    answer = stranger.get("/sign-in", query_string={"next": elsewhere})
    asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}

    assert come_back(stranger, hub, asked).location == "/portal/"


def test_somebody_deactivated_is_out_at_once(sign_in: SignIn, session: Session, student: Enrolment) -> None:
    browser = sign_in(student)
    student.person.active = False
    session.commit()

    assert browser.get("/account").status_code == 302


def test_signing_out_ends_here_and_at_the_hub(sign_in: SignIn, student: Enrolment) -> None:
    browser = sign_in(student)

    answer = browser.post("/sign-out")

    assert answer.location == "http://localhost:8001/hub/logout"
    assert browser.get("/account").status_code == 302


def test_a_session_that_was_copied_before_ends_with_signing_out_and_another_persons_does_not(
    sign_in: SignIn, student: Enrolment, teacher: Enrolment
) -> None:
    browser, copied, other = sign_in(student), sign_in(student), sign_in(teacher)
    assert copied.get("/account").status_code == 200

    browser.post("/sign-out")

    assert copied.get("/account").status_code == 302
    assert other.get("/account").status_code == 200


def test_an_invitation_sets_the_password_and_goes_on_to_the_hub(
    stranger: PageClient, session: Session, student: Enrolment, token_for: TokenFor
) -> None:
    token = token_for(student, LinkKind.invitation)
    page = stranger.get(f"/invitation/{token}")

    answer = stranger.post(f"/invitation/{token}", {"password": PASSWORD, "repeat": PASSWORD}, token=csrf_of(page))

    assert answer.location.startswith("http://localhost:8001/hub/ticket/")
    session.expire_all()
    assert identity.check_password(session, name="sam", password=PASSWORD) is not None


def test_looking_at_an_invitation_does_not_use_it_up(stranger: PageClient, student: Enrolment, token_for: TokenFor) -> None:
    token = token_for(student, LinkKind.invitation)

    pages = [stranger.get(f"/invitation/{token}") for _ in range(2)]

    assert [page.status_code for page in pages] == [200, 200]
    assert "Welcome, Sam" in text_of(pages[1])


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [(("short", "short"), "at least 10"), ((PASSWORD, "another sentence"), "differ"), (("", ""), "at least 10")],
)
def test_a_password_that_does_not_do_is_asked_for_again(
    stranger: PageClient, student: Enrolment, typed: tuple[str, str], sentence: str, token_for: TokenFor
) -> None:
    token = token_for(student, LinkKind.invitation)
    form = csrf_of(stranger.get(f"/invitation/{token}"))

    answer = stranger.post(f"/invitation/{token}", {"password": typed[0], "repeat": typed[1]}, token=form)

    assert answer.status_code == 400
    assert sentence in text_of(answer)
    assert stranger.get(f"/invitation/{token}").status_code == 200


def test_somebody_with_a_password_who_follows_their_invitation_again_is_led_to_signing_in(
    stranger: PageClient, student: Enrolment, token_for: TokenFor
) -> None:
    token = token_for(student, LinkKind.invitation)
    form = csrf_of(stranger.get(f"/invitation/{token}"))
    stranger.post(f"/invitation/{token}", {"password": PASSWORD, "repeat": PASSWORD}, token=form)

    answer = stranger.get(f"/invitation/{token}")

    assert answer.status_code == 200
    assert "Sign in as sam" in text_of(answer)
    assert soup_of(answer).select('a.button[href="/portal/"]')


def test_a_one_time_link_signs_in_by_a_button(stranger: PageClient, student: Enrolment, token_for: TokenFor) -> None:
    token = token_for(student, LinkKind.sign_in)
    form = csrf_of(stranger.get(f"/sign-in/{token}"))

    first = stranger.post(f"/sign-in/{token}", token=form)
    second = stranger.get(f"/sign-in/{token}")

    assert first.location.startswith("http://localhost:8001/hub/ticket/")
    assert second.status_code == 404


def test_a_link_of_one_kind_is_no_link_of_another(stranger: PageClient, student: Enrolment, token_for: TokenFor) -> None:
    token = token_for(student, LinkKind.sign_in)

    assert stranger.get(f"/invitation/{token}").status_code == 404


def test_a_one_time_link_ends_the_sign_in_of_whoever_used_this_browser_before(
    sign_in: SignIn, teacher: Enrolment, student: Enrolment, token_for: TokenFor
) -> None:
    browser = sign_in(teacher)
    token = token_for(student, LinkKind.sign_in)

    browser.post(f"/sign-in/{token}")

    assert browser.get("/account").status_code == 302


def test_the_ticket_of_a_sign_in_is_good_once_at_the_identity_api(
    stranger: PageClient, student: Enrolment, token_for: TokenFor
) -> None:
    token = token_for(student, LinkKind.sign_in)
    form = csrf_of(stranger.get(f"/sign-in/{token}"))
    ticket = stranger.post(f"/sign-in/{token}", token=form).location.rpartition("/")[2]
    bearer = {"Authorization": "Bearer identity token"}

    answers = [stranger.flask.post("/identity/ticket", json={"ticket": ticket}, headers=bearer) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 403]
    assert answers[0].json == {"name": "sam", "courses": {"bio1": "student"}, "next": "/portal/"}
