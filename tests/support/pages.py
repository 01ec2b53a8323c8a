"""A test client that reads every page it gets, and finds what no page of ours may have."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from classroom.config import PORTAL_PREFIX
from classroom.models import Enrolment, Person

SignIn = Callable[[Enrolment | Person | None], "PageClient"]
"""Whose browser it is; None for a stranger's."""

LABELLED_ELSEWHERE = {"hidden", "submit", "button"}


class PageClient:
    """Somebody's browser: ``get`` and ``post`` take addresses with or without /portal, and pages are checked on the way."""

    def __init__(self, app: Flask, *, person_id: int | None = None) -> None:
        self.flask: FlaskClient = app.test_client()
        self.person_id = person_id
        if person_id is not None:
            with self.flask.session_transaction() as session:
                session["_user_id"] = str(person_id)
                session["_fresh"] = True

    def get(self, address: str, **more: Any) -> TestResponse:
        """Open a page and check it."""
        return _checked(self.flask.get(address.removeprefix(PORTAL_PREFIX), buffered=True, **more))

    def post(self, address: str, data: dict[str, Any] | None = None, *, token: str | None = None, **more: Any) -> TestResponse:
        """Send a form with its token."""
        fields = {"csrf_token": self.token() if token is None else token, **(data or {})}
        return _checked(self.flask.post(address.removeprefix(PORTAL_PREFIX), data=fields, **more))

    def token(self) -> str:
        """A form's token, taken from a page that everybody signed in may open, or from the error page of a stranger."""
        if self.person_id is None:
            return ""
        field = soup_of(self.flask.get("/account")).find("input", {"name": "csrf_token"})
        return str(field["value"]) if isinstance(field, Tag) else ""


def soup_of(response: TestResponse) -> BeautifulSoup:
    """The answer as a parsed page."""
    return BeautifulSoup(response.get_data(as_text=True), "html.parser")


def text_of(response: TestResponse) -> str:
    """What a reader sees, in one line."""
    return re.sub(r"\s+", " ", soup_of(response).get_text(" ")).strip()


def _checked(response: TestResponse) -> TestResponse:
    if response.mimetype == "text/html" and b"<html" in response.data:
        problems = page_problems(soup_of(response))
        assert not problems, f"{response.request.path}: {'; '.join(problems)}"
    return response


def page_problems(page: BeautifulSoup) -> list[str]:
    """What is wrong with a page, in words."""
    return [*_heading(page), *_ids(page), *_forms(page), *_pictures(page), *_fields(page), *_inline(page), *_ties(page)]


def _heading(page: BeautifulSoup) -> list[str]:
    headings = page.find_all("h1")
    if len(headings) != 1:
        return [f"a page has one h1, this one has {len(headings)}"]
    heading, title = _words(headings[0]), _words(page.title) if page.title else ""
    return [] if heading and title.startswith(heading) else [f"the title {title!r} does not begin with the h1 {heading!r}"]


def _ids(page: BeautifulSoup) -> list[str]:
    counts = Counter(str(tag["id"]) for tag in page.find_all(id=True))
    return [f"id {name!r} is there {count} times" for name, count in counts.items() if count > 1]


def _forms(page: BeautifulSoup) -> list[str]:
    problems = []
    for form in page.find_all("form"):
        if not form.get("action"):
            problems.append(f"a form has no action: {_words(form)[:60]}")
        if str(form.get("method", "get")).lower() == "post" and not form.find("input", {"name": "csrf_token", "value": True}):
            problems.append(f"the form to {form.get('action')} has no csrf_token; use components/form.html")
    return problems


def _pictures(page: BeautifulSoup) -> list[str]:
    """Pictures inside a notebook are its author's."""
    ours = page.select("img:not(.notebook img)")
    return [f"a picture has no alt: {str(picture)[:80]}" for picture in ours if picture.get("alt") is None]


def _fields(page: BeautifulSoup) -> list[str]:
    labelled = {str(label["for"]) for label in page.find_all("label", attrs={"for": True})}
    problems = []
    for field in page.find_all(["input", "select", "textarea"]):
        named = (
            field.get("aria-label") or field.get("aria-labelledby") or field.get("id") in labelled or field.find_parent("label")
        )
        if field.get("type") not in LABELLED_ELSEWHERE and not named:
            problems.append(f"the field {field.get('name')!r} has no label")
    return problems


def _inline(page: BeautifulSoup) -> list[str]:
    """The content security policy would stop these anyway."""
    problems = [f"a style attribute on {tag.name}" for tag in page.find_all(style=True)]
    problems += ["a script without src" for script in page.find_all("script") if not script.get("src")]
    problems += [f"{name} on {tag.name}" for tag in page.find_all(True) for name in tag.attrs if name.startswith("on")]
    return problems


def _ties(page: BeautifulSoup) -> list[str]:
    """What describes or labels something must be there."""
    ids = {str(tag["id"]) for tag in page.find_all(id=True)}
    problems = []
    for name in ("aria-describedby", "aria-labelledby"):
        for tag in page.find_all(lambda tag, name=name: tag.has_attr(name)):
            problems += [f"{name} names {word!r}, which is not there" for word in str(tag[name]).split() if word not in ids]
    return problems


def _words(tag: Tag) -> str:
    return re.sub(r"\s+", " ", tag.get_text(" ")).strip()
