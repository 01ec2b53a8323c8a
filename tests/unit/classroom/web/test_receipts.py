"""Receipts on the pages: downloaded by their owner, checked by anybody."""

from io import BytesIO

import pytest

from classroom.models import Assignment, Enrolment
from tests.support.pages import PageClient, SignIn, soup_of, text_of
from tests.support.work import Lab, answered

CHECK = "/receipts/"


@pytest.fixture
def stranger(sign_in: SignIn) -> PageClient:
    """Somebody without an account, with the form open."""
    return sign_in(None)


@pytest.fixture
def receipt(sign_in: SignIn, lab: Lab, ada: Enrolment, assignment: Assignment) -> bytes:
    """What Ada downloads after handing in."""
    lab.write(ada, "growth.ipynb", answered())
    browser = sign_in(ada)
    page = soup_of(browser.get(browser.post(f"/courses/bio1/a/{assignment.slug}/submit").location))
    link = page.find("a", string=lambda text: text == "Download receipt") or page.select_one("a[download]")
    assert link
    answer = browser.get(str(link["href"]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="receipt-bio1-growth-1.json"'
    return bytes(answer.data)


def check(browser: PageClient, receipt: bytes | None, *files: tuple[str, bytes]) -> tuple[int, str]:
    field = soup_of(browser.get(CHECK)).find("input", {"name": "csrf_token"})
    assert field
    data = {
        "receipt": (BytesIO(receipt or b""), "receipt.json" if receipt is not None else ""),
        "files": [(BytesIO(content), name) for name, content in files],
    }
    answer = browser.post(CHECK, data, token=str(field["value"]), content_type="multipart/form-data")
    return answer.status_code, text_of(answer)


def test_anybody_can_have_a_receipt_checked(stranger: PageClient, receipt: bytes) -> None:
    status, text = check(stranger, receipt)

    assert status == 200
    assert "This receipt is genuine" in text
    assert "Ada" in text
    assert "Growth, attempt 1" in text
    assert "2026-09-07T10:00:00Z" in text


def test_a_changed_receipt_is_refused_and_shows_nothing_of_it(stranger: PageClient, receipt: bytes) -> None:
    status, text = check(stranger, receipt.replace(b"Ada", b"Eve"))

    assert status == 400
    assert "not genuine" in text
    assert "Eve" not in text


def test_a_notebook_can_be_compared_with_the_receipt(stranger: PageClient, receipt: bytes) -> None:
    _, text = check(stranger, receipt, ("mine.ipynb", answered()), ("other.ipynb", answered("other")))

    assert "mine.ipynb is exactly what was handed in as growth.ipynb." in text
    assert "other.ipynb is not what was handed in, or was changed since." in text


def test_without_a_file_the_page_says_which_one_to_choose(stranger: PageClient) -> None:
    status, text = check(stranger, None)

    assert status == 400
    assert "Choose a receipt" in text


def test_nobody_downloads_the_receipt_of_somebody_else(sign_in: SignIn, lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    submission = lab.hand_in(ada, assignment)
    lab.session.commit()

    address = f"/courses/bio1/a/growth/attempts/{submission.id}/receipt.json"

    assert sign_in(lab.student("ben")).get(address).status_code == 404
