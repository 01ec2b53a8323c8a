"""What a student's code sees: a real sandbox is started and looked around in."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hub_bridge import sandbox
from hub_bridge.homes import Homes

LOOK_AROUND = """
import json, os, resource
def tries(path):
    try:
        return open(path, "rb").read(20).decode("latin-1")
    except OSError as error:
        return type(error).__name__
def writes(path):
    try:
        open(path, "w").close()
        return True
    except OSError:
        return False
print(json.dumps({
    "uid": os.getuid(),
    "caps": [line.split()[1] for line in open("/proc/self/status") if line.startswith(("CapEff", "CapBnd", "CapInh"))],
    "no_new_privs": [line.split()[1] for line in open("/proc/self/status") if line.startswith("NoNewPrivs")],
    "processes": sum(name.isdigit() for name in os.listdir("/proc")),
    "homes": os.listdir("/home"),
    "cwd": os.getcwd(),
    "own": tries("notes.txt"),
    "state": tries(os.environ["SECRET"]),
    "shadow": tries("/etc/shadow"),
    "passwd": tries("/etc/passwd"),
    "init_environment": tries("/proc/1/environ"),
    "hidden": os.path.exists(os.environ["HIDDEN"]) and os.listdir(os.environ["HIDDEN"]),
    "write_home": writes("mine"),
    "write_venv": writes(os.path.join(os.environ["VENV"], "x")),
    "write_etc": writes("/etc/x"),
    "write_root": writes("/x"),
    "write_dev": writes("/dev/x"),
    "write_shm": writes("/dev/shm/x"),
    "write_tmp": writes("/tmp/x"),
    "data": resource.getrlimit(resource.RLIMIT_DATA)[0],
    "fsize": resource.getrlimit(resource.RLIMIT_FSIZE)[0],
    "nproc": resource.getrlimit(resource.RLIMIT_NPROC)[0],
}))
"""


@pytest.fixture(autouse=True)
def possible() -> None:
    """Where sandboxes are impossible there is nothing to test; the stack says so at start."""
    if problem := sandbox.sandbox_problem():
        pytest.skip(problem)


@pytest.fixture
def inside(homes: Homes, ana: Path, uid: int | None, tmp_path: Path) -> dict[str, Any]:
    """What a program in ana's sandbox found."""
    homes.place("ana", "notes.txt", b"my notes", uid=uid)
    homes.ensure("bo", uid + 1 if uid else None)
    (tmp_path / "secrets.json").write_text("secret")
    hidden = Path(sys.prefix) / "share"
    who = uid or os.geteuid()
    passwd = sandbox.descriptor_of(sandbox.passwd_entry("ana", who))
    done = subprocess.run(
        [*sandbox.sandbox_command(ana, "ana", who, passwd=passwd, hide=[hidden]), sys.executable, "-P", "-c", LOOK_AROUND],
        env={**sandbox.base_environment(), "SECRET": str(tmp_path / "secrets.json"), "VENV": sys.prefix, "HIDDEN": str(hidden)},
        pass_fds=[passwd],
        preexec_fn=sandbox.prepare,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    os.close(passwd)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_only_the_own_home_and_no_other_process_is_there(inside: dict[str, Any]) -> None:
    assert inside["homes"] == ["ana"]
    assert inside["cwd"] == "/home/ana"
    assert inside["own"] == "my notes"
    assert inside["processes"] <= 3


def test_the_state_folder_and_the_machines_secrets_are_not_there(inside: dict[str, Any]) -> None:
    assert inside["state"] == "FileNotFoundError"
    assert inside["shadow"] == "FileNotFoundError"
    assert inside["passwd"].startswith("ana:x:")
    assert inside["hidden"] == []


def test_nothing_but_the_home_and_bounded_scratch_can_be_written(inside: dict[str, Any]) -> None:
    assert inside["write_home"]
    assert not any(inside[place] for place in ("write_venv", "write_etc", "write_root", "write_dev"))
    assert all(inside[place] for place in ("write_shm", "write_tmp"))


def test_it_runs_as_the_homes_owner_without_privileges(inside: dict[str, Any], uid: int | None) -> None:
    assert inside["uid"] == (uid or os.geteuid())
    assert inside["no_new_privs"] == ["1"]
    if uid:
        assert set(inside["caps"]) == {"0" * 16}
        assert inside["init_environment"] == "PermissionError"


def test_memory_processes_and_file_size_are_bound(inside: dict[str, Any], uid: int | None) -> None:
    bounds = sandbox.Bounds()

    assert inside["data"] == bounds.memory
    assert inside["fsize"] == bounds.file_bytes
    if uid:
        assert inside["nproc"] == bounds.processes


def test_a_home_of_the_same_name_as_the_one_homeroom_is_installed_in_does_not_cover_it() -> None:
    assert sandbox.home_inside("ana") == "/home/ana"
    assert all(not place.startswith("/homes/") for place in sandbox.software())


def test_guests_of_a_seminar_get_less() -> None:
    usual, guest = sandbox.Bounds(), sandbox.GUEST_BOUNDS

    assert guest.memory < usual.memory
    assert guest.processes < usual.processes
    assert guest.file_bytes < usual.file_bytes
