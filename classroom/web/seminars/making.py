"""My seminars, and the one form that makes one."""

from datetime import timedelta
from zoneinfo import available_timezones

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import Forbidden, HomeroomError
from classroom.services import git_source, seminar_material, seminars
from classroom.services.archive import unpacked
from classroom.services.git_source import GitLimits
from classroom.services.seminar_material import Material
from classroom.services.seminars import Terms
from classroom.web import audience
from classroom.web.context import commit, database_left_alone, db, files, now, person, settings
from classroom.web.local_time import read_local, write_local
from classroom.web.security import takes_upload
from classroom.web.seminars import join_codes
from classroom.web.seminars.blueprint import blueprint, secret
from classroom.web.teach.blueprint import SEE_OTHER
from classroom.web.zones import reader_zone
from hub_bridge.environments import DEFAULT

INTERFACES = (("lab", "JupyterLab"), ("notebook", "Simple notebook, better on phones"))
SOURCES = frozenset({"upload", "git", "example"})
_LONGEST_NUMBER = 6


@blueprint.get("/seminars/")
@audience.signed_in
def my_seminars() -> str:
    """Those that this person runs."""
    _check_may_make()
    return render_template("seminars/list.html", seminars=seminars.of_owner(db(), person=person()), at=now())


@blueprint.get("/seminars/new")
@audience.signed_in
def new_seminar() -> str:
    """The form, filled in so that only the files have to be chosen."""
    _check_may_make()
    soon, zone = now() + timedelta(minutes=5), reader_zone()
    usual = {"starts_at": write_local(soon, timezone=zone), "timezone": zone, "minutes": "90", "capacity": "40", "prewarm": "4"}
    return _form(usual)


@blueprint.post("/seminars/new")
@audience.signed_in
@takes_upload("notebook_upload_limit")
def make_seminar() -> ResponseReturnValue:
    """Make it. What is wrong is said above the form, which keeps what was typed."""
    _check_may_make()
    try:
        terms = _terms()
        with database_left_alone():  # a repository may take a minute
            material = _material()
        seminar = seminars.create(
            db(),
            owner=person(),
            terms=terms,
            material=material,
            files=files(),
            secret=secret(),
            most_guests=settings().seminar_guests,
            offered=settings().offered_environments,
            now=now(),
        )
        commit()
    except HomeroomError as refusal:
        db().rollback()
        return _form(request.form.to_dict(), str(refusal)), refusal.status
    flash(f"{seminar.title} is ready. Show the projector page when people come in.")
    return redirect(url_for(".present", seminar=seminar.slug), SEE_OTHER)


def read_files(source: str) -> dict[str, bytes]:
    """The files that a form sends or names, by where they come from: upload, git, example. Raises HomeroomError."""
    form, limit = request.form, settings().notebook_upload_limit
    if source == "example":
        return seminar_material.example_files()
    if source == "git":
        limits = GitLimits(max_bytes=limit, seconds=settings().git_seconds, private=settings().git_private)
        address, branch, folder = (form.get(name, "").strip() for name in ("git_address", "git_branch", "git_folder"))
        return git_source.fetch(address, branch=branch, folder=folder, limits=limits)
    sent = {str(one.filename): one.read() for one in request.files.getlist("files") if one.filename}
    if not sent:
        raise HomeroomError("Choose at least one notebook, or one zip file.")
    return unpacked(sent, limit)


def _material() -> Material:
    source = request.form.get("source", "upload")
    if source not in SOURCES:
        raise HomeroomError("Say where the files come from: an upload, a Git repository, or the example.")
    return seminar_material.make(read_files(source), notebook=request.form.get("notebook", ""))


def _terms() -> Terms:
    form = request.form
    timezone = form.get("timezone", "").strip() or "UTC"
    if timezone not in available_timezones():
        raise HomeroomError(f"“{timezone[:60]}” is no time zone. Write it like Europe/Berlin.")
    return Terms(
        title=form.get("title", ""),
        starts_at=read_local(form.get("starts_at", ""), timezone=timezone, field="Start") or now(),
        minutes=_number("minutes", "Length"),
        capacity=_number("capacity", "Seats"),
        prewarm=_number("prewarm", "Servers started beforehand"),
        interface=form.get("interface", "lab"),
        environment=form.get("environment", DEFAULT),
        timezone=timezone,
        code_minutes=_number("code_minutes", "Replace the code") if form.get("code_minutes") else 0,
        passphrase=form.get("passphrase", ""),
        needs_approval=form.get("needs_approval") == "1",
        email_domain=form.get("email_domain", ""),
    )


def _number(name: str, label: str) -> int:
    text = request.form.get(name, "").strip()
    if not (text.isascii() and text.isdigit()) or len(text) > _LONGEST_NUMBER:
        raise HomeroomError(f"{label}: type a whole number.")
    return int(text)


def _check_may_make() -> None:
    if not seminars.may_make(person()):
        raise Forbidden("You may not make seminars here. Ask the people who run this Homeroom.")


def _form(values: dict[str, str], refusal: str = "") -> str:
    zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix/", "right/")))
    return render_template(
        "seminars/new.html",
        values=values,
        refusal=refusal,
        zones=["UTC", *zones],
        interfaces=INTERFACES,
        every=join_codes.every(),
        environments=[(name, name) for name in settings().offered_environments],
        limit=settings().notebook_upload_limit,
        most=settings().seminar_guests,
    )
