"""The first thing that runs inside the sandbox: sets the limits, copies the files, becomes the kernel or the tests' process.

Started as a file by a Python that sees nothing of this package. Arguments: the working folder, memory in MB, processes, disk
in MB, seconds, seed, copies, then the kernel's own, or ``--tests``. Standard input is a socket: at its other end is whoever
waits for us.
"""

import contextlib
import ctypes
import os
import random
import resource
import select
import shutil
import socket
import sys
from pathlib import Path

_PR_SET_DUMPABLE = 4
_RESERVE_MB = 128
_LIBRARY = "/run/lib"


def _limit(name: int, value: int, reserve: int = 0) -> None:
    """Set a limit. The reserve is for the copies of the kernel that wait for their tests; see agent.py."""
    _, hard = resource.getrlimit(name)
    most = value + reserve if hard == resource.RLIM_INFINITY else min(value + reserve, hard)
    resource.setrlimit(name, (min(value, most), most))


def _take_lifeline() -> socket.socket:
    """The socket to whoever started us; end if they are gone.

    bubblewrap binds itself to its parent, but a parent that was killed in the moment before that would go unnoticed.
    So this is asked as late as can be.
    """
    poll = select.poll()
    poll.register(0, select.POLLHUP)
    if poll.poll(0):
        sys.exit(1)
    lifeline = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return lifeline


def _stay_behind(lifeline: socket.socket) -> None:
    """Fork, and go on as the child. The parent outlives it: with the sandbox's first process all snapshots would end.

    It tells when the child has ended, by a socket that the child does not have and can't take.
    """
    child = os.fork()
    if not child:
        lifeline.close()
        os.setsid()  # an interrupt goes to the kernel's group, as when it is the first process
        return
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    os.waitpid(child, 0)
    with contextlib.suppress(OSError):
        lifeline.send(b"e")
        lifeline.recv(1)
    os._exit(0)


def main() -> None:
    """Lock the limits in and start."""
    work, (memory_mb, processes, disk_mb, seconds, seed, copies) = sys.argv[1], map(int, sys.argv[2:8])
    # An idle kernel has some 600 MB of addresses that it never touches. This much on top lets a greedy cell meet a
    # MemoryError, which the kernel survives, before the control group kills the kernel.
    _limit(resource.RLIMIT_AS, (memory_mb + 512) << 20, _RESERVE_MB << 20)
    _limit(resource.RLIMIT_NPROC, processes, copies)
    _limit(resource.RLIMIT_FSIZE, disk_mb << 20)
    _limit(resource.RLIMIT_CPU, seconds + 60)
    _limit(resource.RLIMIT_NOFILE, 512)
    _limit(resource.RLIMIT_CORE, 0)
    os.umask(0o077)
    Path.home().mkdir(exist_ok=True)
    shutil.copytree("/in", work, copy_function=shutil.copyfile, dirs_exist_ok=True)
    os.chdir(work)
    random.seed(seed)
    if sys.argv[8:] == ["--tests"]:
        _run_tests()
    else:
        _run_kernel(sys.argv[8:])


def _run_tests() -> None:
    sys.path.append(_LIBRARY)
    from homeroom_split.tests_side import serve  # type: ignore[import-not-found] # noqa: PLC0415 - its name in here

    serve(_take_lifeline())


def _run_kernel(arguments: list[str]) -> None:
    _stay_behind(_take_lifeline())
    with contextlib.suppress(OSError):  # when memory is short, the copies that wait for their tests are to go last
        Path("/proc/self/oom_score_adj").write_text("1000")
    # Only now are the limits in force.
    from ipykernel.kernelapp import launch_new_instance  # noqa: PLC0415

    sys.path.append(_LIBRARY)
    import homeroom_split.agent  # type: ignore[import-not-found] # noqa: F401, PLC0415 - likewise

    sys.path.remove(_LIBRARY)
    launch_new_instance(argv=arguments)


if __name__ == "__main__":
    main()
