"""What students ask for: more time, or a second look at their points. The list, and the answers."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import HomeroomError
from classroom.services import access, extension_requests, regrade_requests, waiting_requests
from classroom.web import audience
from classroom.web.context import course, db, now, person
from classroom.web.local_time import read_local, write_local
from classroom.web.teach.blueprint import act, blueprint

MOST = 100
"""So many are on a page; whoever answers them sees the rest."""
RECENT = 30


@blueprint.get("/requests/", endpoint="requests")
@audience.staff
def request_list() -> str:
    """Those that wait; with ``show=answered`` the last ones that do not."""
    is_open = request.args.get("show") != "answered"
    limit = MOST if is_open else RECENT
    times = extension_requests.requests_of(db(), course=course(), is_open=is_open, limit=limit)
    return render_template(
        "teach/requests.html",
        is_open=is_open,
        waiting=waiting_requests.waiting_requests(db(), course=course()),
        times=times,
        extra=extension_requests.extra_now(db(), requests=times),
        regrades=regrade_requests.requests_of(db(), course=course(), is_open=is_open, limit=limit),
        local=lambda moment: write_local(moment, timezone=course().timezone),
    )


@blueprint.post("/requests/time/<int:request_id>")
@audience.teacher
def answer_time(request_id: int) -> ResponseReturnValue:
    """Grant the time that was asked for, or another; or decline with words."""

    def verb() -> str:
        found = extension_requests.request_in(db(), course=course(), request_id=request_id)
        name, words = found.enrolment.person.display_name, request.form.get("answer", "")
        if request.form.get("verdict") == "decline":
            extension_requests.decline(db(), request=found, answer=words, actor=person(), now=now())
            return f"{name} reads your answer; the due date stays."
        until = read_local(request.form.get("until", ""), timezone=course().timezone, field="Until")
        extension_requests.grant(db(), request=found, until=until, answer=words, actor=person(), now=now())
        return f"{name} has more time now, and will be told."

    return act(verb, then=url_for("teach.requests"))


@blueprint.post("/requests/points/<int:request_id>")
@audience.staff
def answer_regrade(request_id: int) -> ResponseReturnValue:
    """Say whether points were changed."""
    found = regrade_requests.request_in(db(), course=course(), request_id=request_id)
    submission = found.submission

    def verb() -> str:
        verdict = request.form.get("verdict", "")
        if verdict not in {"changed", "unchanged"}:
            raise HomeroomError("Say whether the points were changed.")
        regrade_requests.answer(
            db(),
            request=regrade_requests.request_in(db(), course=course(), request_id=request_id),
            is_changed=verdict == "changed",
            words=request.form.get("answer", ""),
            actor=person(),
            now=now(),
        )
        return f"{submission.enrolment.person.display_name} reads your answer."

    there = url_for("teach.submission", assignment=submission.assignment.slug, submission_id=submission.id)
    return act(verb, then=there if request.form.get("back") == "submission" else url_for("teach.requests"))


@blueprint.post("/assignments/<assignment>/requests")
@audience.teacher
def set_asking(assignment: str) -> ResponseReturnValue:
    """How long students may ask for a second look, and whether feedback shows mark schemes."""

    def verb() -> str:
        found = access.assignment_in(db(), course=course(), slug=assignment)
        days = request.form.get("regrade_days", type=int)
        shows_scheme = "shows_scheme" in request.form
        regrade_requests.set_asking(db(), assignment=found, days=days, shows_scheme=shows_scheme)
        return "Saved."

    return act(verb, then=url_for("teach.assignment", assignment=assignment))
