"""What a seminar's notebooks run in, as its teacher sees and changes it."""

from dataclasses import dataclass

from flask import request, url_for
from flask.typing import ResponseReturnValue

from classroom.services import environments
from classroom.web import audience
from classroom.web.context import db, now, seminar, settings
from classroom.web.seminars.blueprint import blueprint
from classroom.web.teach.blueprint import act


@dataclass(frozen=True, slots=True)
class Choice:
    """The seminar's environment on the page: the name it wants, the one that guests get, and what else there is."""

    wanted: str
    in_force: str
    offered: list[str]
    in_use: bool

    @property
    def is_gone(self) -> bool:
        """Whether the name is offered no more."""
        return self.wanted != self.in_force

    @property
    def matters(self) -> bool:
        """Whether there is anything to tell: where one Python is all there is, nobody need read about it."""
        return self.is_gone or len(self.offered) > 1

    @property
    def options(self) -> list[tuple[str, str]]:
        """For the form."""
        return [(name, name) for name in self.offered]


def choice() -> Choice:
    """How it stands for this request's seminar."""
    wanted, offered = seminar().environment, settings().offered_environments
    return Choice(wanted, environments.in_force(wanted, offered), offered, environments.is_in_use(db(), seminar=seminar()))


@blueprint.post("/seminars/<seminar>/environment")
@audience.presenter
def change_environment() -> ResponseReturnValue:
    """Another one, while nobody is in."""
    wanted, offered = request.form.get("environment", ""), settings().offered_environments

    def change() -> str:
        environments.change(db(), seminar=seminar(), wanted=wanted, offered=offered, now=now())
        return f"Notebooks run in {wanted}."

    return act(change, then=url_for(".present"))
