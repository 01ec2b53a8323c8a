"""A seccomp filter for student code: no further namespaces, no mounts, none of the kernel's rarely needed corners.

The filter is what bubblewrap's ``--seccomp`` reads: classic BPF, eight bytes an instruction.
"""

import platform
import struct
from dataclasses import dataclass

_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _EACCES, _ENOSYS = 1, 13, 38
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_CLONE_NEWUSER = 0x10000000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT, _SECOND_ARGUMENT = 0, 4, 16, 24
_X32 = 0x40000000
_AF_UNIX, _SOCKET_TYPE, _STREAM, _PACKETS = 1, 0xF, 1, 5

# ptrace, process_vm_readv, process_vm_writev, mount, umount2, pivot_root, unshare, setns, bpf, userfaultfd, perf_event_open,
# add_key, request_key, keyctl, kexec_load, init_module, finit_module, delete_module, open_by_handle_at; then, the same
# everywhere: io_uring, open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, pidfd_getfd, mount_setattr.
_NEWER = [425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 442]
_DENIED = {
    "x86_64": [101, 310, 311, 165, 166, 155, 272, 308, 321, 323, 298, 248, 249, 250, 246, 175, 313, 176, 304, *_NEWER],
    "aarch64": [117, 270, 271, 40, 39, 41, 97, 268, 280, 282, 241, 217, 218, 219, 104, 105, 273, 106, 265, *_NEWER],
}
_ARCHITECTURES = {"x86_64": (0xC000003E, 56), "aarch64": (0xC00000B7, 220)}
"""The kernel's name of the architecture, and the number of clone there."""
_CLONE3 = 435


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What is filtered besides where there are no namespaces."""

    network: tuple[int, ...]
    """socket, connect, bind, listen, accept, accept4: only what was open before can be used."""
    left_behind: tuple[int, ...]
    """memfd_create, memfd_secret, shmget, shmat, semget, msgget, mq_open, mq_unlink: memory that is not counted, or stays."""
    others: tuple[int, ...]
    """setpriority, sched_setparam, sched_setscheduler, sched_setattr, ioprio_set, migrate_pages, move_pages, kcmp, syslog,
    inotify_init1, inotify_add_watch, fanotify_init, x86-64's inotify_init: they act on, or watch, what others have."""
    pretended: tuple[int, ...]
    """chmod, fchmod, fchmodat, chown, fchown, fchownat, lchown, utimensat, setxattr, lsetxattr, fsetxattr, removexattr,
    lremovexattr, fremovexattr, x86-64's utime, utimes, futimesat. Landlock has no say in them, and copying a file does them: they
    seem to work and do nothing."""
    on_itself: tuple[int, ...]
    """prlimit64, sched_setaffinity: a process may do them to itself."""
    socketpair: int


_OTHERS_EVERYWHERE = (440, 448, 457, 458)
"""process_madvise, process_mrelease, statmount, listmount."""
_PRETENDED_EVERYWHERE = (452, 463, 466)
"""fchmodat2, setxattrat, removexattrat."""
_ALONE = {
    "x86_64": _Numbers(
        network=(41, 42, 49, 50, 43, 288),
        left_behind=(319, 447, 29, 30, 64, 68, 240, 241),
        others=(141, 142, 144, 314, 251, 256, 279, 312, 103, 294, 254, 300, 253),
        pretended=(90, 91, 268, 92, 93, 260, 94, 280, 188, 189, 190, 197, 198, 199, 132, 235, 261),
        on_itself=(302, 203),
        socketpair=53,
    ),
    "aarch64": _Numbers(
        network=(198, 203, 200, 201, 202, 242),
        left_behind=(279, 447, 194, 196, 190, 186, 180, 181),
        others=(140, 118, 119, 274, 30, 238, 239, 272, 116, 26, 27, 262),
        pretended=(52, 53, 54, 55, 88, 5, 6, 7, 14, 15, 16),
        on_itself=(261, 122),
        socketpair=199,
    ),
}


def filter_program(machine: str = "", *, alone: bool = False) -> bytes:
    """The filter for ``machine`` (this one when empty); nothing where the machine's numbers are not known.

    ``alone``: nothing but this keeps the process from the network and from what is shared by all processes; see _ALONE.
    """
    machine = machine or platform.machine()
    if machine not in _ARCHITECTURES:
        return b""
    architecture, clone = _ARCHITECTURES[machine]
    program = [
        _instruction(_LOAD, _ARCHITECTURE),
        _instruction(_EQUAL, architecture, jump_true=1),
        _instruction(_RETURN, _KILL),
        _instruction(_LOAD, _NUMBER),
        _instruction(_AT_LEAST, _X32, jump_false=1),
        _instruction(_RETURN, _ERROR | _ENOSYS),
    ]
    for number in _DENIED[machine]:
        program += [_instruction(_EQUAL, number, jump_false=1), _instruction(_RETURN, _ERROR | _EPERM)]
    # clone3 hides its flags behind a pointer; told that it does not exist, the C library uses clone.
    program += [_instruction(_EQUAL, _CLONE3, jump_false=1), _instruction(_RETURN, _ERROR | _ENOSYS)]
    program += [
        _instruction(_EQUAL, clone, jump_false=4),
        _instruction(_LOAD, _FIRST_ARGUMENT),
        _instruction(_ANY_BIT, _CLONE_NEWUSER, jump_false=1),
        _instruction(_RETURN, _ERROR | _EPERM),
        _instruction(_RETURN, _ALLOW),
        *(_alone(machine) if alone else []),
        _instruction(_RETURN, _ALLOW),
    ]
    return b"".join(program)


def _alone(machine: str) -> list[bytes]:
    numbers = _ALONE[machine]
    refused = [*numbers.network, *numbers.left_behind, *numbers.others, *_OTHERS_EVERYWHERE]
    program = []
    for answer, which in ((_EACCES, refused), (0, [*numbers.pretended, *_PRETENDED_EVERYWHERE])):
        for number in which:
            program += [_instruction(_EQUAL, number, jump_false=1), _instruction(_RETURN, _ERROR | answer)]
    for number in numbers.on_itself:
        program += [
            _instruction(_EQUAL, number, jump_false=4),
            _instruction(_LOAD, _FIRST_ARGUMENT),
            _instruction(_EQUAL, 0, jump_true=1),
            _instruction(_RETURN, _ERROR | _EPERM),
            _instruction(_RETURN, _ALLOW),
        ]
    # A pair of stream or packet sockets sends to its other end only; one of datagrams could name another receiver.
    return [
        *program,
        _instruction(_EQUAL, numbers.socketpair, jump_false=8),
        _instruction(_LOAD, _FIRST_ARGUMENT),
        _instruction(_EQUAL, _AF_UNIX, jump_false=5),
        _instruction(_LOAD, _SECOND_ARGUMENT),
        _instruction(_AND, _SOCKET_TYPE),
        _instruction(_EQUAL, _STREAM, jump_true=1),
        _instruction(_EQUAL, _PACKETS, jump_false=1),
        _instruction(_RETURN, _ALLOW),
        _instruction(_RETURN, _ERROR | _EACCES),
    ]


def _instruction(code: int, value: int, jump_true: int = 0, jump_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, jump_true, jump_false, value)
