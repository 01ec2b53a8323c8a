"""Students' checks of work that is not handed in yet

Revision ID: 0006
Revises: 0003
Create Date: 2026-11-26 15:30:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "work_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Enum("queued", "running", "done", name="checkstate", native_enum=False, length=20), nullable=False),
        sa.Column("cells_done", sa.Integer(), nullable=False),
        sa.Column("cells_total", sa.Integer(), nullable=False),
        sa.Column("reply", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name="fk_work_check_assignment_id_assignment"),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name="fk_work_check_enrolment_id_enrolment"),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name="fk_work_check_release_id_release"),
        sa.PrimaryKeyConstraint("id", name="pk_work_check"),
    )
    op.create_index("ix_work_check_enrolment_id", "work_check", ["enrolment_id"])
    op.create_index("ix_work_check_asked_at", "work_check", ["asked_at"])
    op.create_index(
        "uq_work_check_live",
        "work_check",
        ["enrolment_id"],
        unique=True,
        sqlite_where=sa.text("state != 'done'"),
        postgresql_where=sa.text("state != 'done'"),
    )


def downgrade() -> None:
    op.drop_table("work_check")
