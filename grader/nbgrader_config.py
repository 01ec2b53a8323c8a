"""Reads ``nbgrader_config.py`` without running it: what is set to a literal counts, everything else is named as not read."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from grader.nbgrader_settings import Settings

NAME = "nbgrader_config.py"

_OURS = {
    "ClearSolutions.code_stub": "code_stubs",
    "ClearSolutions.text_stub": "text_stub",
    "ClearSolutions.begin_solution_delimeter": "begin_solution",
    "ClearSolutions.end_solution_delimeter": "end_solution",
    "ClearHiddenTests.begin_test_delimeter": "begin_hidden_tests",
    "ClearHiddenTests.end_test_delimeter": "end_hidden_tests",
    "ClearMarkScheme.begin_mark_scheme_delimeter": "begin_mark_scheme",
    "ClearMarkScheme.end_mark_scheme_delimeter": "end_mark_scheme",
    "ClearMarkScheme.check_attachment_leakage": "check_attachments",
    "LockCells.lock_solution_cells": "lock_answers",
    "LockCells.lock_grade_cells": "lock_tests",
    "LockCells.lock_readonly_cells": "lock_readonly",
    "LockCells.lock_all_cells": "lock_all",
    "IncludeHeaderFooter.header": "header",
    "IncludeHeaderFooter.footer": "footer",
    "InstantiateTests.autotest_delimiter": "autotest",
    "InstantiateTests.hashed_delimiter": "hashed",
    "InstantiateTests.autotest_filename": "autotest_file",
    "InstantiateTests.comment_strs": "autotest_comments",
    "CourseDirectory.ignore": "ignore",
}
_NEGATED = {
    "ClearSolutions.enforce_metadata": "solutions_anywhere",
    "ClearHiddenTests.enforce_metadata": "hidden_tests_anywhere",
    "ClearMarkScheme.enforce_metadata": "mark_schemes_anywhere",
}
_SAID = 80
_MAY_BE_EMPTY = {"text_stub", "header", "footer"}


@dataclass(frozen=True, slots=True)
class ConfigRead:
    """What the file says, and a sentence for each thing in it that has no effect here."""

    settings: Settings
    remarks: tuple[str, ...] = ()


def read_config(data: bytes) -> ConfigRead:
    """The settings in the file. Nothing in it is run. Raises nothing: what can't be read is a remark."""
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return ConfigRead(Settings(), (f"It is not valid Python ({error}); none of it was read.",))
    settings, remarks = Settings(), []
    for line, name, value in _settings(tree):
        try:
            settings = _with(settings, name, ast.literal_eval(value)) if value else _not_read()
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            said = ast.unparse(line)
            said = said if len(said) <= _SAID else f"{said[:_SAID]}…"
            remarks.append(f"Line {line.lineno} was not read, for it is no setting with a plain value of its kind: {said}")
        except KeyError:
            if name.partition(".")[0] in _CLASSES:
                remarks.append(f"Line {line.lineno} has no effect here: c.{name}")
    return ConfigRead(settings, tuple(remarks))


_CLASSES = {name.partition(".")[0] for name in (*_OURS, *_NEGATED)} - {"CourseDirectory"}


def _not_read() -> Settings:
    raise ValueError


def _settings(tree: ast.Module) -> Iterator[tuple[ast.stmt, str, ast.expr | None]]:
    """Each statement about ``c``: itself, which setting it is about, and the value; None where it is no simple assignment."""
    for line in tree.body:
        if isinstance(line, ast.Assign) and len(line.targets) == 1:
            target = line.targets[0]
            if isinstance(target, ast.Name):
                continue
            name = ast.unparse(target)
            if name.startswith("c.") and isinstance(target, ast.Attribute):
                yield line, name.removeprefix("c."), line.value
                continue
        if any(isinstance(node, ast.Name) and node.id == "c" for node in ast.walk(line)):
            yield line, "", None


def _with(settings: Settings, name: str, value: Any) -> Settings:
    """Raises KeyError for a setting that is none of ours, TypeError for a value of another kind."""
    if name in _NEGATED:
        return replace(settings, **_named(_NEGATED[name], not _checked(value, lambda it: isinstance(it, bool))))
    field = _OURS[name]
    now = getattr(settings, field)
    if field == "code_stubs" and isinstance(value, str):
        value = {"python": value}
    if isinstance(now, bool):
        _checked(value, lambda it: isinstance(it, bool))
    elif isinstance(now, str):
        _checked(value, lambda it: isinstance(it, str) and (bool(it) or field in _MAY_BE_EMPTY))
    elif isinstance(now, dict):
        _checked(value, lambda it: isinstance(it, dict) and all(isinstance(text, str) for pair in it.items() for text in pair))
    else:
        _checked(value, lambda it: isinstance(it, list | tuple) and all(isinstance(text, str) for text in it))
        value = tuple(value)
    return replace(settings, **_named(field, value))


def _named(field: str, value: Any) -> dict[str, Any]:
    return {field: value}


def _checked(value: Any, is_right: Callable[[Any], bool]) -> Any:
    if not is_right(value):
        raise TypeError
    return value
