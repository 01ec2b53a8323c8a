"""Where anybody may have a receipt checked, and whether a file is one that it names."""

import hashlib
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from classroom.errors import HomeroomError
from classroom.services import receipts
from classroom.services.receipts import Receipt
from classroom.web import audience
from classroom.web.context import settings
from classroom.web.security import takes_upload

blueprint = Blueprint("receipts", __name__)


@dataclass(frozen=True)
class Compared:
    """A file beside the receipt. ``path`` is under what name it was handed in; empty if it was not."""

    name: str
    sha256: str
    path: str


@blueprint.get("/receipts/")
@audience.public
def receipts_page() -> str:
    """The form, for everybody."""
    return _page()


@blueprint.post("/receipts/")
@audience.public
@takes_upload("submission_limit")
def check_receipt() -> ResponseReturnValue:
    """Say whether a receipt is genuine. Nothing of what is sent is kept."""
    try:
        receipt = receipts.check(_sent_receipt(), secret=settings().secret_key.get_secret_value())
    except HomeroomError as refusal:
        return _page(refusal=str(refusal)), refusal.status
    return _page(receipt=receipt, compared=[_compare(sent, receipt) for sent in request.files.getlist("files") if sent.filename])


def _sent_receipt() -> bytes:
    sent = request.files.get("receipt")
    if sent is None or not sent.filename:
        raise HomeroomError("Choose a receipt: the .json file that its owner downloaded.")
    return sent.stream.read(receipts.MOST_BYTES)


def _compare(sent: FileStorage, receipt: Receipt) -> Compared:
    digest = hashlib.sha256(sent.stream.read()).hexdigest()
    path = next((file.path for file in receipt.files if file.sha256 == digest), "")
    return Compared(str(sent.filename)[:200], digest, path)


def _page(receipt: Receipt | None = None, compared: list[Compared] | None = None, refusal: str = "") -> str:
    return render_template("receipts/receipts.html", receipt=receipt, compared=compared or [], refusal=refusal)
