"""The private folder of one run, on this machine's temporary disk."""

import contextlib
import os
import subprocess
import tempfile
from pathlib import Path

_PREFIX = "hr-"
_LONGEST_BASE = 60
"""The templates' sockets lie in the folder, and a socket's path may have only about a hundred bytes."""


def make_scratch(base: Path | None = None) -> Path:
    """A new folder in ``base`` that only this user can enter. Folders of workers that were killed are removed first."""
    base = base or Path(tempfile.gettempdir())
    if len(bytes(base)) > _LONGEST_BASE:
        base = Path("/tmp")  # noqa: S108 - the folder made in it is private
    _sweep(base)
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=base))


def remove_scratch(folder: Path) -> None:
    """Remove the folder, by ``rm``: it is not stopped by however deep a tree somebody made, and follows no links."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(["/bin/rm", "-rf", "--", str(folder)], check=False, timeout=60, capture_output=True)


def _sweep(base: Path) -> None:
    for folder in base.glob(f"{_PREFIX}[0-9]*-*"):
        maker = folder.name.removeprefix(_PREFIX).split("-")[0]
        with contextlib.suppress(OSError):
            if not Path("/proc", maker).exists() and folder.lstat().st_uid == os.geteuid():
                remove_scratch(folder)
