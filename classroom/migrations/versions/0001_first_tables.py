"""First tables

Revision ID: 0001
Revises:
Create Date: 2026-11-23 17:38:15.966678
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("folder", sa.String(length=1000), nullable=True),
        sa.Column("timezone", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_course"),
        sa.UniqueConstraint("slug", name="uq_course_slug"),
    )

    op.create_table(
        "outbox_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(length=100), nullable=False),
        sa.Column("queue", sa.String(length=40), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_message"),
    )
    op.create_index("ix_outbox_message_unsent", "outbox_message", ["sent_at", "id"])

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub_name", sa.String(length=32), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("creates_courses", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("hub_name", name="uq_person_hub_name"),
    )
    op.create_index("ix_person_email", "person", ["email"])

    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepts_late", sa.Boolean(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("collected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("release_id", sa.Integer(), nullable=True),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_assignment_course_id_course"),
        sa.PrimaryKeyConstraint("id", name="pk_assignment"),
        sa.UniqueConstraint("course_id", "slug", name="uq_assignment_course_id"),
    )

    op.create_table(
        "roster_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_roster_upload_course_id_course"),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["person.id"], name="fk_roster_upload_uploaded_by_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_roster_upload"),
    )
    op.create_index("ix_roster_upload_course_id", "roster_upload", ["course_id"])

    op.create_table(
        "section",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_section_course_id_course"),
        sa.PrimaryKeyConstraint("id", name="pk_section"),
        sa.UniqueConstraint("course_id", "name", name="uq_section_course_id"),
    )

    op.create_table(
        "sign_in_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind", sa.Enum("invitation", "sign_in", "ticket", name="linkkind", native_enum=False, length=20), nullable=False
        ),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_sign_in_link_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_link"),
    )
    op.create_index("ix_sign_in_link_person_id", "sign_in_link", ["person_id"])

    op.create_table(
        "enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=True),
        sa.Column(
            "role", sa.Enum("owner", "teacher", "grader", "student", name="role", native_enum=False, length=20), nullable=False
        ),
        sa.Column("status", sa.Enum("active", "dropped", name="enrolmentstatus", native_enum=False, length=20), nullable=False),
        sa.Column("roster_key", sa.String(length=254), nullable=False),
        sa.Column("student_id", sa.String(length=100), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provisioned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_enrolment_course_id_course"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_enrolment_person_id_person"),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name="fk_enrolment_section_id_section"),
        sa.PrimaryKeyConstraint("id", name="pk_enrolment"),
        sa.UniqueConstraint("course_id", "person_id", name="uq_enrolment_course_person"),
        sa.UniqueConstraint("course_id", "roster_key", name="uq_enrolment_course_roster_key"),
    )
    op.create_index("ix_enrolment_person_id", "enrolment", ["person_id"])
    op.create_index("ix_enrolment_unprovisioned", "enrolment", ["course_id", "provisioned_at"])

    op.create_table(
        "operation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "provision", "deliver", "collect", "return_feedback", "invite", name="operationkind", native_enum=False, length=20
            ),
            nullable=False,
        ),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("queued", "running", "done", "failed", name="operationstate", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name="fk_operation_assignment_id_assignment"),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_operation_course_id_course"),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name="fk_operation_created_by_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_operation"),
    )
    op.create_index("ix_operation_course_id", "operation", ["course_id"])
    op.create_index("ix_operation_state", "operation", ["state"])

    op.create_table(
        "release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("source_files", sa.JSON(), nullable=False),
        sa.Column("release_files", sa.JSON(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("max_score", sa.Double(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name="fk_release_assignment_id_assignment"),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name="fk_release_created_by_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_release"),
        sa.UniqueConstraint("assignment_id", "digest", name="uq_release_assignment_id"),
    )

    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name="fk_delivery_enrolment_id_enrolment"),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name="fk_delivery_release_id_release"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("enrolment_id", "release_id", name="uq_delivery_enrolment_id"),
    )
    op.create_index("ix_delivery_release_id", "delivery", ["release_id"])

    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "trigger", sa.Enum("student", "deadline", "teacher", name="trigger", native_enum=False, length=20), nullable=False
        ),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name="fk_submission_assignment_id_assignment"),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name="fk_submission_enrolment_id_enrolment"),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name="fk_submission_release_id_release"),
        sa.PrimaryKeyConstraint("id", name="pk_submission"),
        sa.UniqueConstraint("enrolment_id", "assignment_id", "attempt", name="uq_submission_enrolment_id"),
    )
    op.create_index("ix_submission_assignment_id", "submission", ["assignment_id"])

    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_by_id", sa.Integer(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["released_by_id"], ["person.id"], name="fk_feedback_released_by_id_person"),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name="fk_feedback_submission_id_submission"),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
        sa.UniqueConstraint("submission_id", name="uq_feedback_submission_id"),
    )

    op.create_table(
        "grade_job",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Enum("queued", "running", "done", name="jobstate", native_enum=False, length=20), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cells_done", sa.Integer(), nullable=False),
        sa.Column("cells_total", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name="fk_grade_job_release_id_release"),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name="fk_grade_job_submission_id_submission"),
        sa.PrimaryKeyConstraint("id", name="pk_grade_job"),
    )
    op.create_index("ix_grade_job_state", "grade_job", ["state"])
    op.create_index("ix_grade_job_submission_id", "grade_job", ["submission_id"])
    op.create_index(
        "uq_grade_job_live",
        "grade_job",
        ["submission_id", "release_id"],
        unique=True,
        sqlite_where=sa.text("state != 'done'"),
        postgresql_where=sa.text("state != 'done'"),
    )

    op.create_table(
        "manual_score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("notebook", sa.String(length=255), nullable=False),
        sa.Column("grade_id", sa.String(length=255), nullable=False),
        sa.Column("points", sa.Double(), nullable=True),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("grader_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["grader_id"], ["person.id"], name="fk_manual_score_grader_id_person"),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name="fk_manual_score_submission_id_submission"),
        sa.PrimaryKeyConstraint("id", name="pk_manual_score"),
    )
    op.create_index("ix_manual_score_question", "manual_score", ["submission_id", "notebook", "grade_id"])

    op.create_table(
        "result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.String(length=36), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("graded", "ungradable", "grader_error", name="resultstatus", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("staff_reason", sa.String(), nullable=False),
        sa.Column("student_reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("executed", sa.JSON(), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["grade_job.id"], name="fk_result_job_id_grade_job"),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name="fk_result_release_id_release"),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name="fk_result_submission_id_submission"),
        sa.PrimaryKeyConstraint("id", name="pk_result"),
        sa.UniqueConstraint("job_id", name="uq_result_job_id"),
    )
    op.create_index("ix_result_submission_id", "result", ["submission_id"])

    op.create_table(
        "score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("notebook", sa.String(length=255), nullable=False),
        sa.Column("grade_id", sa.String(length=255), nullable=False),
        sa.Column("points", sa.Double(), nullable=True),
        sa.Column("max_points", sa.Double(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("student_message", sa.String(), nullable=False),
        sa.Column("staff_message", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["result_id"], ["result.id"], name="fk_score_result_id_result"),
        sa.PrimaryKeyConstraint("id", name="pk_score"),
        sa.UniqueConstraint("result_id", "notebook", "grade_id", name="uq_score_result_id"),
    )

    # The circle: an assignment names its current release, a release its assignment.
    with op.batch_alter_table("assignment") as batch:
        batch.create_foreign_key("fk_assignment_release_id_release", "release", ["release_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("assignment") as batch:
        batch.drop_constraint("fk_assignment_release_id_release", type_="foreignkey")
    op.drop_table("score")
    op.drop_table("result")
    op.drop_table("manual_score")
    op.drop_table("grade_job")
    op.drop_table("feedback")
    op.drop_table("submission")
    op.drop_table("delivery")
    op.drop_table("release")
    op.drop_table("operation")
    op.drop_table("enrolment")
    op.drop_table("sign_in_link")
    op.drop_table("section")
    op.drop_table("roster_upload")
    op.drop_table("assignment")
    op.drop_table("person")
    op.drop_table("outbox_message")
    op.drop_table("course")
