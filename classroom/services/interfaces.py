"""Where notebooks open: JupyterLab or Jupyter Notebook, as the person, the course or the server's settings say."""

from classroom.config import Settings
from classroom.errors import HomeroomError
from classroom.models import Course, Person

INTERFACES = {"lab": "JupyterLab", "notebook": "Jupyter Notebook"}
"""What may be chosen, and how it reads."""


def interface_for(person: Person, course: Course, settings: Settings) -> str:
    """The interface in which ``person`` opens the notebooks of ``course``."""
    wishes = (person.interface, course.interface, settings.interface)
    return next(wish for wish in wishes if wish in INTERFACES)


def read_interface(word: str) -> str | None:
    """What a form says; None for no wish of one's own. Raises HomeroomError."""
    if word and word not in INTERFACES:
        raise HomeroomError("Choose where notebooks open: JupyterLab or Jupyter Notebook.")
    return word or None
