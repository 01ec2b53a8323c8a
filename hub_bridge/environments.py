"""Environments: further Pythons, each with libraries of its own, that notebooks may run in beside Homeroom's.

The one who runs the server names them, each with the path of its Python; everybody else knows only the names. A notebook
server itself always runs in Homeroom's Python. Of an environment it gets a kernel specification that stands before all others, so
that ``python3``, which notebooks name, is the environment's.
"""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

DEFAULT = "Python"
"""Homeroom's own Python, which is always offered."""
OPTION = "environment"
"""Under this name the hub is told in which environment a server is to run."""
KERNELSPEC = "kernels/python3/kernel.json"
"""Where Jupyter looks for the specification of the Python kernel, below a folder of JUPYTER_PATH."""

_SECONDS = 30
_LONGEST_ANSWER = 300
_ASK = """
import importlib.util, json, os, sys
base = os.path.realpath(sys.executable)
places = [sys.prefix, sys.base_prefix, os.path.realpath(sys.base_prefix), os.path.dirname(os.path.dirname(base))]
print(json.dumps([places, importlib.util.find_spec("ipykernel_launcher") is not None]))
"""


class EnvironmentProblem(Exception):
    """An environment cannot be used; the message is a sentence for the one who runs the server."""


@dataclass(frozen=True, slots=True)
class Environment:
    """One that was looked at: ``places`` are the folders without which its Python does not run."""

    name: str
    python: str
    places: tuple[str, ...]

    @property
    def bin(self) -> str:
        """The folder of its commands."""
        return str(Path(self.python).parent)

    def kernelspec(self) -> bytes:
        """What makes Jupyter start Python kernels in it."""
        argv = [self.python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        about = {"argv": argv, "display_name": self.name, "language": "python", "metadata": {"debugger": True}}
        return json.dumps(about).encode()


def look_at(name: str, python: str) -> Environment:
    """The environment behind a path, asked of its Python. Raises EnvironmentProblem."""
    if not Path(python).is_file():
        raise _problem(name, f"there is no file {python}", "Give the whole path of its Python")
    if not os.access(python, os.X_OK):
        raise _problem(name, f"{python} is not executable", "Give the whole path of its Python")
    try:
        # -I: neither this process's variables nor packages of its user are part of the environment.
        done = subprocess.run([python, "-I", "-c", _ASK], capture_output=True, text=True, check=True, timeout=_SECONDS)
        places, has_kernel = json.loads(done.stdout)
    except subprocess.CalledProcessError as error:
        raise _problem(name, f"{python} fails: {_last_line(error.stderr)}", "Give the whole path of its Python") from error
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise _problem(name, f"{python} does not answer as Python does", "Give the whole path of its Python") from error
    if not has_kernel:
        raise _problem(name, f"{python} has no ipykernel", f"Run {python} -m pip install ipykernel")
    bin_folder = str(Path(python).parent)
    return Environment(name, python, tuple(dict.fromkeys(place for place in (*places, bin_folder) if place != "/")))


def _problem(name: str, what: str, cure: str) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"The environment “{name}” of HOMEROOM_ENVIRONMENTS cannot be used: {what}. {cure}, or take the name out."
    )


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it says nothing"])[-1][:_LONGEST_ANSWER]
