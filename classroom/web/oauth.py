"""The hub's OAuth code flow with PKCE. What must be remembered in between lies in the signed session, not in this process."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from hmac import compare_digest
from urllib.parse import urlencode

import httpx
from flask import session, url_for

from classroom.config import Settings
from classroom.errors import HomeroomError, Unavailable

CLIENT_ID = "service-portal"
_PENDING = "oauth"
_MOST_PENDING = 4
"""Several tabs may be on their way at once."""


class SignInFailed(HomeroomError):
    """The hub's answer does not fit what was asked of it."""

    status = 400


@dataclass(frozen=True)
class Pending:
    """A sign-in that has left for the hub."""

    verifier: str
    next: str


def begin(settings: Settings, *, next_path: str) -> str:
    """Remember a new sign-in and return the hub's address for it."""
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    pending = dict(list(session.get(_PENDING, {}).items())[-(_MOST_PENDING - 1) :])
    session[_PENDING] = {**pending, state: [verifier, next_path]}
    query = {
        "client_id": CLIENT_ID,
        "redirect_uri": _redirect_uri(settings),
        "response_type": "code",
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    return f"{settings.hub_url}/hub/api/oauth2/authorize?{urlencode(query)}"


def returning(state: str) -> Pending:
    """The sign-in that ``state`` belongs to; it is forgotten. Raises SignInFailed."""
    pending = session.get(_PENDING, {})
    for known, (verifier, next_path) in pending.items():
        if compare_digest(known.encode(), state.encode()):
            session[_PENDING] = {key: value for key, value in pending.items() if key != known}
            return Pending(verifier, next_path)
    raise SignInFailed("This sign-in was begun in another browser, or too long ago. Please sign in again.")


def hub_name(settings: Settings, *, code: str, verifier: str) -> str:
    """The name of the person who comes with ``code``. Raises SignInFailed, Unavailable."""
    secret = settings.oauth_secret.get_secret_value() or settings.hub_token.get_secret_value()
    form = {
        "client_id": CLIENT_ID,
        "client_secret": secret,
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _redirect_uri(settings),
        "code_verifier": verifier,
    }
    try:
        with httpx.Client(base_url=settings.hub_api_url, timeout=20) as hub:
            answer = _checked(hub.post("oauth2/token", data=form))
            headers = {"Authorization": f"Bearer {answer['access_token']}"}
            return str(_checked(hub.get("user", headers=headers))["name"])
    except httpx.HTTPError as error:
        raise Unavailable("The notebook hub does not answer, so nobody can sign in. Try again in a minute.") from error
    except (KeyError, ValueError) as error:
        raise SignInFailed("The notebook hub gave no usable answer. Please sign in again.") from error


def _checked(answer: httpx.Response) -> dict[str, object]:
    if answer.is_server_error:
        raise httpx.HTTPStatusError("the hub failed", request=answer.request, response=answer)
    if not answer.is_success:
        raise SignInFailed("The notebook hub did not accept this sign-in. Please sign in again.")
    body: dict[str, object] = answer.json()
    return body


def _redirect_uri(settings: Settings) -> str:
    return f"{settings.portal_url}{url_for('auth.callback')}"
