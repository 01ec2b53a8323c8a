"""``homeroom roster``: people into a course, from a file."""

from pathlib import Path

import click

from classroom.cli.workbench import course_named, examples, open_workbench, show_table, state_option
from classroom.errors import HomeroomError
from classroom.services import rosters
from classroom.services.rosters import RosterPreview


@click.group("roster")
def command() -> None:
    """Bring people into a course from a list."""


@command.command(
    "import",
    short_help="Show what a roster file would change; --yes applies it.",
    epilog=examples(
        "homeroom roster import class.csv --course bio1          look first",
        "homeroom roster import class.csv --course bio1 --yes    then apply",
    ),
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--course", "slug", required=True, metavar="SLUG", help="Short name of the course.")
@click.option("--yes", is_flag=True, help="Apply it. Without this, only show what would happen.")
@click.option("--drop-missing", is_flag=True, help="Drop students whom the file does not list. Their work is kept.")
@state_option
def import_(*, file: Path, slug: str, yes: bool, drop_missing: bool, state: Path) -> None:
    """Read a roster FILE (CSV or similar, as your school's system exports it) and show what would change.

    Columns are recognised by their headers. Nobody is ever deleted. Importing the same file twice changes nothing.
    """
    bench = open_workbench(state)
    with bench.session() as session:
        upload = rosters.upload(
            session,
            files=bench.files,
            course=course_named(session, slug),
            actor=None,
            filename=file.name,
            data=file.read_bytes(),
            limits=bench.settings,
            now=bench.now,
        )
        preview = rosters.preview(session, files=bench.files, upload=upload)
        _show(preview, drop_missing=drop_missing)
        if preview.blocked:
            raise HomeroomError("Nothing in this file can be used; see the problems above.")
        if not yes:
            session.rollback()
            click.echo("Nothing was changed. Apply it with --yes.")
            return
        rosters.apply(
            session,
            files=bench.files,
            upload=upload,
            fingerprint=preview.fingerprint,
            drop_missing=drop_missing,
            actor=None,
            now=bench.now,
        )
    click.echo("Applied. Accounts and homes are made in the background; `homeroom invitations list` has the links.")


def _show(preview: RosterPreview, *, drop_missing: bool) -> None:
    words = {} if drop_missing else {"dropped": "not listed"}
    rows = [
        (
            row.row,
            words.get(row.change, row.change),
            row.name,
            row.email,
            row.student_id,
            row.section,
            row.role.value,
            "; ".join(row.changes),
        )
        for row in preview.rows
        if row.change != "unchanged"
    ]
    if rows:
        show_table(["row", "change", "name", "e-mail", "student id", "section", "role", "what changes"], rows)
        click.echo()
    for problem in preview.problems:
        place = f"row {problem.row}" if problem.row is not None else "the file"
        column = f", {problem.column}" if problem.column else ""
        click.echo(f"{problem.severity}: {place}{column}: {problem.message}", err=True)
    click.echo(", ".join(f"{count} {words.get(change, change)}" for change, count in preview.counts.items() if count) or "nobody")
