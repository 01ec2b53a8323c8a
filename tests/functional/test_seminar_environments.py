"""Two environments on a real hub: guests compute in the one their seminar names, and the hub takes no other word for it."""

from pathlib import Path

import httpx
import pytest

from tests.support.guest_journey import Guest, code_of, make_seminar
from tests.support.second_python import make_second_python
from tests.support.stack import Stack, running_stack
from tests.support.visitor import Visitor, eventually

NAME = "Second"
WHICH = "import sys; print(sys.executable)"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_guests_compute_in_the_environment_of_their_seminar(tmp_path: Path) -> None:
    python = make_second_python(tmp_path / "second")
    with running_stack(tmp_path / "state", env={"HOMEROOM_ENVIRONMENTS": f'{{"{NAME}": "{python}"}}'}) as stack:
        teacher, guest, other = Visitor(stack), Guest(stack, "Rosa"), Guest(stack, "Otto")
        teacher.sign_in(stack.sign_in_link("teacher"))
        usual = code_of(stack, make_seminar(teacher, seats=1, prewarm=0))
        address = make_seminar(teacher, seats=1, prewarm=1)
        _is_warm(stack)
        (before,) = _warm_seats(stack)
        present = "/seminars/" + address.split("/seminars/")[1]
        teacher.press(teacher.get(present), "Change", environment=NAME)
        eventually("another seat is warm", lambda: _warm_seats(stack) not in ([], [before]), seconds=240)

        seat = guest.come_in(code_of(stack, address)).server.partition(".")[0]
        assert _options(stack, seat) == {"environment": NAME}
        assert guest.run(WHICH) == f"{python}\n"
        assert guest.run("import ipykernel, os; print(os.environ['PATH'].split(':')[0])") == f"{Path(python).parent}\n"
        assert seat != before
        assert _hub(stack, "GET", f"/users/{before}").status_code == 404, "its server ran in the other environment"

        other.come_in(usual)
        assert other.run(WHICH) != f"{python}\n"

        for wanted in ("Unknown", python, [NAME]):
            _restart_with(stack, seat, {"environment": wanted})
            said = eventually("the hub refuses", lambda: _failure(stack, seat), seconds=60)
            assert "There is no environment" in said
        for one in (teacher, guest, other):
            one.close()


def _is_warm(stack: Stack) -> None:
    eventually("a seat is warm", lambda: _warm_seats(stack), seconds=240)


def _warm_seats(stack: Stack) -> list[str]:
    rows = stack.rows(
        "select s.hub_name from seat s join server_start t on t.seat_id = s.id where t.warm and t.state = 'ready'"
        " and s.closed_at is null"
    )
    return [str(name) for (name,) in rows]


def _hub(stack: Stack, method: str, path: str, body: object = None) -> httpx.Response:
    headers = {"Authorization": f"token {stack.secrets['hub_token']}"}
    return httpx.request(method, f"{stack.hub_api}{path}", headers=headers, json=body, timeout=30)


def _options(stack: Stack, name: str) -> object:
    return _hub(stack, "GET", f"/users/{name}").json()["servers"][""]["user_options"]


def _restart_with(stack: Stack, name: str, options: dict[str, object]) -> None:
    """What anybody may do who may start the server: send options of their own with it."""
    _hub(stack, "DELETE", f"/users/{name}/server")
    eventually("it has stopped", lambda: not _hub(stack, "GET", f"/users/{name}").json()["servers"], seconds=60)
    _hub(stack, "POST", f"/users/{name}/server", {"user_options": options})


def _failure(stack: Stack, name: str) -> str:
    """What the hub says of the last start, once it has failed."""
    if _hub(stack, "GET", f"/users/{name}").json()["servers"]:
        return ""
    said = _hub(stack, "GET", f"/users/{name}/server/progress").text
    return said if '"failed": true' in said else ""
