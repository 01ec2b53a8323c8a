"""Reads a folder that anybody may have filled: plain files only, no link followed, nothing waited for, within limits."""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from grader.release import is_ignored, is_safe

MAX_FILES = 5_000
MAX_BYTES = 200 << 20
_MAX_NAMES = 50_000
_MAX_DEPTH = 40
_SHOWN = 80
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Without O_NONBLOCK, opening a named pipe waits for somebody to write into it.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


class FolderRefused(Exception):
    """The folder can't be read as a whole; the message says why, in a sentence."""


@dataclass(slots=True)
class FolderContent:
    """The plain files of a folder by path, and a sentence for each thing in it that was left out."""

    files: dict[str, bytes] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


def read_folder(folder: Path, *, max_bytes: int = MAX_BYTES) -> FolderContent:
    """All plain files below ``folder`` but those that no release or submission has. Raises FolderRefused."""
    try:
        top = os.open(folder, _FOLDER)
    except OSError as error:
        raise FolderRefused(_why_no_folder(error)) from error
    return _Reader(max_bytes).read(top)


def shown(text: str, longest: int = _SHOWN) -> str:
    """A file name or other text that anybody may have chosen, fit for one line on a terminal."""
    text = "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
    return text if len(text) <= longest else f"{text[:longest]}…"


class _Reader:
    """One walk, its limits counted down."""

    def __init__(self, max_bytes: int) -> None:
        self._content = FolderContent()
        self._max_bytes = self._bytes_left = max_bytes
        self._names_left = _MAX_NAMES

    def read(self, top: int) -> FolderContent:
        self._walk(top, "", 0)
        return self._content

    def _walk(self, fd: int, prefix: str, depth: int) -> None:
        """Read what is in the open folder ``fd`` and close it."""
        try:
            for name in self._names(fd):
                path = prefix + name
                if is_ignored(path):
                    continue
                if not is_safe(path) or any(not letter.isprintable() for letter in name):
                    self._leave_out(path, "has a name that can't be used; it was left out.")
                else:
                    self._take(fd, name, path, depth)
        finally:
            os.close(fd)

    def _names(self, fd: int) -> Iterator[str]:
        with os.scandir(fd) as entries:
            names = []
            for entry in entries:
                self._names_left -= 1
                if self._names_left < 0:
                    raise FolderRefused(f"The folder holds more than {_MAX_NAMES:,} files.")
                names.append(entry.name)
        yield from sorted(names)

    def _take(self, fd: int, name: str, path: str, depth: int) -> None:
        try:
            mode = os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode
            if stat.S_ISDIR(mode):
                if depth >= _MAX_DEPTH:
                    raise FolderRefused(f"More than {_MAX_DEPTH} folders lie inside one another.")
                self._walk(os.open(name, _FOLDER, dir_fd=fd), f"{path}/", depth + 1)
            elif stat.S_ISREG(mode):
                self._read(fd, name, path)
            elif stat.S_ISLNK(mode):
                self._leave_out(path, "is a link, and links are not followed; it was left out.")
            else:
                self._leave_out(path, "is not a plain file; it was left out.")
        except OSError as error:
            self._leave_out(path, f"can't be read ({os.strerror(error.errno or errno.EIO)}); it was left out.")

    def _read(self, fd: int, name: str, path: str) -> None:
        if len(self._content.files) >= MAX_FILES:
            raise FolderRefused(f"The folder holds more than {MAX_FILES:,} files.")
        with os.fdopen(os.open(name, _FILE, dir_fd=fd), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                self._leave_out(path, "is not a plain file; it was left out.")
                return
            # A file of holes has any size it likes and a file may grow while it is read: both numbers count.
            data = b"" if status.st_size > self._bytes_left else file.read(self._bytes_left + 1)
        if max(len(data), status.st_size) > self._bytes_left:
            raise FolderRefused(f"The files are larger than {self._max_bytes >> 20} MB together.")
        self._bytes_left -= len(data)
        self._content.files[path] = data

    def _leave_out(self, path: str, why: str) -> None:
        if len(self._content.left_out) < 20:  # noqa: PLR2004 - more would not be read
            self._content.left_out.append(f"{shown(path)} {why}")


def _why_no_folder(error: OSError) -> str:
    if error.errno in (errno.ELOOP, errno.ENOTDIR):
        return "It is a link or a file where a folder should be, and links are not followed."
    return f"The folder can't be read ({os.strerror(error.errno or errno.EIO)})."
