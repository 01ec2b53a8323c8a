"""JupyterLab as a student uses it."""

import re
import warnings

from playwright.sync_api import Locator, Page, expect

LONG = 120_000
"""Milliseconds: a server's first start on a busy machine."""


def shown_notebook(page: Page) -> Locator:
    """The notebook in front, once its kernel is ready. Others may be open behind it."""
    panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    expect(panel.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']")).to_be_visible(timeout=LONG)
    return panel


def run_first_code_cell(page: Page) -> None:
    """Run the first code cell and wait for its number.

    JupyterLab forgets a Shift+Enter, or cancels the run and says so, while the notebook's connection to its kernel is being
    made, so an impatient student presses again; so do we.
    """
    panel = shown_notebook(page)
    prompt = panel.locator(".jp-CodeCell .jp-InputPrompt").first
    for _ in range(10):
        dialog = page.locator(".jp-Dialog")
        if dialog.count():
            warnings.warn(f"JupyterLab asked: {dialog.first.inner_text()!r}", JupyterLabAsked, stacklevel=2)
            dialog.locator("button").last.click()
        panel.locator(".jp-CodeCell .jp-InputArea-editor").first.click()
        page.keyboard.press("Shift+Enter")
        page.wait_for_timeout(1500)
        if re.search(r"[\d*]", prompt.inner_text()):
            break
    expect(prompt).to_have_text(re.compile(r"\[\d+\]"), timeout=LONG)


class JupyterLabAsked(UserWarning):
    """A dialog of JupyterLab's own stood in the way; the test goes on, its text is in the report."""
