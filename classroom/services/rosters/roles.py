"""What rosters call the roles."""

from classroom.models import Role
from classroom.services.rosters.columns import plain

_STUDENT = (
    "student", "students", "studentin", "studierende", "studierender", "learner", "participant", "teilnehmer", "teilnehmerin",
    "teilnehmer in", "student in", "etudiant", "etudiante", "etudiant e", "estudiante", "alumno", "alumna", "studente",
)  # fmt: skip
_GRADER = (
    "grader", "ta", "teaching assistant", "assistant", "tutor", "tutorin", "tutor in", "non editing teacher", "hilfskraft",
    "korrektor", "korrektorin",
)  # fmt: skip
_TEACHER = (
    "teacher", "editing teacher", "instructor", "lecturer", "professor", "prof", "dozent", "dozentin", "trainer", "trainerin",
    "trainer in",
)  # fmt: skip

_ROLES: dict[str, Role] = {
    **dict.fromkeys(_STUDENT, Role.student),
    **dict.fromkeys(_GRADER, Role.grader),
    **dict.fromkeys(_TEACHER, Role.teacher),
    "owner": Role.owner,
}


def role_named(text: str) -> Role | None:
    """The role a roster means, None when it says nothing or something unknown."""
    return _ROLES.get(plain(text))
