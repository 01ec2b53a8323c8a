"""What every answer carries, and what is refused whoever asks."""

import pytest
from flask import Flask
from pydantic import SecretStr

from classroom.config import Settings
from classroom.models import Assignment, Enrolment
from classroom.web import create_app
from classroom.web.context import commit
from tests.support.pages import PageClient, SignIn, text_of

PAGES = ["/", "/account", "/courses/bio1/", "/courses/bio1/a/growth/", "/courses/none/", "/health"]


@pytest.fixture
def browser(sign_in: SignIn, ada: Enrolment, assignment: Assignment) -> PageClient:
    """Ada's."""
    return sign_in(ada)


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_guarded_by_its_headers(browser: PageClient, address: str) -> None:
    headers = browser.get(address).headers

    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_the_cookie_stays_below_the_portal_and_away_from_scripts(browser: PageClient) -> None:
    cookie = browser.get("/account").headers["Set-Cookie"]

    assert cookie.startswith("homeroom=")
    assert "Path=/portal" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_over_https_the_cookie_is_secure_and_browsers_stay_with_it(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"portal_url": "https://courses.example.org", "secret_key": SecretStr("x")}))

    answer = PageClient(app).get("/sign-in")

    assert "Secure" in answer.headers["Set-Cookie"]
    assert "max-age" in answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://ben.localhost:8001"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:8000"},
    ],
)
def test_forms_sent_from_other_websites_are_refused_even_with_a_token(browser: PageClient, headers: dict[str, str]) -> None:
    answer = browser.post("/courses/bio1/a/growth/submit", headers=headers)

    assert answer.status_code == 403
    assert "another website" in text_of(answer)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}, 200),
        ({"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 200),
    ],
)
def test_other_websites_may_link_here_but_load_nothing(browser: PageClient, headers: dict[str, str], status: int) -> None:
    assert browser.get("/account", headers=headers).status_code == status


def test_a_form_larger_than_any_of_ours_is_refused(browser: PageClient) -> None:
    answer = browser.post("/courses/bio1/a/growth/submit", {"notebook": "x" * 2_000_000})

    assert answer.status_code == 413


def test_a_view_without_a_mark_does_not_exist(app: Flask, sign_in: SignIn, ada: Enrolment) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")

    answer = sign_in(ada).get("/forgotten")

    assert answer.status_code == 404
    assert "secret" not in text_of(answer)


def test_a_bug_shows_a_sentence_and_no_traceback(app: Flask, sign_in: SignIn, ada: Enrolment) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def broken() -> str:
        raise RuntimeError("the password is tortoise")

    broken.audience = "public"  # type: ignore[attr-defined]
    app.add_url_rule("/broken", "broken", broken)

    answer = sign_in(ada).get("/broken")

    assert answer.status_code == 500
    assert "Something in Homeroom broke" in text_of(answer)
    assert "tortoise" not in text_of(answer)


def test_a_reading_page_cannot_commit(app: Flask) -> None:
    with app.test_request_context("/account"), pytest.raises(RuntimeError, match="@writes"):
        commit()


def test_scripts_that_poll_are_told_to_sign_in_rather_than_sent_to_the_hub(sign_in: SignIn, assignment: Assignment) -> None:
    answer = sign_in(None).get("/courses/bio1/", headers={"Sec-Fetch-Mode": "cors", "Accept": "application/json"})

    assert answer.status_code == 403
    assert "signed out" in answer.get_json()["message"]


def test_style_sheets_may_be_kept_for_ever_under_their_hash_only(app: Flask, browser: PageClient) -> None:
    with app.test_request_context():
        current = app.url_for("static", filename="css/base.css")

    assert "immutable" in browser.get(current).headers["Cache-Control"]
    assert browser.get("/static/css/base.css?v=old").headers["Cache-Control"] == "no-cache"


def test_nothing_outside_the_static_folder_is_served(browser: PageClient) -> None:
    for name in ("../config.py", "..%2fconfig.py", "css/../../config.py"):
        assert browser.get(f"/static/{name}").status_code == 404


@pytest.mark.parametrize("number", [2**31, 2**63, 10**30])
def test_a_number_that_no_row_can_have_names_nothing(browser: PageClient, number: int) -> None:
    assert browser.get(f"/notifications/{number}").status_code == 404
    assert browser.get(f"/courses/bio1/a/growth/attempts/{number}/").status_code == 404


def test_a_text_that_a_database_cannot_hold_is_no_fault_of_ours(browser: PageClient) -> None:
    assert browser.get("/courses/bio%001/").status_code in {400, 404}
