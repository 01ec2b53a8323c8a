"""The first process of a child's namespace: it outlives the kernel, whose copies still wait for their tests.

With the first process of a namespace all others end. So the kernel is its child. It passes interrupts on, kills the kernel alone
when told to, buries whoever ends, and tells when the kernel has ended, and how. It goes, with everything, when the connection to
whoever asked for all this has gone.

Where there is no namespace, it takes in whoever loses its parent, and before it goes it kills all it may. It is locked in as
they are, so that is they and nobody else; and they can't do it any harm, being locked in once more.
"""

import contextlib
import os
import select
import signal
import socket
import traceback
from collections.abc import Callable

from . import system

INTERRUPT = b"i"
STOP = b"k"
ENDED = b"e"
"""Followed by what wait(2) said of it, in decimal."""


class Around:
    """What else a keeper does. Nothing here: its namespace does it."""

    def before(self) -> None:
        """Before the kernel is there."""

    def inside(self) -> None:
        """In the kernel, before it runs anything."""

    def after(self, child: int) -> None:
        """Before the keeper goes."""


def keep(connection: socket.socket, run: Callable[[int], None], around: "Around | None" = None) -> None:
    """Run ``run`` in a child and stay with it. Does not return, in neither process.

    ``run`` is told a descriptor for its rank when memory is short, see :func:`_go_first`.
    """
    around = around or Around()
    around.before()
    child = os.fork()
    if not child:
        try:
            connection.close()
            os.setsid()  # an interrupt goes to the kernel's group, as when a terminal sends it
            system.set_dumpable(True)
            rank = _go_first()
            around.inside()
            run(rank)
        except BaseException:  # noqa: BLE001 - this process must end here, whatever happens
            os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(1)
    system.set_dumpable(False)
    try:
        _stay(connection, child)
    finally:
        around.after(child)
        os._exit(0)


def _go_first() -> int:
    """When memory is short, this process is to go first, and copies that wait for their tests last; -1 if that can't be had."""
    with contextlib.suppress(OSError):
        rank = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
        os.write(rank, b"1000")
        return rank
    return -1


def _stay(connection: socket.socket, child: int) -> None:
    os.closerange(3, connection.fileno())
    os.closerange(connection.fileno() + 1, 1024)
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    poll.register(woken, select.POLLIN)
    _bury(connection, child)
    while True:
        for number, event in poll.poll():
            if number == woken:
                os.read(woken, 4096)
                _bury(connection, child)
            elif not event & select.POLLIN or not (told := connection.recv(1)):
                return
            else:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child, signal.SIGKILL if told == STOP else signal.SIGINT)


def _bury(connection: socket.socket, child: int) -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            ended, status = os.waitpid(-1, os.WNOHANG)
            if not ended:
                return
            if ended == child:
                with contextlib.suppress(OSError):
                    connection.send(ENDED + b"%d" % status)
