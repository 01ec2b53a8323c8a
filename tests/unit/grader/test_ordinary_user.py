"""Grading by a worker that is not root, in each kind of sandbox. A suite that runs as root becomes nobody for it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.landlocked import Landlocked
from grader.sandbox import SandboxUnavailable
from tests.support.notebooks import answer, answering, as_file, checks, notebook, released

NOBODY = 65534
GRADE = """
import json, os, sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])
if os.geteuid() == 0:
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)

from grader.engine import grade
from grader.files import FileStore
from grader.jobs import GradeJob
from grader.sandboxes import Wanted
from grader.warm import want

want(Wanted(sys.argv[2]))
store = FileStore(Path(sys.argv[3]))
source, theirs = ((store.put_file("n.ipynb", text.encode()),) for text in json.load(sys.stdin))
result = grade(GradeJob("job", source, theirs), store, on_progress=lambda _done, _total: None)
print(json.dumps([result.status, result.staff_reason, [cell.points for cell in result.cells], result.provenance.get("sandbox")]))
"""


@pytest.mark.parametrize("kind", ["bubblewrap", pytest.param("landlock", marks=pytest.mark.slow)])
def test_an_ordinary_user_grades_as_well(kind: str, tmp_path: Path, checkout: Path) -> None:
    if os.geteuid() == 0:
        try:
            Landlocked()
        except SandboxUnavailable as reason:
            pytest.skip(f"nobody can't run this Python, or there is no Landlock: {reason}")
        for folder in [tmp_path, *tmp_path.parents[:-2]]:
            folder.chmod(folder.stat().st_mode | 0o711)
        os.chown(tmp_path, NOBODY, NOBODY)
    source = notebook(answer("a"), checks("t", "assert x == 1"))
    theirs = released(source)
    stays = "import os\nx = 1\nif os.fork() == 0:\n    os.setsid()\n    while True: os.sched_yield()"
    answering(a=stays)(theirs)

    done = subprocess.run(
        [sys.executable, "-c", GRADE, str(checkout), kind, str(tmp_path / "files")],
        input=json.dumps([as_file(source).decode(), as_file(theirs).decode()]),
        capture_output=True, text=True, check=True, timeout=120, cwd="/",
    )  # fmt: skip

    assert json.loads(done.stdout) == ["graded", "", [1], kind]
