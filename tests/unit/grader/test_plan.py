import pytest

from grader.plan import Plan, PlannedQuestion, as_notebook, make_plan
from grader.reading import read_notebook
from tests.support.notebooks import (
    Cell,
    Edit,
    answer,
    answering,
    as_file,
    cell_of,
    checks,
    code,
    flags,
    locked,
    markdown,
    notebook,
    released,
    written,
)

SOURCE = notebook(
    markdown("# Title"),
    locked("imports", "import math"),
    answer("f"),
    checks("t", "assert f(2) == 4\n### BEGIN HIDDEN TESTS\nassert f(3) == 9\n### END HIDDEN TESTS", 2),
    written("w", points=3),
)


def plan_of(edit: Edit | None = None) -> Plan:
    theirs = released(SOURCE)
    if edit:
        edit(theirs)
    return make_plan("n.ipynb", as_file(SOURCE), read_notebook(as_file(theirs)))


def running(plan: Plan) -> list[str]:
    return [cell.grade_id or cell.source for cell in plan.cells if cell.runs]


def question(plan: Plan, grade_id: str) -> PlannedQuestion:
    return next(question for question in plan.questions if question.grade_id == grade_id)


def source_of(plan: Plan, grade_id: str) -> str:
    return next(cell.source for cell in plan.cells if cell.grade_id == grade_id)


def copy_of(cell: Cell, source: str) -> Cell:
    return {**cell, "id": f"copy-{hash(source)}", "source": source}


def test_the_teachers_cells_run_with_the_students_answers_in_them() -> None:
    plan = plan_of(answering(f="def f(x): return x * x"))

    assert running(plan) == ["imports", "f", "t"]
    assert source_of(plan, "f") == "def f(x): return x * x"
    assert "assert f(3) == 9" in source_of(plan, "t")


def test_a_test_that_the_student_edited_or_deleted_is_the_teachers_again() -> None:
    def edit(theirs: Cell) -> None:
        cell_of(theirs, "t")["source"] = "1"
        theirs["cells"].remove(cell_of(theirs, "imports"))

    plan = plan_of(edit)

    assert [cell for cell in plan.cells if cell.grade_id] == [cell for cell in plan_of().cells if cell.grade_id]


def test_flags_points_tags_and_outputs_of_the_students_file_count_for_nothing() -> None:
    def edit(theirs: Cell) -> None:
        for cell in theirs["cells"]:
            cell["metadata"]["tags"] = ["skip-execution", "raises-exception"]
            cell["metadata"].get("nbgrader", {}).update(points=100, grade=False, solution=True, locked=False, checksum="0" * 32)

    plan = plan_of(edit)

    assert [cell for cell in plan.cells if cell.grade_id] == [cell for cell in plan_of().cells if cell.grade_id]
    assert plan.questions == plan_of().questions


def test_own_cells_run_where_the_student_had_them() -> None:
    def edit(theirs: Cell) -> None:
        theirs["cells"].insert(3, code("helper = 1"))
        theirs["cells"].insert(0, code("first = 1"))
        theirs["cells"].append(code("last = 1"))

    assert running(plan_of(edit)) == ["first = 1", "imports", "f", "helper = 1", "t", "last = 1"]


def test_own_cells_survive_when_the_student_reordered_the_notebook() -> None:
    def edit(theirs: Cell) -> None:
        theirs["cells"].reverse()
        theirs["cells"].insert(1, code("mine = 1"))

    ran = running(plan_of(edit))

    assert [cell for cell in ran if cell != "mine = 1"] == ["imports", "f", "t"]
    assert "mine = 1" in ran


def test_a_cell_that_claims_the_id_of_a_test_is_dropped() -> None:
    def edit(theirs: Cell) -> None:
        theirs["cells"].append(code("cheat()", flags("t", solution=True)))

    assert running(plan_of(edit)) == ["imports", "f", "t"]


def test_a_cell_with_an_id_nobody_knows_is_the_students_own() -> None:
    assert "mine" in running(plan_of(lambda theirs: theirs["cells"].append(code("mine", flags("zz", solution=True)))))


@pytest.mark.parametrize("order", [["old()", "new()"], ["new()", ""], ["old()", "new()", ""]])
def test_of_copied_answers_the_last_changed_one_counts_and_staff_are_told(order: list[str]) -> None:
    def edit(theirs: Cell) -> None:
        cell = cell_of(theirs, "f")
        untouched = cell["source"]
        place = theirs["cells"].index(cell)
        theirs["cells"][place : place + 1] = [copy_of(cell, source or untouched) for source in order]

    plan = plan_of(edit)

    assert source_of(plan, "f") == "new()"
    assert running(plan) == ["imports", "f", "t"]


def test_copies_of_a_written_answer_are_noted_for_staff() -> None:
    plan = plan_of(lambda theirs: theirs["cells"].append(copy_of(cell_of(theirs, "w"), "Because.")))

    assert "2 cells with this id" in question(plan, "w").note
    assert not question(plan, "w").unanswered


def test_an_answer_whose_type_was_changed_is_still_the_answer() -> None:
    def edit(theirs: Cell) -> None:
        cell = cell_of(theirs, "f")
        cell.update(cell_type="markdown", source="def f(x): return 1")

    plan = plan_of(edit)

    assert next(cell.cell_type for cell in plan.cells if cell.grade_id == "f") == "code"
    assert source_of(plan, "f") == "def f(x): return 1"


def test_a_written_answer_as_released_is_unanswered_and_a_deleted_one_goes_to_a_person() -> None:
    assert question(plan_of(), "w").unanswered
    assert not question(plan_of(answering(w="Because.")), "w").unanswered

    deleted = question(plan_of(lambda theirs: theirs["cells"].remove(cell_of(theirs, "w"))), "w")

    assert not deleted.unanswered
    assert "deleted" in deleted.note


@pytest.mark.parametrize(
    "metadata", [None, [], {"nbgrader": None}, {"nbgrader": {"grade_id": ["t"]}}, {"nbgrader": {"grade_id": 7}}]
)
def test_nonsense_in_the_students_metadata_harms_nobody(metadata: object) -> None:
    ran = running(plan_of(lambda theirs: theirs["cells"].insert(0, {**code("x"), "metadata": metadata})))

    assert ran == ["x", "imports", "f", "t"]


def test_metadata_of_the_teachers_cells_survives_but_for_what_steers_the_run() -> None:
    source = notebook(code("1", flags("l", locked=True), unknown={"deep": [1]}, tags=["raises-exception"], jupyter={"x": True}))
    theirs = read_notebook(as_file(source))
    theirs["cells"][0]["metadata"]["unknown"] = "the student's"

    made = as_notebook(make_plan("n.ipynb", as_file(source), theirs))

    kept = made["cells"][0]["metadata"]
    assert {key: kept[key] for key in kept if key != "nbgrader"} == {"unknown": {"deep": [1]}, "jupyter": {"x": True}}
