"""The line for servers, timetables, and where notebooks open

Revision ID: 0007
Revises: 0003
Create Date: 2026-11-26 15:30:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "server_start",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("waiting", "starting", "ready", "failed", name="startstate", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("warm", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_server_start_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_server_start"),
        sa.UniqueConstraint("person_id", name="uq_server_start_person_id"),
    )
    op.create_index("ix_server_start_line", "server_start", ["state", "warm", "asked_at"])
    op.create_table(
        "class_time",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=True),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("begins", sa.Time(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("timezone", sa.String(length=60), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("warmed_for", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_class_time_course_id_course"),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name="fk_class_time_section_id_section"),
        sa.PrimaryKeyConstraint("id", name="pk_class_time"),
    )
    op.create_index("ix_class_time_course_id", "class_time", ["course_id"])
    op.add_column("course", sa.Column("interface", sa.String(length=20), nullable=True))
    op.add_column("person", sa.Column("interface", sa.String(length=20), nullable=True))


def downgrade() -> None:
    op.drop_column("person", "interface")
    op.drop_column("course", "interface")
    op.drop_index("ix_class_time_course_id", table_name="class_time")
    op.drop_table("class_time")
    op.drop_index("ix_server_start_line", table_name="server_start")
    op.drop_table("server_start")
