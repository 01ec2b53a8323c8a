"""``homeroom assignment``: from sources to what students have."""

from pathlib import Path
from typing import get_args

import click

from classroom.cli.workbench import (
    assignment_named,
    course_named,
    examples,
    local_time,
    open_workbench,
    owner_of,
    show_problems,
    show_table,
    shown_time,
    state_option,
)
from classroom.errors import HomeroomError
from classroom.services import assignments, releases
from classroom.services.course_folder import planned_dates
from grader.jobs import Shown


@click.group("assignment")
def command() -> None:
    """Release assignments and publish them."""


@command.command(
    "release",
    short_help="Make the students' version of an assignment.",
    epilog=examples(
        "homeroom assignment release bio1 growth",
        'homeroom assignment release bio1 growth growth.ipynb cells.csv --title "Growth of cells"',
    ),
)
@click.argument("course")
@click.argument("assignment")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--title", default="", help="What people read, if the assignment is new. Default: course.toml's, else its short name."
)
@state_option
def release(*, course: str, assignment: str, files: tuple[Path, ...], title: str, state: Path) -> None:
    """Make the students' version of ASSIGNMENT: no solutions, no hidden tests.

    Without FILES the source is taken from the course's folder, source/ASSIGNMENT/. With FILES, these are the source: notebooks
    and data files, or one zip of them. Students get nothing before it is published; those who have an earlier release get the
    new one at once, and keep what they changed.
    """
    bench = open_workbench(state)
    limit = bench.settings.notebook_upload_limit
    with bench.session() as session:
        found = course_named(session, course)
        if files:
            made, problems = releases.from_upload(
                session,
                files=bench.files,
                course=found,
                assignment_slug=assignment,
                title=title,
                uploads=_read(files),
                actor=None,
                now=bench.now,
                max_bytes=limit,
            )
        else:
            made, problems = releases.from_folder(
                session,
                files=bench.files,
                course=found,
                assignment_slug=assignment,
                actor=None,
                now=bench.now,
                max_bytes=limit,
            )
        show_problems(problems)
        if made is None:
            raise HomeroomError("Nothing was released; correct the errors above first.")
        click.echo(
            f"Released {assignment}: {len(made.questions)} questions, {made.max_score:g} points, version {made.digest[:12]}."
        )


@command.command("list", epilog=examples("homeroom assignment list bio1"))
@click.argument("course")
@state_option
def list_(*, course: str, state: Path) -> None:
    """Show the assignments of COURSE and how far each one is."""
    bench = open_workbench(state)
    with bench.session() as session:
        found = course_named(session, course)
        rows = [
            (
                one.assignment.slug,
                one.assignment.title,
                one.phase,
                shown_time(one.assignment.due_at, found),
                one.delivered,
                one.submitted,
                one.grading,
                one.needs_person,
                one.graded,
                one.feedback_released,
            )
            for one in assignments.staff_view(session, course=found, now=bench.now)
        ]
    headers = ["assignment", "title", "state", "due", "delivered", "submitted", "grading", "to grade", "graded", "released"]
    show_table(headers, rows)


@command.command(
    "publish",
    short_help="Give a released assignment to the students.",
    epilog=examples('homeroom assignment publish bio1 growth --due "2026-10-08 23:59"'),
)
@click.argument("course")
@click.argument("assignment")
@click.option("--opens", metavar="TIME", help="When students get it, like 2026-10-01 09:00. Default: course.toml's, else now.")
@click.option("--due", metavar="TIME", help="The deadline, like 2026-10-08 23:59. Default: course.toml's, else none.")
@click.option("--late/--no-late", default=None, help="Whether work is taken after the deadline. Default: it is.")
@click.option("--show", type=click.Choice(get_args(Shown)), help="What students see of a failed test. Default: message.")
@state_option
def publish(
    *, course: str, assignment: str, opens: str | None, due: str | None, late: bool | None, show: str | None, state: Path
) -> None:
    """Give a released ASSIGNMENT to the students, now or when it opens. Times are in the course's time zone.

    Publishing again puts back files that got lost, and takes new dates.
    """
    bench = open_workbench(state)
    with bench.session() as session:
        found = course_named(session, course)
        one = assignment_named(session, found, assignment)
        planned = (one.opens_at, one.due_at) if one.published_at else planned_dates(found, one.slug, now=bench.now)
        assignments.update(
            session,
            assignment=one,
            title=one.title,
            opens_at=local_time(opens, found) or one.opens_at or planned[0],
            due_at=local_time(due, found) or one.due_at or planned[1],
            accepts_late=one.accepts_late if late is None else late,
            shown=show or one.shown,
            now=bench.now,
        )
        assignments.publish(session, assignment=one, actor=owner_of(session, found), now=bench.now)
        opening = f"opens {shown_time(one.opens_at, found)}" if one.opens_at and one.opens_at > bench.now else "is open"
        deadline = f"due {shown_time(one.due_at, found)}" if one.due_at else "no deadline"
    click.echo(f"{assignment} is published: it {opening}, {deadline} ({found.timezone}).")


def _read(files: tuple[Path, ...]) -> dict[str, bytes]:
    names = [file.name for file in files]
    if len(set(names)) < len(names):
        raise HomeroomError("Two of these files have the same name. Zip the folder they are in and release that.")
    return {file.name: file.read_bytes() for file in files}
