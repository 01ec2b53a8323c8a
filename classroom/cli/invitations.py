"""``homeroom invitations``: the links that let new people in."""

from datetime import timedelta
from pathlib import Path

import click

from classroom.cli.workbench import course_named, examples, open_workbench, show_table, state_option
from classroom.services.invitations import invitation_rows, invitations_csv


@click.group("invitations")
def command() -> None:
    """Hand out the links that let new people in."""


@command.command(
    "list",
    short_help="Show who has which link, and who has accepted.",
    epilog=examples("homeroom invitations list bio1", "homeroom invitations list bio1 --csv > links.csv"),
)
@click.argument("course")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, for a mail merge.")
@state_option
def list_(*, course: str, as_csv: bool, state: Path) -> None:
    """Show everybody in COURSE with their invitation link, or that they have accepted it.

    Who opens a link chooses a password for that account: give each link to its person only.
    """
    bench = open_workbench(state)
    with bench.session() as session:
        rows = invitation_rows(
            session,
            course=course_named(session, course),
            portal_url=bench.settings.portal_url,
            secret=bench.settings.secret_key.get_secret_value(),
            lifetime=timedelta(days=bench.settings.invitation_days),
            now=bench.now,
        )
    if as_csv:
        click.echo(invitations_csv(rows).encode(), nl=False)
        return
    show_table(["name", "sign-in name", "state", "link"], [(row.name, row.hub_name, row.state, row.url) for row in rows])
