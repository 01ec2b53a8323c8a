"""Environments as the spawner takes them: looked at, chosen by name, and shown to Jupyter before all other kernels."""

import asyncio
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hub_bridge import environments, sandbox
from hub_bridge.environments import EnvironmentProblem, look_at
from hub_bridge.homes import Homes
from hub_bridge.spawner import KERNELS_INSIDE, SandboxSpawner, SpawnRefused
from tests.support.second_python import make_second_python

NAME = "Machine learning"
FIND_KERNEL = "from jupyter_client.kernelspec import KernelSpecManager as M; print(M().get_kernel_spec('python3').argv[0])"


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Another Python with ipykernel."""
    return make_second_python(tmp_path_factory.mktemp("environment") / "second")


def spawner(homes: Homes, python: str, options: dict[str, Any], *, sandboxed: bool = True) -> SandboxSpawner:
    """Ana's spawner, asked to start with these options."""
    made = SandboxSpawner(homes=str(homes.root), environments={NAME: python}, sandboxed=sandboxed)
    made.user = SimpleNamespace(name="ana")
    made.user_options = options
    return made


def choose(spawner: SandboxSpawner) -> environments.Environment | None:
    chosen: environments.Environment | None = asyncio.run(spawner._chosen())
    spawner._environment = chosen
    return chosen


def test_an_environment_says_which_folders_it_needs(python: str) -> None:
    found = look_at(NAME, python)

    assert (found.name, found.python) == (NAME, python)
    assert str(Path(python).parent.parent) in found.places
    assert found.bin == str(Path(python).parent)
    assert "/" not in found.places


def _no_file(folder: Path) -> str:
    return str(folder / "gone")


def _not_executable(folder: Path) -> str:
    (folder / "python").write_text("")
    return str(folder / "python")


def _no_python(folder: Path) -> str:
    program = folder / "python"
    program.write_text("#!/bin/sh\necho hello\n")
    program.chmod(0o755)
    return str(program)


def _fails(folder: Path) -> str:
    program = folder / "python"
    program.write_text("#!/bin/sh\necho no such library >&2\nexit 3\n")
    program.chmod(0o755)
    return str(program)


def _no_kernel(folder: Path) -> str:
    return make_second_python(folder / "bare", with_packages=False)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (_no_file, "there is no file .*Give the whole path of its Python"),
        (_not_executable, "is not executable"),
        (_no_python, "does not answer as Python does"),
        (_fails, "fails: no such library"),
        (_no_kernel, "has no ipykernel. Run .* -m pip install ipykernel"),
    ],
)
def test_what_can_start_no_kernel_is_said_with_a_cure(make: Callable[[Path], str], says: str, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match=f"“{NAME}” of HOMEROOM_ENVIRONMENTS cannot be used: .*{says}"):
        look_at(NAME, make(tmp_path))


@pytest.mark.parametrize("options", [{}, {"environment": "Python"}, {"something": "else"}])
def test_without_a_choice_it_is_homerooms_own_python(homes: Homes, options: dict[str, Any]) -> None:
    assert choose(spawner(homes, "/nothing/python", options)) is None


@pytest.mark.parametrize("wanted", ["Unknown", "", "/bin/sh", "../python", None, ["Machine learning"], {"python": "/bin/sh"}, 7])
def test_options_that_anybody_may_send_never_name_a_program(homes: Homes, python: str, wanted: object) -> None:
    with pytest.raises(SpawnRefused, match="There is no environment") as refusal:
        choose(spawner(homes, python, {"environment": wanted}))

    assert refusal.value.jupyterhub_message.endswith("tell your teacher.")


def test_one_that_broke_since_the_start_is_told_without_its_path(homes: Homes, tmp_path: Path) -> None:
    with pytest.raises(SpawnRefused, match="does not work at this moment") as refusal:
        choose(spawner(homes, _no_file(tmp_path), {"environment": NAME}))

    assert str(tmp_path) not in refusal.value.jupyterhub_message


def test_the_environments_kernel_stands_before_all_others_and_its_commands_come_first(homes: Homes, python: str) -> None:
    made = spawner(homes, python, {"environment": NAME})
    choose(made)
    environment = made.user_env({})

    assert environment["JUPYTER_PATH"].split(os.pathsep)[0] == KERNELS_INSIDE
    assert environment["PATH"].startswith(f"{Path(python).parent}:")
    made._environment = None
    assert KERNELS_INSIDE not in made.user_env({})["JUPYTER_PATH"]


def test_inside_the_sandbox_python3_is_the_environments_and_nobody_can_write_it(
    homes: Homes, ana: Path, uid: int | None, python: str, tmp_path: Path
) -> None:
    if problem := sandbox.sandbox_problem():
        pytest.skip(problem)
    made = spawner(homes, python, {"environment": NAME})
    chosen = choose(made)
    assert chosen
    Homes(homes.root).place("ana", ".local/share/jupyter/kernels/python3/kernel.json", b'{"argv": ["mine"]}', uid=uid)
    who = uid or os.geteuid()
    files = {"/etc/passwd": sandbox.descriptor_of(sandbox.passwd_entry("ana", who)), **made._kernel(chosen, who)}
    spec = f"{KERNELS_INSIDE}/{environments.KERNELSPEC}"
    look = f"{FIND_KERNEL}; import os; print(os.access({spec!r}, os.W_OK), os.access({str(Path(spec).parent)!r}, os.W_OK))"
    command = [*made._wrapping(who, files), python, "-c", look]
    done = subprocess.run(
        command, env=made.user_env({}), pass_fds=list(files.values()), preexec_fn=sandbox.prepare, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    for descriptor in files.values():
        os.close(descriptor)

    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [python, "False", "False"]


def test_without_a_sandbox_the_kernel_lies_in_the_home(homes: Homes, ana: Path, uid: int | None, python: str) -> None:
    made = spawner(homes, python, {"environment": NAME}, sandboxed=False)
    chosen = choose(made)
    assert chosen
    kept = made._kernel(chosen, uid or os.geteuid())
    kernels = Path(made.user_env({})["JUPYTER_PATH"].split(os.pathsep)[0])

    assert kept == {}
    assert kernels.is_relative_to(ana)
    spec = json.loads((kernels / environments.KERNELSPEC).read_text())
    assert spec["argv"][0] == python
    assert spec["display_name"] == NAME
