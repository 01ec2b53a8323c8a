"""The grading worker: ``celery --app=grader.worker worker --queues=checks,grading``.

Of its queues the first one named goes first: a student waits for a check, and nobody for a grade.

It is told by the environment: HOMEROOM_BROKER_URL, where jobs come from, and HOMEROOM_FILES, the folder of their files; also
HOMEROOM_SANDBOX and HOMEROOM_UNSAFE_NO_SANDBOX, where student code may run. It has no database and no secrets.
"""

import os
from pathlib import Path

from celery import Celery
from celery.signals import worker_process_init

from grader.files import FileStore
from grader.sandboxes import Wanted
from grader.tasks import add_tasks, warm_up
from grader.warm import want

_VISIBILITY_SECONDS = 1800


def make_app(broker_url: str, files: Path) -> Celery:
    """A worker for the jobs at ``broker_url`` whose files are in ``files``."""
    app = Celery("homeroom-grader", broker=broker_url, set_as_current=False)
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        task_ignore_result=True,
        task_default_queue="grading",
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_disable_prefetch=True,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "visibility_timeout": _VISIBILITY_SECONDS,
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
            "queue_order_strategy": "priority",
        },
    )
    add_tasks(app, FileStore(files))
    return app


@worker_process_init.connect  # type: ignore[untyped-decorator] # celery has no types
def _warm_up(**_signal: object) -> None:
    warm_up(FileStore(Path(os.environ.get("HOMEROOM_FILES", "files"))))


_YES = {"1", "true", "True"}
want(Wanted(os.environ.get("HOMEROOM_SANDBOX", ""), unsafe=os.environ.get("HOMEROOM_UNSAFE_NO_SANDBOX", "") in _YES))
app = make_app(os.environ.get("HOMEROOM_BROKER_URL", ""), Path(os.environ.get("HOMEROOM_FILES", "files")))
