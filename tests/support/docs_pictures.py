"""The pictures of docs/images: taken by the browser's stories where ``make docs-screenshots`` asks for them."""

import os
from pathlib import Path

from playwright.sync_api import Page

PICTURES = os.environ.get("HOMEROOM_DOCS_SCREENSHOTS", "")


def picture(page: Page, name: str, *, width: int = 1280, height: int = 720) -> None:
    """Take one of the page's upper part, if pictures are asked for."""
    if not PICTURES:
        return
    before = page.viewport_size
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=Path(PICTURES) / f"{name}.png", animations="disabled")
    if before:
        page.set_viewport_size(before)
