"""What each seat of a seminar was given, so that pushed files are merged with the guests' own

Revision ID: 0012
Revises: 0011
Create Date: 2026-11-26 22:20:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Of the seats there are, ``version`` says what they were given; see services.seats.
    op.add_column("seat", sa.Column("given", sa.JSON(), server_default="[]", nullable=False))
    with op.batch_alter_table("seat") as table:  # only for these seats: alembic cannot compare defaults of JSON on PostgreSQL
        table.alter_column("given", server_default=None, existing_type=sa.JSON(), existing_nullable=False)


def downgrade() -> None:
    op.drop_column("seat", "given")
