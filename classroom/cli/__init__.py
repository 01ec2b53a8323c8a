"""The ``homeroom`` command. Each module below offers one click command or group, named ``command``."""

import click

from classroom.cli import assignment, collect, course, grades, invitations, roster, up
from classroom.errors import HomeroomError

COMMANDS = (up, course, roster, assignment, collect, grades, invitations)


class _Group(click.Group):
    """A group that shows a refusal as its sentence, not as a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except HomeroomError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="homeroom")
def main() -> None:
    """A course portal on top of a JupyterHub.

    Start everything with ``homeroom up --demo``; each other command does one step that the portal does too.
    """


for module in COMMANDS:
    main.add_command(module.command)
