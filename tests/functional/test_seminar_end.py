"""The end of a seminar on a real hub: servers and users go, the work stays."""

import io
import re
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.support.guest_journey import Guest, code_of, make_seminar
from tests.support.stack import running_stack
from tests.support.visitor import Visitor, eventually


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_end_stops_servers_and_keeps_the_work(tmp_path: Path) -> None:
    with running_stack(tmp_path / "state", env={"HOMEROOM_SEMINAR_GRACE": "0"}) as stack:
        teacher, guest = Visitor(stack), Guest(stack, "Rosa")
        teacher.sign_in(stack.sign_in_link("teacher"))
        address = make_seminar(teacher, seats=2, prewarm=1)
        journey = guest.come_in(code_of(stack, address))
        name = journey.server.partition(".")[0]
        seat = guest.visitor.get(_seat(guest))
        linked = guest.visitor.press(seat, "Make a private link")
        link = re.search(r"/kept/\S+", linked.text)
        assert link
        present = "/seminars/" + address.split("/seminars/")[1]

        teacher.press(teacher.get(present), "End it now")

        headers = {"Authorization": f"token {stack.secrets['hub_token']}"}
        users = f"{stack.hub_api}/users"
        eventually("the hub forgets", lambda: httpx.get(f"{users}/{name}", headers=headers).status_code == 404)
        eventually("the homes are gone", lambda: not list((stack.state / "homes").glob("guest-*")))
        assert "Closed, work is kept" in eventually("it is closed", lambda: _closed(teacher, present))
        answer = httpx.get(f"{stack.portal}{link[0]}/work.zip")
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert "a-rush/first-look.ipynb" in archive.namelist()
        assert "This seminar is closed" in guest.visitor.get(_seat(guest)).text
        teacher.close()
        guest.close()


def _seat(guest: Guest) -> str:
    """The seat page, which the cookie's path names."""
    path = next(cookie.path for cookie in guest.visitor.client.cookies.jar if cookie.name == "seat")
    return f"{path.removeprefix('/portal')}/"


def _closed(teacher: Visitor, present: str) -> str | None:
    text = teacher.get(present).text
    return text if "Closed" in text else None
