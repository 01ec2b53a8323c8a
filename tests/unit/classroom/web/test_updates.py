"""A new version came: what students and staff read about it, and the buttons that lead back."""

from collections.abc import Callable

import pytest

from classroom.models import Assignment, Enrolment
from classroom.services import deliveries
from tests.support.pages import PageClient, SignIn, soup_of, text_of
from tests.support.work import SOURCE, Lab, answered, cell, notebook, source_notebook

GROWTH = "/courses/bio1/a/growth/"
TEACH = "/courses/bio1/teach/assignments/growth/"
NOTEBOOK = {"path": "growth.ipynb"}
CHANGED = SOURCE | {
    "growth.ipynb": notebook(
        cell("markdown", "# Growth"),
        cell("code", "### BEGIN SOLUTION\nx = 2\n### END SOLUTION\n# twice", grade_id="x", solution=True),
        cell("code", "assert x == 2", grade_id="test_x", grade=True, locked=True, points=2),
        cell("markdown", "Because.", grade_id="why", grade=True, solution=True, points=3),
        cell("markdown", "Draw.", grade_id="draw", grade=True, solution=True, points=1),
    )
}


def release_anew(lab: Lab, source: dict[str, bytes]) -> None:
    lab.clock.forward(minutes=1)
    lab.release(source)
    deliveries.start_due(lab.session, now=lab.now)
    lab.run()


@pytest.fixture
def browser(sign_in: SignIn, lab: Lab, ada: Enrolment, assignment: Assignment) -> PageClient:
    """Ada's, who has answered when a new version comes."""
    lab.run()
    lab.write(ada, "growth.ipynb", answered())
    lab.session.commit()  # SQLite has one writer, and the next is to be the portal
    return sign_in(ada)


def test_before_any_change_nothing_is_told(browser: PageClient) -> None:
    page = text_of(browser.get(GROWTH))

    assert "Changed by your teacher" not in page
    assert "Start a file over" in page


def test_a_student_reads_what_arrived_and_what_to_look_at(browser: PageClient, lab: Lab) -> None:
    release_anew(lab, CHANGED)

    page = text_of(browser.get(GROWTH))

    assert "growth.ipynb 1 to look at Your teacher changed this notebook" in page
    assert "1 new cell, 1 answer whose question changed. Nothing that you wrote was removed." in page
    assert "x was changed, but is answered already: the answer stayed" in page


def test_a_name_of_a_cell_is_text_on_the_page(browser: PageClient, lab: Lab, ada: Enrolment) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    release_anew(lab, SOURCE | {"growth.ipynb": source_notebook(hostile)})

    page = browser.get(GROWTH)

    assert hostile in text_of(page)
    assert not soup_of(page).select("main img[src=x]")


def test_an_update_is_undone_by_a_button_and_a_second_press_does_no_harm(browser: PageClient, lab: Lab, ada: Enrolment) -> None:
    release_anew(lab, CHANGED)

    first = browser.post(f"{GROWTH}updates/undo", NOTEBOOK)
    second = browser.post(f"{GROWTH}updates/undo", NOTEBOOK)

    assert (first.status_code, second.status_code) == (303, 303)
    assert "as it was before the update" in text_of(browser.get(GROWTH))
    assert "Taken back" in text_of(browser.get(GROWTH))
    assert lab.read(ada, "growth.ipynb") == answered()


def test_what_cannot_be_undone_is_said(browser: PageClient, lab: Lab, ada: Enrolment) -> None:
    browser.post(f"{GROWTH}updates/undo", NOTEBOOK)

    assert "There is no update of this file" in text_of(browser.get(GROWTH))
    assert lab.read(ada, "growth.ipynb") == answered()


def test_a_file_is_started_over_by_a_button(browser: PageClient, lab: Lab, ada: Enrolment) -> None:
    answer = browser.post(f"{GROWTH}updates/reset", NOTEBOOK)

    assert answer.status_code == 303
    assert "growth.ipynb is as your teacher released it" in text_of(browser.get(GROWTH))
    assert b"YOUR CODE HERE" in (lab.read(ada, "growth.ipynb") or b"")


@pytest.mark.parametrize("path", ["", "other.ipynb", "../../../../etc/passwd", "growth.ipynb/../x"])
def test_only_files_of_the_assignment_are_started_over(browser: PageClient, path: str) -> None:
    assert browser.post(f"{GROWTH}updates/reset", {"path": path}).status_code == 404


@pytest.mark.parametrize("button", ["undo", "reset"])
def test_the_ways_back_need_a_form_of_this_session_and_a_place_in_the_course(
    browser: PageClient, sign_in: SignIn, lab: Lab, ada: Enrolment, make_enrolment: Callable[..., Enrolment], button: str
) -> None:
    release_anew(lab, CHANGED)
    merged = lab.read(ada, "growth.ipynb")
    outsider = lab.student("ben")
    lab.session.delete(outsider)
    lab.session.commit()

    forged = browser.post(f"{GROWTH}updates/{button}", NOTEBOOK, token="from another session")
    elsewhere = sign_in(outsider.person).post(f"{GROWTH}updates/{button}", NOTEBOOK)

    assert (forged.status_code, elsewhere.status_code) == (400, 404)
    assert lab.read(ada, "growth.ipynb") == merged


def test_one_students_button_leaves_others_alone(browser: PageClient, sign_in: SignIn, lab: Lab, ada: Enrolment) -> None:
    ben = lab.student("ben")
    release_anew(lab, CHANGED)
    merged, bens = lab.read(ada, "growth.ipynb"), sign_in(ben)
    lab.session.commit()

    bens.post(f"{GROWTH}updates/reset", NOTEBOOK)
    bens.post(f"{GROWTH}updates/undo", NOTEBOOK)

    assert lab.read(ada, "growth.ipynb") == merged


def test_staff_read_how_the_version_met_changed_files(
    browser: PageClient, sign_in: SignIn, lab: Lab, teacher: Enrolment, grader: Enrolment
) -> None:
    ben = lab.student("ben")
    deliveries.start_due(lab.session, now=lab.now)
    lab.run()
    lab.write(ben, "growth.ipynb", b"broken")
    lab.session.commit()
    nothing = text_of(sign_in(grader).get(f"{TEACH}updates/"))
    release_anew(lab, CHANGED)

    page, listed = text_of(sign_in(teacher).get(TEACH)), text_of(sign_in(grader).get(f"{TEACH}updates/"))

    assert "Nothing to tell" in nothing
    assert "Merged into 1 file that students had changed; 1 of them hold" in page
    assert "1 file could not be merged" in page
    assert "Ada growth.ipynb 1 to look at" in listed
    assert "Ben growth.ipynb Beside" in listed
    assert "The file is not valid JSON" in listed


def test_students_do_not_see_what_happened_to_others(browser: PageClient, lab: Lab) -> None:
    assert browser.get(f"{TEACH}updates/").status_code == 403
