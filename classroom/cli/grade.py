"""``homeroom grade``: a folder of submissions, graded without a server."""

import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, get_args

import click

from classroom.cli.workbench import examples, format_option, show_problems
from classroom.errors import HomeroomError
from grader.batch import BadLayout, BadSource, Batch, SandboxUnavailable, default_jobs
from grader.batch_results import NAME
from grader.folder import shown
from grader.jobs import LIMITS, Limits, Shown, read_limits
from grader.like_nbgrader import ALL, UnknownSwitch, switches
from grader.sandboxes import KINDS, UNSAFE, Wanted
from grader.sources import SourceFormat
from grader.warm import want

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_WIDTH = 28
_QUIET_SECONDS = 10
_LISTED = 20


@click.command(
    "grade",
    short_help="Grade a folder of submissions (no server).",
    epilog=examples(
        "homeroom grade --source course/source --submissions course/submitted --output graded",
        "homeroom grade --source course/source --submissions course/submitted --output graded --jobs 8",
    ),
)
@click.option("--source", type=_FOLDER, required=True, help="The teacher's notebooks: SOURCE/ASSIGNMENT/*.ipynb.")
@click.option("--submissions", type=_FOLDER, required=True, help="The students': SUBMISSIONS/STUDENT/ASSIGNMENT/*.ipynb.")
@click.option(
    "--output", type=click.Path(file_okay=False, path_type=Path), required=True, help="Where results go; made if needed."
)
@click.option(
    "--jobs", type=click.IntRange(1, 256), default=default_jobs, show_default="one per processor", help="Submissions at once."
)
@click.option(
    "--show",
    type=click.Choice(get_args(Shown)),
    default="message",
    show_default=True,
    help="What students see of a test that failed: nothing more, a sentence why, or the whole test and what it said.",
)
@click.option("--limit", "limits", multiple=True, metavar="NAME=NUMBER", help=f"What a submission may use: {', '.join(LIMITS)}.")
@click.option("--sandbox", type=click.Choice(KINDS), help="Run in this kind of sandbox or not at all.  [default: the best here]")
@click.option(
    "--unsafe-no-sandbox", is_flag=True, help="Run students' code even where no sandbox can be made. It can do what you can."
)
@click.option(
    "--like-nbgrader",
    is_flag=False,
    flag_value=ALL,
    default="",
    metavar="SWITCHES",
    help="Do as nbgrader does where Homeroom does otherwise: everywhere, or in the points named, separated by commas.",
)
@click.option("--rescore", is_flag=True, help="Run nothing: give new points to what was run before.")
@format_option
def command(
    *,
    source: Path,
    submissions: Path,
    output: Path,
    jobs: int,
    show: Shown,
    limits: tuple[str, ...],
    sandbox: str | None,
    unsafe_no_sandbox: bool,
    like_nbgrader: str,
    rescore: bool,
    source_format: SourceFormat,
) -> None:
    """Grade a folder of submissions, in nbgrader's layout, with no server and no database.

    Each submission is run in a sandbox against the teacher's source notebook, the one with solutions and hidden tests. Written
    to OUTPUT:

    \b
    results.jsonl                    a line for each submitted assignment
    STUDENT/ASSIGNMENT/NOTEBOOK.html feedback, exactly what the student may see
    run-reports/                     what points are computed from; for staff, it holds the tests

    Run it again to go on after an interruption, or with new submissions: what is graded already is kept as long as neither
    the student's files nor the source have changed. Where only the points of cells have changed in the source, or --show, the
    points and pages are made anew from the earlier run; --rescore does only that, in no time, and says what it had to leave as
    it is. The exit code is 0 when every submission has reached an end: graded,
    ungradable (a person must look), or grader_error (our fault; run it again).
    """  # noqa: D301 - click reads the escape
    want(Wanted(sandbox or "", unsafe=unsafe_no_sandbox))
    try:
        like = switches(like_nbgrader.split(","))
        batch = Batch(
            source,
            submissions,
            output,
            _limits(limits),
            shown=show,
            like_nbgrader=like,
            source_format=source_format,
            rescore_only=rescore,
        )
        batch.look()
        noted = len(batch.remarks)
        _note(batch.remarks)
        bar = _Bar(len(batch.todo))
        lines = batch.run(jobs=jobs, on_done=bar.step)
    except BadSource as error:
        for problems in error.problems.values():
            show_problems(problems)
        raise HomeroomError(f"{error} Correct the errors above first; `homeroom check` looks deeper.") from error
    except (BadLayout, SandboxUnavailable, UnknownSwitch) as error:
        raise HomeroomError(str(error)) from error
    except OSError as error:
        raise HomeroomError(f"The results can't be written: {error}. What is finished is kept; run it again.") from error
    except KeyboardInterrupt:
        click.echo("\nStopped. What is finished is kept; run it again to go on.", err=True)
        os._exit(130)  # the threads that wait for sandboxes are not waited for
    bar.close()
    if batch.sandbox == UNSAFE:
        click.echo("needs attention: this was run without a sandbox; students' code could read and change your files.", err=True)
    _note(batch.remarks[noted:])
    _summary(lines, output)


def _limits(given: tuple[str, ...]) -> Limits:
    try:
        return Limits(**read_limits({name: number for name, _, number in (one.partition("=") for one in given)}))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--limit") from error


def _note(remarks: list[str]) -> None:
    for remark in remarks:
        click.echo(f"note: {shown(remark, 300)}", err=True)


def _summary(lines: list[dict[str, Any]], output: Path) -> None:
    counts = Counter(line["status"] for line in lines)
    for line in [line for line in lines if line["status"] != "graded"][:_LISTED]:
        whose = f"{shown(line['student'])}, {shown(line['assignment'])}"
        click.echo(f"{line['status']}: {whose}: {shown(line['reason'], 300)}", err=True)
    review = sum(bool(line["needs_review"]) for line in lines)
    parts = [f"{counts[status]} {status}" for status in ("graded", "ungradable", "grader_error") if counts[status]]
    click.echo(f"{len(lines)} submissions: {', '.join(parts) or 'none'}. {review} for a person to look at. See {output / NAME}.")


class _Bar:
    """How far it is, how fast, and how long it will take; on a terminal in place, elsewhere a line now and then."""

    def __init__(self, total: int) -> None:
        self._total, self._done, self._graded = total, 0, 0
        self._started = time.monotonic()
        self._live = sys.stderr.isatty()
        self._said_at = self._started
        self._say()

    def step(self, _line: dict[str, Any], kept: bool) -> None:  # noqa: FBT001 - as Batch calls it
        """One more submission has reached its end."""
        self._done += 1
        if kept:
            self._started = self._started if self._graded else time.monotonic()
        else:
            self._graded += 1
        now = time.monotonic()
        if self._live or self._done == self._total or now - self._said_at >= _QUIET_SECONDS:
            self._said_at = now
            self._say()

    def close(self) -> None:
        """End the line of the bar."""
        if self._live:
            click.echo(err=True)

    def _say(self) -> None:
        filled = _WIDTH * self._done // self._total if self._total else _WIDTH
        text = f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {self._done}/{self._total}"
        seconds = time.monotonic() - self._started
        if self._graded and seconds > 0:
            rate = self._graded / seconds
            text += f"  {rate:.2f}/s" if rate < 10 else f"  {rate:.0f}/s"  # noqa: PLR2004 - three digits are enough
            text += f"  {_duration((self._total - self._done) / rate)} left"
        click.echo(f"\r{text}\x1b[K" if self._live else text, err=True, nl=not self._live)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
