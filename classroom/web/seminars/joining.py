"""The way in: a code from the wall, a name, and one is in. Or back in, with one's own code."""

from flask import Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as AnyResponse

from classroom.config import PORTAL_PREFIX
from classroom.errors import HomeroomError, NotFound
from classroom.models import Guest, Seminar
from classroom.services import guests, seminars
from classroom.services.guests import Application
from classroom.web import audience
from classroom.web.context import commit, db, now, settings, visitor
from classroom.web.seminars.blueprint import address, blueprint, gate, secret
from classroom.web.seminars.opening import prepare
from classroom.web.teach.blueprint import SEE_OTHER

COOKIE_SECONDS = 60 * 86400


@blueprint.get("/join/")
@audience.public
def join() -> ResponseReturnValue:
    """Where one types the code."""
    if code := request.args.get("code", ""):
        return redirect(url_for(".join_by_code", code=code[:40]))
    return render_template("seminars/code.html", refusal="", code="")


@blueprint.get("/join/<code>")
@audience.public
def join_by_code(code: str) -> ResponseReturnValue:
    """What the QR code opens. The seat's cookie is not sent to this path, so the seminar's own page looks for it."""
    try:
        seminar = guests.find(db(), code=code, address=address(), gate=gate(), now=now())
    except NotFound as refusal:
        return render_template("seminars/code.html", refusal=str(refusal), code=code[:12]), refusal.status
    return redirect(url_for(".enter_name", seminar=seminar.slug, code=code[:12]))


@blueprint.get("/s/<seminar>/join")
@audience.public
def enter_name() -> ResponseReturnValue:
    """Asks for a name, and for what else the teacher wants. Who has a seat already goes there."""
    seminar = _this()
    if _mine(seminar.slug):
        return redirect(url_for(".seat", seminar=seminar.slug))
    return _form(seminar)


@blueprint.get("/s/<seminar>/doors")
@audience.public
def doors() -> str:
    """The part of the page that waits for the doors to open."""
    seminar = _this()
    return render_template("seminars/doors.html", doors_open=seminar.doors_open(now()), over=seminar.is_over(now()))


@blueprint.post("/s/<seminar>/join")
@audience.public
def take_seat() -> ResponseReturnValue:
    """Give a seat, and go on to the notebook at once. A browser that has a seat never gets a second one."""
    seminar = _this()
    if _mine(seminar.slug):
        return redirect(url_for(".seat", seminar=seminar.slug), SEE_OTHER)
    form = request.form
    application = Application(
        name=form.get("name", ""), code=form.get("code", ""), passphrase=form.get("passphrase", ""), email=form.get("email", "")
    )
    try:
        guest = guests.join(
            db(), seminar=seminar, application=application, secret=secret(), address=address(), gate=gate(), now=now()
        )
        commit()
    except HomeroomError as refusal:
        db().rollback()
        return _form(_this(), str(refusal)), refusal.status
    seated = prepare(guest)
    return _with_cookie(redirect(url_for(".opening" if seated else ".seat", seminar=seminar.slug), SEE_OTHER), guest)


@blueprint.get("/s/<seminar>/back")
@audience.public
def come_back() -> str:
    """For somebody whose browser has no seat here: another device, or cookies were cleared."""
    return render_template("seminars/back.html", seminar=_this(), refusal="", over=_this().is_over(now()))


@blueprint.post("/s/<seminar>/back")
@audience.public
def come_back_with_code() -> ResponseReturnValue:
    """The personal code brings people back to their own seat."""
    seminar = _this()
    text = request.form.get("personal_code", "")
    try:
        guest = guests.by_personal_code(db(), seminar=seminar, text=text, secret=secret(), address=address(), gate=gate())
    except HomeroomError as refusal:
        page = render_template("seminars/back.html", seminar=seminar, refusal=str(refusal), over=seminar.is_over(now()))
        return page, refusal.status
    return _with_cookie(redirect(url_for(".seat", seminar=seminar.slug), SEE_OTHER), guest)


def _this() -> Seminar:
    return seminars.by_slug(db(), g.seminar_slug)


def _mine(slug: str) -> Guest | None:
    return guests.by_cookie(db(), slug=slug, token=request.cookies.get(audience.SEAT_COOKIE, ""), secret=secret())


def _form(seminar: Seminar, refusal: str = "") -> str:
    return render_template(
        "seminars/name.html",
        seminar=seminar,
        refusal=refusal,
        values=request.form,
        code=request.values.get("code", ""),
        doors_open=seminar.doors_open(now()),
        over=seminar.is_over(now()),
        signed_in=visitor(),
    )


def _with_cookie(answer: AnyResponse, guest: Guest) -> Response:
    response = make_response(answer)
    response.set_cookie(
        audience.SEAT_COOKIE,
        guests.cookie_of(guest, secret()),
        max_age=COOKIE_SECONDS,
        path=f"{PORTAL_PREFIX}/s/{guest.seminar.slug}",
        httponly=True,
        samesite="Lax",
        secure=settings().portal_url.startswith("https://"),
    )
    return response
