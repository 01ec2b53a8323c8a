"""How a child locks itself in: namespaces, a user of its own, limits, no privileges, fewer system calls.

The process that forks sits in a sandbox already and holds nothing but libraries. What it keeps, and each child gives up before
any code of a notebook runs, is the right to make namespaces and to become another user.
"""

import contextlib
import os
import random
import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import locked, system
from .keeper import Around
from .serving import Forking, read_files, write_files

WORK = "/tmp/work"  # noqa: S108 - in here it is a file system of the child's own
HOME = "/tmp/home"  # noqa: S108
_SHARED_MEMORY_MB = 64
_RESERVE_MB = 128
_OPEN_FILES = 512
_NOBODY = 65534


Home = Sequence[tuple[str, bytes]]
"""Files that every child finds in its home, by path."""


@dataclass(frozen=True, slots=True)
class Place:
    """What is known about the sandbox that all children share."""

    as_root: bool
    """Whether a child may become any user; otherwise all are the one who started us."""
    filter: bytes
    """The seccomp program, or nothing where the machine's numbers are not known."""
    keep: tuple[str, ...] = ()
    """Folders below /tmp that children go on seeing: Python may be installed there."""
    namespaces: bool = True
    """Whether children get namespaces; if not, see locked.py."""
    landlock: bool = False
    """Whether Landlock closes files to them, which goes without namespaces."""
    readable: tuple[str, ...] = ()
    """What Landlock leaves open for reading."""
    usable: tuple[str, ...] = ()
    """What it leaves open for writing, too: harmless devices."""

    def forking(self) -> Forking:
        """How children are forked."""
        return IntoNamespaces() if self.namespaces else Forking()

    def around(self) -> Around:
        """What their keepers do besides."""
        return Around() if self.namespaces else locked.WithoutNamespace(self)


class IntoNamespaces(Forking):
    """Makes each child the first process of a namespace of its own, without a second fork."""

    def __init__(self) -> None:
        self._own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)

    def before(self) -> None:
        system.unshare(system.NEW_PIDS)

    def after(self) -> None:
        system.enter(self._own)


def confine(place: Place, request: dict[str, Any], groups: list[int], files: int, home: Home = ()) -> None:
    """Lock this process in, for good; returns in the working folder, with the files of ``files`` in it, and ``home`` in its home.

    Where Landlock is used, the keeper closes files; see keeper.py.

    ``groups``: control groups to join, each an open ``cgroup.procs``.
    """
    os.setsid()
    for group in groups:
        os.write(group, b"0")
        os.close(group)
    folders = [Path(HOME), Path(WORK)]
    if place.namespaces:
        os.umask(0o022)  # folders on the way to Python are made, and the worker's own umask may close them to this child
        _own_view(place, int(request["disk_mb"]))
    else:
        folders = locked.move_into(Path(request["folder"]))
        _limit(locked.beside_others(request) if not place.as_root else request)
    os.umask(0o077)
    if place.namespaces:
        if not place.as_root:
            _own_user()
        _limit(request)  # after that: a new user namespace keeps the limit on processes of its maker, for all of this user's
    system.bound_privileges()
    if place.as_root:
        os.setgroups([])
        os.setresgid(request["uid"], request["uid"], request["uid"])
        os.setresuid(request["uid"], request["uid"], request["uid"])
    system.drop_privileges()
    if place.filter:
        system.install_filter(place.filter)
    for folder in folders:
        folder.mkdir()
    write_files(home, folders[0])
    read_files(files, folders[1])
    os.chdir(folders[1])
    _seed(int(request["seed"]))


def _own_view(place: Place, disk_mb: int) -> None:
    """File systems, network, names and the like of this child's own."""
    kinds = system.NEW_MOUNTS | system.NEW_IPC | system.NEW_NAMES | system.NEW_NET
    with contextlib.suppress(OSError):
        system.unshare(system.NEW_CGROUPS)
    system.unshare(kinds)
    system.loopback_up()
    system.mount("none", "/", "none", system.RECURSIVE | system.PRIVATE)
    kept = [(path, os.open(path, os.O_PATH | os.O_DIRECTORY)) for path in place.keep]
    system.mount("tmpfs", "/tmp", "tmpfs", system.PLAIN, f"size={disk_mb}m,mode=1777")  # noqa: S108
    for path, folder in kept:
        Path(path).mkdir(parents=True)
        system.mount(f"/proc/self/fd/{folder}", path, "none", system.BIND | system.RECURSIVE)
        os.close(folder)
    system.mount("tmpfs", "/dev/shm", "tmpfs", system.PLAIN, f"size={_SHARED_MEMORY_MB}m,mode=1777")  # noqa: S108
    system.mount("proc", "/proc", "proc", system.PLAIN)


def _own_user() -> None:
    """A user namespace, so that the number of processes is counted for this child alone, and nobody is root in it."""
    user, group = os.geteuid(), os.getegid()
    system.unshare(system.NEW_USERS)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{_NOBODY} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{_NOBODY} {group} 1")


def _limit(request: dict[str, Any]) -> None:
    """Limits of each process. The reserve is for the copies of the kernel that wait for their tests; see homeroom_split.agent."""
    # What is mapped already is not counted. Seven eighths of the memory let a greedy cell meet a MemoryError, which the kernel
    # survives, before the control group kills the kernel.
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    memory = mapped + (int(request["memory_mb"]) << 20) * 7 // 8
    _set(resource.RLIMIT_AS, memory, _RESERVE_MB << 20)
    _set(resource.RLIMIT_NPROC, int(request["processes"]), int(request["copies"]))
    _set(resource.RLIMIT_FSIZE, int(request["disk_mb"]) << 20)
    _set(resource.RLIMIT_CPU, int(request["seconds"]) + 60)
    _set(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _set(resource.RLIMIT_CORE, 0)


def _set(name: int, value: int, reserve: int = 0) -> None:
    _, hard = resource.getrlimit(name)
    most = value + reserve if hard == resource.RLIM_INFINITY else min(value + reserve, hard)
    resource.setrlimit(name, (min(value, most), most))


def _seed(seed: int) -> None:
    """All children come from one process: each is to draw the numbers of its own job, not those of its neighbour."""
    random.seed(seed)
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed(seed % 2**32)
