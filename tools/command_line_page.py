"""Write docs/reference/command-line.md from what ``homeroom --help`` says: ``make docs`` runs this, a test compares."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from classroom.cli import main

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "command-line.md"

INTRODUCTION = """\
# The command line

`homeroom` does each step that the portal does, for people who script. In a checkout it is `.venv/bin/homeroom`, after
`make install`. The commands work on a state folder (`--state`, `var` if you name none), whether or not the stack runs on it:
what needs the stack waits until it runs. Run them as the user who runs the stack. A refusal is one sentence and the exit code 1.

From a folder to grades, as a script:

```bash
homeroom course create bio1 --title "Biology 1" --owner tara --folder ~/courses/bio1
homeroom roster import class.csv --course bio1 --yes
homeroom course sync bio1
homeroom assignment publish bio1 growth --due "2026-10-08 23:59"
homeroom invitations list bio1 --csv > links.csv
homeroom collect bio1 growth --wait
homeroom grades export bio1 --output grades.csv
```

`homeroom grade`, `release` and `check` need neither a server nor a state folder.

This page is written by `make docs` from the commands' own help.
"""


def page() -> str:
    """The whole page."""
    top = click.Context(main, info_name="homeroom", terminal_width=90, **main.context_settings)
    return "\n".join((INTRODUCTION, *(_section(context) for context in _contexts(top))))


def _contexts(context: click.Context) -> Iterator[click.Context]:
    """The command's own, then those of the commands below it."""
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            if command is not None:
                yield from _contexts(click.Context(command, info_name=name, parent=context, **command.context_settings))


def _section(context: click.Context) -> str:
    return f"## {context.command_path}\n\n```text\n{context.get_help()}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"Wrote {PAGE}\n")
