"""Seminars, their guests and the seats they sit on

Revision ID: 0005
Revises: 0003
Create Date: 2026-11-26 15:20:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "seminar",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=20), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("folder", sa.String(length=60), nullable=False),
        sa.Column("notebook", sa.String(length=200), nullable=False),
        sa.Column("interface", sa.String(length=10), nullable=False),
        sa.Column("timezone", sa.String(length=60), nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("prewarm", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("old_code", sa.String(length=12), nullable=True),
        sa.Column("old_code_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("passphrase_hash", sa.String(length=200), nullable=True),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.Column("email_domain", sa.String(length=200), nullable=True),
        sa.Column("announcement", sa.String(length=1000), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=500), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name="fk_seminar_owner_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_seminar"),
        sa.UniqueConstraint("code", name="uq_seminar_code"),
        sa.UniqueConstraint("slug", name="uq_seminar_slug"),
    )
    op.create_index("ix_seminar_alive", "seminar", ["removed_at", "worked_until"])
    op.create_index("ix_seminar_old_code", "seminar", ["old_code"])
    op.create_index("ix_seminar_owner_id", "seminar", ["owner_id"])
    op.create_table(
        "guest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column(
            "state", sa.Enum("waiting", "admitted", "refused", name="gueststate", native_enum=False, length=20), nullable=False
        ),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticket_nonce", sa.String(length=32), nullable=True),
        sa.Column("ticket_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("link_nonce", sa.String(length=32), nullable=True),
        sa.Column("link_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hand_raised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("seen", sa.String(length=60), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archive_problem", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["seminar_id"], ["seminar.id"], name="fk_guest_seminar_id_seminar"),
        sa.PrimaryKeyConstraint("id", name="pk_guest"),
        sa.UniqueConstraint("seminar_id", "number", name="uq_guest_seminar_number"),
    )
    op.create_table(
        "seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("guest_id", sa.Integer(), nullable=True),
        sa.Column("hub_name", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("warmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("home_removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["guest_id"], ["guest.id"], name="fk_seat_guest_id_guest"),
        sa.ForeignKeyConstraint(["seminar_id"], ["seminar.id"], name="fk_seat_seminar_id_seminar"),
        sa.PrimaryKeyConstraint("id", name="pk_seat"),
        sa.UniqueConstraint("guest_id", name="uq_seat_guest_id"),
        sa.UniqueConstraint("hub_name", name="uq_seat_hub_name"),
    )
    op.create_index("ix_seat_seminar_id", "seat", ["seminar_id"])


def downgrade() -> None:
    op.drop_table("seat")
    op.drop_table("guest")
    op.drop_table("seminar")
