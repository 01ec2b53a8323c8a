"""``homeroom check``: an assignment looked over before students get it."""

from pathlib import Path

import click

from classroom.cli.workbench import examples, format_option, show_problems
from classroom.errors import HomeroomError
from grader.batch import BadLayout, read_source
from grader.lint import lint
from grader.sources import SourceFormat, prepare


@click.command(
    "check",
    short_help="Find what is wrong with an assignment (no server).",
    epilog=examples("homeroom check course/source/ps1", "homeroom check --no-run course/source/ps1"),
)
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--run/--no-run", default=True, help="Also run it, with its own solution and with none. Default: yes.")
@format_option
def command(*, source: Path, run: bool, source_format: SourceFormat) -> None:
    """Find what is wrong with the assignment in SOURCE before students do.

    Reading it finds markers that do not match, solutions or hidden tests that students would get, ids used twice, missing
    points, and answers that nothing scores. Running it in the sandbox finds tests that the source's own solution does not pass,
    tests that pass when nothing is answered, and tests that write warnings. Of a source for Otter Assign it also names what is
    not followed here, and what Otter would take otherwise than it looks: comments that hide a test or drop a cell, lost outputs.

    Every problem is shown with its cell and its cure. The exit code is 1 if one of them is an error.
    """
    try:
        prepared = prepare(read_source(source), source_format)
        problems = list(prepared.problems)
        if prepared.is_usable:
            problems += lint(prepared.files, run=run, on_step=lambda text: click.echo(text, err=True))
    except BadLayout as error:
        raise HomeroomError(str(error)) from error
    show_problems(problems)
    errors = sum(problem.severity == "error" for problem in problems)
    if errors:
        raise HomeroomError(f"{errors} errors and {len(problems) - errors} warnings.")
    click.echo(f"No errors, {len(problems)} warnings." if problems else "Nothing to complain about.")
