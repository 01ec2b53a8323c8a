"""The tables, one noun per file."""

from classroom.models.assignment import Assignment, Delivery, Release, ReleaseCheck
from classroom.models.base import Base
from classroom.models.course import Course, Section
from classroom.models.enrolment import STAFF, TEACHERS, Enrolment, EnrolmentStatus, Role, RosterUpload
from classroom.models.grading import Feedback, GradeJob, JobState, ManualScore, Result, ResultStatus, Review, Score
from classroom.models.operation import Operation, OperationKind, OperationState, OutboxMessage
from classroom.models.person import LinkKind, Person, SignInLink
from classroom.models.seminar import Guest, GuestState, Seat, Seminar
from classroom.models.submission import Submission, Trigger

__all__ = [
    "STAFF", "TEACHERS", "Assignment", "Base", "Course", "Delivery", "Enrolment", "EnrolmentStatus", "Feedback", "GradeJob",
    "Guest", "GuestState", "JobState", "LinkKind", "ManualScore", "Operation", "OperationKind", "OperationState",
    "OutboxMessage", "Person", "Release", "ReleaseCheck", "Result", "ResultStatus", "Review", "Role", "RosterUpload", "Score",
    "Seat", "Section", "Seminar", "SignInLink", "Submission", "Trigger",
]  # fmt: skip
