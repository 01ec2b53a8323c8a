"""JupyterLab as a student uses it."""

import re

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

    JupyterLab forgets a Shift+Enter that comes before the notebook is connected to its kernel, so an impatient student
    presses again; so do we.
    """
    panel = shown_notebook(page)
    prompt = panel.locator(".jp-CodeCell .jp-InputPrompt").first
    for _ in range(10):
        dialog = page.locator(".jp-Dialog")
        assert not dialog.count(), f"JupyterLab asks: {dialog.first.inner_text()}"
        panel.locator(".jp-CodeCell .jp-InputArea-editor").first.click()
        page.keyboard.press("Shift+Enter")
        page.wait_for_timeout(1500)
        if re.search(r"[\d*]", prompt.inner_text()):
            break
    expect(prompt).to_have_text(re.compile(r"\[\d+\]"), timeout=LONG)
