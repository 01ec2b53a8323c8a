"""What became of files that students had changed when a new release came

Revision ID: 0008
Revises: 0003
Create Date: 2026-11-26 15:40:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file_update",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("marked", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("kept_as", sa.String(length=300), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_file_update_delivery_id_delivery"),
        sa.PrimaryKeyConstraint("id", name="pk_file_update"),
        sa.UniqueConstraint("delivery_id", "path", name="uq_file_update_delivery_id"),
    )


def downgrade() -> None:
    op.drop_table("file_update")
