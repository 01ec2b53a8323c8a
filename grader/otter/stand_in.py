"""What stands in for Otter in a student's copy where Otter is not installed. The notebook has it as text."""

# Cut here.
from typing import Any


class Checks:
    """Runs the tests that came with the notebook, from the notebook's own file."""

    def __init__(self, path: str, names: dict[str, Any]) -> None:
        self._path, self._names = path, names

    def check(self, question: str, *_others: Any, **_more: Any) -> None:
        """Say which tests of a question the work so far passes."""
        import json

        try:
            with open(self._path, encoding="utf-8") as file:
                found = json.load(file)["metadata"]["otter"]
            test = found["tests"][question]
        except (OSError, ValueError, KeyError):
            print(f"There are no tests of {question} in {self._path}. Is the notebook still called that, and saved?")
            return
        failed = self._doctests(test) if found.get("OK_FORMAT") else self._functions(test)
        print(f"{question}: {'some tests failed.' if failed else 'all tests passed.'}", *failed, sep="\n\n")

    def check_all(self) -> None:
        """Check all questions."""
        import json

        with open(self._path, encoding="utf-8") as file:
            questions = json.load(file)["metadata"]["otter"]["tests"]
        for question in questions:
            self.check(question)

    def export(self, *_others: Any, **_more: Any) -> None:
        """Nothing is exported here."""
        print("There is nothing to export: hand in with the Submit button.")

    to_pdf = run_plugin = add_plugin_files = submit = export

    def _doctests(self, test: dict[str, Any]) -> list[str]:
        import doctest

        failed = []
        for case in test["suites"][0]["cases"]:
            said: list[str] = []
            examples = doctest.DocTestParser().get_doctest(case["code"], dict(self._names), test["name"], None, None)
            if doctest.DocTestRunner(verbose=False).run(examples, out=said.append).failed:
                failed.append(case.get("failure_message") or "".join(said))
        return failed

    def _functions(self, source: str) -> list[str]:
        import inspect
        import sys
        import types

        cases: list[tuple[Any, str]] = []
        module: Any = types.ModuleType("otter.test_files")
        module.test_case = lambda failure_message="", **_more: lambda test: cases.append((test, failure_message))
        before = {name: sys.modules.get(name) for name in ("otter", "otter.test_files")}
        sys.modules.update({"otter": types.ModuleType("otter"), "otter.test_files": module})
        try:
            exec(source, {})
        finally:
            for name, known in before.items():
                if known is None:
                    del sys.modules[name]
                else:
                    sys.modules[name] = known
        failed = []
        for test, message in cases:
            given = {name: self._names if name == "env" else self._names.get(name) for name in inspect.signature(test).parameters}
            try:
                test(**given)
            except Exception as error:
                frame = error.__traceback__ and error.__traceback__.tb_next
                line = source.split("\n")[frame.tb_lineno - 1].strip() if frame else ""
                failed.append(message or f"{line}\n{type(error).__name__}: {error}")
        return failed
