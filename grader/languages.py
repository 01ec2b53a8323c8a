"""Which notebooks can be run here: those in Python, and those for whose kernel a specification is installed for everybody."""

from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_core.paths import ENV_JUPYTER_PATH, SYSTEM_JUPYTER_PATH

_PYTHON = frozenset({"python", "python3", "ipython"})


def is_python(language: str) -> bool:
    """Whether our own kernel runs it, with the tests apart."""
    return language.lower() in _PYTHON


def kernel_of(kernelspec: dict[str, Any]) -> str:
    """The kernel that a notebook asks for, if the sandbox has it; else nothing. What only one user has is not there."""
    name = kernelspec.get("name")
    folders = [str(Path(path) / "kernels") for path in (*ENV_JUPYTER_PATH, *SYSTEM_JUPYTER_PATH)]
    return name if isinstance(name, str) and name in KernelSpecManager(kernel_dirs=folders).find_kernel_specs() else ""
