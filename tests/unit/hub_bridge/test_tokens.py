"""Whose token somebody shows, by what the hub says."""

from collections.abc import Iterator

import pytest

from hub_bridge.client import HubUnavailable
from hub_bridge.scopes import SERVER_SCOPES
from hub_bridge.tokens import TokenOwners
from tests.support.hub_stand_in import HubStandIn, running_hub

ADA = {"kind": "user", "name": "ada", "scopes": list(SERVER_SCOPES)}


@pytest.fixture
def hub() -> Iterator[HubStandIn]:
    with running_hub() as standing_in:
        standing_in.tokens["ada's"] = dict(ADA)
        yield standing_in


class Clock:
    time = 0.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def owners(hub: HubStandIn, clock: Clock) -> Iterator[TokenOwners]:
    made = TokenOwners(hub.api, seconds=30, timeout=5, clock=clock)
    yield made
    made.close()


def test_a_servers_own_token_names_its_owner_and_the_hub_is_asked_once_in_a_while(
    owners: TokenOwners, hub: HubStandIn, clock: Clock
) -> None:
    assert [owners.owner_of("ada's") for _ in range(3)] == ["ada"] * 3
    assert hub.asked_who == 1
    clock.time = 31
    assert owners.owner_of("ada's") == "ada"
    assert hub.asked_who == 2


def test_a_token_that_was_taken_back_works_no_longer_than_the_answer_is_remembered(
    owners: TokenOwners, hub: HubStandIn, clock: Clock
) -> None:
    owners.owner_of("ada's")
    del hub.tokens["ada's"]
    clock.time = 31

    assert owners.owner_of("ada's") is None


def test_no_is_not_remembered(owners: TokenOwners, hub: HubStandIn) -> None:
    assert owners.owner_of("new") is None
    hub.tokens["new"] = dict(ADA)

    assert owners.owner_of("new") == "ada"


@pytest.mark.parametrize("token", ["", "tökén", "a\nb", "x" * 1_000])
def test_what_can_be_no_token_is_not_asked_about(token: str, owners: TokenOwners, hub: HubStandIn) -> None:
    assert owners.owner_of(token) is None
    assert hub.asked_who == 0


@pytest.mark.parametrize("model", [{}, {"kind": "user", "name": 3, "scopes": 4}, {"name": "ada", "scopes": [["x"]]}])
def test_an_answer_without_sense_lets_nobody_in(model: dict[str, object], owners: TokenOwners, hub: HubStandIn) -> None:
    hub.tokens["odd"] = model or {"x": 1}

    with pytest.raises(HubUnavailable):
        owners.owner_of("odd")


def test_a_hub_that_is_away_is_told_apart_from_one_that_says_no(owners: TokenOwners, hub: HubStandIn) -> None:
    hub.broken = True

    with pytest.raises(HubUnavailable):
        owners.owner_of("ada's")
