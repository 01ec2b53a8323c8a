"""What the notebook server on a seminar's seat may ask and do for its guest: the API behind the buttons in JupyterLab.

Which seat it is, is known by the server's token of the hub, and by nothing that the asker says; cookies count for nothing here.
"""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, request, url_for

from classroom.services import file_changes, guest_checks, guests, manifests
from classroom.services.check_answers import CheckAnswer
from classroom.web import audience, security
from classroom.web.context import commit, db, guest, now, seminar, settings
from classroom.web.seminars import checking

blueprint = Blueprint("own_seat", __name__, url_prefix="/own-server/seat")
security.csrf.exempt(blueprint)  # no cookie counts here, only the token


@blueprint.get("/")
@audience.own_seat
def state() -> dict[str, Any]:
    """The seminar as its guest sees it: until when, what is announced, the hand. Times are in ISO 8601; ``now`` is our clock."""
    what = seminar()
    return {
        "title": what.title,
        "seat": True,
        "folder": what.folder,
        "notebooks": manifests.notebooks(what.files),
        "update": file_changes.of_guests(what),
        "page": _page("seminars.seat"),
        "now": now().isoformat(),
        "due_at": what.ends_at.isoformat(),
        "takes_work": True,
        "hand": guest().hand_raised_at is not None,
        "announcement": what.announcement,
        "announced_at": what.announced_at.isoformat() if what.announced_at else None,
    }


@blueprint.post("/check")
@audience.own_seat
def check() -> dict[str, Any]:
    """Have a notebook checked as it was last saved: ``{"path": str}``, where it lies in the home."""
    notebook = guest_checks.notebook_at(seminar(), str(_told().get("path", "")))
    return _check(checking.answer_to(checking.start_check(notebook)))


@blueprint.get("/checks/<int:check_id>")
@audience.own_seat
def check_state(check_id: int) -> dict[str, Any]:
    """How a check stands, and what it found."""
    return _check(checking.answer_to(check_id))


@blueprint.post("/hand")
@audience.own_seat
def hand() -> dict[str, Any]:
    """Raise the hand, or take it down: ``{"up": bool}``."""
    guests.raise_hand(db(), guest=guest(), up=_told().get("up") is True, now=now())
    commit()
    return {"hand": guest().hand_raised_at is not None}


def _told() -> dict[str, Any]:
    told = request.get_json(silent=True)
    return told if isinstance(told, dict) else {}


def _check(answer: CheckAnswer) -> dict[str, Any]:
    facts = asdict(answer) | {"asked_at": answer.asked_at.isoformat()}
    return {**facts, "page": _page("seminars.check_page", check_id=answer.id)}


def _page(endpoint: str, **values: Any) -> str:
    """The public address of a page of the guest's."""
    return f"{settings().portal_url}{url_for(endpoint, seminar=seminar().slug, **values)}"
