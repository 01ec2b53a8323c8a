"""The portal as staff use it."""

from collections.abc import Callable

import pytest

from classroom.config import Settings
from classroom.models import Enrolment, Role
from tests.support.big_class import BigClass, big_class
from tests.support.pages import PageClient
from tests.support.work import Lab


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Limits that a test can exceed with little."""
    return settings.model_copy(update={"roster_upload_limit": 50_000, "notebook_upload_limit": 100_000})


@pytest.fixture
def tessa(lab: Lab, teacher: Enrolment, sign_in: Callable[..., PageClient]) -> PageClient:
    """The owner's browser."""
    return sign_in(teacher)


@pytest.fixture
def gus(lab: Lab, grader: Enrolment, sign_in: Callable[..., PageClient]) -> PageClient:
    """A grader's browser."""
    return sign_in(grader)


@pytest.fixture
def tom(make_enrolment: Callable[..., Enrolment]) -> Enrolment:
    """A teacher who does not own the course."""
    return make_enrolment("tom", Role.teacher)


@pytest.fixture
def many(lab: Lab) -> BigClass:
    """A class of 300 with work in every state."""
    return big_class(lab)
