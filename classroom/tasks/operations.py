"""Runs background operations, each kind by the service that knows it."""

import logging
from collections.abc import Callable

from sqlalchemy.exc import OperationalError

from classroom.errors import HomeroomError, Unavailable
from classroom.models import Operation, OperationKind, OperationState
from classroom.services import operations
from classroom.services.collection import run_collect
from classroom.services.deliveries import run_deliver
from classroom.services.feedback import run_return_feedback
from classroom.services.invitation_mail import run_invite
from classroom.services.operation_context import OperationContext
from classroom.services.provisioning import run_provision
from classroom.tasks.base import Tools
from hub_bridge.client import HubError

RUNNERS: dict[OperationKind, Callable[[OperationContext, int], None]] = {
    OperationKind.provision: run_provision,
    OperationKind.deliver: run_deliver,
    OperationKind.collect: run_collect,
    OperationKind.return_feedback: run_return_feedback,
    OperationKind.invite: run_invite,
}

log = logging.getLogger(__name__)


def run_operation(tools: Tools, *, operation_id: int) -> None:
    """Run one operation to its end, or put it off with a reason; the reaper sends it again then."""
    context = tools.context
    with context.sessions() as session:
        operation = session.get(Operation, operation_id)
    if operation is None:
        log.warning("operation %d is not there", operation_id)
        return
    try:
        RUNNERS[operation.kind](context, operation_id)
    except OperationalError:
        raise  # the database itself is away: nothing can be noted now
    except (Unavailable, HubError, HomeroomError) as error:
        _put_off(context, operation_id, f"{str(error).rstrip('.')}. It is tried again.")
    except Exception:
        log.exception("operation %d (%s) broke", operation_id, operation.kind.value)
        _put_off(context, operation_id, "Something unexpected stopped this. It is tried again; the log says more.")
    tools.send_pending()


def _put_off(context: OperationContext, operation_id: int, reason: str) -> None:
    with context.sessions.begin() as session:
        operation = session.get_one(Operation, operation_id)
        if operation.state == OperationState.running:
            operations.put_off(operation, reason=reason, now=context.now())
