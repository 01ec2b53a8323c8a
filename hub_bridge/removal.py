"""Deletes a folder whose content belonged to somebody else.

Folders may lie inside one another deeper than any call stack or path name reaches, and be closed to their owner. So nothing
recurses: what is found in a folder of the top is moved up into the top, until that has only files.
"""

import os
import secrets
import stat
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_OPEN = 0o700


def remove_tree(root: Path, name: str) -> None:
    """Delete the folder ``name`` of ``root`` (trusted) without following any link. Raises OSError."""
    parent = os.open(root, _FOLDER)
    try:
        try:
            top = _opened(parent, name)
        except FileNotFoundError:
            return
        try:
            while folders := _remove_files(top):
                for folder in folders:
                    _lift(top, folder)
        finally:
            os.close(top)
        os.rmdir(name, dir_fd=parent)
    finally:
        os.close(parent)


def _remove_files(folder: int) -> list[str]:
    """Delete all that is no folder; the names of the folders."""
    with os.scandir(folder) as entries:
        found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    for name, is_folder in found:
        if not is_folder:
            os.unlink(name, dir_fd=folder)
    return [name for name, is_folder in found if is_folder]


def _lift(top: int, name: str) -> None:
    """Delete the folder ``name`` of ``top``; the folders in it become folders of ``top``."""
    folder = _opened(top, name)
    try:
        for inner in _remove_files(folder):
            _unlock(folder, inner)  # moving a folder changes it
            os.rename(inner, secrets.token_hex(16), src_dir_fd=folder, dst_dir_fd=top)
    finally:
        os.close(folder)
    os.rmdir(name, dir_fd=top)


def _opened(parent: int, name: str) -> int:
    _unlock(parent, name)
    return os.open(name, _FOLDER, dir_fd=parent)


def _unlock(parent: int, name: str) -> None:
    """Open up a folder that is closed to us, who own it but are not root."""
    found = os.stat(name, dir_fd=parent, follow_symlinks=False)
    if stat.S_ISDIR(found.st_mode) and found.st_mode & _OPEN != _OPEN and os.geteuid() == found.st_uid:
        os.chmod(name, _OPEN, dir_fd=parent)
