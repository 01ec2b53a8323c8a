"""Reviews: results that a person must look at

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-26 09:20:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    review = op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["looked_by_id"], ["person.id"], name="fk_review_looked_by_id_person"),
        sa.ForeignKeyConstraint(["result_id"], ["result.id"], name="fk_review_result_id_result"),
        sa.PrimaryKeyConstraint("id", name="pk_review"),
        sa.UniqueConstraint("result_id", name="uq_review_result_id"),
    )
    # Flags from before this table. What students see already is not taken from them by an upgrade.
    result = sa.table(
        "result",
        sa.column("id", sa.Integer),
        sa.column("submission_id", sa.Integer),
        sa.column("created_at", sa.DateTime(timezone=True)),
        sa.column("provenance", sa.JSON),
    )
    feedback = sa.table("feedback", sa.column("submission_id", sa.Integer))
    unreleased = sa.select(result).where(result.c.submission_id.not_in(sa.select(feedback.c.submission_id)))
    flagged = [
        {"result_id": row.id, "opened_at": row.created_at, "note": ""}
        for row in op.get_bind().execute(unreleased)
        if (row.provenance or {}).get("needs_review")
    ]
    if flagged:
        op.bulk_insert(review, flagged)


def downgrade() -> None:
    op.drop_table("review")
