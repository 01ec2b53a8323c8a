"""The tables, one noun per file."""

from classroom.models.assignment import Assignment, Delivery, Release, ReleaseCheck
from classroom.models.base import Base
from classroom.models.course import Course, Section
from classroom.models.enrolment import STAFF, TEACHERS, Enrolment, EnrolmentStatus, Role, RosterUpload
from classroom.models.grading import Feedback, GradeJob, JobState, ManualScore, Result, ResultStatus, Review, Score
from classroom.models.operation import Operation, OperationKind, OperationState, OutboxMessage
from classroom.models.person import LinkKind, Person, SignInLink
from classroom.models.submission import Submission, Trigger
from classroom.models.work_check import CheckState, WorkCheck

__all__ = [
    "STAFF", "TEACHERS", "Assignment", "Base", "CheckState", "Course", "Delivery", "Enrolment", "EnrolmentStatus", "Feedback",
    "GradeJob", "JobState", "LinkKind", "ManualScore", "Operation", "OperationKind", "OperationState", "OutboxMessage",
    "Person", "Release", "ReleaseCheck", "Result", "ResultStatus", "Review", "Role", "RosterUpload", "Score", "Section",
    "SignInLink", "Submission", "Trigger", "WorkCheck",
]  # fmt: skip
