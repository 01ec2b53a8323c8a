"""A guest's own page: the way to the notebook, what the teacher says, a hand to raise, and what to take along."""

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from classroom.config import PORTAL_PREFIX
from classroom.services import guest_answers, guest_checks, guests, kept_work, seat_news
from classroom.web import audience
from classroom.web.context import commit, db, guest, now, seminar, settings
from classroom.web.seminars.blueprint import blueprint, secret
from classroom.web.teach.blueprint import SEE_OTHER


@blueprint.get("/s/<seminar>/")
@audience.guest
def seat() -> str:
    """The page."""
    return render_template("seminars/seat.html", **_facts())


@blueprint.get("/s/<seminar>/now")
@audience.guest
def seat_now() -> str:
    """The part of it that changes: whether one is in, the announcement, the hand, the time left."""
    return render_template("seminars/seat_now.html", **_facts())


@blueprint.post("/s/<seminar>/hand")
@audience.guest
def hand() -> ResponseReturnValue:
    """Raise the hand, or take it down."""
    guests.raise_hand(db(), guest=guest(), up=request.form.get("up") == "1", now=now())
    commit()
    return redirect(url_for(".seat"), SEE_OTHER)


@blueprint.post("/s/<seminar>/link")
@audience.guest
def make_link() -> ResponseReturnValue:
    """Make the private link."""
    kept_work.make_link(db(), guest=guest(), days=settings().seminar_days, now=now())
    commit()
    flash("Your private link is made. Keep it to yourself: whoever has it can read your work.")
    return redirect(url_for(".seat"), SEE_OTHER)


def _facts() -> dict[str, object]:
    who = guest()
    last = guest_checks.latest(db(), guest=who)
    token = kept_work.link_token(who, secret(), now=now())
    return {
        "seminar": seminar(),
        "guest": who,
        "check": guest_answers.answer_of(last, now=now()) if last else None,
        "news": seat_news.of_seat(who.seat, seminar(), since=who.joined_at) if who.seat else [],
        "waiting": who.seat is None,
        "over": seminar().is_over(now()),
        "open": guests.may_use_seat(who),
        "personal_code": guests.personal_code(who, secret()),
        "back_address": f"{settings().portal_url}{PORTAL_PREFIX}/s/{seminar().slug}/back",
        "link": f"{settings().portal_url}{PORTAL_PREFIX}/kept/{token}" if token else "",
        "servers_until": seminar().ends_at + timedelta(minutes=settings().seminar_grace),
        "kept_until": seminar().ends_at + timedelta(days=settings().seminar_days),
    }
