"""Environments of seminars, and join codes that rotate by the clock

Revision ID: 0013
Revises: 0012
Create Date: 2026-11-26 22:40:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "old_code",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["seminar_id"], ["seminar.id"], name="fk_old_code_seminar_id_seminar"),
        sa.PrimaryKeyConstraint("code", name="pk_old_code"),
    )
    op.create_index("ix_old_code_seminar_id", "old_code", ["seminar_id"])
    # Two seminars never had the same one; the grouping only keeps a surprise from ending the upgrade.
    op.execute(
        "INSERT INTO old_code (code, seminar_id, until) SELECT old_code, max(id), max(old_code_until) FROM seminar"
        " WHERE old_code IS NOT NULL AND old_code_until IS NOT NULL GROUP BY old_code"
    )
    op.drop_index("ix_seminar_old_code", table_name="seminar")
    op.drop_column("seminar", "old_code")
    op.drop_column("seminar", "old_code_until")
    op.add_column("seminar", sa.Column("environment", sa.String(length=60), nullable=False, server_default="Python"))
    op.add_column("seminar", sa.Column("code_minutes", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("seminar", sa.Column("code_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("code_since", "code_minutes", "environment"):
        op.drop_column("seminar", name)
    op.add_column("seminar", sa.Column("old_code", sa.String(length=12), nullable=True))
    op.add_column("seminar", sa.Column("old_code_until", sa.DateTime(timezone=True), nullable=True))
    newest = "FROM old_code WHERE old_code.seminar_id = seminar.id ORDER BY until DESC LIMIT 1"
    op.execute(f"UPDATE seminar SET old_code = (SELECT code {newest}), old_code_until = (SELECT until {newest})")  # noqa: S608
    op.create_index("ix_seminar_old_code", "seminar", ["old_code"])
    op.drop_index("ix_old_code_seminar_id", table_name="old_code")
    op.drop_table("old_code")
