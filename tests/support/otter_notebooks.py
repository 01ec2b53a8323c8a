"""Otter Assign notebooks in words: blocks, questions, tests with their saved outputs."""

from typing import Any

from tests.support.notebooks import Cell, Edit, Notebook, code, markdown


def raw(source: str) -> Cell:
    return {"cell_type": "raw", "source": source, "metadata": {}}


def block(name: str, *cells: Cell, settings: str = "") -> list[Cell]:
    return [raw(f"# BEGIN {name}\n{settings}"), *cells, raw(f"# END {name}")]


def expects(source: str, shows: str = "") -> Cell:
    """A test in OK format with the output that was saved with it."""
    cell = code(source)
    if shows:
        cell["outputs"] = [{"output_type": "execute_result", "data": {"text/plain": shows}, "metadata": {}, "execution_count": 1}]
    return cell


def printing(source: str, prints: str) -> Cell:
    """A test in OK format that printed something."""
    return {**code(source), "outputs": [{"output_type": "stream", "name": "stdout", "text": prints}]}


def question(name: str, solution: str, *tests: Cell, settings: str = "", prompt: tuple[Cell, ...] = ()) -> list[Cell]:
    """A question with an answer in code."""
    return block(
        "QUESTION",
        markdown(f"**{name}.** Do it."),
        *(block("PROMPT", *prompt) if prompt else []),
        *block("SOLUTION", code(solution)),
        *(block("TESTS", *tests) if tests else []),
        settings=f"name: {name}\n{settings}",
    )


def answering_otter(answers: dict[str, str]) -> Edit:
    """A student who writes these sources into the answer cells, by the names of the questions."""

    def edit(content: Notebook) -> None:
        for cell in content["cells"]:
            data: dict[str, Any] = cell["metadata"].get("nbgrader", {})
            name = str(data.get("grade_id", "")).removesuffix("-answer")
            if data.get("solution") and name in answers:
                cell["source"] = answers[name]

    return edit
