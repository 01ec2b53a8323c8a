"""The first thing that runs inside the sandbox: sets the limits, copies the files, becomes the kernel.

Started as a file by a Python that sees nothing of this package. Arguments: the working folder, memory in MB, processes, disk
in MB, seconds, seed, then the kernel's own.
"""

import os
import random
import resource
import select
import shutil
import sys
from pathlib import Path


def _limit(name: int, value: int) -> None:
    _, hard = resource.getrlimit(name)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(name, (value, value))


def _leave_if_orphaned() -> None:
    """End if whoever started the sandbox is gone: it holds the other end of our standard input.

    bubblewrap binds itself to its parent, but a parent that was killed in the moment before that would go unnoticed.
    So this is asked as late as can be.
    """
    poll = select.poll()
    poll.register(0, select.POLLHUP)
    if poll.poll(0):
        sys.exit(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)


def main() -> None:
    """Lock the limits in and start the kernel."""
    work, (memory_mb, processes, disk_mb, seconds, seed) = sys.argv[1], map(int, sys.argv[2:7])
    # An idle kernel has some 600 MB of addresses that it never touches. This much on top lets a greedy cell meet a
    # MemoryError, which the kernel survives, before the control group kills the kernel.
    _limit(resource.RLIMIT_AS, (memory_mb + 512) << 20)
    _limit(resource.RLIMIT_NPROC, processes)
    _limit(resource.RLIMIT_FSIZE, disk_mb << 20)
    _limit(resource.RLIMIT_CPU, seconds + 60)
    _limit(resource.RLIMIT_NOFILE, 512)
    _limit(resource.RLIMIT_CORE, 0)
    os.umask(0o077)
    Path.home().mkdir(exist_ok=True)
    shutil.copytree("/in", work, copy_function=shutil.copyfile, dirs_exist_ok=True)
    os.chdir(work)
    random.seed(seed)
    from ipykernel.kernelapp import launch_new_instance  # noqa: PLC0415 - only now are the limits in force

    _leave_if_orphaned()
    launch_new_instance(argv=sys.argv[7:])


if __name__ == "__main__":
    main()
