"""The content store: files named by their sha256, written once, never changed."""

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Container
from pathlib import Path

from grader.jobs import FileRef

_DIGEST = re.compile(r"[0-9a-f]{64}")


class MissingFile(Exception):
    """The store has no such content, or what it has is damaged."""


def write_whole(target: Path, data: bytes) -> None:
    """Write a file of ours alone, which appears whole or not at all, with its folder. Raises OSError, leaving no half file."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)


def _is_older(path: Path, before: float) -> bool:
    try:
        return path.stat().st_mtime < before
    except FileNotFoundError:  # a half file that has become whole
        return False


def _remove_unless_renewed(path: Path, before: float) -> bool:
    going = path.with_name(f".{secrets.token_hex(8)}.going")
    try:
        path.rename(going)
    except FileNotFoundError:
        return False
    if _is_older(going, before):
        going.unlink()
        return True
    with contextlib.suppress(FileExistsError):  # written anew meanwhile: the same content
        os.link(going, path)
    going.unlink()
    return False


class FileStore:
    """A folder of files by digest. Safe to share between processes: a file appears whole or not at all."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, data: bytes) -> str:
        """Store ``data`` and return its sha256. Raises OSError (a full disk), leaving no half file."""
        digest = hashlib.sha256(data).hexdigest()
        target = self._path(digest)
        try:
            os.utime(target)  # wanted again: the sweep leaves it alone
        except FileNotFoundError:
            write_whole(target, data)
        return digest

    def sweep(self, *, wanted: Container[str], before: float) -> int:
        """Remove what is not ``wanted`` and was not put (again) since ``before``, in seconds of the epoch; returns how many.

        Safe while others put: a file is moved away before its time is looked at for the last time. Half files go, too.
        """
        removed = 0
        for path in self.root.glob("[0-9a-f][0-9a-f]/*"):
            if path.name not in wanted and _is_older(path, before):
                removed += _remove_unless_renewed(path, before)
        return removed

    def put_file(self, path: str, data: bytes) -> FileRef:
        """Store ``data`` and return the reference that names it ``path``."""
        return FileRef(path=path, sha256=self.put(data), size=len(data))

    def get(self, digest: str) -> bytes:
        """The content named ``digest``, checked against it. Raises MissingFile."""
        try:
            data = self._path(digest).read_bytes()
        except OSError as error:
            raise MissingFile(f"content {digest[:12]} is not in the store: {error.strerror}") from error
        if hashlib.sha256(data).hexdigest() != digest:
            raise MissingFile(f"content {digest[:12]} is damaged in the store")
        return data

    def _path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise MissingFile("that is no sha256")
        return self.root / digest[:2] / digest
