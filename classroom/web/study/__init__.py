"""The students' pages: what is set, the way into the notebook, handing in, and what comes back."""

from classroom.web.study import assignment, attempts, checks, deep_link, feedback, handin, more_time, opening, regrade, updates
from classroom.web.study.blueprint import blueprint
from classroom.web.study.course import course_page

BLUEPRINTS = (blueprint, deep_link.blueprint)

__all__ = [
    "BLUEPRINTS", "assignment", "attempts", "blueprint", "checks", "course_page", "feedback", "handin", "more_time",
    "opening", "regrade", "updates",
]  # fmt: skip
