"""``homeroom grades``: the gradebook as a file."""

from pathlib import Path

import click

from classroom.cli.workbench import course_named, examples, open_workbench, state_option
from classroom.errors import HomeroomError
from classroom.services.grades import gradebook_csv


@click.group("grades")
def command() -> None:
    """Take grades out."""


@command.command(
    "export", short_help="Write the gradebook as CSV.", epilog=examples("homeroom grades export bio1 --output grades.csv")
)
@click.argument("course")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write. Default: the terminal.")
@state_option
def export(*, course: str, output: Path | None, state: Path) -> None:
    """Write the gradebook of COURSE as CSV: a row for each student, a column for each published assignment.

    A cell stays empty until that grade is complete. Names that a spreadsheet would run as a formula get a ' in front.
    """
    bench = open_workbench(state)
    with bench.session() as session:
        text = gradebook_csv(session, course=course_named(session, course))
    if output is None:
        click.echo(text.encode(), nl=False)
        return
    try:
        output.write_bytes(text.encode("utf-8-sig"))  # the mark lets spreadsheets see that this is UTF-8
    except OSError as error:
        raise HomeroomError(f"{output} cannot be written: {error.strerror}.") from error
    click.echo(f"Wrote {output}.")
