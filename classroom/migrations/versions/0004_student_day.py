"""More time, regrade requests, notifications, time zones of people

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-26 15:20:00
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NOW = sa.DateTime(timezone=True)
OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    op.add_column("person", sa.Column("timezone", sa.String(length=60), nullable=True))
    op.add_column("person", sa.Column("mail_rhythm", sa.String(length=20), nullable=False, server_default="daily"))
    op.add_column("person", sa.Column("digest_at", NOW, nullable=True))
    op.add_column("assignment", sa.Column("regrade_days", sa.Integer(), nullable=False, server_default="7"))
    op.add_column("assignment", sa.Column("shows_scheme", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("assignment", sa.Column("reminded_for", NOW, nullable=True))
    op.add_column("release", sa.Column("announced_at", NOW, nullable=True))
    op.add_column("delivery", sa.Column("opened_at", NOW, nullable=True))
    _extensions()
    _regrade_requests()
    _notifications()
    _announce_what_is_out()


def _extensions() -> None:
    op.create_table(
        "extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.Column("given_at", NOW, nullable=False),
        sa.Column("collected_at", NOW, nullable=True),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name="fk_extension_assignment_id_assignment"),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name="fk_extension_enrolment_id_enrolment"),
        sa.ForeignKeyConstraint(["given_by_id"], ["person.id"], name="fk_extension_given_by_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_extension"),
        sa.UniqueConstraint("enrolment_id", "assignment_id", name="uq_extension_enrolment_id"),
    )
    op.create_index("ix_extension_assignment_id", "extension", ["assignment_id"])
    op.create_table(
        "extension_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("until", NOW, nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("asked_at", NOW, nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "granted", "declined", "withdrawn", name="askedstate", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("answer", sa.String(length=2000), nullable=False),
        sa.Column("answered_at", NOW, nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name="fk_extension_request_answered_by_id_person"),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name="fk_extension_request_assignment_id_assignment"),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name="fk_extension_request_enrolment_id_enrolment"),
        sa.PrimaryKeyConstraint("id", name="pk_extension_request"),
    )
    op.create_index("ix_extension_request_state", "extension_request", ["assignment_id", "state"])
    op.create_index(
        "uq_extension_request_open",
        "extension_request",
        ["enrolment_id", "assignment_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def _regrade_requests() -> None:
    op.create_table(
        "regrade_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("notebook", sa.String(length=255), nullable=False),
        sa.Column("grade_id", sa.String(length=255), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("asked_at", NOW, nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "changed", "unchanged", "withdrawn", name="regradestate", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("answer", sa.String(length=2000), nullable=False),
        sa.Column("answered_at", NOW, nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name="fk_regrade_request_answered_by_id_person"),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name="fk_regrade_request_submission_id_submission"),
        sa.PrimaryKeyConstraint("id", name="pk_regrade_request"),
    )
    op.create_index("ix_regrade_request_submission_id", "regrade_request", ["submission_id"])
    op.create_index("ix_regrade_request_state", "regrade_request", ["state"])
    op.create_index(
        "uq_regrade_request_open", "regrade_request", ["submission_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )


def _notifications() -> None:
    op.create_table(
        "notification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.Column("due_at", NOW, nullable=True),
        sa.Column("created_at", NOW, nullable=False),
        sa.Column("read_at", NOW, nullable=True),
        sa.Column("mailed_at", NOW, nullable=True),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name="fk_notification_assignment_id_assignment"),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_notification_course_id_course"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_notification_person_id_person"),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name="fk_notification_submission_id_submission"),
        sa.PrimaryKeyConstraint("id", name="pk_notification"),
        sa.UniqueConstraint("person_id", "key", name="uq_notification_person_id"),
    )
    op.create_index("ix_notification_unread", "notification", ["person_id", "read_at"])
    op.create_index("ix_notification_unmailed", "notification", ["mailed_at", "read_at"])


def _announce_what_is_out() -> None:
    """What students have already is no news to them after an upgrade."""
    release = sa.table("release", sa.column("id", sa.Integer), sa.column("announced_at", NOW))
    assignment = sa.table(
        "assignment", sa.column("release_id", sa.Integer), sa.column("published_at", NOW), sa.column("opens_at", NOW)
    )
    now = datetime.now(UTC)
    out = sa.select(assignment.c.release_id).where(
        assignment.c.release_id.is_not(None),
        assignment.c.published_at.is_not(None),
        sa.or_(assignment.c.opens_at.is_(None), assignment.c.opens_at <= now),
    )
    op.execute(sa.update(release).where(release.c.id.in_(out)).values(announced_at=now))


def downgrade() -> None:
    op.drop_table("notification")
    op.drop_table("regrade_request")
    op.drop_table("extension_request")
    op.drop_table("extension")
    for table, column in (
        ("delivery", "opened_at"),
        ("release", "announced_at"),
        ("assignment", "reminded_for"),
        ("assignment", "shows_scheme"),
        ("assignment", "regrade_days"),
        ("person", "digest_at"),
        ("person", "mail_rhythm"),
        ("person", "timezone"),
    ):
        op.drop_column(table, column)
