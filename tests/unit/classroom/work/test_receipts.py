import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from classroom.errors import HomeroomError
from classroom.models import Assignment, Enrolment
from classroom.services import manifests, receipts
from tests.support.work import Lab

SECRET, ISSUER = "the portal's secret key", "http://localhost:8000/portal/receipts/"


@pytest.fixture
def document(lab: Lab, ada: Enrolment, assignment: Assignment) -> dict[str, Any]:
    """Ada's receipt as the file says it."""
    receipt = receipts.receipt_for(lab.hand_in(ada, assignment))
    document: dict[str, Any] = json.loads(receipts.signed(receipt, issuer=ISSUER, secret=SECRET))
    return document


def checked(document: Any, secret: str = SECRET) -> receipts.Receipt:
    return receipts.check(json.dumps(document).encode(), secret=secret)


def test_a_receipt_says_who_what_and_when(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    submission = lab.hand_in(ada, assignment)

    receipt = receipts.receipt_for(submission)

    assert (receipt.person, receipt.assignment, receipt.attempt) == ("Ada", "Growth", 1)
    assert receipt.received_at == lab.now
    assert receipt.sha256 == manifests.digest(submission.files)
    assert [file.path for file in receipt.files] == ["growth.ipynb"]


def test_what_was_signed_is_what_comes_back_from_checking(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    receipt = receipts.receipt_for(lab.hand_in(ada, assignment))

    assert receipts.check(receipts.signed(receipt, issuer=ISSUER, secret=SECRET), secret=SECRET) == receipt


def test_a_receipt_that_was_laid_out_anew_is_still_genuine(document: dict[str, Any]) -> None:
    turned_round = {name: document[name] for name in reversed(document)}
    turned_round["receipt"] = {name: document["receipt"][name] for name in reversed(document["receipt"])}

    assert checked(turned_round).person == "Ada"


@pytest.mark.parametrize("name", ["person", "course", "assignment", "attempt", "received_at", "late", "sha256", "files"])
def test_a_receipt_in_which_anything_was_changed_is_refused(document: dict[str, Any], name: str) -> None:
    old = document["receipt"][name]
    document["receipt"][name] = [] if name == "files" else not old if name == "late" else old * 2

    with pytest.raises(HomeroomError, match="changed after it was issued"):
        checked(document)


def test_a_receipt_of_another_server_names_that_server(document: dict[str, Any]) -> None:
    with pytest.raises(HomeroomError, match=f"not issued here.*{ISSUER}"):
        checked(document, secret="another one's")


def test_who_signs_with_a_key_of_their_own_has_not_issued_it_here(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    forged = receipts.signed(receipts.receipt_for(lab.hand_in(ada, assignment)), issuer=ISSUER, secret="mine")

    with pytest.raises(HomeroomError, match="not issued here"):
        receipts.check(forged, secret=SECRET)


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"kind": "Homeroom receipt", "receipt": 1}', b"9" * 5_000]
)
def test_what_is_no_receipt_is_called_none(data: bytes) -> None:
    with pytest.raises(HomeroomError, match="not a receipt"):
        receipts.check(data, secret=SECRET)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.dictionaries(st.text(), inner) | st.lists(inner)
    )
)
def test_whatever_a_file_says_it_is_a_sentence_that_refuses_it(facts: Any) -> None:
    for document in (facts, {"kind": receipts.KIND, "receipt": {"issuer": facts}, "public_key": "", "signature": ""}):
        with pytest.raises(HomeroomError):
            checked(document)


def test_the_signature_can_be_checked_without_the_portal(document: dict[str, Any]) -> None:
    """As docs/how-to/prove-that-you-handed-in.md says."""
    message = json.dumps(document["receipt"], sort_keys=True, separators=(",", ":")).encode()
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(document["public_key"]))

    key.verify(base64.b64decode(document["signature"]), message)
