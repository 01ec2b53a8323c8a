"""One open folder whose content belongs to somebody else.

A home's owner may put anything there at any moment, links and pipes above all. So no path is trusted: each folder on the way
is opened by itself without following links, and a file is written under a name nobody knows before it appears under its own.
"""

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class NotPlain(Exception):
    """Not a regular file of the folder's owner: a link, a pipe, a device, or somebody else's file linked in."""


class TooBig(Exception):
    """A file has more bytes than asked for."""


class Folder:
    """An open folder. Names are single components; every method raises OSError as the system does."""

    def __init__(self, descriptor: int) -> None:
        self._fd = descriptor

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a folder that is trusted up to its last component."""
        return cls(os.open(path, _FOLDER))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        os.close(self._fd)

    @property
    def owner(self) -> int:
        """The user id the folder belongs to."""
        return os.fstat(self._fd).st_uid

    def subfolder(self, name: str) -> "Folder":
        """Open a folder inside this one; a link to a folder is none."""
        return Folder(os.open(name, _FOLDER, dir_fd=self._fd))

    def make_subfolder(self, name: str, *, mode: int, uid: int | None) -> "Folder":
        """Open a folder inside this one, made first if nothing has that name. ``uid`` matters only to root."""
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, mode, dir_fd=self._fd)
        inner = os.open(name, _FOLDER, dir_fd=self._fd)
        # Also mends a folder that a crash left to root between mkdir and here.
        if uid is not None and os.geteuid() == 0 and os.fstat(inner).st_uid == 0:
            os.fchmod(inner, mode)
            os.fchown(inner, uid, uid)
        return Folder(inner)

    def has(self, name: str) -> bool:
        """Whether anything has that name, a dangling link included."""
        try:
            os.stat(name, dir_fd=self._fd, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return True

    def read(self, name: str, limit: int) -> bytes:
        """A regular file's content. Raises NotPlain, or TooBig when it has over ``limit`` bytes."""
        with open(os.open(name, _READ, dir_fd=self._fd), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode) or found.st_uid != self.owner:
                raise NotPlain
            data = file.read(limit + 1)
        if len(data) > limit:
            raise TooBig
        return data

    def stamp(self, name: str) -> str:
        """How a file looks from outside: when it was changed, and its size. Nothing of it is opened."""
        found = os.stat(name, dir_fd=self._fd, follow_symlinks=False)
        return f"{found.st_mtime_ns}:{found.st_size}"

    def write_hidden(self, data: bytes, *, uid: int | None) -> str:
        """Write ``data`` to a new file under a random hidden name, safely on the disk; returns the name."""
        name = f".{secrets.token_hex(8)}.part"
        descriptor = os.open(name, _WRITE, 0o600, dir_fd=self._fd)
        try:
            with open(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                if uid is not None and os.geteuid() == 0:
                    os.fchown(descriptor, uid, uid)
                os.fchmod(descriptor, 0o644)
                os.fsync(descriptor)
        except BaseException:
            self.remove(name)
            raise
        return name

    def add(self, hidden: str, name: str, folder: "Folder | None" = None) -> bool:
        """Give a hidden file the name ``name`` as well, here or in ``folder``; False, and nothing done, when that is taken."""
        target = folder or self
        try:
            os.link(hidden, name, src_dir_fd=self._fd, dst_dir_fd=target._fd, follow_symlinks=False)  # noqa: SLF001
        except FileExistsError:
            return False
        return True

    def replace(self, hidden: str, name: str) -> None:
        """Move a hidden file over whatever is called ``name``; a link is replaced itself, never what it points to."""
        os.rename(hidden, name, src_dir_fd=self._fd, dst_dir_fd=self._fd)

    def move(self, name: str, folder: "Folder", new_name: str) -> None:
        """Move a file, folder or link as it is into another folder of the same disk."""
        os.rename(name, new_name, src_dir_fd=self._fd, dst_dir_fd=folder._fd)  # noqa: SLF001 - the same class

    def remove(self, name: str) -> None:
        """Remove a file; nothing happens when it is gone."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._fd)

    def settle(self) -> None:
        """Wait until the folder's names are on the disk."""
        os.fsync(self._fd)

    def names(self) -> Iterator[tuple[str, bool]]:
        """Every name in the folder and whether it is a folder; links are not."""
        with os.scandir(self._fd) as entries:
            for entry in entries:
                yield entry.name, entry.is_dir(follow_symlinks=False)
