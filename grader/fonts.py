"""Matplotlib's list of this machine's fonts, made once: without it each notebook's first plot would search for them, for seconds.

It is made by a process of ours that sees no notebook, and kept in the user's cache for the next start.
"""

import contextlib
import hashlib
import importlib.metadata
import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path

log = logging.getLogger(__name__)

FOLDER = ".matplotlib"
"""Where it lies in a notebook's home: MPLCONFIGDIR in there."""
_CACHE = ".cache/homeroom"
_SECONDS = 120
_MOST_BYTES = 5_000_000


def font_files() -> dict[str, bytes]:
    """The list by its path in a notebook's home; nothing where there is no matplotlib, or where it can't be made."""
    try:
        version = importlib.metadata.version("matplotlib")
    except importlib.metadata.PackageNotFoundError:
        return {}
    try:
        kept = Path.home() / _CACHE / "-".join(["fonts", version, hashlib.sha256(sys.prefix.encode()).hexdigest()[:12]])
        if not kept.is_dir():
            _make(kept)
        return {f"{FOLDER}/{path.name}": path.read_bytes()[:_MOST_BYTES] for path in kept.glob("fontlist-*.json")}
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:  # RuntimeError: this user has no home
        log.warning("no list of fonts, so first plots are slow: %s", error)
        return {}


def _make(kept: Path) -> None:
    """Have matplotlib make it in a new folder, which then takes its place at once."""
    kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=kept.parent, prefix="making-") as folder:
        private = Path(folder, "fonts")
        private.mkdir()
        # Its home is empty: fonts of the one who runs this are nobody else's business.
        environment = {"MPLCONFIGDIR": str(private), "HOME": folder, "PATH": os.defpath, "MPLBACKEND": "agg"}
        command = [sys.executable, "-I", "-c", "import matplotlib.font_manager"]
        subprocess.run(command, env=environment, check=True, timeout=_SECONDS, capture_output=True)
        with contextlib.suppress(FileExistsError):  # somebody else was faster
            private.rename(kept)
