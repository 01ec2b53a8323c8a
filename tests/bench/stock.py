"""The peer of grading: stock nbclient, a kernel for each notebook, as many at once as the worker runs. No sandbox, no verdict."""

import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def run_notebooks(files: Mapping[str, bytes], count: int, *, at_once: int) -> None:
    """Run the notebook among ``files`` ``count`` times, each time in a folder of its own; a cell that fails stops nothing."""
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(lambda _: _run(files), range(count)))


def _run(files: Mapping[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for path, content in files.items():
            target = Path(folder) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        [path] = [path for path in files if path.endswith(".ipynb")]
        notebook = nbformat.reads(files[path].decode(), as_version=4)  # type: ignore[no-untyped-call]
        quiet = ["--log-level=ERROR"]
        client = NotebookClient(
            notebook, allow_errors=True, timeout=60, extra_arguments=quiet, resources={"metadata": {"path": folder}}
        )
        client.execute()
