"""The browser of a seminar's guest, who has no account."""

from dataclasses import dataclass

from bs4 import Tag
from flask import Flask
from werkzeug.test import TestResponse

from classroom.models import Seminar
from tests.support.pages import PageClient, soup_of


@dataclass
class Phone:
    """A guest's browser, which has no session to take a form's token from but the page it stands on."""

    app: Flask
    seminar: Seminar

    def __post_init__(self) -> None:
        self.client = PageClient(self.app)

    def get(self, path: str) -> TestResponse:
        """Open a page of the seminar (``seat``, ``opening``), or of the portal (``/...``)."""
        return self.client.get(self._at(path))

    def post(self, page: str, path: str = "", /, **fields: str) -> TestResponse:
        """Fill in the form on ``page`` and send it to ``path`` (else to the page itself)."""
        field = soup_of(self.get(page)).find("input", {"name": "csrf_token"})
        token = str(field["value"]) if isinstance(field, Tag) else ""
        return self.client.post(self._at(path or page), fields, token=token)

    def join(self, name: str = "Rosa", **more: str) -> TestResponse:
        """Scan the code and type a name."""
        return self.post(f"join?code={self.seminar.code}", "join", name=name, code=self.seminar.code, **more)

    def _at(self, path: str) -> str:
        return path if path.startswith("/") else f"/s/{self.seminar.slug}/{path}"
