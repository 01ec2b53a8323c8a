"""``homeroom sign-in``: a way in for somebody who has lost theirs."""

from datetime import timedelta
from pathlib import Path

import click

from classroom.cli.workbench import examples, open_workbench, state_option
from classroom.config import PORTAL_PREFIX
from classroom.errors import NotFound
from classroom.models import LinkKind
from classroom.services import identity, links

LIFETIME = timedelta(hours=1)


@click.command(
    "sign-in",
    short_help="Print a link that signs somebody in, once.",
    epilog=examples("homeroom sign-in teacher", "homeroom sign-in ada --state /srv/homeroom"),
)
@click.argument("name")
@state_option
def command(*, name: str, state: Path) -> None:
    """Print a link that signs NAME in, once, within the hour.

    NAME is the sign-in name. Who opens the link is that person: send it by a way you trust.
    """
    bench = open_workbench(state)
    with bench.session() as session:
        person = identity.person_named(session, name)
        if person is None or not person.active:
            raise NotFound(f"There is nobody with the sign-in name {name}.")
        link = links.make_link(session, person=person, kind=LinkKind.sign_in, lifetime=LIFETIME, now=bench.now)
        session.flush()  # the token is made over the row's id
        token = links.token_of(link, bench.settings.secret_key.get_secret_value())
    click.echo(f"{bench.settings.portal_url}{PORTAL_PREFIX}/sign-in/{token}")
