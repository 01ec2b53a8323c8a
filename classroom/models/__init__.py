"""The tables, one noun per file."""

from classroom.models.assignment import Assignment, Delivery, Release, ReleaseCheck
from classroom.models.base import Base
from classroom.models.class_time import ClassTime
from classroom.models.course import Course, Section
from classroom.models.enrolment import STAFF, TEACHERS, Enrolment, EnrolmentStatus, Role, RosterUpload
from classroom.models.extension import AskedState, Extension, ExtensionRequest
from classroom.models.grading import Feedback, GradeJob, JobState, ManualScore, Result, ResultStatus, Review, Score
from classroom.models.guest_check import GuestCheck
from classroom.models.join_code import OldCode
from classroom.models.notification import Notification, NotificationKind
from classroom.models.operation import Operation, OperationKind, OperationState, OutboxMessage
from classroom.models.person import LinkKind, MailRhythm, Person, SignInLink
from classroom.models.regrade import RegradeRequest, RegradeState
from classroom.models.seminar import Guest, GuestState, Owner, Seat, Seminar
from classroom.models.server import ServerStart, StartState
from classroom.models.submission import Submission, Trigger
from classroom.models.update import FileUpdate, UpdateOutcome
from classroom.models.work_check import CheckState, WorkCheck

__all__ = [
    "STAFF", "TEACHERS", "AskedState", "Assignment", "Base", "CheckState", "ClassTime", "Course", "Delivery", "Enrolment",
    "EnrolmentStatus", "Extension", "ExtensionRequest", "Feedback", "FileUpdate", "GradeJob", "Guest", "GuestCheck",
    "GuestState", "JobState", "LinkKind", "MailRhythm", "ManualScore", "Notification", "NotificationKind", "OldCode",
    "Operation", "OperationKind", "OperationState", "OutboxMessage", "Owner", "Person", "RegradeRequest", "RegradeState",
    "Release", "ReleaseCheck", "Result", "ResultStatus", "Review", "Role", "RosterUpload", "Score", "Seat", "Section",
    "Seminar", "ServerStart", "SignInLink", "StartState", "Submission", "Trigger", "UpdateOutcome", "WorkCheck",
]  # fmt: skip
