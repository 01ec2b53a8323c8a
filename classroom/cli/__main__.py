"""``python -m classroom.cli`` is the ``homeroom`` command."""

from classroom.cli import main

main()
