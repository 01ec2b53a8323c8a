"""``python -m classroom.migrations check``: whether a fresh database, made by the migrations, is what the models describe."""

import sys
import tempfile
from pathlib import Path

from alembic.util import CommandError

from classroom.migrations import check, upgrade


def main(arguments: list[str]) -> int:
    """Exit code 0 when models and migrations agree."""
    if arguments != ["check"]:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'check.sqlite'}"
        upgrade(url)
        try:
            check(url)
        except CommandError as error:
            sys.stderr.write(f"{error}\nMake a migration: alembic revision --autogenerate -m '...'\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
