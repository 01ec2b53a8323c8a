import csv
import io
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.models import Enrolment, Operation, OperationKind
from classroom.web import context
from tests.support.pages import PageClient, soup_of, text_of

HERE = "/courses/bio1/teach/people/invitations"


def test_everybody_new_has_a_link_that_stays_the_same(tessa: PageClient, ada: Enrolment) -> None:
    first = soup_of(tessa.get(f"{HERE}/")).select(".link-text")
    again = soup_of(tessa.get(f"{HERE}/")).select(".link-text")

    assert [link.text for link in first] == [link.text for link in again]
    assert first[0].text.startswith("http://localhost:8000/portal/invitation/")


def test_cards_carry_name_link_and_code(tessa: PageClient, ada: Enrolment) -> None:
    card = soup_of(tessa.get(f"{HERE}/print")).select_one(".invitation-card")

    assert card is not None
    assert "Ada" in card.text
    assert str(card.select_one("img")["src"]).startswith("data:image/svg+xml")  # type: ignore[index]


def test_the_list_can_be_downloaded(tessa: PageClient, ada: Enrolment) -> None:
    answer = tessa.get(f"{HERE}.csv")
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(answer.text))}

    assert answer.headers["Content-Disposition"] == 'attachment; filename="bio1-invitations.csv"'
    assert rows["Ada"]["invitation"].startswith("http://localhost:8000/portal/invitation/")


def test_without_a_mail_server_nothing_is_sent_and_the_page_says_so(tessa: PageClient, ada: Enrolment, session: Session) -> None:
    said = text_of(tessa.get(f"{HERE}/"))

    refused = tessa.post(f"{HERE}/send")

    assert "No mail server is set up" in said
    assert "nothing was sent" in text_of(tessa.get(refused.location))
    assert session.scalars(select(Operation).where(Operation.kind == OperationKind.invite)).all() == []


def test_with_a_mail_server_they_are_sent_in_the_background(
    app: Flask, ada: Enrolment, teacher: Enrolment, sign_in: Callable[..., PageClient], session: Session
) -> None:
    parts = app.extensions["homeroom"]
    mailing = parts.settings.model_copy(update={"smtp_host": "mail.example.org"})
    app.extensions["homeroom"] = context.Parts(**{**vars(parts), "settings": mailing})
    browser = sign_in(teacher)

    sent = browser.post(f"{HERE}/send")

    assert "Sending invitations" in text_of(browser.get(sent.location))
    assert session.scalars(select(Operation.kind)).all() == [OperationKind.invite]
