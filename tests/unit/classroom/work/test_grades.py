import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from classroom.models import Assignment, Course, Enrolment, EnrolmentStatus, Role
from classroom.services import feedback, grades
from tests.support.work import SOURCE, Lab, answered
from tests.unit.classroom.conftest import CountQueries


def test_the_gradebook_has_each_student_by_each_published_assignment(
    lab: Lab, ada: Enrolment, ben: Enrolment, assignment: Assignment
) -> None:
    lab.grade(lab.hand_in(ada, assignment), points=1.5, by_hand=2.0)
    lab.release(SOURCE, slug="draft", title="Not yet")

    book = grades.gradebook(lab.session, course=lab.course, page_size=50)

    assert [a.slug for a in book.assignments] == ["growth"]
    assert [(r.enrolment.person.display_name, r.cells[0].state, r.cells[0].score, r.total) for r in book.rows] == [
        ("Ada", "complete", 3.5, 3.5),
        ("Ben", "none", None, 0),
    ]
    assert (book.max_total, book.total, book.pages) == (5, 2, 1)


def test_the_newest_attempt_counts(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lab.grade(lab.hand_in(ada, assignment, answered("2")), points=2.0)
    newest = lab.hand_in(ada, assignment, answered("3"))

    [row] = grades.gradebook(lab.session, course=lab.course, page_size=50).rows

    assert row.cells[0].submission is newest
    assert row.cells[0].state == "grading"


def test_staff_and_dropped_people_are_not_in_the_gradebook(lab: Lab, ada: Enrolment, ben: Enrolment) -> None:
    ben.status = EnrolmentStatus.dropped
    lab.make_enrolment("greta", Role.grader)

    book = grades.gradebook(lab.session, course=lab.course, page_size=50)

    assert [row.enrolment.person.hub_name for row in book.rows] == ["ada"]


def test_the_gradebook_finds_people_and_comes_in_pages(lab: Lab) -> None:
    for number in range(12):
        lab.student(f"student{number:02}")

    second = grades.gradebook(lab.session, course=lab.course, page=2, page_size=5)
    found = grades.gradebook(lab.session, course=lab.course, page_size=5, search="student07")

    assert [row.enrolment.person.hub_name for row in second.rows] == [f"student{number:02}" for number in range(5, 10)]
    assert (second.pages, second.total) == (3, 12)
    assert [row.enrolment.person.hub_name for row in found.rows] == ["student07"]


def test_a_page_costs_as_many_queries_for_thirty_students_as_for_one(
    lab: Lab, ada: Enrolment, assignment: Assignment, count_queries: CountQueries
) -> None:
    lab.grade(lab.hand_in(ada, assignment))
    with count_queries() as for_one:
        grades.gradebook(lab.session, course=lab.course, page_size=50)
    others = [lab.publish(SOURCE, slug=f"growth{number}", title=f"Growth {number}") for number in range(3)]
    for number in range(30):
        student = lab.student(f"student{number}")
        for one in others:
            lab.grade(lab.hand_in(student, one))
    lab.session.expunge_all()

    with count_queries() as for_many:
        book = grades.gradebook(lab.session, course=lab.session.get_one(Course, lab.course.id), page_size=50)

    assert len(book.rows) == 31
    assert len(for_many) <= len(for_one) + 2  # a new transaction, and the course


def test_the_csv_has_a_maximum_in_each_title_and_no_provisional_number(
    lab: Lab, ada: Enrolment, ben: Enrolment, assignment: Assignment
) -> None:
    lab.grade(lab.hand_in(ada, assignment), points=0.1, by_hand=0.2)
    lab.grade(lab.hand_in(ben, assignment), by_hand=None)

    rows = list(csv.reader(io.StringIO(grades.gradebook_csv(lab.session, course=lab.course))))

    assert rows == [
        ["name", "e-mail", "student id", "section", "Growth (max 5)"],
        ["Ada", "ada@example.org", "", "", "0.3"],
        ["Ben", "ben@example.org", "", "", ""],
    ]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_wild_text_round_trips_through_csv_and_runs_in_no_spreadsheet(text: str) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerow([grades.plain(text), "next"])

    [[read, following]] = csv.reader(io.StringIO(buffer.getvalue(), newline=""))

    assert read.removeprefix("'") == text.removeprefix("'")
    assert following == "next"
    assert not read.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_wild_names_do_not_move_the_columns(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    ada.person.display_name = '=HYPERLINK("http://x"),\n"Doe, Jr."'
    assignment.title = "+Growth; a, b"
    lab.session.commit()

    header, row = csv.reader(io.StringIO(grades.gradebook_csv(lab.session, course=lab.course), newline=""))

    assert header[4] == "'+Growth; a, b (max 5)"
    assert row == ['\'=HYPERLINK("http://x"),\n"Doe, Jr."', "ada@example.org", "", "", ""]


def test_a_released_grade_is_marked(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    submission = lab.hand_in(ada, assignment)
    lab.grade(submission)
    feedback.release_feedback(lab.session, submission=submission, actor=None, now=lab.now)

    [row] = grades.gradebook(lab.session, course=lab.course, page_size=50).rows

    assert row.cells[0].released
