"""The story of a seminar: a teacher, a phone that scans the code, and what becomes of the work."""

import json
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.docs_pictures import picture
from tests.support.lab import LONG, run_first_code_cell
from tests.support.look import Look
from tests.support.stack import Stack
from tests.support.visitor import eventually

GIVEN = Path(__file__).parents[2] / "courses/seminar/first-look.ipynb"
PHONE = {"width": 390, "height": 844}


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("button", name=name).first.click()
    asked = page.locator("dialog[open]")
    if asked.count():
        asked.get_by_role("button").last.click()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_seminar_from_the_form_to_the_kept_work(
    stack: Stack, open_browser: Callable[..., Page], look: Look, tmp_path: Path
) -> None:
    teacher = open_browser()
    code = teacher_makes_a_seminar(teacher, stack, look)

    guest = open_browser(**PHONE)
    guest_joins(guest, stack, code, look)
    personal = guest_looks_at_the_seat(guest, look)
    teacher_sees_the_guest(teacher, look)
    guest_sees_what_is_announced(guest)
    guest_works(stack)
    teacher_sees_the_progress_and_gives_a_file(teacher, stack, look, tmp_path)
    teacher_corrects_the_notebook(teacher, stack, look, tmp_path)
    guest_reads_what_is_new(guest, stack, look)
    guest_checks_on_the_seat_page(guest, stack, look)
    guest_uses_the_buttons_in_the_notebook(guest, teacher, stack, look)
    guest_keeps_the_work(guest, look)

    another_device = open_browser(**PHONE)
    guest_comes_back(another_device, stack, guest.url, personal)
    guest_reaches_nothing_else(guest, stack)
    teacher_ends_it(teacher, look)


def teacher_makes_a_seminar(page: Page, stack: Stack, look: Look) -> str:
    page.goto(stack.sign_in_link("teacher"))
    press(page, "Sign in")
    page.wait_for_url(f"{stack.portal}/**")
    page.get_by_role("main").get_by_role("link", name="Seminars").click()
    look(page, "seminars-none")
    page.get_by_role("link", name="New seminar").first.click()
    look(page, "seminar-new")
    page.get_by_label("Title").fill("Data for everybody")
    page.get_by_label("The example that comes with Homeroom").check()
    page.get_by_label("Seats").fill("5")
    page.get_by_label("Servers started beforehand").fill("1")
    press(page, "Make the seminar")
    expect(page.get_by_role("heading", level=1)).to_have_text("Data for everybody")
    look(page, "seminar-present-empty")
    projector = page.url + "projector"
    code = page.locator(".join-code").inner_text().strip()
    wall = page.context.new_page()
    wall.goto(projector)
    expect(wall.get_by_text(code)).to_be_visible()
    look(wall, "seminar-projector")
    picture(wall, "seminar-projector", width=960, height=540)
    wall.close()
    expect(page.get_by_text(re.compile("1 of them warm|did not start")).first).to_be_visible(timeout=LONG)
    return code


def guest_joins(page: Page, stack: Stack, code: str, look: Look) -> None:
    page.goto(f"{stack.portal}/join/AAAAAA")
    look(page, "guest-wrong-code", status=404)
    page.goto(f"{stack.portal}/join/{code.lower()}")
    look(page, "guest-name")
    page.get_by_label("Your name").fill("Rosa from the third row")
    press(page, "Join")
    page.wait_for_url("**/lab/tree/**", timeout=LONG)
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=LONG)
    assert "guest-" in page.url
    page.set_viewport_size({"width": 1280, "height": 900})
    run_first_code_cell(page)
    page.keyboard.press("Control+s")
    page.screenshot(path=look.folder / "guest-lab.png")
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})


def guest_looks_at_the_seat(page: Page, look: Look) -> str:
    slug = page.context.cookies()
    path = next(cookie["path"] for cookie in slug if cookie["name"] == "seat")
    portal = next(cookie for cookie in slug if cookie["name"] == "seat")
    assert portal["httpOnly"]
    page.goto(f"http://localhost:{_port(page)}{path}/")
    look(page, "guest-seat")
    press(page, "Raise my hand")
    expect(page.get_by_text("Your hand is up")).to_be_visible()
    look(page, "guest-seat-hand")
    picture(page, "seminar-seat", width=390, height=700)
    return page.locator(".personal-code").inner_text()


def _port(page: Page) -> int:
    found = re.search(r":(\d+)/", page.url)
    assert found
    return int(found[1]) - 1  # the servers' port is the portal's next


def teacher_sees_the_guest(page: Page, look: Look) -> None:
    expect(page.get_by_role("rowheader", name=re.compile("Rosa"))).to_be_visible(timeout=LONG)
    expect(page.get_by_text("Hand up").first).to_be_visible(timeout=LONG)
    page.reload()
    look(page, "seminar-present")
    page.get_by_label("Announcement").fill("Ten minutes left for exercise 2.")
    press(page, "Announce")


def guest_works(stack: Stack) -> None:
    """The first exercise solved, the second in error, saved where JupyterLab saves it."""
    ((name,),) = stack.rows("select hub_name from seat where guest_id is not null")
    path = stack.home(name) / "data-for-everybody" / "first-look.ipynb"
    notebook, owner = json.loads(path.read_text()), path.stat()
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    code[1]["source"] = "total = sum(float(walk['km']) for walk in walks)\ntotal"
    for number, cell in enumerate(code[:5], start=1):
        cell["execution_count"] = number
    code[4]["outputs"] = [{"output_type": "error", "ename": "TypeError", "evalue": "", "traceback": []}]
    path.write_text(json.dumps(notebook))
    os.chown(path, owner.st_uid, owner.st_gid)


def teacher_sees_the_progress_and_gives_a_file(page: Page, stack: Stack, look: Look, tmp_path: Path) -> None:
    rosa = page.get_by_role("row", name=re.compile("Rosa"))
    expect(rosa.locator(".wall-passed")).to_have_count(1, timeout=LONG)
    expect(rosa.locator(".wall-error")).to_have_count(1)
    (tmp_path / "hints.md").write_text("# Hints")
    page.get_by_label("New or corrected files").set_input_files(tmp_path / "hints.md")
    press(page, "Give it out")
    expect(page.get_by_text("Everybody gets it within seconds.")).to_be_visible()
    look(page, "seminar-present-working")
    page.goto(page.url)  # without the sentence about the file
    picture(page, "seminar-room", height=800)
    ((name,),) = stack.rows("select hub_name from seat where guest_id is not null")
    eventually("the file is there", (stack.home(name) / "data-for-everybody" / "hints.md").is_file)


def teacher_corrects_the_notebook(page: Page, stack: Stack, look: Look, tmp_path: Path) -> None:
    """A cell more at the end; it goes into what the guest wrote."""
    corrected = json.loads(GIVEN.read_text())
    corrected["cells"].append({"cell_type": "markdown", "id": "the-end", "metadata": {}, "source": "Well done."})
    (tmp_path / GIVEN.name).write_text(json.dumps(corrected))
    page.get_by_label("New or corrected files").set_input_files(tmp_path / GIVEN.name)
    press(page, "Give it out")
    expect(page.get_by_text("the guest who is in has them, merged into what 1 guest wrote.")).to_be_visible(timeout=LONG)
    look(page, "seminar-present-pushed")
    ((name,),) = stack.rows("select hub_name from seat where guest_id is not null")
    merged = (stack.home(name) / "data-for-everybody" / GIVEN.name).read_text()
    assert "Well done." in merged
    assert "total = sum(float(walk['km']) for walk in walks)" in merged


def guest_reads_what_is_new(page: Page, stack: Stack, look: Look) -> None:
    expect(page.get_by_text("the new version was put into yours.")).to_be_visible(timeout=LONG)
    look(page, "guest-seat-news")
    seat = page.url
    page.get_by_role("link", name="Earlier states of your files").click()
    look(page, "guest-earlier")
    ((name,),) = stack.rows("select hub_name from seat where guest_id is not null")
    path = stack.home(name) / "data-for-everybody" / GIVEN.name
    press(page, "Bring back")
    expect(page.get_by_text(f"{GIVEN.name} is as it was then")).to_be_visible()
    assert "Well done." not in path.read_text()
    press(page, "Bring back")
    expect(page.get_by_text("As it was until")).to_have_count(3)
    assert "Well done." in path.read_text(), "the newest copy is the merged one"
    page.goto(seat)


def guest_sees_what_is_announced(page: Page) -> None:
    expect(page.get_by_text("Ten minutes left")).to_be_visible(timeout=LONG)


def guest_checks_on_the_seat_page(page: Page, stack: Stack, look: Look) -> None:
    """The first exercise is right, the second was begun and is wrong."""
    ((name,),) = stack.rows("select hub_name from seat where guest_id is not null")
    path = stack.home(name) / "data-for-everybody" / "first-look.ipynb"
    notebook, owner = json.loads(path.read_text()), path.stat()
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    code[3]["source"] = "longest = 'none'\nlongest"
    path.write_text(json.dumps(notebook))
    os.chown(path, owner.st_uid, owner.st_gid)
    press(page, "Check my notebook")
    expect(page.get_by_role("heading", name="What the check found")).to_be_visible(timeout=LONG)
    expect(page.get_by_text("This is what the tests you can see say.")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Exercise 1.*Passes"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Exercise 2.*Fails"))).to_be_visible()
    look(page, "guest-check")
    page.get_by_role("link", name="Back to your seat").click()
    expect(page.get_by_text("Your last check")).to_be_visible()
    look(page, "guest-seat-checked")


def guest_uses_the_buttons_in_the_notebook(page: Page, teacher: Page, stack: Stack, look: Look) -> None:
    seat = page.url
    rosa = teacher.get_by_role("row", name=re.compile("Rosa"))
    expect(rosa.get_by_text("error, by a check")).to_have_count(1, timeout=LONG)
    press(page, "Open my notebook")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.wait_for_url("**/lab/tree/**", timeout=LONG)
    expect(page.locator(".homeroom-hand")).to_be_visible(timeout=LONG)
    expect(page.locator(".homeroom-submit")).to_have_count(0)
    banner = page.locator(".homeroom-strip").filter(has_text="From your teacher")
    expect(banner).to_contain_text("Ten minutes left for exercise 2.")
    page.screenshot(path=look.folder / "guest-lab-announcement.png")
    banner.get_by_role("button", name="Close").click()
    expect(banner).to_have_count(0)

    toggle_hand(page, teacher, rosa)

    page.locator(".homeroom-check").click()
    found = page.locator(".homeroom-strip").filter(has_text="What the check found")
    expect(found).to_contain_text("of 3 exercises pass", timeout=LONG)
    page.screenshot(path=look.folder / "guest-lab-check.png")

    teacher.get_by_label("Announcement").fill("Look at exercise 3 now.")
    press(teacher, "Announce")
    expect(page.locator(".homeroom-strip").filter(has_text="Look at exercise 3 now.")).to_be_visible(timeout=LONG)
    expect(found).to_be_visible()
    page.screenshot(path=look.folder / "guest-lab-both.png")
    look(teacher, "seminar-wall-checks")
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    page.goto(seat)


def toggle_hand(page: Page, teacher: Page, rosa: Locator) -> None:
    """It was up from the seat page: down and up again, and the wall follows."""
    expect(page.locator(".homeroom-standing")).to_contain_text("left")
    page.get_by_role("button", name="Take hand down").click()
    expect(page.get_by_role("button", name="Raise hand")).to_be_visible()
    expect(rosa.get_by_text("Hand up")).to_have_count(0, timeout=LONG)
    page.get_by_role("button", name="Raise hand").click()
    expect(rosa.get_by_text("Hand up")).to_be_visible(timeout=LONG)


def guest_keeps_the_work(page: Page, look: Look) -> None:
    with page.expect_download() as download:
        page.get_by_role("link", name="Download a zip").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert "data-for-everybody/first-look.ipynb" in archive.namelist()
    press(page, "Make a private link")
    expect(page.get_by_text("works until")).to_be_visible()
    look(page, "guest-seat-link")
    seat = page.url
    page.locator("a[href*='/kept/']").click()
    look(page, "guest-kept")
    page.goto(seat)


def guest_comes_back(page: Page, stack: Stack, seat: str, personal: str) -> None:
    page.goto(seat)
    expect(page.get_by_role("heading", level=1)).to_have_text("Back to your seat")
    page.get_by_label("Personal code").fill(personal.lower())
    press(page, "Take me to my seat")
    expect(page.get_by_text("Rosa from the third row, this is your seat.")).to_be_visible()
    press(page, "Open my notebook")
    page.wait_for_url("**/lab/tree/**", timeout=LONG)


def guest_reaches_nothing_else(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.portal}/")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("My courses")
    page.goto(f"http://ada.localhost:{stack.port + 1}/user/ada/lab")
    assert page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus") in {403, 404, 424}


def teacher_ends_it(page: Page, look: Look) -> None:
    page.reload()
    press(page, "End it now")
    expect(page.get_by_text("The seminar is over.")).to_be_visible()
    look(page, "seminar-over")
