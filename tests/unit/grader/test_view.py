import base64
import json
import re
import time
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.formulas import ATTRIBUTES
from grader.outputs import MAX_OUTPUTS, MAX_TEXT
from grader.view import Budget, CellView, UnreadableNotebook, notebook_view

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
PNG_TEXT = base64.b64encode(PNG).decode()

VECTORS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=https://evil.example/beacon.png>",
    "<img src=//evil.example/beacon.png srcset='https://evil.example/2x.png 2x'>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src onerror=alert(1)>",
    "<iframe src='javascript:alert(1)' srcdoc='<script>alert(1)</script>'></iframe>",
    "<a href='javascript:alert(1)'>go</a>",
    "<a href=' JaVaScRiPt:alert(1)'>go</a>",
    "<a href='java&#10;script:alert(1)'>go</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>go</a>",
    "<a href='vbscript:x'>go</a>",
    "[go](javascript:alert(1))",
    "[go](data:text/html;base64,PHNjcmlwdD4=)",
    "<a href='/portal/sign-out'>go</a>",
    "<form action='/portal/x' method=post><input name=a><button>go</button></form>",
    "<button formaction='javascript:alert(1)'>go</button>",
    "<style>body{background:url(https://evil.example)}</style>",
    "<div style='position:fixed;inset:0;background:url(https://evil.example)'>over the page</div>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href='https://evil.example/'>",
    "<object data='https://evil.example'></object><embed src='https://evil.example'>",
    "<video src='https://evil.example' autoplay onplay=alert(1)><source src='https://evil.example'></video>",
    "<audio src='https://evil.example' autoplay></audio>",
    "<body onload=alert(1) background='https://evil.example/x.png'>",
    "<table background='https://evil.example/x.png'><td background='https://evil.example/x.png'>a</table>",
    "<details open ontoggle=alert(1)>a</details>",
    "<div id=app class='alert modal'>a</div>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
    "<img src='data:text/html;base64,PHNjcmlwdD4='>",
    "![x](https://evil.example/beacon.png)",
    "![x](javascript:alert(1))",
    "![x](attachment:nothing.png)",
    "```<script>\nalert(1)\n```",
    "```python onload=alert(1)\n<script>alert(1)</script>\n```",
    "$<img src=x onerror=alert(1)>$ and $$<script>alert(1)</script>$$",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea><img title='</textarea><img src=x onerror=alert(1)>'></textarea>",
    "<!--><img src=x onerror=alert(1)>-->",
    "\x1b[31m<script>alert(1)</script>\x1b[0m \x1b]8;;javascript:alert(1)\x07go\x1b]8;;\x07",
    "<p onclick\x00=alert(1) \x0bonfocus=alert(1) tabindex=1 autofocus>a</p>",
    "\ud800<script>alert(1)</script>\udfff",
    "'\"><script>alert(1)</script>",
]


class Inspector(HTMLParser):
    """Reads markup as a browser would and collects what must not be there."""

    HARMLESS = (
        frozenset({"alt", "class", "colspan", "href", "rel", "rowspan", "src", "start", "tabindex", "target", "title"})
        | ATTRIBUTES
    )
    UNWANTED = frozenset({"script", "style", "svg", "math", "iframe", "object", "embed", "link", "meta", "base", "form", "input"})
    UNWANTED |= {
        "button",
        "textarea",
        "select",
        "video",
        "audio",
        "source",
        "body",
        "html",
        "template",
        "noscript",
        "frame",
        "h1",
    }

    def __init__(self) -> None:
        super().__init__()
        self.findings: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.UNWANTED and (tag, dict(attrs).get("class")) != ("math", "nb-formula"):
            self.findings.append(f"<{tag}>")
        for name, value in attrs:
            if name not in self.HARMLESS:
                self.findings.append(f"{tag} {name}")
            if name == "src" and not re.fullmatch(r"data:image/[a-z+]+;base64,[A-Za-z0-9+/=]+", value or ""):
                self.findings.append(f"src {value}")
            if name == "href" and not re.match(r"https?://|mailto:", value or ""):
                self.findings.append(f"href {value}")
            if name == "class" and not re.fullmatch(
                r"(nb-[a-z]+|[a-z][a-z0-9]{0,2})( (nb-[a-z]+|[a-z][a-z0-9]{0,2}))*", value or ""
            ):
                self.findings.append(f"class {value}")

    def handle_comment(self, data: str) -> None:
        self.findings.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.findings.append("declaration")


def findings(markup: str) -> list[str]:
    inspector = Inspector()
    inspector.feed(markup)
    inspector.close()
    return inspector.findings


def notebook(*cells: dict[str, Any], **metadata: Any) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": list(cells)}).encode()


def markdown(source: object, **more: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source, **more}


def code(source: object = "", *outputs: Any, **metadata: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": list(outputs), "execution_count": None}


def shown(**data: object) -> dict[str, Any]:
    return {
        "output_type": "display_data",
        "metadata": {},
        "data": {name.replace("__", "/"): value for name, value in data.items()},
    }


def only(data: bytes) -> CellView:
    (cell,) = notebook_view(data).cells
    return cell


def all_html(data: bytes) -> str:
    cells = notebook_view(data).cells
    return "".join(cell.source_html + "".join(output.html for output in cell.outputs) for cell in cells)


@pytest.mark.parametrize("vector", VECTORS)
def test_hostile_markup_can_do_nothing_wherever_it_stands(vector: str) -> None:
    everywhere = notebook(
        markdown(vector, attachments={vector: {vector: vector}}),
        code(
            vector,
            {"output_type": "stream", "name": vector, "text": [vector]},
            {"output_type": "error", "ename": vector, "evalue": vector, "traceback": [vector]},
            {"output_type": "error", "ename": vector, "evalue": vector, "traceback": []},
            shown(text__html=vector, text__plain=vector),
            shown(text__html=[vector, "<p>more"]),
            shown(text__latex=vector),
            shown(text__markdown=vector),
            shown(image__png=vector, text__plain=vector),
            {"output_type": "execute_result", "data": {"image/png": PNG_TEXT, "text/plain": vector}},
            {"output_type": "execute_result", "data": {"image/svg+xml": f"<svg>{vector}</svg>", "text/plain": vector}},
            nbgrader={"grade_id": vector, "grade": True, "locked": True, "solution": False},
        ),
        {"cell_type": "raw", "metadata": {}, "source": vector},
        language_info={"name": vector},
    )

    html = all_html(everywhere)

    assert findings(html) == []
    assert all(cell.grade_id is None for cell in notebook_view(everywhere).cells)


def test_markdown_reads_like_markdown() -> None:
    cell = only(notebook(markdown("# Title\n\nSome *text*, a [link](https://example.org) and\n\n|a|b|\n|-|-|\n|1|2|\n")))

    assert "<h2>Title</h2>" in cell.source_html
    assert "<em>text</em>" in cell.source_html
    assert 'href="https://example.org"' in cell.source_html
    assert 'rel="noopener noreferrer"' in cell.source_html
    assert "<td>1</td>" in cell.source_html


def test_a_formula_keeps_its_stars_and_underscores() -> None:
    cell = only(notebook(markdown(r"The mean $\bar{x}_1 * y_2 * z$ costs $5 or $6, and $$a_1 \\ b_1$$")))

    assert "<mo>*</mo><msub><mi>y</mi><mn>2</mn></msub><mo>*</mo>" in cell.source_html
    assert '<math display="block" class="nb-formula" tabindex="0">' in cell.source_html
    assert "costs $5 or $6" in cell.source_html


def test_a_formula_that_cannot_be_read_is_shown_as_it_was_written() -> None:
    cell = only(notebook(markdown(r"Here $\mystery{x}$, here $\frac$ and here $" + "x^" * 600 + "2$")))

    assert r'<span class="nb-math">\mystery{x}</span>' in cell.source_html
    assert r'<span class="nb-math">\frac</span>' in cell.source_html
    assert "<math" not in cell.source_html


@pytest.mark.parametrize(
    "tex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\href{javascript:alert(1)}{x}",
        r"\style{background:url(//x.example)}{y}",
        r"\class{evil}{y}",
        r"\text{</math><img src=x onerror=alert(1)>}",
        r"\text{&lt;img src=x onerror=alert(1)&gt;}",
    ],
)
def test_nothing_in_a_formula_comes_alive(tex: str) -> None:
    cell = only(notebook(markdown(f"${tex}$ and $${tex}$$")))

    inspector = Inspector()
    inspector.feed(cell.source_html)
    assert inspector.findings == []


def test_code_is_highlighted_by_classes() -> None:
    cell = only(notebook(code("def f():\n    return 'x'", language="python")))

    assert '<span class="k">def</span>' in cell.source_html
    assert "style=" not in cell.source_html


def test_roles_and_ids_come_from_nbgrader_metadata() -> None:
    def flags(grade_id: str, **true: bool) -> dict[str, Any]:
        return {"schema_version": 3, "grade": False, "solution": False, "locked": False, "grade_id": grade_id, **true}

    view = notebook_view(
        notebook(
            code(nbgrader=flags("a", solution=True)),
            code(nbgrader=flags("b", grade=True, locked=True)),
            code(nbgrader=flags("c", grade=True, solution=True)),
            code(nbgrader=flags("d", locked=True)),
            markdown("", metadata={"nbgrader": flags("e", locked=True, task=True)}),
            code(),
        )
    )

    assert [(cell.grade_id, cell.role) for cell in view.cells] == [
        ("a", "answer"),
        ("b", "tests"),
        ("c", "manual"),
        ("d", "locked"),
        ("e", "task"),
        (None, None),
    ]


def test_a_pandas_table_stays_a_table() -> None:
    table = (
        "<div><style scoped>.dataframe tbody tr th {vertical-align: top;}</style>"
        '<table border="1" class="dataframe"><thead><tr style="text-align: right;"><th></th><th>city</th></tr></thead>'
        "<tbody><tr><th>0</th><td>Oslo</td></tr></tbody></table></div>"
    )

    (output,) = only(notebook(code("", shown(text__html=table, text__plain="  city")))).outputs

    assert output.kind == "html"
    assert "<th>0</th><td>Oslo</td>" in output.html
    assert "vertical-align" not in output.html


def test_a_chart_drawn_by_a_script_falls_back_to_its_text() -> None:
    (output,) = only(
        notebook(code("", shown(text__html="<div id=x></div><script>draw()</script>", text__plain="Figure()")))
    ).outputs

    assert (output.kind, "Figure()" in output.html) == ("text", True)


def test_pictures_become_part_of_the_page() -> None:
    svg = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    png, vector = only(
        notebook(code("", shown(image__png=[PNG_TEXT, "\n"]), {"output_type": "display_data", "data": {"image/svg+xml": svg}}))
    ).outputs

    assert f'src="data:image/png;base64,{PNG_TEXT}"' in png.html
    assert f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}" in vector.html


@pytest.mark.parametrize("value", ["no base64!", base64.b64encode(b"<html>").decode(), 7, None, "A" * 3_000_000])
def test_a_picture_that_is_none_is_said_to_be_damaged(value: object) -> None:
    (output,) = only(notebook(code("", shown(image__png=value)))).outputs

    assert output.kind == "note"
    assert "not shown" in output.html


def test_an_attached_picture_is_shown_in_its_markdown() -> None:
    cell = only(notebook(markdown("![a plot](attachment:my%20plot.png)", attachments={"my plot.png": {"image/png": PNG_TEXT}})))

    assert f'<img src="data:image/png;base64,{PNG_TEXT}" alt="a plot">' in cell.source_html


def test_one_attachment_cannot_be_multiplied_into_a_huge_page() -> None:
    large = base64.b64encode(PNG + b"\0" * 1_500_000).decode()
    cell = only(notebook(markdown("![](attachment:a)" * 1000, attachments={"a": {"image/png": large}})))

    assert len(cell.source_html) < 25_000_000


def test_long_outputs_are_cut_and_say_so() -> None:
    (output,) = only(notebook(code("", {"output_type": "stream", "name": "stdout", "text": "x" * (MAX_TEXT + 10)}))).outputs

    assert len(output.html) < MAX_TEXT + 200
    assert "cut here" in output.html


def test_many_outputs_are_cut_and_say_so() -> None:
    outputs = only(notebook(code("", *[shown(text__plain=str(n)) for n in range(MAX_OUTPUTS * 3)]))).outputs

    assert len(outputs) == MAX_OUTPUTS + 1
    assert "more outputs" in outputs[-1].html


def test_pieces_of_one_stream_are_one_output_and_progress_bars_end() -> None:
    streams = [{"output_type": "stream", "name": "stdout", "text": f"\r\x1b[32m{n}%"} for n in (10, 50, 100)]

    (output,) = only(notebook(code("", *streams))).outputs

    assert output.html == '<pre class="nb-text nb-stream">100%</pre>'


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"nbformat": 3, "worksheets": []}', b"1" * 9999]
)
def test_what_is_no_notebook_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(UnreadableNotebook, match=r"^The .*\.$"):
        notebook_view(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.text("\ud800\udfff<>\"'&$`[]()!*_|-\n", max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
MIMES = st.sampled_from(["text/html", "text/plain", "image/png", "image/svg+xml", "image/gif", "text/latex", "text/markdown"])
OUTPUTS = st.fixed_dictionaries(
    {"output_type": st.sampled_from(["stream", "error", "display_data", "execute_result", "x"]) | JSON},
    optional={
        "name": st.sampled_from(["stdout", "stderr"]) | JSON,
        "text": JSON,
        "data": st.dictionaries(MIMES, JSON) | JSON,
        "ename": JSON,
        "evalue": JSON,
        "traceback": JSON,
    },
)
CELLS = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "markdown", "raw"])},
    optional={
        "source": st.text() | st.lists(st.text()) | JSON,
        "metadata": st.fixed_dictionaries({}, optional={"nbgrader": JSON}) | JSON,
        "outputs": st.lists(OUTPUTS | JSON, max_size=5) | JSON,
        "attachments": st.dictionaries(st.text(), st.dictionaries(MIMES, JSON)) | JSON,
    },
)


SLOW = {
    "a wide table with many short rows": markdown("|" + "a|" * 2000 + "\n|" + "-|" * 2000 + "\n" + "x\n" * 4000),
    "brackets": markdown("[" * 20_000),
    "pictures of pictures": markdown("![" * 10_000),
    "tags inside one another": code(
        "", {"output_type": "display_data", "data": {"text/html": "<div>" * 40_000, "text/plain": "x"}}
    ),
    "ends of what never began": code("", {"output_type": "display_data", "data": {"text/html": "<div></b>" * 20_000}}),
}


@pytest.mark.parametrize("kind", SLOW)
def test_text_made_to_be_slow_does_not_hold_up_the_page(kind: str) -> None:
    began = time.process_time()

    all_html(notebook(*[SLOW[kind]] * 40))

    assert time.process_time() - began < 8


def test_notebooks_on_one_page_share_what_it_may_show() -> None:
    budget = Budget(text=1_000_000)
    printing = notebook(*[code("", {"output_type": "stream", "name": "stdout", "text": "x" * 200_000})] * 4)

    views = [notebook_view(printing, budget) for _ in range(3)]

    shown = [sum(len(output.html) for cell in view.cells for output in cell.outputs) for view in views]
    assert shown[0] > 800_000
    assert sum(shown) < 1_010_000
    assert "cut here" in views[-1].cells[0].outputs[0].html


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(cells=st.lists(CELLS, max_size=4), metadata=JSON)
def test_wild_notebooks_are_shown_safely_or_refused(cells: list[Any], metadata: Any) -> None:
    data = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}).encode()

    try:
        html = all_html(data)
    except UnreadableNotebook:
        return

    html.encode()
    assert findings(html) == []


@settings(deadline=None)
@given(data=st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_wild_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadableNotebook):
        notebook_view(data)
