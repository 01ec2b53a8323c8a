"""What the pages say stays true where a machine can tell."""

import re
from collections.abc import Iterator
from pathlib import Path

from tools.command_line_page import PAGE, page

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def pages(checkout: Path) -> Iterator[Path]:
    yield from sorted(checkout.glob("*.md"))
    yield from sorted((checkout / "docs").rglob("*.md"))


def anchors(text: str) -> set[str]:
    """What headings are called in links."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_link_leads_to_a_page_and_a_heading_that_exist(checkout: Path) -> None:
    broken = []
    for file in pages(checkout):
        for link in LINK.findall(FENCED.sub("", file.read_text("utf-8"))):
            if "://" in link or link.startswith("mailto:"):
                continue
            path, _, anchor = link.partition("#")
            target = file.parent / path if path else file
            if not target.exists() or (anchor and anchor not in anchors(target.read_text("utf-8"))):
                broken.append(f"{file.relative_to(checkout)}: {link}")

    assert not broken


def test_every_page_is_in_the_index(checkout: Path) -> None:
    docs = checkout / "docs"
    listed = {(docs / link.partition("#")[0]).resolve() for link in LINK.findall((docs / "README.md").read_text("utf-8"))}

    missing = [
        str(file.relative_to(docs)) for file in docs.rglob("*.md") if file.name != "README.md" and file.resolve() not in listed
    ]

    assert not missing, f"name these in docs/README.md: {missing}"


def test_the_page_of_commands_is_what_the_commands_say() -> None:
    assert PAGE.read_text("utf-8") == page(), "run: make docs"
