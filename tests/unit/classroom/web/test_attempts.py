"""Earlier attempts: compared with one another, and restored into the home."""

import pytest

from classroom.models import Assignment, Enrolment, Submission
from tests.support.pages import PageClient, SignIn, soup_of, text_of
from tests.support.work import Lab, answered
from tests.unit.classroom.web.conftest import MakeEnrolment

GROWTH = "/courses/bio1/a/growth/"
TEACH = "/courses/bio1/teach/assignments/growth/submissions/"


@pytest.fixture
def browser(sign_in: SignIn, ada: Enrolment, assignment: Assignment) -> PageClient:
    """Ada's."""
    return sign_in(ada)


@pytest.fixture
def attempts(lab: Lab, ada: Enrolment, assignment: Assignment) -> list[Submission]:
    """Three of Ada's."""
    lab.write(ada, "data/cells.csv", b"day,cells\n0,10\n")
    first = lab.hand_in(ada, assignment, answered("1", "I think <b>so</b>."))
    lab.write(ada, "data/cells.csv", b"day,cells\n0,11\n")
    second = lab.hand_in(ada, assignment, answered("2", "I think <b>so</b>."))
    lab.write(ada, "helper.py", b"y = 1\n")
    third = lab.hand_in(ada, assignment, answered("2", "Because cells divide."))
    return [first, second, third]


def compared(browser: PageClient, submission: Submission, query: str = "") -> str:
    return text_of(browser.get(f"{GROWTH}attempts/{submission.id}/compare{query}"))


def test_an_attempt_is_shown_beside_the_one_before(browser: PageClient, attempts: list[Submission]) -> None:
    page = browser.get(f"{GROWTH}attempts/{attempts[1].id}/compare")

    text, soup = text_of(page), soup_of(page)
    assert "What changed from attempt 1 to 2" in text
    assert "data/cells.csv changed" in text
    assert "growth.ipynb changed" in text
    assert [mark.get_text() for mark in soup.select("del")] == ["1"]
    assert [mark.get_text() for mark in soup.select("ins")] == ["2"]
    assert "I think" not in text, "what is the same is left out"


def test_any_two_attempts_may_be_chosen_and_the_earlier_one_stands_left(browser: PageClient, attempts: list[Submission]) -> None:
    first, _, third = attempts

    for page in (compared(browser, third, f"?with={first.id}"), compared(browser, first, f"?with={third.id}")):
        assert "What changed from attempt 1 to 3" in page
        assert "helper.py added" in page


def test_what_students_wrote_is_text_and_never_markup(browser: PageClient, attempts: list[Submission]) -> None:
    page = browser.get(f"{GROWTH}attempts/{attempts[2].id}/compare")

    assert "<b>" in text_of(page)
    assert not soup_of(page).select("table b")


def test_the_first_attempt_has_nothing_to_be_compared_with(browser: PageClient, attempts: list[Submission]) -> None:
    page = browser.get(f"{GROWTH}attempts/{attempts[0].id}/compare")

    assert "Nothing came before this attempt" in text_of(page)
    assert len(soup_of(page).select("select[name=with] option")) == 2, "but later ones may be chosen"


def test_a_notebook_that_cannot_be_read_is_named_with_the_reason(
    browser: PageClient, lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    lab.hand_in(ada, assignment)
    second = lab.hand_in(ada, assignment, b"no notebook at all")

    assert "not valid JSON" in compared(browser, second)


def test_staff_see_the_same_for_a_students_attempts(
    sign_in: SignIn, lab: Lab, grader: Enrolment, attempts: list[Submission]
) -> None:
    text = text_of(sign_in(grader).get(f"{TEACH}{attempts[1].id}/compare"))

    assert "Ada: attempt 1 and 2" in text
    assert "data/cells.csv changed" in text


def test_nobody_compares_or_restores_what_is_anothers(
    sign_in: SignIn, lab: Lab, make_enrolment: MakeEnrolment, attempts: list[Submission]
) -> None:
    ben = sign_in(lab.student("ben"))
    bens = lab.hand_in(lab.student("bob"), attempts[0].assignment)
    mine = f"{GROWTH}attempts/{attempts[1].id}/"

    assert ben.get(f"{mine}compare").status_code == 404
    assert ben.post(f"{mine}restore").status_code == 404
    assert sign_in(lab.teacher).post(f"{mine}restore").status_code == 403
    assert ben.get(f"{TEACH}{attempts[1].id}/compare").status_code == 403
    beside = sign_in(lab.teacher).get(f"{TEACH}{attempts[1].id}/compare?with={bens.id}")
    assert "attempt 1 and 2" in text_of(beside), "another student's attempt is no choice"


def test_restoring_puts_the_files_back_and_says_where_the_others_went(
    browser: PageClient, lab: Lab, ada: Enrolment, attempts: list[Submission]
) -> None:
    lab.write(ada, "growth.ipynb", answered("99"))

    answer = browser.post(f"{GROWTH}attempts/{attempts[0].id}/restore")
    text = text_of(browser.get(answer.location))

    assert lab.read(ada, "growth.ipynb") == answered("1", "I think <b>so</b>.")
    assert "Attempt 1 is back in bio1/growth: data/cells.csv, growth.ipynb. What was there is kept" in text
    assert lab.read(ada, "helper.py") == b"y = 1\n", "what the attempt did not have stays"


def test_restoring_twice_is_restoring_once(browser: PageClient, lab: Lab, ada: Enrolment, attempts: list[Submission]) -> None:
    browser.post(f"{GROWTH}attempts/{attempts[0].id}/restore")
    lab.clock.forward(seconds=5)
    answer = browser.post(f"{GROWTH}attempts/{attempts[0].id}/restore")

    assert "holds attempt 1 as it is already" in text_of(browser.get(answer.location))
    assert len(lab.homes.names("ada", ".homeroom/before/bio1/growth/growth.ipynb")) == 1


def test_what_restore_kept_is_listed_and_comes_back_by_a_button(
    browser: PageClient, lab: Lab, ada: Enrolment, attempts: list[Submission]
) -> None:
    lab.write(ada, "growth.ipynb", answered("99"))
    browser.post(f"{GROWTH}attempts/{attempts[0].id}/restore")
    [copy] = lab.homes.names("ada", ".homeroom/before/bio1/growth/growth.ipynb")
    lab.clock.forward(minutes=1)

    assert copy in browser.get(f"{GROWTH}earlier/").text
    answers = [browser.post(f"{GROWTH}earlier/bring-back", {"path": "growth.ipynb", "copy": copy}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert lab.read(ada, "growth.ipynb") == answered("99")
    assert len(lab.homes.names("ada", ".homeroom/before/bio1/growth/growth.ipynb")) == 2


def test_without_earlier_states_the_page_says_so(browser: PageClient, lab: Lab, assignment: Assignment) -> None:
    lab.run()

    assert "No earlier states" in text_of(browser.get(f"{GROWTH}earlier/"))


def test_what_is_kept_is_never_handed_in(browser: PageClient, lab: Lab, ada: Enrolment, attempts: list[Submission]) -> None:
    browser.post(f"{GROWTH}attempts/{attempts[0].id}/restore")

    again = lab.submit(ada, attempts[0].assignment)

    assert sorted(entry["path"] for entry in again.files) == ["data/cells.csv", "growth.ipynb", "helper.py"]


def test_something_in_the_way_is_told_and_nothing_is_changed(
    browser: PageClient, lab: Lab, ada: Enrolment, attempts: list[Submission]
) -> None:
    (lab.homes.root / "ada" / ".homeroom").write_text("a file of Ada's")
    before = lab.read(ada, "growth.ipynb")

    answer = browser.post(f"{GROWTH}attempts/{attempts[0].id}/restore")

    assert "a link or a file is in the way" in text_of(browser.get(answer.location))
    assert lab.read(ada, "growth.ipynb") == before


def test_the_assignments_page_offers_both(browser: PageClient, attempts: list[Submission]) -> None:
    page = soup_of(browser.get(GROWTH))

    assert len(page.select("form[action$='/restore']")) == 3
    assert len(page.select("a[href$='/compare']")) == 2
