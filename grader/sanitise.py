"""Text, markup and pictures out of a notebook nobody trusts, made harmless. Everything here returns plain strings."""

import base64
import binascii
import html
import re

import nh3

MAX_IMAGE_BYTES = 2_000_000

_SURROGATES = re.compile("[\ud800-\udfff]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_DATA_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}")
_LINK = re.compile(r"(?:https?://|mailto:)[^\s]", re.IGNORECASE)
_OWN_CLASS = re.compile(r"nb-[a-z]+|[a-z][a-z0-9]{0,2}")
_MAGIC = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff", "image/gif": b"GIF8"}

_TEXT_TAGS = {"a", "abbr", "b", "blockquote", "br", "cite", "code", "dd", "del", "details", "dfn", "div", "dl", "dt", "em"}
_TEXT_TAGS |= {"figcaption", "figure", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p"}
_TEXT_TAGS |= {"pre", "q", "s", "samp", "small", "span", "strong", "sub", "summary", "sup", "u", "ul", "var"}
_TEXT_TAGS |= {"caption", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_DROPPED_WITH_CONTENT = {
    "script",
    "style",
    "template",
    "noscript",
    "iframe",
    "object",
    "textarea",
    "select",
    "title",
    "svg",
    "math",
}


def plain_text(value: object) -> str:
    """Notebook text (a string or a list of strings) as one valid string; anything else is empty."""
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str):
        return ""
    return _SURROGATES.sub("\ufffd", value)


def printed_text(value: object) -> str:
    """Terminal output as it would end up on paper: no colours, no control characters, overwritten lines gone."""
    text = _ANSI.sub("", plain_text(value)).replace("\r\n", "\n")
    lines = (line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.split("\n"))
    return without_controls("\n".join(lines))


def escaped(text: str) -> str:
    """``text`` for use in markup, quotes included."""
    return html.escape(without_controls(text))


def without_controls(text: str) -> str:
    """``text`` without the characters HTML has no place for."""
    return _CONTROLS.sub("", text)


def clean_own_markup(markup: str) -> str:
    """Sanitise what our Markdown renderer wrote: its own class names stay."""
    return _clean(markup, own=True)


def clean_foreign_markup(markup: str) -> str:
    """Sanitise HTML that a cell has displayed: text, tables and data pictures stay, nothing else."""
    return _clean(markup, own=False)


def data_image(mime: str, value: object) -> str | None:
    """A ``data:`` URI for a notebook's picture, or None if it is none of the kind it says, or is too large."""
    text = plain_text(value)
    if len(text) > MAX_IMAGE_BYTES * 1.4:
        return None
    data = text.encode() if mime == "image/svg+xml" else _decoded(text)
    if data is None or len(data) > MAX_IMAGE_BYTES or not _is_really(mime, data):
        return None
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"


def _decoded(text: str) -> bytes | None:
    try:
        return binascii.a2b_base64("".join(text.split()), strict_mode=True)
    except ValueError:
        return None


def _is_really(mime: str, data: bytes) -> bool:
    if mime == "image/svg+xml":
        return b"<svg" in data
    return mime in _MAGIC and data.startswith(_MAGIC[mime])


def _clean(markup: str, *, own: bool) -> str:
    with_class = {"span", "div", "code", "pre"} if own else set()

    def keep(_tag: str, name: str, value: str) -> str | None:
        if name == "src":
            return value if _DATA_IMAGE.fullmatch(value) else None
        if name == "href":
            return value if _LINK.match(value) else None
        if name == "class":
            return value if all(_OWN_CLASS.fullmatch(part) for part in value.split()) else None
        return value if name in {"title", "alt", "rel", "target"} or value.isdecimal() else None

    return nh3.clean(
        markup,
        tags=_TEXT_TAGS,
        clean_content_tags=_DROPPED_WITH_CONTENT,
        attributes={tag: _ATTRIBUTES.get(tag, set()) | ({"class"} if tag in with_class else set()) for tag in _TEXT_TAGS},
        attribute_filter=keep,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
