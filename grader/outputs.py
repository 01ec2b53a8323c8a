"""What a cell has printed or shown, as sanitised HTML, each piece bounded."""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from grader.sanitise import MAX_IMAGE_BYTES, clean_foreign_markup, data_image, escaped, plain_text, printed_text

MAX_OUTPUTS = 50
MAX_TEXT = 200_000
MAX_DEPTH = 200
"""Tags inside one another: parsers take time by the square of it."""
CUT = "\n… cut here: this is longer than can be shown."
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_NEED_NO_END = {"br", "hr", "img", "input", "col", "wbr", "link", "meta", "p", "li", "tr", "td", "th", "dt", "dd"}
_PICTURES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif")


@dataclass(frozen=True, slots=True)
class OutputView:
    """One output. ``kind`` is stream, stderr, text, html, image, latex, error or note; ``html`` is safe to put into a page."""

    kind: str
    html: str


@dataclass(slots=True)
class Budget:
    """How much more one page may show: characters of markup, of pictures and of plain text, and seconds of rendering.

    Notebooks on one page share a budget. The seconds are for text made to be slow: no real notebook comes near them.
    """

    markup: int = 400_000
    pictures: int = 20_000_000
    text: int = 5_000_000
    seconds: float = 3.0

    def take_markup(self, size: int) -> bool:
        """Whether ``size`` characters may still be parsed and sanitised, which is the slow part."""
        self.markup -= size
        return self.markup >= 0 and self.seconds > 0

    def plain(self, text: str, most: int) -> str:
        """As much of ``text`` as may be shown, at most ``most`` characters, escaped; it says so where it is cut."""
        room = max(0, min(most, self.text))
        self.text -= min(len(text), room)
        return escaped(text[:room]) + (CUT if len(text) > room else "")

    def timed(self, render: Callable[[], str]) -> str:
        """What ``render`` returns; the time it takes is taken off."""
        began = time.monotonic()
        try:
            return render()
        finally:
            self.seconds -= time.monotonic() - began

    def take_picture(self, size: int) -> bool:
        """Whether a picture of ``size`` characters may still be shown."""
        self.pictures -= size
        return self.pictures >= 0


@dataclass(slots=True)
class _Stream:
    name: str
    parts: list[str] = field(default_factory=list)


def output_views(outputs: object, budget: Budget) -> list[OutputView]:
    """The outputs of one code cell. Reads anything, raises nothing."""
    if not isinstance(outputs, list):
        return []
    views: list[OutputView] = []
    for output in _joined_streams(outputs):
        if len(views) == MAX_OUTPUTS:
            views.append(_note("This cell has more outputs; they are not shown here."))
            break
        view = _stream_view(output, budget) if isinstance(output, _Stream) else _output_view(output, budget)
        if view is not None:
            views.append(view)
    return views


def _joined_streams(outputs: list[Any]) -> Iterator[_Stream | dict[str, Any]]:
    stream: _Stream | None = None
    for output in outputs:
        if not isinstance(output, dict):
            continue
        if output.get("output_type") != "stream":
            if stream:
                yield stream
            stream = None
            yield output
            continue
        name = "stderr" if output.get("name") == "stderr" else "stream"
        if stream and stream.name != name:
            yield stream
            stream = None
        stream = stream or _Stream(name)
        stream.parts.append(plain_text(output.get("text")))
    if stream:
        yield stream


def _stream_view(stream: _Stream, budget: Budget) -> OutputView | None:
    text = printed_text(stream.parts)
    return _pre(stream.name, text, budget) if text.strip() else None


def _output_view(output: dict[str, Any], budget: Budget) -> OutputView | None:
    kind = output.get("output_type")
    if kind == "error":
        return _error_view(output, budget)
    data = output.get("data")
    if kind not in ("display_data", "execute_result") or not isinstance(data, dict):
        return None
    return _html_view(data, budget) or _picture_view(data, budget) or _text_view(data, budget)


def _error_view(output: dict[str, Any], budget: Budget) -> OutputView:
    traceback = output.get("traceback")
    lines = [printed_text(line) for line in traceback] if isinstance(traceback, list) else []
    summary = f"{printed_text(output.get('ename'))}: {printed_text(output.get('evalue'))}"
    return _pre("error", "\n".join(lines).strip() or summary, budget)


def _html_view(data: dict[str, Any], budget: Budget) -> OutputView | None:
    source = plain_text(data.get("text/html"))
    if not source.strip():
        return None
    if len(source) > MAX_TEXT or _is_deeper(source, MAX_DEPTH) or not budget.take_markup(len(source)):
        return _text_view(data, budget) or _note("This output is too large to be shown here.")
    markup = budget.timed(lambda: clean_foreign_markup(source))
    # A widget or a chart drawn by a script leaves nothing to see: its picture or its text says more.
    if "<img src=" not in markup and not any(char.isalnum() for char in _without_tags(markup)):
        return None
    return OutputView("html", f'<div class="nb-html" tabindex="0">{markup}</div>')


def _is_deeper(markup: str, most: int) -> bool:
    """Whether more than ``most`` tags are open at once somewhere, by a rough count."""
    still_open: Counter[str] = Counter()
    depth = 0
    for end, name in _TAG.findall(markup):
        tag = name.lower()
        if tag in _NEED_NO_END:
            continue
        if not end:
            still_open[tag] += 1
            depth += 1
        elif still_open[tag]:  # an end of what was never begun closes nothing
            still_open[tag] -= 1
            depth -= 1
        if depth > most:
            return True
    return False


def _without_tags(markup: str) -> str:
    return "".join(part.rpartition(">")[2] for part in markup.split("<"))


def _picture_view(data: dict[str, Any], budget: Budget) -> OutputView | None:
    for mime in _PICTURES:
        if mime not in data:
            continue
        uri = data_image(mime, data[mime])
        if uri is None:
            return _note(f"This picture is damaged or larger than {MAX_IMAGE_BYTES // 1_000_000} MB; it is not shown.")
        if not budget.take_picture(len(uri)):
            return _note("This notebook has more pictures than can be shown on one page.")
        alt = printed_text(data.get("text/plain"))[:200] or "Picture"
        return OutputView("image", f'<img class="nb-image" src="{uri}" alt="{escaped(alt)}">')
    return None


def _text_view(data: dict[str, Any], budget: Budget) -> OutputView | None:
    for mime, kind in (("text/plain", "text"), ("text/latex", "latex"), ("text/markdown", "text")):
        text = printed_text(data.get(mime))
        if text.strip():
            return _pre(kind, text, budget)
    return None


def _pre(kind: str, text: str, budget: Budget) -> OutputView:
    return OutputView(kind, f'<pre class="nb-text nb-{kind}">{budget.plain(text, MAX_TEXT)}</pre>')


def _note(sentence: str) -> OutputView:
    return OutputView("note", f'<p class="nb-note">{escaped(sentence)}</p>')
