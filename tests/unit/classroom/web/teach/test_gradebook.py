from datetime import timedelta

from classroom.models import Assignment, Enrolment
from tests.support.big_class import BigClass
from tests.support.pages import PageClient, soup_of, text_of
from tests.support.work import Lab

HERE = "/courses/bio1/teach/gradebook"


def test_cells_say_what_is_missing_waits_or_is_not_released(
    tessa: PageClient, lab: Lab, ada: Enrolment, student: Enrolment, assignment: Assignment
) -> None:
    lab.run()
    submission = lab.hand_in(ada, assignment)
    lab.grade(submission, by_hand=None)
    waiting = text_of(tessa.get(f"{HERE}/"))
    lab.score(submission, "why", 3.0)
    lab.clock.forward(days=8)
    finished = text_of(tessa.get(f"{HERE}/"))

    assert "to look at" in waiting
    assert "not released" in finished
    assert "missing" in finished
    assert "Average 5 1 graded" in finished


def test_students_are_searched_and_paged(tessa: PageClient, many: BigClass) -> None:
    page = soup_of(tessa.get(f"{HERE}/?search=kowalska"))

    names = [head.get_text(" ", strip=True) for head in page.select("tbody:not(.averages) th")]
    assert names
    assert all("Kowalska" in name for name in names)
    assert "page 2 of 6" in text_of(tessa.get(f"{HERE}/?page=2"))


def test_the_csv_is_a_download_that_excel_reads(tessa: PageClient, many: BigClass) -> None:
    answer = tessa.get(f"{HERE}.csv")

    assert answer.data.startswith(b"\xef\xbb\xbfname,e-mail,student id,section,Growth (max 5)")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert len(answer.text.splitlines()) == 301


def test_nothing_is_missing_before_it_is_due(tessa: PageClient, lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    assert assignment.due_at is not None
    assert assignment.due_at > lab.now + timedelta(days=1)
    assert "missing" not in text_of(tessa.get(f"{HERE}/"))
