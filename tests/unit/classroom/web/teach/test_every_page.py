"""Each page of staff, empty and with a class of 300: it reads well, takes few queries, and opens to nobody else."""

from collections.abc import Callable

import pytest

from classroom.models import Enrolment
from tests.support.big_class import BigClass
from tests.support.pages import PageClient, text_of
from tests.support.work import Lab

HERE = "/courses/bio1/teach/"
STAFF = ["", "now", "people/", "assignments/", "gradebook/", "gradebook.csv", "requests/", "requests/?show=answered"]
TEACHERS = ["people/add", "people/roster/", "people/roster/example.csv", "people/invitations/", "people/invitations/print",
            "people/invitations.csv", "assignments/_add/"]  # fmt: skip
OF_ASSIGNMENT = [
    "assignments/growth/",
    "assignments/growth/grading",
    "assignments/growth/submissions/",
    "assignments/growth/extensions/",
    "assignments/growth/updates/",
]
MOST_QUERIES = {"": 19, "now": 8, "people/": 9, "assignments/": 14, "gradebook/": 20, "assignments/growth/": 17,
                "assignments/growth/submissions/": 14, "assignments/growth/extensions/": 10, "requests/": 8,
                "assignments/growth/updates/": 8}  # fmt: skip


def test_pages_of_an_empty_course_read_well(tessa: PageClient) -> None:
    answers = {page: tessa.get(HERE + page).status_code for page in STAFF + TEACHERS}

    assert set(answers.values()) == {200}, answers


def test_pages_of_a_full_course_read_well_for_everybody_on_the_staff(tessa: PageClient, gus: PageClient, many: BigClass) -> None:
    for_the_owner = {page: tessa.get(HERE + page).status_code for page in STAFF + TEACHERS + OF_ASSIGNMENT}
    for_a_grader = {page: gus.get(HERE + page).status_code for page in STAFF + OF_ASSIGNMENT}

    assert set(for_the_owner.values()) == {200}, for_the_owner
    assert set(for_a_grader.values()) == {200}, for_a_grader


@pytest.mark.parametrize("page", TEACHERS)
def test_a_grader_does_not_change_the_course(page: str, gus: PageClient) -> None:
    assert gus.get(HERE + page).status_code == 403


@pytest.mark.parametrize(
    "page", ["people/1/drop", "people/1/role", "people/1/invitation", "people/roster/", "assignments/_add/",
             "assignments/growth/", "assignments/growth/publish", "assignments/growth/release-feedback",
             "assignments/growth/regrade", "assignments/growth/collect", "assignments/growth/deliver",
             "assignments/growth/extensions/", "assignments/growth/requests", "requests/time/1",
             "assignments/growth/submissions/1/release-feedback", "assignments/growth/submissions/1/grade-again"],
)  # fmt: skip
def test_a_grader_sends_nothing_that_changes_the_course(page: str, gus: PageClient) -> None:
    assert gus.post(HERE + page).status_code == 403


def test_a_student_and_a_stranger_stay_outside(lab: Lab, ada: Enrolment, sign_in: Callable[..., PageClient]) -> None:
    student, stranger = sign_in(ada), sign_in(None)

    for page in STAFF + TEACHERS:
        assert student.get(HERE + page).status_code == 403
        turned_away = stranger.get(HERE + page)
        assert (turned_away.status_code, "next=" in turned_away.location) == (302, True)


def test_lists_of_300_take_few_queries(tessa: PageClient, many: BigClass, count_queries: Callable[..., object]) -> None:
    taken = {}
    for page in MOST_QUERIES:
        with count_queries() as queries:  # type: ignore[attr-defined]
            tessa.get(HERE + page)
        sent = [one for one in queries if not one.startswith(("BEGIN", "PRAGMA"))]
        taken[page] = len(sent)

    assert not {page: count for page, count in taken.items() if count > MOST_QUERIES[page]}, taken


def test_the_pages_of_a_long_list_are_turned(tessa: PageClient, many: BigClass) -> None:
    second = text_of(tessa.get(f"{HERE}people/?page=2&role=student"))
    beyond = text_of(tessa.get(f"{HERE}assignments/growth/submissions/?page=99"))

    assert "page 2 of 6" in second
    assert "page 6 of 6" in beyond
