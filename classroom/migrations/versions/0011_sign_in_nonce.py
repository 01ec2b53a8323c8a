"""Signing out ends every session of a person

Revision ID: 0011
Revises: 0010
Create Date: 2026-11-26 20:20:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("sign_in_nonce", sa.String(length=32), nullable=True))


def downgrade() -> None:
    op.drop_column("person", "sign_in_nonce")
