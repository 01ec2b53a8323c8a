"""Where this process may make control groups: inside its own, where that was let to it, or beside it.

Version 2 forbids what version 1 allows: a group whose processes are to be limited apart may hold none itself. So a service
that systemd lets divide its group (``Delegate=yes``), or a container that has one of its own, first moves its processes into
a group below; see https://systemd.io/CGROUP_DELEGATION.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_LIMITS = frozenset({"memory", "pids"})
_LEAF = "homeroom-workers"
_MOVE_TRIES = 20


@dataclass(frozen=True, slots=True)
class Mounted:
    """A hierarchy of control groups as this process sees it."""

    top: Path
    """Where it is mounted."""
    own: Path
    """This process's own group."""


def version_1(controller: str) -> Path | None:
    """This process's own group of ``controller``, where the first version of the interface has it."""
    found = _hierarchies().get(controller)
    return found.own if found else None


def version_2() -> Iterator[Path]:
    """The groups in which limited ones may be made, the fittest first; whether this user may is seen when it is tried."""
    found = _hierarchies().get("")
    if found is None:
        return
    near = [found.own] if found.own == found.top else [found.own.parent, found.own]
    for group in near:
        if not _listed(group / "cgroup.controllers"):
            continue  # version 1 has them, or they were not handed down to us
        if (group == found.top or _delegated(group)) and (_hand_down(group) or (group == found.own and _move_down(group))):
            yield group
    yield from filter(_handed_down, near)


def _hierarchies() -> dict[str, Mounted]:
    """Each mounted hierarchy by controller; version 2 under the empty name."""
    own = _own_paths()
    found = {}
    for line in _lines(Path("/proc/self/mountinfo")):
        before, _, after = line.partition(" - ")
        root, top = before.split()[3:5]
        kind, _, options = after.split()[:3]
        for controller in {"cgroup2": [""], "cgroup": options.split(",")}.get(kind, []):
            if controller in own and own[controller].is_relative_to(root):  # a container sees a part: from ``root`` on
                found[controller] = Mounted(Path(top), Path(top) / own[controller].relative_to(root))
    return found


def _own_paths() -> dict[str, PurePosixPath]:
    paths = {}
    for line in _lines(Path("/proc/self/cgroup")):
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            paths[controller] = PurePosixPath(path)
    return paths


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []


def _delegated(group: Path) -> bool:
    """Whether systemd has let this group to its service, or one like it."""
    for name in ("user.delegate", "trusted.delegate"):
        with contextlib.suppress(OSError):
            if os.getxattr(group, name) == b"1":
                return True
    return False


def _handed_down(group: Path) -> bool:
    """Whether groups inside ``group`` can have limits."""
    return _listed(group / "cgroup.subtree_control")


def _listed(path: Path) -> bool:
    return set(" ".join(_lines(path)).split()) >= _LIMITS


def _hand_down(group: Path) -> bool:
    """Let groups inside ``group`` have limits; returns whether they can."""
    with contextlib.suppress(OSError):
        if not _handed_down(group):
            (group / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in sorted(_LIMITS)))
    return _handed_down(group)


def _move_down(group: Path) -> bool:
    """Move the processes of ``group`` into one inside it, so that it can hand limits down; returns whether it does."""
    leaf = group / _LEAF
    try:
        leaf.mkdir(exist_ok=True)
    except OSError:
        return False
    for _ in range(_MOVE_TRIES):  # processes are started meanwhile
        for pid in _lines(group / "cgroup.procs"):
            with contextlib.suppress(OSError):  # it has ended, or is another user's
                (leaf / "cgroup.procs").write_text(pid)
        if _hand_down(group):
            return True
    return False
