"""Run by alembic: connects to the database and applies what is missing, in one transaction."""

from typing import Literal

from alembic import context
from sqlalchemy import Connection

from classroom.config import Settings
from classroom.db import make_engine
from classroom.models import Base
from classroom.models.base import UtcDateTime


def main() -> None:
    url = context.config.attributes.get("url") or Settings().database
    if context.is_offline_mode():
        configure(url=url, literal_binds=True)
        with context.begin_transaction():
            context.run_migrations()
        return
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            migrate(connection)
    finally:
        engine.dispose()


def migrate(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        # A batch copies a table and drops the old one; with foreign keys on, that would take the rows that point to it along.
        # The switch has no effect inside a transaction, so it is made on the driver's connection, before one begins.
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys=OFF")
    configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
        if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
            raise RuntimeError(f"the migration would leave rows that point nowhere: {broken[:5]}")


def render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """A migration stands for itself: it must not change when a class of ours does."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def configure(**where: object) -> None:
    # SQLite can change tables inside a transaction, and db.make_engine opens real ones; alembic assumes that it cannot.
    context.configure(
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        compare_server_default=True,
        transactional_ddl=True,
        render_item=render_item,
        **where,  # type: ignore[arg-type]
    )


main()
