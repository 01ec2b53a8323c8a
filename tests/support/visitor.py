"""Somebody with a browser but without JavaScript: follows links, fills in forms, reads pages."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin

import httpx
from bs4 import BeautifulSoup, Tag

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.stack import Stack

T = TypeVar("T")


class Page:
    """One answer, read as a page."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.url = str(response.url)
        self.status = response.status_code
        self.soup = BeautifulSoup(response.text, "html.parser")

    @property
    def text(self) -> str:
        """What a reader sees, in one line."""
        return re.sub(r"\s+", " ", self.soup.get_text(" ")).strip()

    def link(self, words: str) -> str:
        """The address of the first link whose text holds ``words``."""
        for anchor in self.soup.find_all("a", href=True):
            if words.lower() in anchor.get_text(" ").lower():
                return urljoin(self.url, str(anchor["href"]))
        raise AssertionError(f"no link {words!r} on {self.url}: {self.text[:500]}")

    def form(self, words: str) -> Tag:
        """The first form that has a button (or an action) with ``words``."""
        for form in self.soup.find_all("form"):
            buttons = " ".join(b.get_text(" ") + str(b.get("value", "")) for b in form.find_all(["button", "input"]))
            if words.lower() in f"{buttons} {form.get('action', '')}".lower():
                return form
        raise AssertionError(f"no form {words!r} on {self.url} ({self.status}): {self.text[:500]}")


class Visitor:
    """One person's cookies and what they do. Redirects are followed as a browser does."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.client = httpx.Client(follow_redirects=True, timeout=60)

    def close(self) -> None:
        """Close the browser."""
        self.client.close()

    def get(self, path: str) -> Page:
        """Visit a path below the portal, or a whole address."""
        return Page(self.client.get(path if path.startswith("http") else f"{self.stack.portal}{path}"))

    def press(self, page: Page, words: str, *, files: Any = None, **fields: Any) -> Page:
        """Press the button ``words`` of a form on ``page``, with its hidden fields, its defaults and ``fields``."""
        form = page.form(words)
        data = {**_values(form), **_button(form, words), **fields}
        action = urljoin(page.url, str(form.get("action") or page.url))
        origin = re.match(r"https?://[^/]+", page.url)
        headers = {"Referer": page.url, "Origin": origin.group(0) if origin else ""}
        if str(form.get("method", "get")).lower() == "get":
            return Page(self.client.get(action, params=data, headers=headers))
        return Page(self.client.post(action, data=data, files=files, headers=headers))

    def hand_in(self, page: Page) -> Page:
        """Press Submit on an assignment's page, and say yes where something looks forgotten."""
        answer = self.press(page, "submit")
        return self.press(answer, "Hand in anyway") if "Nothing is handed in yet" in answer.text else answer

    def sign_in(self, link: str) -> Page:
        """Use a one-time sign-in link and land on the portal."""
        page = self.press(self.get(link), "sign in")
        assert page.url.startswith(self.stack.portal), f"landed on {page.url}: {page.text[:300]}"
        return page


def _values(form: Tag) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in form.find_all(["input", "textarea", "select"]):
        name, kind = field.get("name"), str(field.get("type", "text"))
        if not name or kind in {"submit", "button", "file"} or (kind in {"checkbox", "radio"} and not field.has_attr("checked")):
            continue
        if field.name == "textarea":
            values[str(name)] = field.get_text().removeprefix("\n")
        elif field.name == "select":
            chosen = field.find("option", selected=True) or field.find("option")
            values[str(name)] = str(chosen.get("value", "")) if isinstance(chosen, Tag) else ""
        else:
            values[str(name)] = str(field.get("value", "on" if kind in {"checkbox", "radio"} else ""))
    return values


def _button(form: Tag, words: str) -> dict[str, str]:
    for button in form.find_all("button"):
        if words.lower() in button.get_text(" ").lower() and button.get("name"):
            return {str(button["name"]): str(button.get("value", ""))}
    return {}


def eventually(what: str, read: Callable[[], T | None], *, seconds: float = 60) -> T:
    """Wait until ``read`` gives something true and return it; fails with ``what`` after ``seconds``."""
    deadline = time.monotonic() + seconds
    while True:
        value = read()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds} s still not: {what} (last: {value!r})")
        time.sleep(0.2)
