"""Looking at a page as people do: wide and narrow, by day and by night, and with axe's eyes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

Way = tuple[Literal["wide", "narrow"], Literal["light", "dark"]]

WIDTHS = {"wide": 1280, "narrow": 390}
HEIGHT = 900
ALL_WAYS: tuple[Way, ...] = (("wide", "light"), ("wide", "dark"), ("narrow", "light"), ("narrow", "dark"))


@dataclass(frozen=True)
class Look:
    """Screenshots go to ``folder``."""

    folder: Path

    def __call__(self, page: Page, name: str, *, ways: Sequence[Way] = ALL_WAYS, status: int = 200) -> None:
        """Photograph ``page`` in these ways; fail on serious accessibility findings, sideways scrolling, another status."""
        size = page.viewport_size or {"width": WIDTHS["wide"], "height": HEIGHT}
        answered = page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus")
        assert answered == status, f"{name} ({page.url}) answered {answered}: {page.inner_text('body')[:500]}"
        problems = []
        for width, scheme in ways:
            page.set_viewport_size({"width": WIDTHS[width], "height": HEIGHT})
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=self.folder / f"{name}-{width}-{scheme}.png", full_page=True, animations="disabled")
            problems += [f"{width} {scheme}: {finding}" for finding in _findings(page)]
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"):
                problems.append(f"{width} {scheme}: the page scrolls sideways")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(size)
        assert not problems, f"{name} ({page.url}): " + "; ".join(problems)


def _findings(page: Page) -> list[str]:
    results = Axe().run(page)
    return [
        f"{violation['id']} ({violation['impact']}): {violation['nodes'][0]['html'][:160]}"
        for violation in results.response["violations"]
        if violation["impact"] in {"serious", "critical"}
    ]
