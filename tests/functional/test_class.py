"""A class on a real hub, walked by form and link: each step leaves what the design says, also when it is done twice."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.example_answers import answers_of, fill_in
from tests.support.stack import Stack
from tests.support.visitor import Page, Visitor, eventually

COURSE = "stats-7"
STAFF = f"/courses/{COURSE}/teach"


@pytest.fixture(scope="module")
def teacher(stack: Stack) -> Iterator[Visitor]:
    """The demo teacher, who makes a course of their own for this module."""
    visitor = Visitor(stack)
    visitor.sign_in(stack.sign_in_link("teacher"))
    page = visitor.press(
        visitor.get("/courses/new"), "Create course", title="Statistics 7", slug=COURSE, timezone="Europe/Berlin"
    )
    assert page.status == 200, page.text
    yield visitor
    visitor.close()


def hub_group(stack: Stack, role: str) -> set[str]:
    """Who is in the course's hub group for ``role``, as the hub itself says."""
    headers = {"Authorization": f"token {stack.secrets['hub_token']}"}
    answer = httpx.get(f"{stack.hub_api}/groups/{COURSE}-{role}", headers=headers)
    return set(answer.json()["users"]) if answer.status_code == 200 else set()


def upload_roster(teacher: Visitor, rows: list[str], **fields: str) -> Page:
    """Upload, look at the preview, apply."""
    data = "\n".join(["Student ID;Nachname;Vorname;E-Mail-Adresse", *rows]).encode("windows-1252")
    preview = teacher.press(teacher.get(f"{STAFF}/people/roster/"), "Preview", files={"roster": ("teilnehmer.csv", data)})
    assert preview.status == 200, preview.text
    return teacher.press(preview, "Apply", **fields)


def provisioned(stack: Stack) -> bool:
    rows = stack.rows(
        "select count(*) from enrolment e join course c on c.id = e.course_id where c.slug = ? and e.provisioned_at is null",
        COURSE,
    )
    return rows == [(0,)]


ROSTER = ["007;Brandt;Zoë;zoe7@school.example", "008;O'Brien;Liam;liam8@school.example", "009;Müller;Jörg;joerg9@school.example"]


def test_a_roster_becomes_hub_users_groups_and_homes(stack: Stack, teacher: Visitor) -> None:
    upload_roster(teacher, ROSTER)

    eventually("everybody is provisioned", lambda: provisioned(stack))
    assert hub_group(stack, "student") == {"zoe7", "liam8", "joerg9"}
    assert hub_group(stack, "owner") == {"teacher"}
    assert all(stack.home(name).is_dir() for name in ("zoe7", "liam8", "joerg9"))


def test_the_same_roster_again_changes_nothing(stack: Stack, teacher: Visitor) -> None:
    before = stack.rows("select id, hub_name from person order by id")

    upload_roster(teacher, ROSTER)

    eventually("everybody is provisioned", lambda: provisioned(stack))
    assert stack.rows("select id, hub_name from person order by id") == before
    assert hub_group(stack, "student") == {"zoe7", "liam8", "joerg9"}


def test_an_uploaded_assignment_reaches_every_home_without_its_solutions(stack: Stack, teacher: Visitor, checkout: Path) -> None:
    source = checkout / "courses" / "example" / "source" / "coin"
    files = [("files", (path.name, path.read_bytes())) for path in sorted(source.iterdir()) if path.is_file()]
    form = teacher.get(f"{STAFF}/assignments/_add/")

    page = teacher.press(form, "Upload and release", files=files, slug="coin", title="Is it fair?")
    assert page.status == 200, page.text
    teacher.press(teacher.get(f"{STAFF}/assignments/coin/"), "Publish")

    home = stack.home("zoe7") / COURSE / "coin"
    (notebook,) = eventually("the notebook is in the home", lambda: list(home.glob("*.ipynb")))
    text = notebook.read_text()
    assert "BEGIN SOLUTION" not in text
    assert "HIDDEN TESTS" not in text
    assert notebook.stat().st_uid == stack.home("zoe7").stat().st_uid


def test_who_joins_late_gets_it_on_arrival(stack: Stack, teacher: Visitor) -> None:
    upload_roster(teacher, [*ROSTER, "010;Late;Lena;lena10@school.example"])

    home = stack.home("lena10") / COURSE / "coin"
    eventually("the notebook is in the late joiner's home", lambda: list(home.glob("*.ipynb")))
    eventually("the late joiner is in the group", lambda: "lena10" in hub_group(stack, "student"))


def test_delivering_again_keeps_what_a_student_wrote(stack: Stack, teacher: Visitor) -> None:
    (notebook,) = (stack.home("liam8") / COURSE / "coin").glob("*.ipynb")
    edited = notebook.read_text().replace("YOUR CODE HERE", "my own words")
    rewrite(notebook, edited.encode())

    teacher.press(teacher.get(f"{STAFF}/assignments/coin/"), "Deliver again")

    eventually(
        "the delivery ended",
        lambda: not stack.rows("select 1 from operation where kind = 'deliver' and state in ('queued', 'running')"),
    )
    assert notebook.read_text() == edited


def test_the_deadline_collects_from_those_who_worked_and_graders_grade_it(stack: Stack, teacher: Visitor, checkout: Path) -> None:
    (notebook,) = (stack.home("zoe7") / COURSE / "coin").glob("*.ipynb")
    answers = answers_of(checkout / "courses" / "example", "coin", "good")
    rewrite(notebook, fill_in(notebook.read_bytes(), answers))
    page = teacher.get(f"{STAFF}/assignments/coin/")

    teacher.press(page, "Save", due_at="2020-01-01T12:00")

    taken = eventually("the deadline has collected", lambda: collected(stack), seconds=60)
    assert taken == {"zoe7", "liam8"}, "who did nothing handed in nothing"
    eventually("all are graded", lambda: set(results(stack)) == {"graded"} and len(results(stack)) == len(taken), seconds=120)
    best = stack.rows(
        "select sum(s.points), sum(s.max_points) from score s join result r on r.id = s.result_id join submission b"
        " on b.id = r.submission_id join enrolment e on e.id = b.enrolment_id join person p on p.id = e.person_id"
        " where p.hub_name = 'zoe7' and s.points is not null and s.status != 'manual'"
    )
    assert best[0][0] == best[0][1], f"good answers get what they deserve: {best}"


def collected(stack: Stack) -> set[str]:
    names = {
        name
        for (name,) in stack.rows(
            "select p.hub_name from submission b join enrolment e on e.id = b.enrolment_id join course c on c.id = e.course_id"
            " join person p on p.id = e.person_id where c.slug = ? and b.trigger = 'deadline'",
            COURSE,
        )
    }
    running = stack.rows("select 1 from operation where kind = 'collect' and state in ('queued', 'running')")
    return set() if running else names


def results(stack: Stack) -> list[str]:
    return [
        status
        for (status,) in stack.rows(
            "select r.status from result r join submission b on b.id = r.submission_id join enrolment e on e.id = b.enrolment_id"
            " join course c on c.id = e.course_id where c.slug = ?",
            COURSE,
        )
    ]


def rewrite(notebook: Path, content: bytes) -> None:
    """Save as the student, whose file it stays."""
    owner = notebook.stat()
    notebook.write_bytes(content)
    os.chown(notebook, owner.st_uid, owner.st_gid)


def test_a_dropped_student_is_out_and_keeps_their_work(stack: Stack, teacher: Visitor, visit: Callable[[], Visitor]) -> None:
    student = visit()
    student.sign_in(stack.sign_in_link("lena10"))
    assert student.get(f"/courses/{COURSE}/").status == 200

    upload_roster(teacher, ROSTER, drop_missing="1")

    assert student.get(f"/courses/{COURSE}/").status in {403, 404}
    eventually("the dropped student is out of the group", lambda: "lena10" not in hub_group(stack, "student"))
    assert list((stack.home("lena10") / COURSE / "coin").glob("*.ipynb"))


def test_the_gradebook_leaves_as_a_file_that_spreadsheets_read(teacher: Visitor) -> None:
    answer = teacher.client.get(f"{teacher.stack.portal}{STAFF}/gradebook.csv")

    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    text = answer.content.decode("utf-8-sig")
    assert "Brandt" in text
    assert "O'Brien" in text


def test_ready_json_names_no_one_it_should_not(stack: Stack) -> None:
    ready = json.loads((stack.state / "READY.json").read_text())

    assert {person["course"] for person in ready["people"]} == {"data-101"}
