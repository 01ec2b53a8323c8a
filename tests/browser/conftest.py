"""A real browser on a real stack. Every page a test looks at is photographed and checked with axe, wide and narrow."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from hub_bridge.proxy import node_binary
from tests.support.look import Look
from tests.support.stack import Stack, running_stack

CHROMIUM = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running stack with the example course, for the whole story."""
    with running_stack(tmp_path_factory.mktemp("stack") / "state") as stack:
        yield stack


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; nothing is downloaded."""
    path = shutil.which("chromium") or os.environ.get("CHROMIUM", "")
    assert path, "the browser tests need chromium: make browser installs it, or set CHROMIUM"
    # Playwright's own Node.js needs a library that a bare Debian lacks; ours is complete.
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(node_binary())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM))
        yield browser
        browser.close()


def _browsers(browser: Browser) -> Iterator[Callable[..., Page]]:
    contexts: list[BrowserContext] = []

    def make(*, width: int = 1280, height: int = 900) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, timezone_id="Europe/Berlin", locale="en-GB")
        context.set_default_timeout(30_000)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def open_browser(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a fresh browser profile, as another person on another machine."""
    yield from _browsers(browser)


@pytest.fixture(scope="module")
def browser_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """The same for what all tests of a file look at."""
    yield from _browsers(browser)


@pytest.fixture(scope="session")
def look(checkout: Path) -> Look:
    """Looks at pages: screenshots into test-artefacts/screenshots, accessibility by axe."""
    folder = checkout / "test-artefacts" / "screenshots"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return Look(folder)
