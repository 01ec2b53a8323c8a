"""Names that the hub, the homes and the portal must agree on."""

import re
import secrets

HUB_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}[a-z0-9]|[a-z]")
"""A hub name is also a folder name and a host name: lower case, digits and inner hyphens, a letter first, at most 32."""

GUEST_PREFIX = "guest-"
"""A seminar's seats are called so at the hub."""
FIRST_GUEST_UID = 1_000_000
"""Homes of seminars' seats belong to user ids from here on, far above those of people."""

_UNMISTAKABLE = "abcdefghjkmnpqrstuvwxyz23456789"

ROLES = ("owner", "teacher", "grader", "student")


def group_name(course: str, role: str) -> str:
    """The hub group of the people with ``role`` in ``course`` (its slug)."""
    if role not in ROLES:
        raise ValueError(f"no such role: {role}")
    return f"{course}-{role}"


def is_hub_name(name: str) -> bool:
    """Whether ``name`` may be a hub user's name."""
    return HUB_NAME.fullmatch(name) is not None


def new_guest_name() -> str:
    """A hub name for a seat, which nobody can guess."""
    return GUEST_PREFIX + "".join(secrets.choice(_UNMISTAKABLE) for _ in range(12))


def is_guest_name(name: str) -> bool:
    """Whether ``name`` is that of a seminar's seat."""
    return name.startswith(GUEST_PREFIX)
