"""The portal's workers and its clock.

``celery --app=classroom.tasks.app worker --queues=portal`` takes what is short and must not wait; another with
``--queues=operations`` takes what is long, one with ``--queues=servers`` starts servers; ``celery --app=classroom.tasks.app
beat`` runs once.

The functions in the other modules of this package do the work and can be called without Celery; here they get their names.
Nothing is read from the environment before Celery needs its configuration.
"""

import logging
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import after_setup_logger

from classroom.config import Settings
from classroom.messages import OPERATIONS_QUEUE, PORTAL_QUEUE, SERVERS_QUEUE
from classroom.services.operations import RUN_TASK
from classroom.services.server_line import SERVE_TASK
from classroom.tasks import base, checks, grading, operations, reaper, seminars, servers
from classroom.tasks.base import PortalTask

REAP = "classroom.reap"
OPEN_AND_CLOSE = "classroom.open_and_close"
WARM_UP = "classroom.warm_up"
ANNOUNCE = "classroom.announce"
SEND_DIGESTS = "classroom.send_digests"
SEMINARS = "classroom.seminars"
SWEEP = "classroom.sweep"


def configuration() -> dict[str, Any]:
    """Celery's configuration, from the settings."""
    return {
        "broker_url": Settings().broker,
        "broker_connection_retry_on_startup": True,
        # Longer than any task: a message that comes back while its task still runs would run twice.
        "broker_transport_options": {"visibility_timeout": 3600, "unacked_restore_interval": 10, "unacked_restore_throttle": 1},
        "accept_content": ["json"],
        "task_serializer": "json",
        "task_ignore_result": True,
        "task_default_queue": PORTAL_QUEUE,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "worker_disable_prefetch": True,
        "worker_hijack_root_logger": True,
        "beat_schedule": {
            # Ticks that a worker could not take in time are worthless: `expires` keeps them from piling up.
            "reap": {"task": REAP, "schedule": 5.0, "options": {"expires": 5}},
            "open and close": {"task": OPEN_AND_CLOSE, "schedule": 15.0, "options": {"expires": 15}},
            "warm up": {"task": WARM_UP, "schedule": 30.0, "options": {"expires": 30, "queue": SERVERS_QUEUE}},
            "serve the line": {"task": SERVE_TASK, "schedule": 2.0, "options": {"expires": 2, "queue": SERVERS_QUEUE}},
            "announce": {"task": ANNOUNCE, "schedule": 20.0, "options": {"expires": 20}},
            "send digests": {"task": SEND_DIGESTS, "schedule": 60.0, "options": {"expires": 60, "queue": OPERATIONS_QUEUE}},
            "sweep": {"task": SWEEP, "schedule": crontab(hour="4", minute="30"), "options": {"queue": OPERATIONS_QUEUE}},
            "seminars": {"task": SEMINARS, "schedule": 3.0, "options": {"expires": 3, "queue": OPERATIONS_QUEUE}},
        },
    }


app = Celery("homeroom-portal", set_as_current=False, task_cls=PortalTask)
app.add_defaults(configuration)


@app.task(name=RUN_TASK)  # type: ignore[untyped-decorator] # celery has no types
def run_operation(*, operation_id: int) -> None:
    """One background operation."""
    operations.run_operation(base.tools(), operation_id=operation_id)


@app.task(name="classroom.grade_progress", quiet=True)  # type: ignore[untyped-decorator]
def grade_progress(*, job_id: str, cells_done: int, cells_total: int) -> None:
    """A grading worker is at it."""
    grading.grade_progress(base.tools(), job_id=job_id, cells_done=cells_done, cells_total=cells_total)


@app.task(name="classroom.record_result")  # type: ignore[untyped-decorator]
def record_result(*, job_id: str, result: dict[str, Any]) -> None:
    """A grading worker is done."""
    grading.record_result(base.tools(), job_id=job_id, result=result)


@app.task(name="classroom.record_check")  # type: ignore[untyped-decorator]
def record_check(*, release_id: int, problems: list[dict[str, Any]]) -> None:
    """What a worker found in a release."""
    grading.record_check(base.tools(), release_id=release_id, problems=problems)


@app.task(name="classroom.check_progress", quiet=True)  # type: ignore[untyped-decorator]
def check_progress(*, job_id: str, cells_done: int, cells_total: int) -> None:
    """A grading worker is at a student's check."""
    checks.check_progress(base.tools(), check_id=int(job_id), cells_done=cells_done, cells_total=cells_total)


@app.task(name="classroom.record_work_check")  # type: ignore[untyped-decorator]
def record_work_check(*, check_id: int, reply: object) -> None:
    """What a worker found in a student's work."""
    checks.record_work_check(base.tools(), check_id=check_id, reply=reply)


@app.task(name="classroom.guest_check_progress", quiet=True)  # type: ignore[untyped-decorator]
def guest_check_progress(*, job_id: str, cells_done: int, cells_total: int) -> None:
    """A grading worker is at a guest's check."""
    checks.guest_check_progress(base.tools(), check_id=int(job_id), cells_done=cells_done, cells_total=cells_total)


@app.task(name="classroom.record_guest_check")  # type: ignore[untyped-decorator]
def record_guest_check(*, check_id: int, reply: object) -> None:
    """What a worker found in a guest's work."""
    checks.record_guest_check(base.tools(), check_id=check_id, reply=reply)


@app.task(name=REAP, quiet=True)  # type: ignore[untyped-decorator]
def reap() -> None:
    """Every five seconds."""
    reaper.reap(base.tools())


@app.task(name=OPEN_AND_CLOSE, quiet=True)  # type: ignore[untyped-decorator]
def open_and_close() -> None:
    """Every fifteen seconds."""
    reaper.open_and_close(base.tools())


@app.task(name=SERVE_TASK, quiet=True)  # type: ignore[untyped-decorator]
def serve_line() -> None:
    """When somebody asks for a server, and every two seconds."""
    servers.serve_line(base.tools())


@app.task(name=WARM_UP, quiet=True)  # type: ignore[untyped-decorator]
def warm_up() -> None:
    """Every half minute."""
    servers.warm_up(base.tools())


@app.task(name=ANNOUNCE, quiet=True)  # type: ignore[untyped-decorator]
def announce() -> None:
    """Every twenty seconds."""
    reaper.announce(base.tools())


@app.task(name=SEND_DIGESTS, quiet=True)  # type: ignore[untyped-decorator]
def send_digests() -> None:
    """Every minute, on the workers for long work."""
    reaper.send_digests(base.tools())


@app.task(name=SEMINARS, quiet=True)  # type: ignore[untyped-decorator]
def run_seminars() -> None:
    """Every three seconds, on the worker of long work: making fifty seats takes its time."""
    seminars.run(base.tools())


@app.task(name=SWEEP)  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Every night, on the worker of long work."""
    reaper.sweep(base.tools())


@after_setup_logger.connect  # type: ignore[untyped-decorator]
def quieten(**_facts: Any) -> None:
    """Celery announces each message thrice; our own line a task says more. Its warnings and errors stay."""
    for name in ("celery.worker.strategy", "celery.app.trace", "celery.beat", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)
