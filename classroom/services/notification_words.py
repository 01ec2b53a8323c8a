"""Notifications as sentences: for the portal and for mail, which says no more than the portal's page would to a stranger."""

from collections.abc import Callable
from datetime import datetime

from classroom.models import Notification, NotificationKind

SENTENCES = {
    NotificationKind.published: "New: {assignment}.",
    NotificationKind.updated: "New version: {assignment}.",
    NotificationKind.due_soon: "{assignment} is due {due}, and you have handed in nothing yet.",
    NotificationKind.feedback_returned: "There is feedback on {assignment}.",
    NotificationKind.extension_given: "You have more time for {assignment}: until {due}.",
    NotificationKind.extension_declined: "Your request for more time for {assignment} was answered.",
    NotificationKind.regrade_answered: "Your question about the points of {assignment} was answered.",
    NotificationKind.requests_waiting: "Students ask for more time or for a second look at their points.",
}


def sentence(notification: Notification, *, time: Callable[[datetime], str]) -> str:
    """What happened; ``time`` writes a moment for the reader."""
    return SENTENCES[notification.kind].format(
        assignment=notification.assignment.title if notification.assignment else "",
        due=time(notification.due_at) if notification.due_at else "",
    )


def path(notification: Notification) -> str:
    """Where it leads to, below the portal's prefix."""
    course = f"/courses/{notification.course.slug}"
    if notification.kind is NotificationKind.requests_waiting:
        return f"{course}/teach/requests/"
    assignment = f"{course}/a/{notification.assignment.slug}/" if notification.assignment else f"{course}/"
    if notification.submission_id is not None:
        return f"{assignment}attempts/{notification.submission_id}/feedback"
    return assignment
