"""``homeroom course``: making courses and keeping them in step with their folders."""

from datetime import timedelta
from pathlib import Path

import click
from sqlalchemy.orm import Session

from classroom.cli.workbench import Workbench, course_named, examples, open_workbench, show_problems, show_table, state_option
from classroom.config import PORTAL_PREFIX
from classroom.errors import HomeroomError
from classroom.models import LinkKind, Person
from classroom.services import courses, links, people, releases
from classroom.services.course_folder import read_course_file


@click.group("course")
def command() -> None:
    """Make courses; release what is in a course's folder."""


@command.command(
    "create",
    epilog=examples(
        'homeroom course create bio1 --title "Biology 1" --owner tara --owner-email tara@school.org',
        "homeroom course create --owner tara --folder ~/courses/bio1",
    ),
)
@click.argument("slug", required=False)
@click.option("--title", help="What people read. Default: the title in the folder's course.toml.")
@click.option("--owner", "owner_name", required=True, metavar="NAME", help="Account name of the teacher who owns the course.")
@click.option("--owner-title", metavar="NAME", help="The owner's name as people read it, if the account is new.")
@click.option("--owner-email", metavar="ADDRESS", help="The owner's e-mail, if the account is new.")
@click.option("--timezone", metavar="ZONE", help="Where dates are at home, like Europe/Berlin. Default: course.toml's, else UTC.")
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The course's folder on this machine: course.toml and source/<assignment>/.",
)
@state_option
def create(
    *,
    slug: str | None,
    title: str | None,
    owner_name: str,
    owner_title: str | None,
    owner_email: str | None,
    timezone: str | None,
    folder: Path | None,
    state: Path,
) -> None:
    """Make a course and its owner.

    SLUG is its short name in addresses and folders: lower case, like bio1. A new owner gets an invitation link, which is
    printed; with it they set a password and sign in.
    """
    bench = open_workbench(state, create=True)
    plan = read_course_file(folder) if folder else None
    slug, title = slug or (plan.slug if plan else None), title or (plan.title if plan else None)
    if not slug or not title:
        raise HomeroomError("A course needs a short name and a --title, or a --folder whose course.toml has them.")
    with bench.session() as session:
        owner = people.ensure_person(
            session, hub_name=owner_name, display_name=owner_title or owner_name, email=owner_email, now=bench.now
        )
        courses.create_course(
            session,
            owner=owner,
            slug=slug,
            title=title,
            timezone=timezone or (plan.timezone if plan else "UTC"),
            folder=str(folder.resolve()) if folder else None,
            now=bench.now,
        )
        invitation = None if owner.password_hash else _invitation(session, bench, owner)
    click.echo(f"Made the course {slug}: {bench.settings.portal_url}{PORTAL_PREFIX}/courses/{slug}/")
    if invitation:
        click.echo(f"{owner_name} signs in first with this link, which works once, within {bench.settings.invitation_days} days:")
        click.echo(f"  {invitation}")


@command.command(
    "sync", short_help="Release what is new or changed in the course's folder.", epilog=examples("homeroom course sync bio1")
)
@click.argument("slug")
@state_option
def sync(*, slug: str, state: Path) -> None:
    """Release every assignment in the course's folder that is new or has changed.

    Nothing is published by this. Students who have an assignment already get a changed one as soon as it is released; their
    edits stay. Exits with 1 if a source has errors; the others are released all the same.
    """
    bench = open_workbench(state)
    rows: list[tuple[str, str, float | None]] = []
    failed = False
    with bench.session() as session:
        course = course_named(session, slug)
        if course.folder is None:
            raise HomeroomError(f"{course.title} has no folder. Give it one when you create it, or release files one by one.")
        for name in releases.folder_assignments(course):
            before = releases.current_digest(session, course=course, slug=name)
            try:
                release, problems = releases.from_folder(
                    session, files=bench.files, course=course, assignment_slug=name, actor=None, now=bench.now
                )
            except HomeroomError as error:
                click.echo(f"error: {name}: {error}", err=True)
                release, problems = None, []
            show_problems(problems)
            failed = failed or release is None
            rows.append((name, _change(before, release.digest if release else None), release.max_score if release else None))
    show_table(["assignment", "release", "points"], rows)
    if failed:
        raise HomeroomError("Not everything could be released; see the errors above.")


def _invitation(session: Session, bench: Workbench, owner: Person) -> str:
    lifetime = timedelta(days=bench.settings.invitation_days)
    link = links.make_link(session, person=owner, kind=LinkKind.invitation, lifetime=lifetime, now=bench.now)
    token = links.token_of(link, bench.settings.secret_key.get_secret_value())
    return f"{bench.settings.portal_url}{PORTAL_PREFIX}/invitation/{token}"


def _change(before: str | None, after: str | None) -> str:
    if after is None:
        return "has errors"
    if before is None:
        return "new"
    return "unchanged" if before == after else "changed"
