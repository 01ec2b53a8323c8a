"""Who may do what at the hub."""

import pytest

from hub_bridge.scopes import PORTAL_SCOPES, SEAT_SCOPE, SERVER_SCOPES, guest_roles, roles_of, service_roles, staff_role


def test_everybody_may_use_their_own_server_and_the_portal_and_make_no_tokens() -> None:
    [role] = roles_of({}, enter_servers=True)

    assert role["name"] == "user"
    assert all(scope.endswith(("!user", "!service=portal")) or scope == SEAT_SCOPE for scope in role["scopes"])
    assert not any("tokens" in scope or scope == "self" for scope in role["scopes"])


def test_a_seats_server_may_ask_about_the_seat_though_it_was_started_before_anybody_sat_there() -> None:
    """The hub makes a server's token of what its owner has at that moment, and uses it by what they have later."""
    before = next(role for role in service_roles() if role["name"] == "user")

    assert SEAT_SCOPE in before["scopes"]
    assert SEAT_SCOPE in guest_roles()[0]["scopes"]
    assert SEAT_SCOPE in SERVER_SCOPES


def test_a_student_has_no_further_role() -> None:
    assert [role["name"] for role in roles_of({"bio1": "student"}, enter_servers=True)] == ["user"]


@pytest.mark.parametrize("role", ["owner", "teacher", "grader"])
def test_staff_reach_the_servers_of_their_own_students_only(role: str) -> None:
    roles = roles_of({"bio1": role, "math": "student"}, enter_servers=True)

    assert [role["name"] for role in roles] == ["user", "staff-bio1"]
    assert all(scope.endswith("!group=bio1-student") for scope in roles[1]["scopes"])
    assert "access:servers!group=bio1-student" in roles[1]["scopes"]


def test_nobody_enters_a_server_that_shares_the_hubs_origin() -> None:
    role = staff_role("bio1", enter_servers=False)

    assert not any(scope.startswith("access:") for scope in role["scopes"])


def test_the_portal_may_not_enter_servers() -> None:
    portal = next(role for role in service_roles() if role["name"] == "portal-service")

    assert portal["scopes"] == list(PORTAL_SCOPES)
    assert not any(scope.startswith(("access:", "tokens", "inherit")) for scope in PORTAL_SCOPES)


def test_a_seminars_guest_has_one_role_of_its_own_and_nothing_of_the_portal() -> None:
    [role] = guest_roles()

    assert role["name"] != "user"
    assert all(scope.endswith("!user") or scope == SEAT_SCOPE for scope in role["scopes"])
    assert not any("service" in scope or "token" in scope for scope in role["scopes"])
