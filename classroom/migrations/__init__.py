"""The history of the tables. ``upgrade`` brings a database of any age to the newest, and may run twice."""

from pathlib import Path

from alembic import command
from alembic.config import Config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at ``url`` to ``revision``; a new one is made. Nothing happens when it is there already."""
    command.upgrade(_config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database at ``url`` back to ``revision`` ("base" is before the first table)."""
    command.downgrade(_config(url), revision)


def check(url: str) -> None:
    """Raise alembic's CommandError when the models say something that the migrations do not make."""
    command.check(_config(url))


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["url"] = url
    return config
