"""Checks that a seminar's guests ask for

Revision ID: 0009
Revises: 0008
Create Date: 2026-11-26 19:45:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guest_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guest_id", sa.Integer(), nullable=False),
        sa.Column("notebook", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Enum("queued", "running", "done", name="checkstate", native_enum=False, length=20), nullable=False),
        sa.Column("cells_done", sa.Integer(), nullable=False),
        sa.Column("cells_total", sa.Integer(), nullable=False),
        sa.Column("reply", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["guest_id"], ["guest.id"], name="fk_guest_check_guest_id_guest"),
        sa.PrimaryKeyConstraint("id", name="pk_guest_check"),
    )
    op.create_index("ix_guest_check_guest_id", "guest_check", ["guest_id"])
    op.create_index("ix_guest_check_asked_at", "guest_check", ["asked_at"])
    op.create_index(
        "uq_guest_check_live",
        "guest_check",
        ["guest_id"],
        unique=True,
        sqlite_where=sa.text("state != 'done'"),
        postgresql_where=sa.text("state != 'done'"),
    )


def downgrade() -> None:
    op.drop_table("guest_check")
