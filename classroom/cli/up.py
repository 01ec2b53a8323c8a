"""``homeroom up``: the whole stack in one terminal."""

from pathlib import Path

import click

from classroom.stack.run import run_stack

LAST_FIRST_PORT = 65_000


@click.command("up", short_help="Start everything: hub, portal, workers and broker.")
@click.option(
    "--port",
    type=click.IntRange(1, LAST_FIRST_PORT),
    default=8000,
    show_default=True,
    help="The portal's port. The next three are used as well.",
)
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var"),
    show_default=True,
    help="Folder that holds everything the running system writes.",
)
@click.option(
    "--demo/--no-demo", default=False, show_default=True, help="Load the example course and print sign-in links for it."
)
@click.option("--unsafe-servers", is_flag=True, help="Start although students' servers cannot be separated on this machine.")
def command(port: int, state: Path, *, demo: bool, unsafe_servers: bool) -> None:
    """Start the hub, its proxy, the portal, the workers and the broker.

    Prints where to go once all is up. Ctrl-C stops everything; started again on the same folder, it goes on where it was.
    Two stacks run side by side on different ports and folders: ``homeroom up --port 9000 --state /srv/homeroom``.
    """
    run_stack(state, port=port, demo=demo, unsafe_servers=unsafe_servers, say=click.echo)
