"""The students' home folders, as the portal reads and writes them. Their owners are never trusted; see folders.py."""

import errno
import hashlib
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path

from hub_bridge.folders import Folder, NotPlain, TooBig
from hub_bridge.names import is_hub_name
from hub_bridge.removal import remove_tree

MAX_DEPTH = 12
"""Folders inside one another that are still looked into."""

MAX_NAMES = 20_000
"""Names looked at in one tree, wanted or not."""

COMPARE_LIMIT = 200_000_000
"""Largest file compared with what may be replaced; a larger one is never ours."""

FIRST_LETTER = ord(" ")
SURROGATES = frozenset(map(chr, range(0xD800, 0xE000)))
"""How Python shows bytes of a file name that are not UTF-8."""

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class HomeRefused(Exception):
    """Something in a home is not as it must be. The message is a sentence that says what."""


class HomeFull(Exception):
    """The disk, or the person's share of it, is full. Nothing half written is left."""


class Placed(StrEnum):
    """What :meth:`Homes.place` found and did."""

    written = "written"
    """Nothing had that name; now the file is there."""
    exists = "exists"
    """Something has that name; it was left alone."""
    replaced = "replaced"
    """The file was there and has the new content."""


@dataclass(frozen=True, slots=True)
class HomeFile:
    """A file found in a home; ``path`` is relative to the folder that was asked for."""

    path: str
    data: bytes


class Homes:
    """All homes below ``root``. A ``uid`` matters only to root, who gives each file to its owner."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def exists(self, name: str) -> bool:
        """Whether this person has a home."""
        path = self.root / name
        return is_hub_name(name) and path.is_dir() and not path.is_symlink()

    def ensure(self, name: str, uid: int | None) -> Path:
        """Make the home if it is not there; it belongs to ``uid`` then. Raises HomeRefused, HomeFull."""
        if not is_hub_name(name):
            raise HomeRefused(f"“{name}” cannot be the name of a home folder.")
        with (
            _sentences(f"The home folder of {name}"),
            Folder.open(self.root) as root,
            root.make_subfolder(name, mode=0o700, uid=uid) as home,
        ):
            owner = home.owner
        if uid is not None and os.geteuid() == 0 and owner != uid:
            raise HomeRefused(f"The home folder of {name} belongs to user id {owner}; give it to {uid} with chown -R.")
        return self.root / name

    def place(
        self, name: str, rel: str, data: bytes, *, uid: int | None, replace: bool = False, over: Collection[str] = ()
    ) -> Placed:
        """Write ``data`` to the file ``rel``, making folders on the way.

        What is there stays, unless ``replace`` is set or its sha256 is one of ``over``. Raises HomeRefused, HomeFull.
        """
        *folders, leaf = _parts(rel)
        with _sentences(rel), ExitStack() as stack:
            folder = stack.enter_context(self._home(name))
            for part in folders:
                folder = stack.enter_context(folder.make_subfolder(part, mode=0o755, uid=uid))
            if not replace and not over and folder.has(leaf):
                return Placed.exists
            hidden = folder.write_hidden(data, uid=uid)
            try:
                return _appear(folder, hidden, leaf, replace=replace, over=over)
            finally:
                folder.remove(hidden)
                folder.settle()

    def read(self, name: str, rel: str, *, limit: int) -> bytes | None:
        """The content of the file ``rel``, None when there is none.

        Raises HomeRefused when it is no plain file or has over ``limit`` bytes.
        """
        *folders, leaf = _parts(rel)
        with _sentences(rel), ExitStack() as stack:
            try:
                return self._walk(stack, name, folders).read(leaf, limit)
            except FileNotFoundError:
                return None
            except TooBig as error:
                raise HomeRefused(f"{rel} is larger than {_size(limit)}.") from error

    def holds(self, name: str, rel: str, data: bytes) -> bool:
        """Whether the file ``rel`` is there with exactly this content."""
        try:
            return self.read(name, rel, limit=len(data)) == data
        except HomeRefused:  # larger, or no plain file
            return False

    def exchange(
        self, name: str, rel: str, data: bytes, *, aside: str, uid: int | None, over: Collection[str] | None = None
    ) -> tuple[Placed, bool]:
        """Write ``data`` to the file ``rel`` after moving whatever is there to ``aside``, a name nothing has. Nothing is copied.

        Says what was done, and whether something is at ``aside`` now. ``exists``: what the owner has saved meanwhile is at
        ``rel``. With ``over`` only what has one of these sha256 is replaced; anything else is given its name back. The new file
        is on the disk before the old one moves. Raises HomeRefused, HomeFull; then ``rel`` is as it was.
        """
        (*folders, leaf), (*others, other) = _parts(rel), _parts(aside)
        with _sentences(rel), ExitStack() as stack:
            folder, target = (stack.enter_context(self._home(name)) for _ in range(2))
            for part in folders:
                folder = stack.enter_context(folder.make_subfolder(part, mode=0o755, uid=uid))
            hidden = folder.write_hidden(data, uid=uid)
            try:
                if folder.add(hidden, leaf):
                    return Placed.written, False
                for part in others:
                    target = stack.enter_context(target.make_subfolder(part, mode=0o755, uid=uid))
                return _move_aside(folder, hidden, leaf, (target, other), over)
            finally:
                folder.remove(hidden)
                target.settle()
                folder.settle()

    def names(self, name: str, rel: str) -> list[str]:
        """The names of what the folder ``rel`` holds, folders left out; none when it is not there. Raises HomeRefused."""
        with _sentences(rel), ExitStack() as stack:
            try:
                found = islice(self._walk(stack, name, _parts(rel)).names(), MAX_NAMES)
                return [leaf for leaf, is_folder in found if not is_folder]
            except FileNotFoundError:
                return []

    def stamp(self, name: str, rel: str) -> str | None:
        """When the file ``rel`` was changed, and its size, as one word to compare; None when it is not there or out of reach."""
        *folders, leaf = _parts(rel)
        try:
            with _sentences(rel), ExitStack() as stack:
                try:
                    return self._walk(stack, name, folders).stamp(leaf)
                except FileNotFoundError:
                    return None
        except HomeRefused:
            return None

    def remove(self, name: str) -> None:
        """Delete a home with all that is in it; nothing happens when it is gone. Its server must have been stopped.

        Raises HomeRefused when something in it could not be deleted; deleting goes on when this is called again.
        """
        if not is_hub_name(name):
            raise HomeRefused(f"“{name}” cannot be the name of a home folder.")
        with _sentences(f"The home folder of {name}"):
            remove_tree(self.root, name)

    def tree(self, name: str, rel: str, *, max_bytes: int, max_files: int, skip: Callable[[str], bool]) -> list[HomeFile]:
        """Every plain file below the folder ``rel`` (empty: the home), by path; an empty list when the folder is not there.

        Links and special files are left out, and so is what ``skip`` says yes to: it gets each path below ``rel``, of folders
        with a slash at the end. Raises HomeRefused with a sentence when there is more than the limits allow.
        """
        with _sentences(rel), ExitStack() as stack:
            try:
                top = self._walk(stack, name, _parts(rel) if rel else [])
            except FileNotFoundError:
                return []
            return sorted(_Harvest(rel or "The home folder", max_bytes, max_files, skip).below(top), key=lambda file: file.path)

    def thin_out(self, name: str, rel: str, *, keep: int, ours: Callable[[str], bool]) -> None:
        """Remove files of the folder ``rel`` whose names are ``ours``, but the last ``keep`` by name. Nothing else is touched.

        Raises HomeRefused.
        """
        with _sentences(rel), ExitStack() as stack:
            try:
                folder = self._walk(stack, name, _parts(rel))
            except FileNotFoundError:
                return
            found = [leaf for leaf, is_folder in islice(folder.names(), MAX_NAMES) if not is_folder and ours(leaf)]
            for leaf in sorted(found)[:-keep]:
                folder.remove(leaf)

    def _home(self, name: str) -> Folder:
        if not is_hub_name(name):
            raise HomeRefused(f"“{name}” cannot be the name of a home folder.")
        try:
            return Folder.open(self.root / name)
        except FileNotFoundError as error:
            raise HomeRefused(f"{name} has no home folder yet.") from error

    def _walk(self, stack: ExitStack, name: str, parts: list[str]) -> Folder:
        folder = stack.enter_context(self._home(name))
        for part in parts:
            folder = stack.enter_context(folder.subfolder(part))
        return folder


class _Harvest:
    """One walk through a folder with its limits counted down."""

    def __init__(self, what: str, max_bytes: int, max_files: int, skip: Callable[[str], bool]) -> None:
        self.what, self.skip = what, skip
        self.max_bytes, self.bytes_left = max_bytes, max_bytes
        self.max_files, self.files_left = max_files, max_files
        self.names_left = MAX_NAMES

    def below(self, folder: Folder, prefix: str = "", depth: int = 0) -> Iterator[HomeFile]:
        if depth > MAX_DEPTH:
            raise HomeRefused(f"{self.what} has more than {MAX_DEPTH} folders inside one another.")
        for name, is_folder in self._names(folder):
            path = prefix + name
            if self.skip(f"{path}/" if is_folder else path):
                continue
            if any(ord(letter) < FIRST_LETTER or letter in SURROGATES for letter in name):
                raise HomeRefused(f"{self.what} holds a file with an unreadable name ({name!a}); rename it.")
            if is_folder:
                try:
                    with folder.subfolder(name) as inner:
                        yield from self.below(inner, f"{path}/", depth + 1)
                except (FileNotFoundError, NotADirectoryError):
                    continue  # moved away in the meantime
            else:
                yield from self._file(folder, name, path)

    def _names(self, folder: Folder) -> Iterator[tuple[str, bool]]:
        for name, is_folder in folder.names():
            self.names_left -= 1
            if self.names_left < 0:
                raise HomeRefused(f"{self.what} holds more than {MAX_NAMES} files; move the ones that do not belong to it.")
            yield name, is_folder

    def _file(self, folder: Folder, name: str, path: str) -> Iterator[HomeFile]:
        try:
            data = folder.read(name, self.bytes_left)
        except TooBig as error:
            raise HomeRefused(
                f"{self.what} holds more than {_size(self.max_bytes)}; remove what does not belong to it."
            ) from error
        except (NotPlain, OSError) as error:
            if isinstance(error, NotPlain) or error.errno in {errno.ELOOP, errno.ENOENT, errno.ENXIO}:
                return
            raise
        self.bytes_left -= len(data)
        self.files_left -= 1
        if self.files_left < 0:
            raise HomeRefused(f"{self.what} holds more than {self.max_files} files; remove what does not belong to it.")
        yield HomeFile(path, data)


def _appear(folder: Folder, hidden: str, leaf: str, *, replace: bool, over: Collection[str]) -> Placed:
    if folder.add(hidden, leaf):
        return Placed.written
    if replace or (over and _digest(folder, leaf) in over):
        folder.replace(hidden, leaf)
        return Placed.replaced
    return Placed.exists


def _move_aside(
    folder: Folder, hidden: str, leaf: str, aside: tuple[Folder, str], over: Collection[str] | None
) -> tuple[Placed, bool]:
    target, other = aside
    if over is not None and _digest(folder, leaf) not in over:
        return Placed.exists, False
    try:
        folder.move(leaf, target, other)
    except FileNotFoundError:  # deleted meanwhile
        return (Placed.written if folder.add(hidden, leaf) else Placed.exists), False
    if over is not None and _digest(target, other) not in over:  # saved at this very moment
        is_back = target.add(other, leaf, folder)
        if is_back:
            target.remove(other)
        return Placed.exists, not is_back
    return (Placed.replaced if folder.add(hidden, leaf) else Placed.exists), True


def _digest(folder: Folder, leaf: str) -> str | None:
    try:
        return hashlib.sha256(folder.read(leaf, COMPARE_LIMIT)).hexdigest()
    except (NotPlain, TooBig, OSError):
        return None


def _parts(rel: str) -> list[str]:
    parts = rel.split("/")
    if any(part in {"", ".", ".."} or "\0" in part for part in parts) or len(parts) > MAX_DEPTH:
        raise HomeRefused(f"“{rel}” is no path inside a home folder.")
    return parts


@contextmanager
def _sentences(what: str) -> Iterator[None]:
    """Turn what the system says about ``what`` into a sentence."""
    try:
        yield
    except NotPlain as error:
        raise HomeRefused(f"{what} is not a plain file.") from error
    except OSError as error:
        if error.errno in FULL:
            raise HomeFull(f"{what} could not be written: the disk is full.") from error
        if error.errno in {errno.ELOOP, errno.ENOTDIR}:
            raise HomeRefused(f"{what} cannot be reached: a link or a file is in the way.") from error
        raise HomeRefused(f"{what} cannot be used: {error.strerror}.") from error


def _size(limit: int) -> str:
    megabytes = limit / 1_000_000
    return f"{megabytes:.3g} MB" if megabytes >= 1 else f"{limit} bytes"
