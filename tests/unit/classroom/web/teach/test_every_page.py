"""Each page of staff, empty and with a class of 300: it reads well, takes few queries, and opens to nobody else."""

from collections.abc import Callable

import pytest
from flask import Flask

from classroom.models import Enrolment
from tests.support.big_class import BigClass
from tests.support.pages import PageClient, text_of
from tests.support.work import Lab

HERE = "/courses/bio1/teach/"
STAFF = ["", "now", "people/", "assignments/", "gradebook/", "gradebook.csv"]
TEACHERS = ["people/add", "people/roster/", "people/roster/example.csv", "people/invitations/", "people/invitations/print",
            "people/invitations.csv", "assignments/_add/"]  # fmt: skip
OF_ASSIGNMENT = ["assignments/growth/", "assignments/growth/grading", "assignments/growth/submissions/"]
FIRST_PAGES = {"", "people/", "gradebook/", "assignments/", "assignments/growth/", "assignments/growth/submissions/"}


@pytest.mark.parametrize("page", STAFF + TEACHERS)
def test_a_page_of_an_empty_course_reads_well(page: str, tessa: PageClient) -> None:
    assert tessa.get(HERE + page).status_code == 200


@pytest.mark.parametrize("page", STAFF + TEACHERS + OF_ASSIGNMENT)
def test_a_page_of_a_full_course_reads_well(page: str, tessa: PageClient, many: BigClass) -> None:
    assert tessa.get(HERE + page).status_code == 200


@pytest.mark.parametrize("page", STAFF + OF_ASSIGNMENT)
def test_a_grader_sees(page: str, gus: PageClient, many: BigClass) -> None:
    assert gus.get(HERE + page).status_code == 200


@pytest.mark.parametrize("page", TEACHERS)
def test_a_grader_does_not_change_the_course(page: str, gus: PageClient) -> None:
    assert gus.get(HERE + page).status_code == 403


@pytest.mark.parametrize("page", STAFF + TEACHERS)
def test_a_student_and_a_stranger_stay_outside(page: str, lab: Lab, ada: Enrolment, sign_in: Callable[..., PageClient]) -> None:
    stranger = sign_in(None).get(HERE + page)

    assert sign_in(ada).get(HERE + page).status_code == 403
    assert (stranger.status_code, "next=" in stranger.location) == (302, True)


@pytest.mark.parametrize("page", sorted(FIRST_PAGES))
def test_a_list_takes_as_many_queries_for_300_as_for_30(
    page: str, tessa: PageClient, many: BigClass, count_queries: Callable[..., object], app: Flask
) -> None:
    tessa.get(HERE + page)

    with count_queries() as queries:  # type: ignore[attr-defined]
        tessa.get(HERE + page)

    assert len([one for one in queries if not one.startswith(("BEGIN", "PRAGMA"))]) <= 18, "\n\n".join(queries)


def test_the_pages_of_a_long_list_are_turned(tessa: PageClient, many: BigClass) -> None:
    second = text_of(tessa.get(f"{HERE}people/?page=2&role=student"))
    beyond = text_of(tessa.get(f"{HERE}assignments/growth/submissions/?page=99"))

    assert "page 2 of 6" in second
    assert "page 6 of 6" in beyond
