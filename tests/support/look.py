"""Looking at a page as people do: wide and narrow, by day and by night, and with axe's eyes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDE, NARROW = 1280, 390


@dataclass(frozen=True)
class Look:
    """Screenshots go to ``folder``."""

    folder: Path

    def __call__(self, page: Page, name: str) -> None:
        """Photograph ``page`` in all four ways and fail on serious accessibility findings or sideways scrolling."""
        size = page.viewport_size or {"width": WIDE, "height": 900}
        status = page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus")
        assert status < 400, f"{name} ({page.url}) answered {status}: {page.inner_text('body')[:500]}"
        problems = []
        schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
        for width in (WIDE, NARROW):
            page.set_viewport_size({"width": width, "height": 900 if width == WIDE else 844})
            for scheme in schemes:
                page.emulate_media(color_scheme=scheme)
                way = f"{'wide' if width == WIDE else 'narrow'}-{scheme}"
                page.screenshot(path=self.folder / f"{name}-{way}.png", full_page=True, animations="disabled")
                problems += [f"{way}: {finding}" for finding in _findings(page)]
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"):
                problems.append(f"{width} px: the page scrolls sideways")
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
