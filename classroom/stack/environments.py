"""A look at the environments that the settings name, before anything starts: a class must not be the first to find out."""

from classroom.config import Settings
from classroom.stack.errors import StackError
from hub_bridge import sandbox
from hub_bridge.environments import EnvironmentProblem, look_at


def check_environments(settings: Settings, *, sandboxed: bool) -> None:
    """Raise StackError with a line for each environment that could start no kernel. ``sandboxed``: servers run in sandboxes."""
    problems = [_problem(name, python, sandboxed=sandboxed) for name, python in settings.environments.items()]
    if any(problems):
        raise StackError("\n".join(filter(None, problems)))


def _problem(name: str, python: str, *, sandboxed: bool) -> str | None:
    try:
        found = look_at(name, python)
    except EnvironmentProblem as problem:
        return str(problem)
    program = [python, "-I", "-c", "import ipykernel"]
    trouble = sandbox.trouble_running(program, more_software=found.places) if sandboxed else None
    if trouble is None:
        return None
    reason = trouble.splitlines()[-1]
    return (
        f"The environment “{name}” of HOMEROOM_ENVIRONMENTS does not work inside a notebook server's sandbox: {reason}. "
        f"All of it must lie in {', '.join(found.places)}, where every user may read it."
    )
