"""Reading files and zips that somebody uploaded. Nothing of a zip touches the disk, and no name in it is believed."""

import io
import stat
import zipfile
import zlib
from collections.abc import Mapping

from classroom.errors import HomeroomError, TooLarge
from classroom.services.paths import is_noise, is_plain_path

MAX_MEMBERS = 2_000
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)


def unpacked(uploads: Mapping[str, bytes], max_bytes: int) -> dict[str, bytes]:
    """What was uploaded, by path: the files themselves, or what is in the one zip. Raises HomeroomError and TooLarge."""
    if sum(len(data) for data in uploads.values()) > max_bytes:
        raise TooLarge(f"These files are larger than {max_bytes // 1_000_000} MB together. Leave out what students do not need.")
    zips = [name for name in uploads if name.lower().endswith(".zip")]
    if zips and len(uploads) == 1:
        return read_zip(uploads[zips[0]], max_bytes)
    source = {name: data for name, data in uploads.items() if not is_noise(name)}
    if bad := next((name for name in source if not is_plain_path(name)), None):
        raise HomeroomError(f"“{bad[:100]}” cannot be a file name here. Rename the file and upload it again.")
    return source


def read_zip(data: bytes, max_bytes: int) -> dict[str, bytes]:
    """The files in a zip by path; one folder around everything is taken off.

    Raises HomeroomError when the archive is damaged or has a name, link or password in it that it must not have, TooLarge when
    it unpacks to more than ``max_bytes``.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            contents = _read_members(archive, max_bytes)
    except _DAMAGED as error:
        raise HomeroomError("This zip file cannot be read: it is damaged or protected. Make it again and upload that.") from error
    return _without_common_folder(contents)


def _read_members(archive: zipfile.ZipFile, max_bytes: int) -> dict[str, bytes]:
    members = [member for member in archive.infolist() if not member.is_dir() and not is_noise(member.filename)]
    if len(members) > MAX_MEMBERS:
        raise TooLarge(
            f"This zip file holds {len(members)} files; at most {MAX_MEMBERS} are read. Leave out what students do not need."
        )
    contents: dict[str, bytes] = {}
    left = max_bytes
    for member in members:
        _check(member, contents)
        with archive.open(member) as file:
            data = file.read(left + 1)
        if len(data) > left:
            raise TooLarge(
                f"This zip file unpacks to more than {max_bytes // 1_000_000} MB. Leave out what students do not need."
            )
        left -= len(data)
        contents[member.filename] = data
    return contents


def _check(member: zipfile.ZipInfo, contents: dict[str, bytes]) -> None:
    name = member.filename
    if not is_plain_path(name):
        raise HomeroomError(f"“{name[:100]}” in this zip file is no plain path inside one folder. Rename it and zip again.")
    if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG):
        raise HomeroomError(f"“{name[:100]}” in this zip file is a link or a special file. Put the file itself there.")
    if name in contents:
        raise HomeroomError(f"“{name[:100]}” is in this zip file twice. Make it again with one of them.")


def _without_common_folder(contents: dict[str, bytes]) -> dict[str, bytes]:
    tops = {name.split("/", 1)[0] for name in contents}
    if len(tops) != 1 or any("/" not in name for name in contents):
        return contents
    return {name.split("/", 1)[1]: data for name, data in contents.items()}
