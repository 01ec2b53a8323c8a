"""Formulas of a notebook's Markdown as MathML, which browsers typeset without a script.

The converter does not escape what it is given and passes attributes through, so its tree is not trusted: we build our own from
a list of elements and attributes that only lay out.
"""

import html
import re
from xml.etree import ElementTree as ET

from latex2mathml.converter import convert_to_element

LONGEST = 1_000
MOST = 300
"""Formulas in one text that are typeset; further ones are shown as they were written."""

_LAYOUT = frozenset({
    "math", "mrow", "mi", "mn", "mo", "ms", "mspace", "mtext", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup",
    "munder", "mover", "munderover", "mmultiscripts", "mprescripts", "mpadded", "mphantom", "menclose", "mtable", "mtr",
    "mtd", "mstyle",
})  # fmt: skip
ATTRIBUTES = frozenset({
    "accent", "accentunder", "columnalign", "columnspacing", "display", "displaystyle", "fence", "form", "largeop",
    "linethickness", "lspace", "mathvariant", "maxsize", "minsize", "movablelimits", "rowspacing", "rspace",
    "scriptlevel", "separator", "stretchy", "symmetric", "width", "height", "depth",
})  # fmt: skip
_VALUE = re.compile(r"[\w .%+-]{0,40}")
_WRITTEN = re.compile(r'<span class="nb-math( nb-display)?">([^<]*)</span>')


def typeset(markup: str) -> str:
    """Sanitised ``markup`` whose ``<span class="nb-math">TeX</span>`` became MathML; what can't be read stays as it is."""
    left = MOST

    def replace(found: re.Match[str]) -> str:
        nonlocal left
        left -= 1
        return (mathml(html.unescape(found.group(2)), block=bool(found.group(1))) if left >= 0 else None) or found.group(0)

    return _WRITTEN.sub(replace, markup)


def mathml(tex: str, *, block: bool = False) -> str | None:
    """``tex`` as one ``<math>`` element of layout elements and text only; None when it can't be read or is too long."""
    if len(tex) > LONGEST:
        return None
    try:
        tree = _layout_only(convert_to_element(tex, display="block" if block else "inline"))
    except Exception:  # noqa: BLE001 - whatever a stranger's TeX does to the converter, it is then shown as it was written
        return None
    if tree is None:
        return None
    tree.set("class", "nb-formula")
    if block:
        tree.set("tabindex", "0")  # a wide one scrolls in its own frame, also by keyboard
    return ET.tostring(tree, encoding="unicode", short_empty_elements=False)


def _layout_only(found: ET.Element) -> ET.Element | None:
    """A copy of the tree with nothing but layout in it; None when there is a command that the converter did not know."""
    text = html.unescape(found.text or "")
    if found.tag not in _LAYOUT or (found.tag == "mi" and text.startswith("\\")):
        return None
    copy = ET.Element(
        found.tag, {name: value for name, value in found.attrib.items() if name in ATTRIBUTES and _VALUE.fullmatch(value)}
    )
    copy.text = text
    for child in found:
        inner = _layout_only(child)
        if inner is None:
            return None
        copy.append(inner)
    return copy
