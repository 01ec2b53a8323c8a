"""Markdown and code as sanitised HTML. Highlighting is by class names, so that a page needs no inline styles."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from grader.formulas import typeset
from grader.sanitise import clean_own_markup, escaped, without_controls

MAX_MARKDOWN = 20_000
MAX_CODE = 100_000

_LANGUAGES = {"python": "python", "python3": "python", "ipython": "python", "ipython3": "python", "py": "python"} | {
    name: name
    for name in ("r", "julia", "sql", "bash", "sh", "java", "javascript", "json", "c", "cpp", "matlab", "octave", "console")
}
_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


def code_html(source: str, language: str) -> str:
    """``source`` as the inside of a ``<pre>``: highlighted if the language is known and the text not huge, else escaped."""
    name = _LANGUAGES.get(language.lower())
    if name is None or len(source) > MAX_CODE:
        return escaped(source)
    try:
        lexer = get_lexer_by_name(name, stripnl=False)
    except ClassNotFound:
        return escaped(source)
    return highlight(without_controls(source), lexer, _FORMATTER).removesuffix("\n")


def markdown_html(source: str, picture: Callable[[str], str | None]) -> str:
    """``source`` as sanitised HTML. ``picture`` turns an attachment's name into a ``data:`` URI, or None."""
    if len(source) > MAX_MARKDOWN:
        return f'<pre class="nb-text">{escaped(source)}</pre>'
    return typeset(clean_own_markup(_MARKDOWN.render(source, {"picture": picture})))


def _math(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    """``$…$`` and ``$$…$$`` stay as they are written: emphasis and escapes mean nothing in a formula."""
    fence = "$$" if state.src.startswith("$$", state.pos) else "$"
    start = state.pos + len(fence)
    end = state.src.find(fence, start, state.posMax)
    inner = state.src[start:end] if end > start else ""
    if not state.src.startswith("$", state.pos) or not inner or (fence == "$" and inner != inner.strip()):
        return False
    if not silent:
        token = state.push("math", "", 0)
        token.content, token.markup = inner.strip(), fence
    state.pos = end + len(fence)
    return True


def _render_math(_self: RendererProtocol, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType) -> str:
    display = " nb-display" if tokens[index].markup == "$$" else ""
    return f'<span class="nb-math{display}">{escaped(tokens[index].content)}</span>'


def _render_image(_self: RendererProtocol, tokens: Sequence[Token], index: int, _options: OptionsDict, env: EnvType) -> str:
    token = tokens[index]
    source, text = str(token.attrs.get("src", "")), escaped(token.content)
    uri = source if source.startswith("data:") else None
    if source.startswith("attachment:"):
        uri = env["picture"](unquote(source.removeprefix("attachment:")))
    return f'<img src="{escaped(uri)}" alt="{text}">' if uri else f'<span class="nb-note">[picture not shown: {text}]</span>'


def _render_fence(_self: RendererProtocol, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType) -> str:
    words = tokens[index].info.split()
    return f'<pre class="nb-code"><code>{code_html(tokens[index].content, words[0] if words else "")}</code></pre>\n'


def _one_level_down(_self: Any, tokens: Sequence[Token], index: int, options: OptionsDict, env: Mapping[str, Any]) -> str:
    """A page that shows a notebook has a first heading of its own."""
    tokens[index].tag = f"h{min(int(tokens[index].tag[1]) + 1, 6)}"
    return str(_MARKDOWN.renderer.renderToken(tokens, index, options, env))  # type: ignore[attr-defined]


def _make_markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    markdown.inline.ruler.before("escape", "math", _math)
    for name, rule in {
        "math": _render_math,
        "image": _render_image,
        "fence": _render_fence,
        "heading_open": _one_level_down,
        "heading_close": _one_level_down,
    }.items():
        markdown.add_render_rule(name, rule)
    return markdown


_MARKDOWN = _make_markdown()
