"""nbgrader beside us: the same course folder, worked on by both."""

import json
import os
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.support.notebooks import Notebook, as_file

_DRIVER = Path(__file__).parent / "nbgrader_driver.py"


class NbgraderCourse:
    """A course folder in nbgrader's layout."""

    def __init__(self, root: Path, python: Path) -> None:
        self.root = root
        self._python = python

    def put(self, path: str, data: bytes | Notebook) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data if isinstance(data, bytes) else as_file(data))

    def files(self, folder: str) -> dict[str, bytes]:
        top = self.root / folder
        return {str(path.relative_to(top)): path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()}

    def run(
        self, *, release: Iterable[str] = (), autograde: Iterable[str] = (), update: Iterable[str] = (), cell_seconds: int = 30
    ) -> dict[str, Any]:
        """Have nbgrader do this, in one process."""
        order = {
            "release": list(release),
            "autograde": list(autograde),
            "update": list(update),
            "cell_seconds": cell_seconds,
        }
        environment = {key: value for key, value in os.environ.items() if key in ("PATH", "LANG")} | {"HOME": str(self.root)}
        done = subprocess.run(
            [self._python, _DRIVER, self.root, json.dumps(order)],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer


@pytest.fixture(scope="session")
def nbgrader_python(checkout: Path) -> Path:
    python = checkout / ".venv-nbgrader/bin/python"
    if not python.exists():
        pytest.fail("nbgrader is not installed here: run `make conformance`")
    return python


@pytest.fixture
def nbgrader_course(tmp_path: Path, nbgrader_python: Path) -> NbgraderCourse:
    return NbgraderCourse(tmp_path, nbgrader_python)


@pytest.fixture(scope="module")
def make_course(tmp_path_factory: pytest.TempPathFactory, nbgrader_python: Path) -> Callable[[], NbgraderCourse]:
    return lambda: NbgraderCourse(tmp_path_factory.mktemp("course"), nbgrader_python)
