"""``homeroom release``: the students' version of an assignment, without a server."""

from pathlib import Path

import click

from classroom.cli.workbench import examples, format_option, show_problems
from classroom.errors import HomeroomError
from grader.batch import BadLayout, read_source
from grader.release_folder import WouldOverwrite, write_release
from grader.sources import SourceFormat, prepare, students_version


@click.command(
    "release",
    short_help="Write the students' version of an assignment (no server).",
    epilog=examples("homeroom release course/source/ps1 course/release/ps1"),
)
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("dest", type=click.Path(file_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace files in DEST that differ. Files that are not of the release stay.")
@format_option
def command(*, source: Path, dest: Path, force: bool, source_format: SourceFormat) -> None:
    """Write the students' version of the assignment in SOURCE to DEST.

    SOURCE is the folder of one assignment: notebooks with solutions and hidden tests in nbgrader's format, and data files. In
    DEST, solutions are stubs, hidden tests and mark schemes are gone, tests are locked, data files are as they were. It is what
    `nbgrader generate_assignment` would write. A source for Otter Assign is read too: students get what `otter assign` would
    give them, and `grader.check` works without Otter.

    Every problem is shown with its cell and its cure. While there is an error nothing is written, and the exit code is 1. See
    `homeroom check` for what only shows when the assignment is run.
    """
    if dest.resolve().is_relative_to(source.resolve()) or source.resolve().is_relative_to(dest.resolve()):
        raise HomeroomError("SOURCE and DEST lie in one another. Name a folder apart: students get what is in DEST.")
    try:
        made = students_version(prepare(read_source(source), source_format))
        show_problems(made.problems)
        if not made.files:
            raise HomeroomError("Nothing was written; correct the errors above first.")
        write_release(made.files, dest, overwrite=force)
    except BadLayout as error:
        raise HomeroomError(str(error)) from error
    except WouldOverwrite as error:
        raise HomeroomError(f"{dest} has other versions of: {error}. --force replaces them.") from error
    except OSError as error:
        raise HomeroomError(f"{dest} can't be written: {error.strerror}.") from error
    click.echo(f"Released {len(made.files)} files to {dest}: {len(made.questions)} questions, {made.max_score:g} points.")
