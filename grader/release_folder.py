"""Writes a release to a folder: all of it or nothing."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path


class WouldOverwrite(Exception):
    """The folder holds other versions of some files already; ``paths`` names them."""

    def __init__(self, paths: list[str]) -> None:
        super().__init__(", ".join(paths[:5]) + (" and more" if len(paths) > 5 else ""))  # noqa: PLR2004 - five fit a line
        self.paths = paths


def write_release(files: Mapping[str, bytes], folder: Path, *, overwrite: bool) -> None:
    """Put ``files`` into ``folder``, which is made if needed; other files in it stay.

    Raises WouldOverwrite and OSError; a full disk is met before the first file is in its place.
    """
    changed = [path for path, data in files.items() if _differs(folder / path, data)]
    if changed and not overwrite:
        raise WouldOverwrite(changed)
    folder.mkdir(parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(prefix=".release-", dir=folder))
    try:
        for path, data in files.items():
            _write(staged / path, data)
        for path in files:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (staged / path).replace(folder / path)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _differs(target: Path, data: bytes) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return target.is_dir() or target.is_symlink() or target.read_bytes() != data
    return False


def _write(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
