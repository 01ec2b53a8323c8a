"""A folder on the machine's disk for one side of a notebook, where it can have no file system of its own."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from grader.scratch import make_scratch, remove_scratch


@contextlib.contextmanager
def run_folder(uid: int) -> Iterator[Path]:
    """A folder of this user's, or of ours where we are not root; it is removed in the end, whatever is in it."""
    outer = make_scratch()
    try:
        folder = outer / "run"
        folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(folder, uid, uid)
            outer.chmod(0o711)
        yield folder
    finally:
        remove_scratch(outer)
