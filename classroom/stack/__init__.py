"""The embedded stack: every part Homeroom needs, started and watched by one process."""

from pathlib import Path


def run_stack(state: Path, *, port: int, demo: bool) -> None:
    """Start all parts and stay until told to stop."""
    raise NotImplementedError
