"""Receipts for work handed in: a small signed file that its owner keeps and that anybody can have checked.

A receipt says who handed in what and when, and names every file by its SHA-256. It is signed (Ed25519) with a key that
follows from the portal's secret key, so nothing about receipts is stored; the public half stands in each receipt, for those
who would rather check it without us.
"""

import json
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from classroom.errors import HomeroomError
from classroom.models import Submission

KIND = "Homeroom receipt"
MOST_BYTES = 1_000_000
"""A receipt is never larger: it names at most some hundred files."""

_KEY_BYTES = 32
_NOT_ONE = "This is not a receipt of Homeroom. Choose the .json file that “Download receipt” on a receipt's page gives."
_CHANGED = "This receipt is not genuine: something in it was changed after it was issued."
_FOREIGN = "This receipt was not issued here. Check it at the Homeroom that issued it{where}."


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """A file that was handed in; ``size`` in bytes."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was handed in, by whom, and when it arrived."""

    person: str
    course: str
    assignment: str
    attempt: int
    received_at: datetime
    late: bool
    trigger: str
    sha256: str
    """Of the list of files."""
    files: tuple[ReceiptFile, ...]


def receipt_for(submission: Submission) -> Receipt:
    """The receipt for an attempt."""
    return Receipt(
        person=submission.enrolment.person.display_name,
        course=submission.assignment.course.title,
        assignment=submission.assignment.title,
        attempt=submission.attempt,
        received_at=submission.received_at,
        late=submission.late,
        trigger=submission.trigger.value,
        sha256=submission.digest,
        files=tuple(ReceiptFile(entry["path"], entry["size"], entry["sha256"]) for entry in submission.files),
    )


def signed(receipt: Receipt, *, issuer: str, secret: str) -> bytes:
    """The receipt as a file: JSON for people and programs. ``issuer`` is the address where it can be checked."""
    facts = asdict(receipt) | {"received_at": receipt.received_at.isoformat(), "issuer": issuer}
    key = _key(secret)
    document = {
        "kind": KIND,
        "receipt": facts,
        "public_key": b64encode(key.public_key().public_bytes_raw()).decode(),
        "signature": b64encode(key.sign(_message(facts))).decode(),
    }
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"


def check(data: bytes, *, secret: str) -> Receipt:
    """The receipt in a file that this portal has signed. Raises HomeroomError with what is wrong with any other file."""
    facts, public, signature = _read(data)
    key = _key(secret).public_key()
    if public != key.public_bytes_raw():
        where = facts.get("issuer")
        raise HomeroomError(_FOREIGN.format(where=f", {where[:200]}" if isinstance(where, str) and where else ""))
    try:
        key.verify(signature, _message(facts))
        return _receipt(facts)
    except (InvalidSignature, KeyError, TypeError, ValueError):
        raise HomeroomError(_CHANGED) from None


def _key(secret: str) -> Ed25519PrivateKey:
    if not secret:
        raise ValueError("receipts cannot be signed without a secret key")
    seed = HKDF(SHA256(), _KEY_BYTES, salt=None, info=b"homeroom receipts").derive(secret.encode())
    return Ed25519PrivateKey.from_private_bytes(seed)


def _message(facts: dict[str, Any]) -> bytes:
    """What is signed: the facts as JSON with sorted keys and no spaces, in ASCII."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()


def _read(data: bytes) -> tuple[dict[str, Any], bytes, bytes]:
    """The facts, the public key and the signature of what says it is a receipt."""
    try:
        document = json.loads(data)
        kind, facts = document["kind"], document["receipt"]
        public, signature = (b64decode(document[name], validate=True) for name in ("public_key", "signature"))
    except (KeyError, TypeError, ValueError, RecursionError):
        raise HomeroomError(_NOT_ONE) from None
    if kind != KIND or not isinstance(facts, dict):
        raise HomeroomError(_NOT_ONE)
    return facts, public, signature


def _receipt(facts: dict[str, Any]) -> Receipt:
    told = {name: value for name, value in facts.items() if name != "issuer"}
    files = tuple(ReceiptFile(**entry) for entry in told["files"])
    return Receipt(**told | {"files": files, "received_at": datetime.fromisoformat(told["received_at"])})
