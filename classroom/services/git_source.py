"""Files of a public Git repository, fetched from an address that somebody typed.

Nothing of the repository is checked out: what it holds is listed and read as raw contents, so links, filters, hooks and
submodules in it have no effect. The address must be http or https, and its host a public one: the name is looked up once, and
git is made to go to what was found.
"""

import ipaddress
import os
import re
import signal
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from classroom.errors import HomeroomError, TooLarge, Unavailable
from classroom.services.paths import is_noise, is_plain_path

MAX_FILES = 2_000
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,199}")
_FILE_MODES = frozenset({"100644", "100755"})
_LONGEST_ADDRESS = 1000
_CONTROL_BYTES = 20_000_000
"""Most that a listing may have."""
_SETTINGS = {
    "core.hooksPath": "/dev/null",
    "credential.helper": "",
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "20",
    "protocol.version": "2",
}


@dataclass(frozen=True, slots=True)
class GitLimits:
    """``max_bytes`` holds for the transfer and for the files; ``private`` allows addresses of the machine's own networks."""

    max_bytes: int
    seconds: int
    private: bool = False


def fetch(address: str, *, branch: str = "", folder: str = "", limits: GitLimits) -> dict[str, bytes]:
    """The files below ``folder`` of a repository's newest commit on ``branch`` (empty: its main one).

    Raises HomeroomError with a sentence about the address, TooLarge, Unavailable when git is missing here.
    """
    host, port, ip = _checked(address, private=limits.private)
    if branch and (not _REFERENCE.fullmatch(branch) or ".." in branch):
        raise HomeroomError(f"“{branch[:80]}” is no name of a branch or tag.")
    folder = folder.strip().strip("/")
    if folder and not is_plain_path(folder):
        raise HomeroomError(f"“{folder[:80]}” is no folder in a repository.")
    with tempfile.TemporaryDirectory(prefix="homeroom-git-") as scratch:
        git = _Git(Path(scratch), limits)
        # An address in brackets is how curl wants a version 6 one.
        pinned = f"http.curloptResolve={host}:{port}:{f'[{ip}]' if ':' in ip else ip}"
        options = ["--depth=1", "--bare", "--no-tags", "--single-branch", "--no-recurse-submodules", "--quiet"]
        git.run(["-c", pinned, "clone", *options, *(["--branch", branch] if branch else []), "--", address, "repository"])
        return _files(git, folder, limits.max_bytes)


class _Git:
    """Runs git in a folder of its own, with nobody's configuration and bounds on what it takes."""

    def __init__(self, scratch: Path, limits: GitLimits) -> None:
        self.scratch, self.limits = scratch, limits
        self.environment = {
            "PATH": os.defpath,
            "HOME": str(scratch),
            "LANG": "C.UTF-8",
            "GIT_ALLOW_PROTOCOL": "http:https",
            "GIT_ASKPASS": "true",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
        }

    def run(self, arguments: list[str], *, most: int = _CONTROL_BYTES, given: bytes = b"") -> bytes:
        """What git prints. Raises HomeroomError with what it complains about."""
        settings = {
            "core.hooksPath": "/dev/null",
            "credential.helper": "",
            "http.followRedirects": "false",
            "protocol.version": "2",
        }
        settings |= {"http.lowSpeedLimit": "1000", "http.lowSpeedTime": "20", "transfer.fsckObjects": "true"}
        command = ["git", *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")), *arguments]
        try:
            with (self.scratch / "printed").open("w+b") as out, (self.scratch / "said").open("w+b") as said:
                process = subprocess.Popen(
                    command,
                    cwd=self.scratch,
                    env=self.environment,
                    stdin=subprocess.PIPE,
                    stdout=out,
                    stderr=said,
                    start_new_session=True,
                )
                self._wait(process, given)
                out.seek(0)
                said.seek(0)
                printed, complaint = out.read(most + 1), said.read(2000).decode(errors="replace")
        except FileNotFoundError as error:
            raise Unavailable("Git is not installed on this server. Upload the files or a zip instead.") from error
        if process.returncode:
            raise HomeroomError(self._sentence(process.returncode, complaint))
        if len(printed) > most:
            raise TooLarge(self._too_large())
        return printed

    def _wait(self, process: subprocess.Popen[bytes], given: bytes) -> None:
        try:
            process.communicate(given, timeout=self.limits.seconds)
        except subprocess.TimeoutExpired as error:
            os.killpg(process.pid, signal.SIGKILL)  # git's helpers are in its session
            process.wait()
            raise HomeroomError(
                f"The repository did not come within {self.limits.seconds} seconds. Try again, or upload the files as a zip."
            ) from error

    def _sentence(self, code: int, complaint: str) -> str:
        last = next((line for line in reversed(complaint.splitlines()) if line.strip()), "")
        if code < 0 or "write error" in complaint or "signal" in complaint:
            return self._too_large()
        if "redirect" in complaint.lower() or "error: 30" in complaint:
            return "This address leads on to another one. Use the repository's own address."
        words = last.removeprefix("fatal: ").removeprefix("error: ").strip().rstrip(".")
        return f"Git could not fetch this repository: {words[:300] or f'it ended with {code}'}. It must be public."

    def _too_large(self) -> str:
        return (
            f"This repository is larger than {self.limits.max_bytes // 1_000_000} MB. "
            "Put what guests need into a smaller one, or upload it as a zip."
        )


def _files(git: _Git, folder: str, max_bytes: int) -> dict[str, bytes]:
    where = ["-C", "repository"]
    listing = git.run([*where, "ls-tree", "-r", "-z", "--long", "HEAD", *(["--", f"{folder}/"] if folder else [])])
    wanted: dict[str, str] = {}
    total = 0
    for entry in listing.decode(errors="surrogateescape").split("\0"):
        facts, _, path = entry.partition("\t")
        words = facts.split()
        if not path or words[0] not in _FILE_MODES:
            continue  # links and submodules are left out
        path = path.removeprefix(f"{folder}/") if folder else path
        if is_noise(path):
            continue
        if not is_plain_path(path):
            raise HomeroomError(f"“{path[:100]!a}” in this repository cannot be a file name here. Rename it.")
        wanted[path] = words[2]
        total += int(words[3])
        if len(wanted) > MAX_FILES or total > max_bytes:
            raise TooLarge(
                f"There are more than {MAX_FILES} files or {max_bytes // 1_000_000} MB. Name a folder of the repository."
            )
    if not wanted:
        raise HomeroomError(f"There are no files in {f'the folder {folder} of ' if folder else ''}this repository.")
    return _contents(git, wanted, total)


def _contents(git: _Git, wanted: dict[str, str], total: int) -> dict[str, bytes]:
    """The contents of the named objects, as ``git cat-file --batch`` prints them: a line, the bytes, a line end."""
    names = list(dict.fromkeys(wanted.values()))
    printed = git.run(
        ["-C", "repository", "cat-file", "--batch"],
        most=total + 100 * len(names),
        given="".join(f"{name}\n" for name in names).encode(),
    )
    found: dict[str, bytes] = {}
    at = 0
    for name in names:
        end = printed.index(b"\n", at)
        size = int(printed[at:end].split()[2])
        found[name] = printed[end + 1 : end + 1 + size]
        at = end + 1 + size + 1
    return {path: found[name] for path, name in wanted.items()}


def _checked(address: str, *, private: bool) -> tuple[str, int, str]:
    """Host, port and the one IP address to go to. Raises HomeroomError."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise HomeroomError("This is no web address. Write it like https://github.com/someone/course.git.") from error
    plain = address.isascii() and address.isprintable() and " " not in address and "\\" not in address
    if parts.scheme not in {"http", "https"} or not host or not plain or len(address) > _LONGEST_ADDRESS:
        raise HomeroomError("A repository's address begins with https://, like https://github.com/someone/course.git.")
    if parts.username is not None or parts.password is not None:
        raise HomeroomError("Leave the name and password out of the address; only public repositories are fetched.")
    port = port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise HomeroomError(f"There is no server called {host[:100]}. Check the address.") from error
    ips = list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))
    if not private and not all(is_public(ip) for ip in ips):
        raise HomeroomError(f"{host[:100]} is in a private network; repositories are fetched from public addresses only.")
    return host, port, ips[0]


def is_public(ip: str) -> bool:
    """Whether this IP address is one of the open internet, and not one that only wraps another."""
    address = ipaddress.ip_address(ip)
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    return address.is_global and not address.is_multicast and (inner is None or inner.is_global)
