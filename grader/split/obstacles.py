"""Why a test can't run apart from the student's code, in words for its teacher, as far as text and error tell."""

import re

_KNOWN: tuple[tuple[str, str, str], ...] = (
    (
        r"\bmock\b|\bpatch(\.object|\.dict)?\(|\bmonkeypatch\b",
        "it patches the student's module",
        "Let the answer take what is patched as an argument, and hand it a function of the test's.",
    ),
    (
        r"\binspect\.|\bgetsource\b|\b__code__\b|\bast\.parse\b",
        "it reads the source of an answer",
        "Test what the answer gives rather than how it is written; leave the rest to a person.",
    ),
    (
        r"\bplt\.(gc[af]|get_fignums|figure|axes|close)\b|\bpyplot\b|\bget_fignums\b",
        "it uses matplotlib's current figure",
        "Let the answer give its data or its Axes a name, and test numbers that it holds.",
    ),
    (
        r"(?m)^\s*[%!?]|\?\s*$|=\s*[%!]\w|\bget_ipython\b",
        "it uses IPython itself (a magic, a shell command or get_ipython)",
        "Write it in plain Python, or move the magic into a cell that is no test.",
    ),
    (
        r"\b__main__\b|\bglobals\(|\blocals\(|\bsys\.modules\b|\bvars\(\)",
        "it looks into the notebook's own module",
        "Use the names that the answer defines directly.",
    ),
    (
        r"\b(get_lines|get_ydata|get_xdata|get_title|get_xlabel|get_ylabel|patches|lines|axes)\b",
        "it looks into a plot",
        "Let the answer give its data a name, and test numbers that it holds.",
    ),
)
_OTHERWISE = "Compare plain values (numbers, texts, lists, arrays, frames) that the answer gives."


def in_words(source: str, error: str) -> tuple[str, str]:
    """The reason and the cure. ``error`` is how the teacher's own solution ended in the test when it was tried apart."""
    for pattern, reason, cure in _KNOWN:
        if re.search(pattern, source):
            return reason, cure
    return (
        f"apart from it, the source's own solution ends otherwise ({error.strip().rstrip('.')[:200] or 'no reason known'})",
        _OTHERWISE,
    )
