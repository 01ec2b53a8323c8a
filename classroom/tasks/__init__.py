"""The portal worker: Celery tasks that open sessions, call one service and commit."""
