"""The ``homeroom`` command. Each module named below offers one click command or group, ``command``."""

from importlib import import_module

import click

from classroom.errors import HomeroomError

COMMANDS = ("up", "course", "roster", "assignment", "collect", "grades", "invitations", "sign-in", "grade", "release", "check")


class _Group(click.Group):
    """Loads a command when it is asked for, which keeps the start of ``up`` short; shows a refusal as its sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"classroom.cli.{cmd_name.replace('-', '_')}").command
        return command

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
