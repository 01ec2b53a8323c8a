"""The stack as a whole: what it writes, who may read it, how it starts and stops."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from jupyterhub.scopes import expand_scopes

from tests.support.stack import Stack, running_stack
from tests.support.visitor import eventually


def test_ready_says_where_everything_is_and_who_may_sign_in(stack: Stack) -> None:
    ready = stack.ready

    assert ready["base_url"].startswith(f"http://localhost:{stack.port}")
    assert {"portal", "hub", "broker", "grading"} <= set(ready["pids"])
    assert all(Path(f"/proc/{pid}").exists() for pid in ready["pids"].values())
    assert {"homeroom", "jupyterhub"} <= set(ready["versions"])
    assert {person["role"] for person in ready["people"]} >= {"owner", "student"}
    assert all(person["sign_in"].startswith("http://localhost:") for person in ready["people"])


def test_the_state_folder_shows_nothing_to_others(stack: Stack) -> None:
    others = stat.S_IRWXG | stat.S_IRWXO

    open_to_others = [
        path.name
        for path in stack.state.iterdir()
        if path.name not in {"homes", "READY.json"} and path.stat().st_mode & others & ~(stat.S_IXGRP | stat.S_IXOTH)
    ]

    assert not open_to_others
    assert not (stack.state / "READY.json").stat().st_mode & others, "READY.json holds sign-in links"


def test_secrets_stand_in_no_log(stack: Stack) -> None:
    logs = {path.name: path.read_text(errors="replace") for path in (stack.state / "log").iterdir()}

    assert logs
    leaks = [(name, log) for name, secret in stack.secrets.items() for log, text in logs.items() if secret in text]
    assert not leaks


def test_the_grading_worker_has_no_database_and_no_secret_in_its_environment(stack: Stack) -> None:
    environment = Path(f"/proc/{stack.pid('grading')}/environ").read_bytes().decode()

    assert "HOMEROOM_BROKER_URL" in environment
    assert "DATABASE" not in environment
    assert "portal.sqlite" not in environment
    assert not [name for name, secret in stack.secrets.items() if secret in environment]


def test_the_portals_token_may_do_just_what_the_portal_does(stack: Stack) -> None:
    # Each of these is a call the portal makes; take one away here when the portal stops making it.
    used = {
        "admin:users": "ensure_users, remove_user",
        "admin:groups": "ensure_group, add_to_group, remove_from_group",
        "read:servers": "server_state",
        "start:servers": "start_server",
        "delete:servers": "stop_server, when somebody is dropped",
    }

    with httpx.Client(headers={"Authorization": f"token {stack.secrets['hub_token']}"}) as client:
        scopes = set(client.get(f"{stack.hub_api}/user").raise_for_status().json()["scopes"])

    assert {scope for scope in scopes if "!service=portal" not in scope} == expand_scopes(used)
    assert not {scope for scope in scopes if scope.startswith(("access:", "tokens", "admin:server", "proxy", "shutdown"))}


def test_a_second_stack_on_the_same_state_is_refused_in_words(stack: Stack) -> None:
    command = [
        sys.executable,
        "-m",
        "classroom.cli",
        "up",
        "--no-demo",
        "--port",
        str(stack.port + 100),
        "--state",
        str(stack.state),
    ]

    second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert second.returncode == 1
    assert str(stack.state) in second.stdout + second.stderr
    assert "Traceback" not in second.stderr
    assert httpx.get(f"{stack.portal}/health").status_code == 200


def test_a_taken_port_is_refused_in_words(stack: Stack, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "classroom.cli",
        "up",
        "--no-demo",
        "--port",
        str(stack.port),
        "--state",
        str(tmp_path / "state"),
    ]

    second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert second.returncode == 1
    assert str(stack.port) in second.stdout + second.stderr
    assert "Traceback" not in second.stderr


@pytest.mark.slow
def test_two_stacks_run_side_by_side_and_ctrl_c_stops_one_whole(stack: Stack, tmp_path: Path) -> None:
    with running_stack(tmp_path / "other", demo=False) as other:
        pids = json.loads((other.state / "READY.json").read_text())["pids"].values()
        assert httpx.get(f"{other.portal}/health").status_code == 200

    assert other.process.returncode == 0
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    assert not (other.state / "READY.json").exists()
    assert httpx.get(f"{stack.portal}/health").status_code == 200


@pytest.mark.skipif(os.geteuid() != 0, reason="as an ordinary user all parts share one user id")
def test_homes_belong_to_their_people_alone(stack: Stack) -> None:
    folder = stack.state / "homes"
    homes = eventually("homes with something in them", lambda: [home for home in folder.iterdir() if any(home.iterdir())])

    assert all(stat.S_IMODE(home.stat().st_mode) == 0o700 for home in homes)
    assert all(home.stat().st_uid >= 200_000 for home in homes)
    assert len({home.stat().st_uid for home in homes}) == len(homes)
