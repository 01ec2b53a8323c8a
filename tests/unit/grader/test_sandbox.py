import os
import struct
from pathlib import Path

import pytest

from grader.cgroup import make_cgroup
from grader.jobs import Limits
from grader.landlocked import Landlocked, Unsafe
from grader.sandbox import Bubblewrap, Sandbox, SandboxUnavailable
from grader.sandboxes import KINDS, Wanted, sandboxes
from grader.scratch import make_scratch, remove_scratch
from grader.seccomp import filter_program
from grader.warm import Warm


def test_the_sandbox_that_is_found_works() -> None:
    own = Warm()
    with own.kernels() as kernels:
        assert kernels.kind in KINDS
    own.end()


def test_where_the_best_sandbox_can_not_be_made_the_next_one_is_taken_and_without_any_only_who_says_so_gets_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def impossible() -> Sandbox:
        raise SandboxUnavailable("Not here.")

    monkeypatch.setattr("grader.sandboxes._MAKERS", dict.fromkeys(KINDS, impossible))

    with pytest.raises(SandboxUnavailable, match=r"Not here\. Not here\."), Warm().kernels():
        pass
    assert sandboxes(Wanted(unsafe=True))[-1] is Unsafe
    assert Unsafe not in sandboxes(Wanted())


def test_an_old_landlock_is_refused_with_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.landlocked._check_readable", lambda _folders: None)
    for version, said in ((0, "has no Landlock"), (2, "too old: version 2")):
        monkeypatch.setattr("grader.inside.landlock.version", lambda version=version: version)
        with pytest.raises(SandboxUnavailable, match=said):
            Landlocked()


def test_a_kind_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SandboxUnavailable, match="choose one of bubblewrap, landlock"):
        sandboxes(Wanted("docker"))


@pytest.fixture
def no_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a bubblewrap would be that this process is to use."""
    monkeypatch.setattr("grader.warm.sandboxes", lambda _wanted: [lambda: Bubblewrap(tmp_path / "bwrap")])
    return tmp_path / "bwrap"


def test_a_sandbox_that_can_not_be_made_says_why(no_sandbox: Path) -> None:
    no_sandbox.write_text("#!/bin/sh\necho 'No permissions to create new namespace' >&2\nexit 1\n")
    no_sandbox.chmod(0o755)

    with pytest.raises(SandboxUnavailable, match="No permissions to create new namespace"), Warm().kernels():
        pass


def test_a_sandbox_that_is_not_there_says_so(no_sandbox: Path) -> None:
    with pytest.raises(SandboxUnavailable, match="could not be started"), Warm().kernels():
        pass


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_is_a_program_whose_jumps_stay_inside_it(machine: str, *, alone: bool) -> None:
    program = list(struct.iter_unpack("HBBI", filter_program(machine, alone=alone)))

    assert all(index + 1 + max(yes, no) < len(program) for index, (_, yes, no, _) in enumerate(program) if yes or no)
    assert program[-1][0] == 0x06


def test_a_machine_whose_numbers_are_unknown_gets_no_filter() -> None:
    assert filter_program("m68k") == b""


def test_a_control_group_holds_its_limits_and_goes_away() -> None:
    group = make_cgroup(Limits(memory_mb=64, processes=7))
    if group is None:
        pytest.skip("this machine lets us make no control group")
    texts = {path.name: path.read_text().strip() for folder in group.folders for path in folder.iterdir() if "max" in path.name}

    group.close()

    assert "7" in texts.get("pids.max", "7")
    assert not any(folder.exists() for folder in group.folders)


def test_what_a_killed_worker_left_on_disk_is_swept_and_what_others_use_is_not(tmp_path: Path) -> None:
    base = Path("/tmp") if len(bytes(tmp_path)) > 60 else tmp_path  # noqa: S108
    left = base / "hr-999999999-abandoned"
    (left / "f0").mkdir(parents=True)
    used = make_scratch(base)

    made = make_scratch(base)

    assert not left.exists()
    assert used.exists()
    assert made.stat().st_mode & 0o777 == 0o700
    remove_scratch(used)
    remove_scratch(made)


def test_a_tree_of_any_depth_is_removed(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1_200):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)

    remove_scratch(tmp_path / "d")

    assert list(tmp_path.iterdir()) == []
