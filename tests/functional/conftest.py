"""One real stack with the example course for all functional tests; those that break parts start one of their own."""

from collections.abc import Callable, Iterator

import pytest

from tests.support.stack import Stack, running_stack
from tests.support.visitor import Visitor


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running stack with the example course, shared by the session: tests make courses of their own or only look."""
    with running_stack(tmp_path_factory.mktemp("stack") / "state") as stack:
        yield stack


@pytest.fixture
def visit(stack: Stack) -> Iterator[Callable[[], Visitor]]:
    """Makes visitors with a browser each, closed at the end."""
    visitors: list[Visitor] = []

    def make() -> Visitor:
        visitors.append(Visitor(stack))
        return visitors[-1]

    yield make
    for visitor in visitors:
        visitor.close()
