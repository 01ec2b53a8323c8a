"""Names that the hub, the homes and the portal must agree on."""

import re

HUB_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}[a-z0-9]|[a-z]")
"""A hub name is also a folder name and a host name: lower case, digits and inner hyphens, a letter first, at most 32."""

ROLES = ("owner", "teacher", "grader", "student")


def group_name(course: str, role: str) -> str:
    """The hub group of the people with ``role`` in ``course`` (its slug)."""
    if role not in ROLES:
        raise ValueError(f"no such role: {role}")
    return f"{course}-{role}"


def is_hub_name(name: str) -> bool:
    """Whether ``name`` may be a hub user's name."""
    return HUB_NAME.fullmatch(name) is not None
