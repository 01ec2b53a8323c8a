"""One line for the servers of people and of seats

Revision ID: 0010
Revises: 0009
Create Date: 2026-11-26 19:40:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("server_start") as table:
        table.add_column(sa.Column("seat_id", sa.Integer(), nullable=True))
        table.alter_column("person_id", existing_type=sa.Integer(), nullable=True)
        table.drop_constraint("fk_server_start_person_id_person", type_="foreignkey")
        table.create_foreign_key("fk_server_start_person_id_person", "person", ["person_id"], ["id"], ondelete="CASCADE")
        table.create_foreign_key("fk_server_start_seat_id_seat", "seat", ["seat_id"], ["id"], ondelete="CASCADE")
        table.create_unique_constraint("uq_server_start_seat_id", ["seat_id"])
        table.create_check_constraint(op.f("ck_server_start_one_owner"), "(person_id IS NULL) != (seat_id IS NULL)")


def downgrade() -> None:
    op.execute("DELETE FROM server_start WHERE person_id IS NULL")
    with op.batch_alter_table("server_start") as table:
        table.drop_constraint(op.f("ck_server_start_one_owner"), type_="check")
        table.drop_constraint("uq_server_start_seat_id", type_="unique")
        table.drop_constraint("fk_server_start_seat_id_seat", type_="foreignkey")
        table.drop_constraint("fk_server_start_person_id_person", type_="foreignkey")
        table.create_foreign_key("fk_server_start_person_id_person", "person", ["person_id"], ["id"])
        table.alter_column("person_id", existing_type=sa.Integer(), nullable=False)
        table.drop_column("seat_id")
