"""The blueprint of all pages of seminars, and what they share: the gate, the secret, who asks from where."""

from flask import Blueprint, current_app, request

from classroom.config import PORTAL_PREFIX
from classroom.models import Seminar
from classroom.services.guests import Gate
from classroom.services.kept_work import Archives
from classroom.web.context import settings

blueprint = Blueprint("seminars", __name__)

_GATE = "homeroom-gate"


def gate() -> Gate:
    """What bounds how often one address may try; one for each running application."""
    if _GATE not in current_app.extensions:
        current_app.extensions[_GATE] = Gate(joins=settings().seminar_joins)
    found: Gate = current_app.extensions[_GATE]
    return found


def address() -> str:
    """Where the request comes from."""
    return request.remote_addr or "nowhere"


def secret() -> str:
    """What codes, cookies and links are sealed with."""
    return settings().secret_key.get_secret_value()


def archives() -> Archives:
    """The work of closed seminars."""
    return Archives(settings().archives)


def join_address(seminar: Seminar) -> str:
    """What the QR code says and people may type."""
    return f"{settings().portal_url}{PORTAL_PREFIX}/join/{seminar.code}"
