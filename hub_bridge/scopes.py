"""Who may do what at the hub: the scopes of every role Homeroom makes there."""

from typing import Any, TypedDict

from hub_bridge.names import group_name

PORTAL = "portal"
"""The portal's name as a service of the hub."""

PORTAL_SCOPES = ("admin:users", "admin:groups", "read:servers", "start:servers", "delete:servers")
"""What the portal does at the hub: makes people, fills groups, starts, watches and stops servers. It cannot enter one."""

CULLER_SCOPES = ("list:users", "read:users:activity", "read:servers", "delete:servers")
"""What the service that stops idle servers needs."""

SEAT_SCOPE = "custom:homeroom:seat"
"""To ask the portal about one's seat in a seminar. No scope of the hub's own: those let people sign in at the portal.

Everybody has it, because a seat's server may be started before its guest has signed in, and its token gets no more than the
seat has by then. It is worth something only to who has a seat, and the portal knows who that is.
"""

USER_SCOPES = (
    "read:users!user",
    "users:activity!user",
    "servers!user",
    "access:servers!user",
    f"access:services!service={PORTAL}",
    SEAT_SCOPE,
)
"""What everybody may do: use their own server and sign in at the portal.

Not "self", which lets people make API tokens: such a token outlives a sign-out, a dropping and a change of role.
"""

SERVER_SCOPES = ("users:activity!user", "access:servers!server", f"access:services!service={PORTAL}", SEAT_SCOPE)
"""What a notebook server's own token may do: report activity, know its owner, and ask the portal on the owner's behalf.

Of these it can do what its owner may: a guest's server has nothing of the portal but its seat.
"""
GUEST_SCOPES = ("read:users!user", "users:activity!user", "servers!user", "access:servers!user", SEAT_SCOPE)
"""What a seminar's guest may do: use the one server. The portal is no place of theirs to sign in at."""
CUSTOM_SCOPES = {SEAT_SCOPE: {"description": "Ask Homeroom about one's seat in a seminar."}}
"""What the hub has to be told of scopes that are ours."""

STAFF = frozenset({"owner", "teacher", "grader"})


class HubRole(TypedDict):
    """A role definition as the hub reads it."""

    name: str
    scopes: list[str]


def staff_role(course: str, *, enter_servers: bool) -> HubRole:
    """What staff of ``course`` may do with its students' servers; entering them only where each has an origin of its own."""
    group = group_name(course, "student")
    verbs = ("list:users", "read:servers", "start:servers", *(("access:servers",) if enter_servers else ()))
    return {"name": f"staff-{course}", "scopes": [f"{verb}!group={group}" for verb in verbs]}


def roles_of(courses: dict[str, str], *, enter_servers: bool) -> list[HubRole]:
    """All hub roles of a person whose role in each course (by slug) is ``courses``."""
    everyone: HubRole = {"name": "user", "scopes": list(USER_SCOPES)}
    return [everyone] + [staff_role(slug, enter_servers=enter_servers) for slug, role in sorted(courses.items()) if role in STAFF]


def guest_roles() -> list[HubRole]:
    """All hub roles of a seminar's guest. Not "user" with fewer scopes: a role's scopes are the same for everybody who has it."""
    return [{"name": "seminar-guest", "scopes": list(GUEST_SCOPES)}]


def service_roles() -> list[dict[str, Any]]:
    """The roles of the hub's services, and of everybody before their first sign-in."""
    return [
        {"name": "user", "scopes": list(USER_SCOPES)},
        {"name": "portal-service", "services": [PORTAL], "scopes": list(PORTAL_SCOPES)},
        {"name": "idle-culler", "services": ["idle-culler"], "scopes": list(CULLER_SCOPES)},
    ]
