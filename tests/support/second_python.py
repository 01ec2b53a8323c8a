"""A second Python with ipykernel, made offline within a second: it borrows the packages of the first."""

import subprocess
import sys
import sysconfig
from pathlib import Path


def make_second_python(folder: Path, *, with_packages: bool = True) -> str:
    """A virtual environment in ``folder``; the path of its Python. Without packages it has no ipykernel."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=60)
    python = folder / "bin" / "python"
    if with_packages:
        site = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
        (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return str(python)
