"""The students' pages: what is set, the way into the notebook, handing in, and what comes back."""

from classroom.web.study import assignment, checks, feedback, handin, opening
from classroom.web.study.blueprint import blueprint
from classroom.web.study.course import course_page

__all__ = ["assignment", "blueprint", "checks", "course_page", "feedback", "handin", "opening"]
