"""The codes of a seminar: the short one on the wall that lets people in, and the ones that stand for one guest.

A guest's codes are stored nowhere. Cookie, personal code, ticket and private link are HMACs over the guest's row and a nonce in
it: the portal can say them again, a stolen database cannot, and a new nonce ends them.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""No I, L, O, 0 and 1: people read this from a wall and type it on a phone."""
CODE_LENGTH = 6
_PERSONAL_LENGTH = 8
_MOST_DIGITS = 9


def new_code() -> str:
    """A fresh join code: one of 887 million."""
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))


def typed(text: str) -> str:
    """A code as it was meant: whatever case, with blanks or hyphens."""
    return "".join(letter for letter in text.upper()[:40] if letter.isalnum())


def seal(secret: str, purpose: str, number: int, nonce: str) -> str:
    """What a link or cookie carries: ``<number>.<seal>``. Only who holds ``secret`` can make it."""
    return f"{number}.{urlsafe_b64encode(_mac(secret, purpose, number, nonce)).decode().rstrip('=')}"


def number_in(token: str) -> int | None:
    """The row that a sealed token claims to be about."""
    number = token.partition(".")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS else None


def is_sealed(token: str, secret: str, purpose: str, number: int, nonce: str) -> bool:
    """Whether ``token`` is the one that :func:`seal` makes."""
    return hmac.compare_digest(token.encode(), seal(secret, purpose, number, nonce).encode())


def personal_code(secret: str, *, guest_id: int, number: int, nonce: str) -> str:
    """A guest's own code, like ``7-KXQM-4PRT``: their number in the seminar, and eight letters nobody can guess."""
    digest = _mac(secret, "personal", guest_id, nonce)
    value = int.from_bytes(digest[:16])
    letters = ""
    for _ in range(_PERSONAL_LENGTH):
        value, place = divmod(value, len(LETTERS))
        letters += LETTERS[place]
    return f"{number}-{letters[:4]}-{letters[4:]}"


def number_of_personal_code(text: str) -> int | None:
    """The guest's number that a personal code begins with."""
    letters = typed(text)[:-_PERSONAL_LENGTH]
    return int(letters) if letters.isascii() and letters.isdigit() and len(letters) <= _MOST_DIGITS else None


def digest_of(secret: str, *, slug: str, passphrase: str) -> str:
    """What is kept of a passphrase. Quick, so that a rush at the door is no load; without ``secret`` nothing can be tried."""
    return hmac.new(secret.encode(), f"seminar:passphrase:{slug}:{passphrase}".encode(), hashlib.sha256).hexdigest()


def is_same_code(one: str, other: str) -> bool:
    """Whether two codes are the same to a reader."""
    return hmac.compare_digest(typed(one).encode(), typed(other).encode())


def _mac(secret: str, purpose: str, number: int, nonce: str) -> bytes:
    if not secret:
        raise ValueError("codes cannot be sealed without a secret key")
    return hmac.new(secret.encode(), f"seminar:{purpose}:{number}:{nonce}".encode(), hashlib.sha256).digest()
