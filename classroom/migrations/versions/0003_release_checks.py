"""What the machine found in a release, and what students see of a failed test

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-26 12:05:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "release_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name="fk_release_check_release_id_release"),
        sa.PrimaryKeyConstraint("id", name="pk_release_check"),
        sa.UniqueConstraint("release_id", name="uq_release_check_release_id"),
    )
    op.add_column("assignment", sa.Column("shown", sa.String(length=10), nullable=False, server_default="message"))


def downgrade() -> None:
    op.drop_column("assignment", "shown")
    op.drop_table("release_check")
