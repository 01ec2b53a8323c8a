import re
from urllib.parse import quote

import pytest
from sqlalchemy.orm import Session

from classroom.models import Assignment, Enrolment, Result, Review, Submission
from classroom.services import manifests
from tests.support.big_class import BigClass
from tests.support.pages import PageClient, soup_of, text_of
from tests.support.work import Lab, answered, cell, notebook

HERE = "/courses/bio1/teach/assignments/growth/submissions/"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> [a](javascript:alert(3))"


@pytest.fixture
def work(lab: Lab, ada: Enrolment, assignment: Assignment) -> Submission:
    """Ada's work, graded by the machine, waiting for a person."""
    lab.run()
    submission = lab.hand_in(ada, assignment)
    lab.grade(submission, points=1.0, by_hand=None)
    return submission


def names(browser: PageClient, query: str) -> list[str]:
    rows = soup_of(browser.get(HERE + query)).select("tbody th")
    return [row.get_text(strip=True) for row in rows]


def test_the_table_is_filtered_searched_and_sorted(tessa: PageClient, many: BigClass) -> None:
    assert len(names(tessa, "?state=missing")) == 20
    assert all("Abbott" in name for name in names(tessa, "?search=abbott"))
    assert names(tessa, "?sort=-name") == names(tessa, "?sort=-name&page=1")
    assert text_of(tessa.get(f"{HERE}?state=grader_error")).count("Grading failed") == 3


def test_our_fault_shows_no_zero(tessa: PageClient, many: BigClass) -> None:
    rows = soup_of(tessa.get(f"{HERE}?state=grader_error")).select("tbody tr")

    assert {row.select("td")[-1].get_text(strip=True) for row in rows} == {"–"}  # noqa: RUF001 - the sign for "no number"


def test_one_submission_shows_cells_points_and_a_form_for_each_question(tessa: PageClient, work: Submission) -> None:
    page = tessa.get(f"{HERE}{work.id}/")
    forms = soup_of(page).select(".marking form")

    assert "Because cells divide." in text_of(page)
    assert [form.select_one("[name=grade_id]")["value"] for form in forms] == ["test_x", "why"]  # type: ignore[index]
    assert "1 / 5" in text_of(page)
    assert "1 question without points." in text_of(page)


def test_what_the_machine_wants_a_person_to_look_at_is_said_to_staff_as_text(
    tessa: PageClient, work: Submission, session: Session
) -> None:
    result = session.query(Result).filter_by(submission_id=work.id).one()
    result.provenance = {**result.provenance, "needs_review": [f"A class decided about itself. {HOSTILE}"]}
    session.commit()

    page = tessa.get(f"{HERE}{work.id}/")

    assert "A class decided about itself." in text_of(page)
    assert not soup_of(page).select("main script, main img[onerror]")


def test_staff_read_how_a_submission_was_graded_whatever_the_worker_said(
    gus: PageClient, work: Submission, session: Session
) -> None:
    result = session.query(Result).filter_by(submission_id=work.id).one()
    said = {"sandbox": HOSTILE, "seed": 42, "seconds": 3.21, "peak_mb": None, "source_digest": "c0ffee", "python": ["no text"]}
    result.provenance = {**said, "limits": {"cell_seconds": 1, "memory_mb": 2048, "disk_mb": "many"}}
    session.commit()

    page = gus.get(f"{HERE}{work.id}/")
    facts = [tag.get_text() for tag in soup_of(page).select("details .facts > *")]

    assert dict(zip(facts[::2], facts[1::2], strict=True)) == {
        "Sandbox": HOSTILE,
        "Tests and solution": "c0ffee",
        "Random seed": "42",
        "Limits": "1 s for a cell, 2,048 MB of memory",
        "Time": "3.2 seconds",
    }
    assert not soup_of(page).select("main script, main img[onerror]")


def test_a_grader_marks_a_flagged_submission_as_looked_at(gus: PageClient, work: Submission, session: Session) -> None:
    result = session.query(Result).filter_by(submission_id=work.id).one()
    session.add(Review(result_id=result.id, opened_at=result.created_at))
    session.commit()
    form = {"result": str(result.id), "note": f"Harmless. {HOSTILE}"}

    refused = gus.post("/courses/bio1/teach/assignments/growth/release-feedback")
    waiting = names(gus, "?state=needs_look")
    stale = gus.post(f"{HERE}{work.id}/looked-at", {**form, "result": "999"})
    saved = gus.post(f"{HERE}{work.id}/looked-at", form)
    page = gus.get(saved.location)

    assert refused.status_code == 403
    assert len(waiting) == 1
    assert stale.status_code == 409
    assert "Harmless." in text_of(stale)
    assert "looked at it" in text_of(page)
    assert not soup_of(page).select("main script, main img[onerror]")
    assert names(gus, "?state=needs_look") == []


def test_releasing_says_how_many_are_held_back(tessa: PageClient, work: Submission, session: Session) -> None:
    result = session.query(Result).filter_by(submission_id=work.id).one()
    session.add(Review(result_id=result.id, opened_at=result.created_at))
    session.commit()
    growth = "/courses/bio1/teach/assignments/growth/"

    before = text_of(tessa.get(growth))
    tessa.post(f"{growth}release-feedback")
    after = text_of(tessa.get(growth))

    assert "1 submission held back : the machine noticed something" in before
    assert "1 submission held back until somebody has looked." in after


def test_points_and_comment_by_hand_count_and_the_page_stays_where_it_was(
    gus: PageClient, work: Submission, session: Session
) -> None:
    form = {"notebook": "growth.ipynb", "grade_id": "why", "points": "2,5", "comment": "Nearly.", "place": "q-1-3"}

    saved = gus.post(f"{HERE}{work.id}/", form)
    page = text_of(gus.get(saved.location))

    assert saved.location.endswith("#q-1-3")
    assert "3.5 / 5" in page
    assert "Every question has points." in page
    assert "Nearly." in page


@pytest.mark.parametrize(("points", "reason"), [("4", "go from 0 to 3"), ("-1", "go from 0 to 3"), ("many", "is no number"),
                                                ("nan", "is no number")])  # fmt: skip
def test_wrong_points_are_refused_and_stay_in_the_form(points: str, reason: str, tessa: PageClient, work: Submission) -> None:
    form = {"notebook": "growth.ipynb", "grade_id": "why", "points": points, "comment": "Kept", "place": "q-1-3"}

    refused = tessa.post(f"{HERE}{work.id}/", form)

    assert refused.status_code == 400
    assert reason in text_of(refused)
    assert f'value="{points}"' in refused.text
    assert "Kept" in text_of(refused)


def test_one_question_at_a_time_can_be_overridden_and_given_back(tessa: PageClient, work: Submission) -> None:
    form = {"notebook": "growth.ipynb", "grade_id": "test_x", "points": "2", "comment": ""}

    tessa.post(f"{HERE}{work.id}/", form)
    overridden = text_of(tessa.get(f"{HERE}{work.id}/"))
    tessa.post(f"{HERE}{work.id}/", {**form, "points": ""})
    given_back = text_of(tessa.get(f"{HERE}{work.id}/"))

    assert "The machine gave 1." in overridden
    assert "The machine gave" not in given_back


def test_a_hostile_notebook_does_nothing(tessa: PageClient, lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lab.run()
    output = {"output_type": "display_data", "metadata": {}, "data": {"text/html": HOSTILE}}
    code = {**cell("code", "1"), "id": "evil", "outputs": [output]}
    work = lab.hand_in(ada, assignment, notebook({**cell("markdown", HOSTILE), "id": "md"}, code))

    page = soup_of(tessa.get(f"{HERE}{work.id}/"))

    assert page.select_one("main script") is None
    assert not [tag for tag in page.find_all(True) if any(name.startswith("on") for name in tag.attrs)]
    assert page.select_one("a[href^=javascript]") is None


def test_a_lost_notebook_still_has_its_forms(tessa: PageClient, lab: Lab, work: Submission) -> None:
    manifest = manifests.store(lab.files, {"other.ipynb": b"{ this is no notebook"})
    broken = Submission(
        enrolment=work.enrolment, assignment=work.assignment, release=work.release, attempt=2,
        digest="0" * 64, files=manifest, received_at=lab.now, trigger=work.trigger, late=False,
    )  # fmt: skip
    lab.session.add(broken)
    lab.session.commit()

    page = tessa.get(f"{HERE}{broken.id}/")

    assert "This notebook was not handed in." in text_of(page)
    assert len(soup_of(page).select(".marking form")) == 2


def test_files_are_downloads_and_never_shown(tessa: PageClient, work: Submission) -> None:
    number = [file["path"] for file in work.files].index("growth.ipynb")

    answer = tessa.get(f"{HERE}{work.id}/files/{number}")

    assert answer.data == answered()
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''ada-growth.ipynb"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert tessa.get(f"{HERE}{work.id}/files/99").status_code == 404


@pytest.mark.parametrize("name", ["Отчёт.txt", '"; filename=x.html', "gpj.\u202eexe"])
def test_a_file_of_any_name_can_be_downloaded(
    name: str, lab: Lab, ada: Enrolment, assignment: Assignment, tessa: PageClient
) -> None:
    lab.write(ada, name, b"mine")
    work = lab.hand_in(ada, assignment)
    number = [file["path"] for file in work.files].index(name)

    answer = tessa.get(f"{HERE}{work.id}/files/{number}")

    assert answer.data == b"mine"
    header = answer.headers["Content-Disposition"]
    assert re.fullmatch(r"attachment; filename\*=UTF-8''[\w.%-]+", header, re.ASCII)
    assert header.endswith(quote(name.replace("\u202e", "_"), safe=""))


def test_next_and_previous_lead_through_what_waits(tessa: PageClient, many: BigClass) -> None:
    first = soup_of(tessa.get(HERE)).select_one("a.button-primary")
    assert first is not None
    here = soup_of(tessa.get(str(first["href"])))
    following = here.select_one("a[rel=next]")
    assert following is not None

    back = soup_of(tessa.get(str(following["href"]))).select_one("a[rel=prev]")

    assert here.select_one("a[rel=prev]") is None
    assert back is not None
    assert back["href"] == first["href"]
    assert "76 to look at in all" in here.text


def test_feedback_of_one_is_released_when_it_is_finished(tessa: PageClient, lab: Lab, work: Submission) -> None:
    too_early = text_of(tessa.get(tessa.post(f"{HERE}{work.id}/release-feedback").location))
    lab.score(work, "why", 3.0)

    released = text_of(tessa.get(tessa.post(f"{HERE}{work.id}/release-feedback").location))

    assert "Not every question has points yet" in too_early
    assert "Ada can see score and feedback now." in released


def test_one_submission_is_graded_again(tessa: PageClient, work: Submission) -> None:
    page = text_of(tessa.get(tessa.post(f"{HERE}{work.id}/grade-again").location))

    assert "Being graded" in page


def test_a_submission_is_found_under_its_own_assignment_only(tessa: PageClient, lab: Lab, work: Submission) -> None:
    lab.release(slug="decay")

    assert tessa.get(f"{HERE.replace('growth', 'decay')}{work.id}/").status_code == 404
