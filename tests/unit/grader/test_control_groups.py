import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader import control_groups
from grader.cgroup import make_cgroup
from grader.jobs import Limits

_NOBODYS_PID = 999_999_999
_IN_A_SERVICE = """
from pathlib import Path
from grader import control_groups
from grader.cgroup import make_cgroup
from grader.jobs import Limits

groups = [make_cgroup(Limits(memory_mb=64, processes=7)) for _ in range(2)]
own = Path("/proc/self/cgroup").read_text().strip().removeprefix("0::")
for group in groups:
    (folder,) = group.folders
    print(own, folder, *((folder / name).read_text().strip() for name in ("memory.max", "memory.swap.max", "pids.max")))
    group.close()
    assert not folder.exists()
"""


def test_looking_for_a_place_moves_nobody_where_no_limits_can_be_had() -> None:
    before = Path("/proc/self/cgroup").read_text()
    if list(control_groups.version_2()):
        pytest.skip("this machine gives a place")

    assert Path("/proc/self/cgroup").read_text() == before


def test_what_a_killed_worker_left_is_ended_and_what_a_worker_out_of_sight_uses_is_not() -> None:
    group = make_cgroup(Limits())
    if group is None:
        pytest.skip("this machine lets us make no control group")
    left = [folder.with_name(f"homeroom-grader-{_NOBODYS_PID}-left") for folder in group.folders]
    used = [folder.with_name(f"homeroom-grader-{_NOBODYS_PID}-used") for folder in group.folders]
    group.close()
    for folder in left + used:
        folder.mkdir()
    held = [os.open(folder, os.O_RDONLY) for folder in used]
    for number in held:
        fcntl.flock(number, fcntl.LOCK_EX)

    made = make_cgroup(Limits())
    gone, there = [not folder.exists() for folder in left], [folder.exists() for folder in used]
    for number in held:
        os.close(number)
    for one in (made, make_cgroup(Limits())):
        if one:
            one.close()

    assert all(gone + there)
    assert not any(folder.exists() for folder in used)


@pytest.mark.skipif(
    not Path("/run/systemd/system").exists()
    or not Path("/sys/fs/cgroup/cgroup.controllers").exists()
    or (os.geteuid() != 0 and "XDG_RUNTIME_DIR" not in os.environ),
    reason="needs systemd, as this user can ask it for a service, and control groups of version 2",
)
def test_a_service_that_may_divide_its_group_has_its_runs_inside_it_with_limits() -> None:
    manager = [] if os.geteuid() == 0 else ["--user"]
    run = [
        "systemd-run",
        *manager,
        "--wait",
        "--pipe",
        "--collect",
        "--quiet",
        "-p",
        "Delegate=yes",
        f"--working-directory={Path.cwd()}",
    ]

    done = subprocess.run([*run, sys.executable, "-c", _IN_A_SERVICE], check=True, capture_output=True, text=True)

    for line in done.stdout.splitlines():
        own, folder, memory, swap, processes = line.split()
        assert Path(folder).parent == Path(f"/sys/fs/cgroup{own}").parent
        assert manager or own.endswith(".service/homeroom-workers")  # a user's manager says of no group whether it is let
        assert (memory, swap, processes) == (str(64 * 2**20), "0", "7")
    assert len(done.stdout.splitlines()) == 2
