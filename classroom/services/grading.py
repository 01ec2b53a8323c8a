"""Grade jobs: sent to workers that have neither database nor secrets, heard from, sent again when lost, recorded once."""

import logging
import uuid
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from classroom.config import Settings
from classroom.errors import HomeroomError, NotFound
from classroom.messages import GRADING_QUEUE
from classroom.models import (
    Assignment,
    GradeJob,
    JobState,
    ManualScore,
    OutboxMessage,
    Person,
    Release,
    Result,
    ResultStatus,
    Review,
    Submission,
)
from classroom.services import feedback, outbox
from classroom.services.class_list import newest_attempts
from classroom.services.replies import LONGEST_TEXT, lost, read_reply, scores_of
from classroom.services.submission_grades import submission_grade
from grader import jobs
from grader.jobs import FileRef, GradeResult

log = logging.getLogger(__name__)

GRADE_TASK = "grader.grade"
_TRIES: int = Settings.model_fields["job_tries"].default


def start_job(session: Session, *, submission: Submission, now: datetime) -> GradeJob:
    """Have a submission graded against the release its assignment has now; a job that is on its way already is returned."""
    assignment = session.get_one(Assignment, submission.assignment_id)
    live = select(GradeJob).where(
        GradeJob.submission_id == submission.id, GradeJob.release_id == assignment.release_id, GradeJob.state != JobState.done
    )
    if job := session.scalar(live):
        return job
    assert assignment.release is not None
    return _start(session, submission, assignment.release, now)


def regrade(session: Session, *, assignment: Assignment, actor: Person | None, now: datetime) -> int:
    """Grade everybody's newest attempt against the current release; scores given by hand stay. Returns how many were started."""
    if assignment.release is None:
        raise HomeroomError(f"{assignment.title} has no release to grade against.")
    live = exists().where(
        GradeJob.submission_id == Submission.id, GradeJob.release_id == assignment.release.id, GradeJob.state != JobState.done
    )
    newest = newest_attempts(Submission.assignment_id == assignment.id)
    submissions = session.scalars(select(Submission).where(Submission.id.in_(newest), ~live)).all()
    for submission in submissions:
        _start(session, submission, assignment.release, now)
    log.info("regrade: %s, %d submissions, by %s", assignment.slug, len(submissions), actor.hub_name if actor else "the operator")
    return len(submissions)


def job_message(job: GradeJob) -> dict[str, Any]:
    """The job as its worker gets it; plain data."""
    return jobs.GradeJob(
        job_id=job.id,
        source=_refs(job.release.source_files),
        submission=_refs(job.submission.files),
        limits=jobs.Limits(**job.release.assignment.limits),
        shown=jobs.shown_of(job.release.assignment.shown),
    ).to_json()


def note_progress(session: Session, *, job_id: str, cells_done: int, cells_total: int, now: datetime) -> None:
    """A sign of life from the worker. Nothing happens when the job has ended or never was."""
    job = session.get(GradeJob, job_id)
    if job is None or job.state is JobState.done:
        return
    job.state = JobState.running
    job.heartbeat_at = now
    job.cells_done, job.cells_total = cells_done, cells_total


def record_result(session: Session, *, job_id: str, result: dict[str, Any], now: datetime, tries: int = _TRIES) -> bool:
    """Keep how a job ended; False when it had ended before (a second reply) or never was.

    Where our machinery failed the job is sent again, up to ``tries`` times; only then it ends as ``grader_error``.
    """
    job = session.get(GradeJob, job_id, with_for_update=True, populate_existing=True)
    if job is None or job.state is JobState.done:
        return False
    reply = read_reply(job_id, result)
    if reply.status == "grader_error" and job.tries < tries:
        _send(session, job, now)
    else:
        _finish(session, job, reply, now)
    return True


def requeue_stale(session: Session, *, settings: Settings, queue_is_empty: bool, now: datetime) -> int:
    """Send jobs again whose worker has fallen silent or whose message got lost, and return how many.

    A job that waits is lost only if nothing waits: neither in the broker's queue nor in our outbox.
    """
    unsent = select(exists().where(OutboxMessage.task == GRADE_TASK, OutboxMessage.sent_at.is_(None)))
    states = [JobState.running]
    if queue_is_empty and not session.scalar(unsent):
        states.append(JobState.queued)
    silent_since = now - timedelta(seconds=settings.job_lease)
    stale = session.scalars(
        select(GradeJob).where(GradeJob.state.in_(states), GradeJob.heartbeat_at < silent_since).options(*_whole())
    ).all()
    for job in stale:
        if job.tries < settings.job_tries:
            _send(session, job, now)
        else:
            _finish(session, job, lost(job), now)
    return len(stale)


def set_manual_score(
    session: Session,
    *,
    submission: Submission,
    notebook: str,
    grade_id: str,
    points: float | None,
    comment: str,
    grader: Person,
    now: datetime,
) -> ManualScore:
    """Give a question points and a comment by hand; None leaves the machine's points. What was given before stays on record."""
    grade = submission_grade(session, submission=submission)
    question = next((q for q in grade.questions if (q.notebook, q.grade_id) == (notebook, grade_id)), None)
    if question is None:
        raise NotFound("This submission has no such question.")
    if points is not None and not 0 <= points <= question.max_points:
        raise HomeroomError(f"Points for {question.title} go from 0 to {question.max_points:g}.")
    if len(comment) > LONGEST_TEXT:
        raise HomeroomError(f"A comment has at most {LONGEST_TEXT} characters.")
    score = ManualScore(
        submission_id=submission.id,
        notebook=notebook,
        grade_id=grade_id,
        points=points,
        comment=comment.strip(),
        grader_id=grader.id,
        created_at=now,
    )
    session.add(score)
    session.flush()
    feedback.rewrite(session, submission=submission, now=now)
    return score


def _start(session: Session, submission: Submission, release: Release, now: datetime) -> GradeJob:
    job = GradeJob(
        id=str(uuid.uuid4()), submission=submission, release=release, queued_at=now, tries=0, cells_done=0, cells_total=0
    )
    session.add(job)
    _send(session, job, now)
    return job


def _send(session: Session, job: GradeJob, now: datetime) -> None:
    job.state = JobState.queued
    job.tries += 1
    job.heartbeat_at = now
    outbox.enqueue(session, task=GRADE_TASK, queue=GRADING_QUEUE, arguments={"job": job_message(job)}, now=now)


def _finish(session: Session, job: GradeJob, reply: GradeResult, now: datetime) -> None:
    job.state = JobState.done
    job.finished_at = job.heartbeat_at = now
    result = Result(
        job_id=job.id,
        submission_id=job.submission_id,
        release_id=job.release_id,
        status=ResultStatus(reply.status),
        staff_reason=reply.staff_reason[:LONGEST_TEXT],
        student_reason=reply.student_reason[:LONGEST_TEXT],
        created_at=now,
        executed=[asdict(file) for file in reply.executed],
        provenance=reply.provenance,
        scores=scores_of(job.release, reply) if reply.status == "graded" else [],
    )
    session.add(result)
    session.flush()
    if reply.needs_review or reply.provenance.get("needs_review"):
        session.add(Review(result_id=result.id, opened_at=now))
        session.flush()
    feedback.rewrite(session, submission=job.submission, now=now)


def _refs(manifest: Iterable[dict[str, Any]]) -> tuple[FileRef, ...]:
    return tuple(FileRef(**entry) for entry in manifest)


def _whole() -> tuple[Any, ...]:
    return (
        joinedload(GradeJob.submission),
        joinedload(GradeJob.release).joinedload(Release.assignment),
    )
