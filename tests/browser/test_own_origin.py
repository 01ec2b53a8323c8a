"""A script that a student put into a notebook, run in the teacher's browser, is a stranger to portal and hub."""

import json
import os
import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.support.lab import LONG, run_first_code_cell
from tests.support.stack import Stack
from tests.support.visitor import eventually

ATTACK = """
async (targets) => {
  const seen = [];
  for (const [url, options] of targets) {
    try {
      const answer = await fetch(url, {credentials: "include", signal: AbortSignal.timeout(8000), ...options});
      seen.push({url, type: answer.type, status: answer.status, text: (await answer.text()).slice(0, 2000)});
    } catch (error) { seen.push({url, error: String(error)}); }
  }
  const frame = document.createElement("iframe");
  frame.src = targets[0][0];
  document.body.append(frame);
  await new Promise((done) => { frame.onload = done; setTimeout(done, 3000); });
  let framed = "unreadable";
  try { framed = frame.contentDocument ? frame.contentDocument.body.textContent : "unreadable"; } catch (error) { }
  return {seen, framed, cookies: document.cookie};
}
"""


def hostile_notebook(targets: list[Any]) -> dict[str, Any]:
    """A notebook whose one cell runs ATTACK in the page and leaves what it found on the window."""
    script = f"({ATTACK})({json.dumps(targets)}).then((found) => {{ window.attackFound = found; }});"
    code = f"from IPython.display import Javascript, display\ndisplay(Javascript({script!r}))"
    cell: dict[str, Any] = {
        "cell_type": "code",
        "id": "a",
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": code,
    }
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def plant(stack: Stack, name: str, targets: list[Any]) -> None:
    home = stack.home(name)
    path = home / "innocent.ipynb"
    path.write_text(json.dumps(hostile_notebook(targets)))
    os.chown(path, home.stat().st_uid, home.stat().st_gid)


def sign_in(page: Page, link: str, stack: Stack) -> None:
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{stack.portal}/**")


def start_server(page: Page, stack: Stack) -> None:
    """The student opens the first assignment, which starts their server."""
    page.goto(f"{stack.portal}/courses/data-101/a/temperatures/")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Open").first.click()
    opened.value.wait_for_url("**/lab/tree/**", timeout=LONG)


def test_a_students_script_in_the_teachers_browser_reaches_neither_portal_nor_hub(
    stack: Stack, open_browser: Callable[..., Page]
) -> None:
    hub, portal = stack.hub, stack.portal
    drop = f"{portal}/courses/data-101/teach/people/"
    targets = [
        [drop, {}],
        [f"{portal}/courses/data-101/teach/gradebook.csv", {}],
        [f"{portal}/courses/data-101/teach/assignments/co2/publish", {"method": "POST", "body": "x=1"}],
        [f"{portal}/courses/data-101/teach/gradebook.csv", {"mode": "no-cors"}],
        [f"{hub}/hub/api/users", {}],
        [f"{hub}/hub/api/user", {}],
        [f"{hub}/hub/home", {}],
        [f"{hub}/hub/api/users/ada/server", {"method": "POST", "mode": "no-cors"}],
        ["/hub/api/user", {}],
        ["/hub/api/users/mallory", {"method": "POST"}],
    ]
    eventually("ben has a home", lambda: stack.home("ben").is_dir())
    student, teacher = open_browser(), open_browser()
    sign_in(student, stack.sign_in_link("ben"), stack)
    start_server(student, stack)
    plant(stack, "ben", targets)
    sign_in(teacher, stack.sign_in_link("teacher"), stack)
    assert teacher.goto(drop)
    expect(teacher.get_by_role("heading", level=1)).to_be_visible()  # the teacher may; the script must not

    # A workspace of its own: in the student's, JupyterLab brings back what was open and may put that in front.
    teacher.goto(f"http://ben.localhost:{stack.port + 1}/user/ben/lab/workspaces/look/tree/innocent.ipynb")
    teacher.get_by_role("button", name="Open").click()  # the hub asks before it lets somebody into another's server
    run_first_code_cell(teacher)
    teacher.wait_for_function("window.attackFound !== undefined", timeout=LONG)

    found = teacher.evaluate("window.attackFound")
    readable = [answer for answer in found["seen"] if answer.get("text") and answer.get("type") != "opaque"]
    assert all(answer["status"] in {401, 403, 404, 405} for answer in readable), readable
    assert not [answer for answer in readable if re.search(r"ada|Lindqvist|teacher", answer["text"])]
    assert found["framed"] in {"", "unreadable"}
    assert "homeroom" not in found["cookies"]
    assert "hub-login" not in found["cookies"]
    assert stack.rows("select published_at from assignment where slug = 'co2'") == [(None,)]
    # The same request, from the portal's own page, works: what stopped the script is where it came from.
    own = teacher.context.new_page()
    own.goto(f"{portal}/courses/data-101/teach/")
    assert "Lindqvist" in own.evaluate("async (url) => await (await fetch(url)).text()", targets[1][0])
