"""A new version comes while the notebook is open in JupyterLab: what the student is told, and that no way loses a line.

The picture of it in docs/how-to/what-students-see.md is taken here.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.support.docs_pictures import picture
from tests.support.guest_journey import code_of, make_seminar
from tests.support.lab import LONG, shown_notebook
from tests.support.look import Look
from tests.support.stack import Stack, running_stack
from tests.support.versions import NOTEBOOK, release_with_hint
from tests.support.visitor import Visitor, eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
TEACHERS = "Homeroom: Changed by your teacher"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of their own: its assignment gets one version after the other."""
    with running_stack(tmp_path_factory.mktemp("disk-stack") / "state") as stack:
        yield stack


def open_notebook(page: Page, stack: Stack, name: str) -> Page:
    """The student's notebook in JupyterLab, opened as on the portal."""
    page.goto(stack.sign_in_link(name))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{stack.portal}/**")
    eventually(f"{name} has the notebook", (stack.home(name) / NOTEBOOK).exists)
    page.goto(f"{stack.portal}/courses/data-101/a/temperatures/")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Open").first.click()
    lab = opened.value
    expect(lab.get_by_role("button", name="Check", exact=True)).to_be_visible(timeout=LONG)
    shown_notebook(lab)
    return lab


def type_line(lab: Page, line: str) -> None:
    """Type a line at the end of the first code cell; nothing is saved by it."""
    lab.locator(".jp-CodeCell .jp-InputArea-editor").first.click()
    lab.keyboard.press("Control+End")
    lab.keyboard.type(f"\n{line}")


def save(lab: Page, stack: Stack, name: str, line: str) -> None:
    lab.keyboard.press("Control+s")
    eventually("it is saved", lambda: line in on_disk(stack, name))


def on_disk(stack: Stack, name: str) -> str:
    return (stack.home(name) / NOTEBOOK).read_text("utf-8")


def new_version(stack: Stack, checkout: Path, name: str, hint: str) -> None:
    release_with_hint(stack, checkout, hint)
    eventually(f"{hint} is in the home", lambda: hint in on_disk(stack, name))


def told(lab: Page, region: str) -> Locator:
    found = lab.get_by_role("region", name=region, exact=True)
    expect(found).to_be_visible(timeout=LONG)
    return found


def shows(lab: Page, *texts: str) -> None:
    panel = lab.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook")
    for text in texts:
        expect(panel.get_by_text(text).first).to_be_attached(timeout=LONG)


def kept(stack: Stack, name: str) -> list[str]:
    return [path.read_text("utf-8") for path in (stack.home(name) / ".homeroom/before" / NOTEBOOK).iterdir()]


def answer(lab: Page, choice: str) -> None:
    """Answer JupyterLab's own question."""
    dialog = lab.locator(".jp-Dialog").filter(has_text="has changed on disk")
    expect(dialog).to_be_visible(timeout=LONG)
    dialog.get_by_role("button", name=choice).click()
    expect(dialog).to_have_count(0)


def photographed(lab: Page, look: Look, name: str) -> None:
    lab.screenshot(path=look.folder / f"{name}.png")
    results = Axe().run(lab, context=".homeroom-place")
    problems = [found["id"] for found in results.response["violations"] if found["impact"] in {"serious", "critical"}]
    assert problems == [], name


def test_an_update_is_told_in_the_open_notebook_and_loaded_with_what_is_not_saved(
    stack: Stack, open_browser: Callable[..., Page], look: Look, checkout: Path
) -> None:
    lab = open_notebook(open_browser(), stack, "ada")
    type_line(lab, "# saved before")
    save(lab, stack, "ada", "# saved before")
    new_version(stack, checkout, "ada", "The first hint.")

    banner = told(lab, TEACHERS)
    expect(banner).to_contain_text(re.compile(r"Your teacher's update was merged into this notebook at \d\d:\d\d\."))
    photographed(lab, look, "lab-update")
    picture(lab, "notebook-update", height=460)
    banner.get_by_role("button", name="Load it").click()
    shows(lab, "The first hint.", "# saved before")
    told(lab, "Homeroom: Loaded")

    new_version(stack, checkout, "ada", "The second hint.")
    type_line(lab, "# typed and not saved")
    told(lab, TEACHERS).get_by_role("button", name="Load it").click()
    expect(told(lab, "Homeroom: Loaded")).to_contain_text("both in it")
    shows(lab, "The second hint.", "# typed and not saved", "# saved before")
    photographed(lab, look, "lab-update-loaded")
    assert "# typed and not saved" in on_disk(stack, "ada")
    assert "The second hint." in on_disk(stack, "ada")
    expect(lab.locator(".jp-Dialog")).to_have_count(0)

    type_line(lab, "# saved after")
    save(lab, stack, "ada", "# saved after")  # without a question: what is shown is what lay on the disk
    expect(lab.locator(".jp-Dialog")).to_have_count(0)


def test_jupyterlabs_own_question_loses_nothing_whatever_is_chosen(
    stack: Stack, open_browser: Callable[..., Page], look: Look, checkout: Path
) -> None:
    lab = open_notebook(open_browser(), stack, "ben")
    type_line(lab, "# mine")
    save(lab, stack, "ben", "# mine")

    new_version(stack, checkout, "ben", "A hint to revert to.")
    type_line(lab, "# gone by Revert")
    lab.keyboard.press("Control+s")
    answer(lab, "Revert")
    expect(told(lab, "Homeroom: Loaded")).to_contain_text("kept among the earlier states of your files")
    shows(lab, "A hint to revert to.", "# mine")
    assert "# gone by Revert" not in on_disk(stack, "ben")
    assert any("# gone by Revert" in text for text in kept(stack, "ben"))
    photographed(lab, look, "lab-reverted")

    new_version(stack, checkout, "ben", "A hint to overwrite.")
    told(lab, TEACHERS)
    type_line(lab, "# saved over it")
    lab.keyboard.press("Control+s")
    answer(lab, "Overwrite")
    over = told(lab, "Homeroom: Your teacher's update is not in it")
    assert "A hint to overwrite." not in on_disk(stack, "ben")
    over.get_by_role("button", name="Put it in").click()
    shows(lab, "A hint to overwrite.", "# saved over it", "# mine")
    assert "A hint to overwrite." in on_disk(stack, "ben")
    assert "# saved over it" in on_disk(stack, "ben")


def test_a_state_that_is_brought_back_on_the_portal_is_told_and_what_is_not_saved_is_kept(
    stack: Stack, open_browser: Callable[..., Page], look: Look
) -> None:
    page = open_browser()
    lab = open_notebook(page, stack, "ada")
    type_line(lab, "# not saved when it was started over")
    page.goto(f"{stack.portal}/courses/data-101/a/temperatures/")
    page.get_by_text("Start a file over").click()
    page.get_by_role("button", name="Start over with temperatures.ipynb").click()
    page.locator("dialog[open]").get_by_role("button").last.click()

    banner = told(lab, "Homeroom: Changed on the disk")
    expect(banner).to_contain_text("kept among the earlier states")
    banner.get_by_role("button", name="Load it").click()
    told(lab, "Homeroom: Loaded")
    assert "# saved before" not in on_disk(stack, "ada")
    assert any("# not saved when it was started over" in text for text in kept(stack, "ada"))
    photographed(lab, look, "lab-started-over")

    type_line(lab, "# gone by Reload")
    lab.get_by_role("menuitem", name="File", exact=True).click()
    lab.get_by_role("menuitem", name="Reload Notebook from Disk").click()
    lab.locator(".jp-Dialog").get_by_role("button", name="Reload").click()
    eventually("it is kept", lambda: any("# gone by Reload" in text for text in kept(stack, "ada")))
    told(lab, "Homeroom: Loaded")


def test_a_guest_is_told_of_a_notebook_that_was_given_out_anew(
    stack: Stack, open_browser: Callable[..., Page], look: Look
) -> None:
    teacher = Visitor(stack)
    teacher.sign_in(stack.sign_in_link("teacher"))
    present = make_seminar(teacher, seats=1, prewarm=0)
    lab = open_browser()
    lab.goto(f"{stack.portal}/join/{code_of(stack, present)}")
    lab.get_by_label("Your name").fill("Rosa")
    lab.get_by_role("button", name="Join").click()
    lab.wait_for_url("**/lab/tree/**", timeout=LONG)
    expect(lab.locator(".homeroom-hand")).to_be_visible(timeout=LONG)
    type_line(lab, "# typed by Rosa, not saved")

    ((name,),) = stack.rows("select hub_name from seat where guest_id is not null")
    path = next(stack.home(name).glob("*/first-look.ipynb"))
    notebook = json.loads(path.read_text("utf-8"))
    notebook["cells"].append({"cell_type": "markdown", "id": "a-hint", "metadata": {}, "source": "A hint for everybody."})
    files = [("files", (path.name, json.dumps(notebook).encode()))]
    teacher.press(teacher.get(present), "Give it out", files=files)
    teacher.close()

    told(lab, TEACHERS).get_by_role("button", name="Load it").click()
    shows(lab, "A hint for everybody.")
    loaded = told(lab, "Homeroom: Loaded")
    photographed(lab, look, "guest-lab-given")
    states = [one for one in (stack.home(name) / ".homeroom/before").rglob("*.ipynb") if one.is_file()]
    assert any("# typed by Rosa, not saved" in one.read_text("utf-8") for one in [*states, path]), loaded.inner_text()
