"""Submissions that mean harm, graded for real. Nothing they do may reach anything, or outlive them."""

import os
import re
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from grader.files import FileStore
from grader.jobs import GradeJob, Limits
from tests.support.attempts import ATTEMPTS
from tests.support.notebooks import Notebook, answer, answering, as_file, cell_of, checks, code, flags, notebook, released
from tests.unit.grader.conftest import Graded, Grades, jobs_of

SOURCE = notebook(answer("a"), checks("before", "assert x == 1"), answer("b"), checks("after", "assert x == 1"))


FILLS_THE_DISK = """
import time
for n in range(200):
    with open(f"big{n}", "wb") as file:
        file.write(b"x" * (10 << 20))
    time.sleep(0.1)
"""


@pytest.fixture(autouse=True)
def nothing_is_left_running() -> Iterator[None]:
    yield
    deadline = time.monotonic() + 5
    while (found := jobs_of(os.getpid())) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert found == []


@pytest.fixture(scope="module")
def listeners() -> Iterator[list[socket.socket]]:
    """The host listens, by TCP and by UDP, on one port of its loopback."""
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.bind(tcp.getsockname())
        tcp.setblocking(False)
        udp.setblocking(False)
        yield [tcp, udp]


@pytest.fixture(scope="module")
def probes(
    graded: Grades, listeners: list[socket.socket], tmp_path_factory: pytest.TempPathFactory, sandbox_kind: str
) -> Iterator[Graded]:
    """One run in which student code tries all of ATTEMPTS."""
    secret = tmp_path_factory.mktemp("host") / "secret.txt"
    secret.write_text("planted")
    facts = f"SECRET = {str(secret)!r}\nCHECKOUT = {__file__!r}\nPORT = {listeners[0].getsockname()[1]}\nHOST = {os.getpid()}"
    attempts = {name: text for name, text in ATTEMPTS.items() if name != "disk" or sandbox_kind == "bubblewrap"}
    source = notebook(answer("facts"), *[answer(name) for name in attempts], checks("t", "assert True"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOMEROOM_BROKER_URL", "redis://broker-password")
        yield graded(source, answering(facts=facts, **attempts))


def said(probes: Graded, name: str) -> str:
    cells = probes.executed()["cells"]
    return probes.printed(cells.index(cell_of(probes.executed(), name)))


def test_student_code_reaches_no_network(probes: Graded, listeners: list[socket.socket], sandbox_kind: str) -> None:
    tcp, udp = listeners

    assert ("unreachable" if sandbox_kind == "bubblewrap" else "Permission denied") in said(probes, "network")
    with pytest.raises(BlockingIOError):
        tcp.accept()
    with pytest.raises(BlockingIOError):
        udp.recv(100)


def test_student_code_sees_nothing_of_the_host_but_its_libraries(probes: Graded) -> None:
    assert set(said(probes, "files").split()) <= {"absent", "closed"}


def test_student_code_finds_no_secret_in_any_environment(probes: Graded) -> None:
    assert "NBGRADER_EXECUTION" in said(probes, "environment")
    assert "broker-password" not in said(probes, "environment")
    assert "HOMEROOM" not in said(probes, "environment")


def test_student_code_is_nobody_without_capabilities(probes: Graded, sandbox_kind: str) -> None:
    text = said(probes, "user")

    assert not text.startswith("0 ")
    found = re.search(r"^\d+ \[(.*)\] caps  (\d+)$", text, re.MULTILINE)
    assert found
    if os.geteuid() == 0:
        assert found.groups() == ("", "0")
    else:  # a user's groups, inside those of nobody, and the capabilities a program could give can't be left
        assert set(found[1].split(", ")) <= {"", "65534"}
        assert found[2] == "0" or sandbox_kind == "landlock"
    assert "privileges 1 filter 2" in text


def test_student_code_sees_only_its_own_processes(probes: Graded) -> None:
    listed, signalled = said(probes, "others").strip().split("\n")

    assert listed == "closed" or 1 <= len(listed.split()) <= 4
    assert signalled in {"No such process", "Operation not permitted"}


def test_student_code_writes_only_into_its_own_small_disk(probes: Graded) -> None:
    assert "WROTE" not in said(probes, "writing")


def test_student_code_fills_no_disk(probes: Graded, graded: Grades, sandbox_kind: str) -> None:
    if sandbox_kind == "bubblewrap":
        assert "No space left" in said(probes, "disk")
    else:
        result = graded(SOURCE, answering(a="x = 1", b=FILLS_THE_DISK), Limits(disk_mb=20))
        assert result.points["after"] is None
        assert result.points["before"] in {1, None}  # nobody's answer counts as wrong because the disk was full
        assert "disk space, allowed" in result["after"].staff_message


def test_student_code_gets_no_further_namespaces_or_mounts(probes: Graded) -> None:
    assert {"unshare -1", "mount -1", "program 1"} <= set(said(probes, "namespaces").split("\n"))


def test_a_fork_bomb_is_bounded_and_the_test_after_it_still_runs(probes: Graded) -> None:
    assert "bounded" in said(probes, "forks")
    assert probes.points == {"t": 1}


def test_an_endless_loop_costs_its_own_test_only(graded: Grades) -> None:
    limits = Limits(cell_seconds=2)

    result = graded(SOURCE, answering(a="x = 1\nwhile True: pass", b="pass"), limits)

    assert result.points == {"before": 1, "after": 1}
    assert result["before"].status == "passed"


def test_an_endless_loop_inside_a_test_fails_it_in_words(graded: Grades) -> None:
    source = notebook(answer("f"), checks("loops", "f()"), checks("next", "assert x == 1"))

    result = graded(source, answering(f="x = 1\ndef f():\n    while True: pass"), Limits(cell_seconds=2))

    assert result.points == {"loops": 0, "next": 1}
    assert result["loops"].student_message == "The test took longer than 2 seconds."


def test_a_loop_that_ignores_the_interrupt_is_killed_and_what_came_before_counts(graded: Grades) -> None:
    stubborn = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"

    result = graded(SOURCE, answering(a="x = 1", b=stubborn), Limits(cell_seconds=2))

    assert result.points == {"before": 1, "after": None}
    assert result["after"].status == "not_run"
    assert "could not be interrupted" in result.result.staff_reason


@pytest.mark.slow
def test_a_loop_that_can_not_be_interrupted_takes_no_time_from_the_tests(graded: Grades, sandbox_kind: str) -> None:
    if sandbox_kind != "bubblewrap":
        pytest.skip("only with a view of its own does student code see what runs")
    busy = (
        "import time\nfrom pathlib import Path\n"
        "def running():\n"
        "    facts = [path.read_text().rpartition(') ')[2].split() for path in Path('/proc').glob('[0-9]*/stat')]\n"
        "    return sum(fact[0] == 'R' for fact in facts) - 1\n"
        "def busy():\n    return min((time.sleep(0.05), running())[1] for _ in range(10))"  # what spins does so each time
    )
    source = notebook(answer("f"), checks("alone", "assert busy() == 0"), answer("g"))
    stubborn = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"

    result = graded(source, answering(f=busy, g=stubborn), Limits(cell_seconds=2))

    assert result.points == {"alone": 1}
    assert "could not be interrupted" in result.result.staff_reason


def test_a_kernel_that_kills_itself_leaves_the_rest_to_a_person(graded: Grades) -> None:
    result = graded(SOURCE, answering(a="x = 1", b="import os\nos._exit(0)"))

    assert result.result.status == "graded"
    assert result.points == {"before": 1, "after": None}
    assert "ended its own kernel in cell 3 (b): it left with exit code 0, as exit(), quit()" in result["after"].staff_message
    assert result.result.needs_review == (f"Not run: after. {result['after'].staff_message}",)


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        ("os._exit(7)", "it left with exit code 7"),
        ("os.kill(os.getpid(), 9)", "it was killed (SIGKILL), most often for using more than the 1024 MB"),
        ("import ctypes; ctypes.string_at(0)", "it crashed (SIGSEGV)"),
    ],
)
def test_staff_read_how_a_kernel_came_to_its_end(ending: str, told: str, graded: Grades) -> None:
    result = graded(SOURCE, answering(a="x = 1", b=f"import os\n{ending}"))

    assert told in result.result.needs_review[0]


def test_a_test_that_was_reached_counts_though_it_ended_the_kernel(graded: Grades) -> None:
    source = notebook(answer("f"), checks("ends", "f(1)"), checks("next", "assert x == 1"))

    result = graded(source, answering(f="import os\nx = 1\ndef f(n): os._exit(0)"))

    assert result.points == {"ends": 0, "next": None}
    assert any("next" in sentence and "exit code 0" in sentence for sentence in result.result.needs_review)


def test_memory_is_bounded_for_one_process_and_for_all_together(graded: Grades) -> None:
    greedy = "x = 1\nhoard = []\nwhile True: hoard.append(bytearray(50 << 20))"
    swarm = (
        "import os, time\nhoard = None\nfor n in range(6):\n    if os.fork() == 0:\n        b = bytearray(300 << 20)\n"
        "        for i in range(0, len(b), 4096): b[i] = 1\n        time.sleep(60)\n        os._exit(0)\ntime.sleep(1)"
    )

    result = graded(SOURCE, answering(a=greedy, b=swarm), Limits(memory_mb=600))

    assert result.points["before"] == 1
    if result.result.provenance["memory_group"]:
        assert result.result.provenance["peak_mb"] <= 600


def test_the_time_of_all_cells_together_is_bounded(graded: Grades) -> None:
    result = graded(SOURCE, answering(a="x = 1", b="import time\ntime.sleep(60)"), Limits(total_seconds=3))

    assert result.points == {"before": 1, "after": None}
    assert "used up its 3 seconds" in result["after"].staff_message


def test_a_hundred_megabytes_of_output_are_cut_and_errors_after_them_still_count(graded: Grades) -> None:
    source = notebook(answer("a"), checks("fails", "print('y' * 1000)\nassert False"), checks("value", "0.5"))
    flood = (
        "import time\nfor n in range(100): print('x' * 1_000_000)\n"
        "for n in range(10):\n    print('z' * 900_000)\n    time.sleep(0.25)"
    )

    result = graded(source, answering(a=flood), Limits(output_mb=2))

    assert result.points == {"fails": 0, "value": 0.5}
    assert result.result.executed[0].size < 4 << 20


def test_a_single_giant_message_is_not_swallowed_by_the_worker(graded: Grades) -> None:
    giant = "from IPython.display import display, HTML\nx = 1\ndisplay(HTML('x' * 100_000_000))"

    result = graded(SOURCE, answering(a=giant, b="pass"))

    assert result.points["before"] in {1, None}
    assert result.result.executed[0].size < 8 << 20


def test_nothing_that_is_not_an_answer_can_be_smuggled_in(graded: Grades) -> None:
    source = notebook(answer("a"), checks("t", "assert x == 1", 2))

    def edit(theirs: Notebook) -> None:
        test = cell_of(theirs, "t")
        test["source"] = "2"
        test["metadata"]["tags"] = ["skip-execution"]
        test["outputs"] = [{"output_type": "execute_result", "data": {"text/plain": "2"}, "metadata": {}, "execution_count": 1}]
        theirs["cells"].insert(0, code("x = 1", flags("t", grade=True, points=100)))
        theirs["cells"].append(code("2", flags("t", grade=True, points=100)))

    result = graded(source, edit)

    assert result.points == {"t": 0}
    assert result["t"].max_points == 2


def test_a_daemon_does_not_outlive_its_submission(graded: Grades) -> None:
    daemon = (
        "import os, subprocess, sys\nx = 1\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        f"        os.execv('/bin/sh', ['/hr-{os.getpid()}-sleeper', '-c', 'while :; do sleep 1; done'])\n    os._exit(0)"
    )

    assert graded(SOURCE, answering(a=daemon, b="pass")).points == {"before": 1, "after": 1}


def test_hostile_words_in_an_error_reach_no_student(graded: Grades) -> None:
    source = notebook(answer("a"), checks("t", "f()"))
    custom = "class HiddenTestSays42(Exception): pass\ndef f(): raise HiddenTestSays42('<script>')"

    result = graded(source, answering(a=custom))

    assert result["t"].student_message == "The answer did not pass this test."
    assert "<script>" not in result.told_to_the_student


def test_a_submission_with_more_files_than_the_disk_holds_is_ungradable(
    grade_files: Callable[..., Graded], make_job: Callable[..., GradeJob], store: FileStore
) -> None:
    book = {"n.ipynb": as_file(SOURCE)}

    result = grade_files(book, {"n.ipynb": as_file(released(SOURCE)), "big.bin": b"x" * (2 << 20)}, Limits(disk_mb=1)).result

    assert result.status == "ungradable"
    assert "larger than 1 MB" in result.student_reason
