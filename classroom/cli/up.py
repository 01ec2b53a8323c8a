"""``homeroom up``: the whole stack in one terminal."""

from pathlib import Path

import click

from classroom.stack import run_stack


@click.command("up")
@click.option("--port", type=click.IntRange(1, 65000), default=8000, show_default=True, help="First of four ports.")
@click.option(
    "--state", type=click.Path(file_okay=False, path_type=Path), default=Path("var"), show_default=True, help="State folder."
)
@click.option("--demo/--no-demo", default=False, show_default=True, help="Load the example course.")
def command(port: int, state: Path, *, demo: bool) -> None:
    """Start hub, proxy, portal, workers and broker; Ctrl-C stops them."""
    run_stack(state, port=port, demo=demo)
