"""Twenty-five strangers come in within a minute: all of them reach a running kernel, each on a seat of their own."""

import httpx
import pytest

from tests.support.guest_journey import all_come_in, code_of, make_seminar
from tests.support.stack import Stack
from tests.support.visitor import Visitor, eventually

GUESTS, WARM = 25, 5


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_twenty_five_guests_within_a_minute_all_reach_a_running_kernel(stack: Stack) -> None:
    teacher = Visitor(stack)
    teacher.sign_in(stack.sign_in_link("teacher"))
    address = make_seminar(teacher, seats=GUESTS, prewarm=WARM)
    warm = "select count(*) from server_start where seat_id is not null and state = 'ready'"
    eventually("seats are warm", lambda: stack.rows(warm) == [(WARM,)], seconds=240)

    journeys = all_come_in(stack, code_of(stack, address), count=GUESTS, within=60)

    assert len({journey.server for journey in journeys}) == GUESTS
    assert f"{GUESTS} of {GUESTS} seats taken" in teacher.get("/seminars/" + address.split("/seminars/")[1]).text
    teacher.press(teacher.get("/seminars/" + address.split("/seminars/")[1]), "End it now")
    teacher.close()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_guests_sign_in_opens_one_server_and_nothing_of_the_hub(stack: Stack) -> None:
    teacher = Visitor(stack)
    teacher.sign_in(stack.sign_in_link("teacher"))
    code = code_of(stack, make_seminar(teacher, seats=2, prewarm=0))
    (journey,) = all_come_in(stack, code, count=1, within=0)
    name = journey.server.partition(".")[0]

    headers = {"Authorization": f"token {stack.secrets['hub_token']}"}
    user = httpx.get(f"{stack.hub_api}/users/{name}", headers=headers).json()

    assert user["roles"] == ["seminar-guest"]
    assert user["groups"] == []
    teacher.close()
