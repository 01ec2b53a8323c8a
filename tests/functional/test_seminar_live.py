"""Streams of a seminar on the real web server: events come singly, a closed tab frees its place, the end waits for none."""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from classroom.web.streams import PLACES
from hub_bridge.proxy import ensure_proxy, proxy_command
from tests.support.guest_journey import Guest, code_of, make_seminar
from tests.support.stack import Stack, free_ports, running_stack
from tests.support.visitor import Visitor, eventually

LIVE = {"Accept": "text/event-stream", "Sec-Fetch-Mode": "cors"}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_all_who_watch_see_a_guest_save_and_closing_a_tab_frees_its_place(tmp_path: Path) -> None:
    with ExitStack() as still_open:
        with running_stack(tmp_path / "state") as stack:
            teacher, guest = Visitor(stack), Guest(stack, "Rosa")
            teacher.sign_in(stack.sign_in_link("teacher"))
            present = make_seminar(teacher, seats=2, prewarm=1)
            code = code_of(stack, present)
            watched = [still_open.enter_context(ExitStack()) for _ in range(PLACES)]
            what = ["wall", "projector"] * PLACES
            streams = [_watch(teacher, place, f"{present}{what[number]}/live") for number, place in enumerate(watched)]
            for number, stream in enumerate(streams):
                assert {"wall": "Nobody has joined yet", "projector": code}[what[number]] in next(stream)
            assert teacher.client.get(f"{present}wall/live", headers=LIVE).status_code == 503

            guest.come_in(code)
            for stream in streams:
                _until(stream, "Rosa", "<strong>1</strong> person is in")
            _solve_one(stack)
            _until(streams[0], "wall-passed")
            _until(streams[2], "wall-passed")

            watched[0].close()
            eventually("the place is free", lambda: _answers(teacher, f"{present}wall/live"))
            guest.close()
        assert stack.process.returncode == 0
        for stream in streams[1:]:
            list(stream)  # until the server hangs up: it did when the stack ended
        teacher.close()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_events_come_singly_through_jupyterhubs_own_proxy(tmp_path: Path) -> None:
    with running_stack(tmp_path / "state") as stack, _proxy_before(stack, tmp_path) as front:
        teacher = Visitor(stack)
        teacher.sign_in(stack.sign_in_link("teacher"))
        present = make_seminar(teacher, seats=1, prewarm=0)
        with ExitStack() as place:
            stream = _watch(teacher, place, f"{present}projector/live".replace(str(stack.port), str(front), 1))
            assert code_of(stack, present) in next(stream)
            teacher.press(teacher.get(present), "Announce", announcement="We go on at four.")
            _until(stream, "We go on at four.")
        teacher.close()


@contextmanager
def _proxy_before(stack: Stack, folder: Path) -> Iterator[int]:
    """The proxy that JupyterHub brings, in front of the portal; gives its port."""
    port = free_ports(2)
    script = ensure_proxy(lambda _: None)
    command = proxy_command(script, port=port, api_port=port + 1, hub_port=stack.port, by_host=False)
    with (folder / "proxy.log").open("wb") as log:
        env = {**os.environ, "CONFIGPROXY_AUTH_TOKEN": "of this test"}
        process = subprocess.Popen(command, stdout=log, stderr=log, env=env)
    try:
        eventually("the proxy listens", lambda: _listens(port))
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _watch(teacher: Visitor, place: ExitStack, address: str) -> Iterator[str]:
    answer = place.enter_context(teacher.client.stream("GET", address, headers=LIVE))
    assert answer.status_code == 200, answer.read()
    return _events(answer)


def _events(answer: httpx.Response) -> Iterator[str]:
    """The data of each event, as soon as it is there; until the server hangs up."""
    lines: list[str] = []
    try:
        for line in answer.iter_lines():
            if line.startswith("data:"):
                lines.append(line.removeprefix("data:"))
            elif not line and lines:
                yield "\n".join(lines)
                lines = []
    except httpx.RemoteProtocolError:
        return


def _until(stream: Iterator[str], *words: str) -> None:
    for piece in stream:
        if any(word in piece for word in words):
            return
    raise AssertionError(f"the stream ended without {words}")


def _answers(teacher: Visitor, address: str) -> bool:
    with teacher.client.stream("GET", address, headers=LIVE) as answer:
        return answer.status_code == 200


def _solve_one(stack: Stack) -> None:
    """What JupyterLab saves when the first exercise is done."""
    ((name,),) = stack.rows("select hub_name from seat where guest_id is not null")
    path = next(stack.home(name).glob("*/first-look.ipynb"))
    notebook, owner = json.loads(path.read_text()), path.stat()
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    code[1]["source"] = "total = sum(float(walk['km']) for walk in walks)\ntotal"
    for number, cell in enumerate(code[:4], start=1):
        cell["execution_count"] = number
    path.write_text(json.dumps(notebook))
    os.chown(path, owner.st_uid, owner.st_gid)
