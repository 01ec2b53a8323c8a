"""Invitations: a link each, as a list, as cards to print and cut, as CSV, and by e-mail where mail is set up."""

from dataclasses import dataclass
from datetime import timedelta

import segno
from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from classroom.config import PORTAL_PREFIX
from classroom.errors import NotFound
from classroom.models import Enrolment, OperationKind, SignInLink
from classroom.services import invitations, links, operations, reinvitations
from classroom.services.invitations import InvitationRow
from classroom.web import audience
from classroom.web.context import commit, course, db, now, person, settings, writes
from classroom.web.teach.blueprint import SEE_OTHER, blueprint
from classroom.web.teach.people import load
from classroom.web.teach.window import window

CARDS = 80
"""Cards on one page of the browser; ten sheets of paper with eight each."""


@dataclass(frozen=True, slots=True)
class Card:
    """An invitation to cut out. ``picture`` is its link as a QR code, an SVG in a data URI."""

    name: str
    hub_name: str
    url: str
    picture: str


@blueprint.get("/people/invitations/", endpoint="invitations")
@audience.teacher
@writes
def invitation_list() -> ResponseReturnValue:
    """Everybody who was invited, with the links that still wait."""
    rows = _rows()
    commit()
    show = request.args.get("show", "waiting")
    shown = [row for row in rows if show != "waiting" or row.url]
    return render_template(
        "teach/invitations.html",
        rows=window(shown, page=request.args.get("page", 1, type=int), page_size=settings().page_size),
        waiting=sum(bool(row.url) for row in rows),
        total=len(rows),
        show=show,
        mail=bool(settings().smtp_host),
        days=settings().invitation_days,
    )


@blueprint.get("/people/invitations/print")
@audience.teacher
@writes
def print_invitations() -> ResponseReturnValue:
    """Cards with QR codes, eight on a sheet of A4."""
    waiting = [row for row in _rows() if row.url]
    commit()
    rows = window(waiting, page=request.args.get("page", 1, type=int), page_size=CARDS)
    cards = [_card(row.name, row.hub_name, row.url or "") for row in rows.items]
    return render_template("teach/invitations_print.html", cards=cards, rows=rows)


@blueprint.get("/people/invitations.csv")
@audience.teacher
@writes
def invitations_csv() -> Response:
    """The list for a mail merge."""
    text = invitations.invitations_csv(_rows())
    commit()
    name = f"{course().slug}-invitations.csv"
    return Response(text, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


@blueprint.post("/people/invitations/send")
@audience.teacher
def send_invitations() -> ResponseReturnValue:
    """Mail them to everybody who has no mail from us yet."""
    if not settings().smtp_host:
        flash("No mail server is set up, so nothing was sent. Print the cards or download the list.", "error")
        return redirect(url_for("teach.invitations"), SEE_OTHER)
    operation = operations.start(db(), kind=OperationKind.invite, course=course(), actor=person(), now=now())
    commit()
    flash("The invitations are on their way.")
    return redirect(url_for("teach.operation", operation_id=operation.id), SEE_OTHER)


@blueprint.post("/people/<int:enrolment_id>/invitation")
@audience.teacher
def new_invitation(enrolment_id: int) -> ResponseReturnValue:
    """A fresh link for one student; older ones stop working."""
    reinvitations.reissue(
        db(), enrolment=load(enrolment_id), actor=person(), lifetime=timedelta(days=settings().invitation_days), now=now()
    )
    commit()
    return redirect(url_for("teach.invitation", enrolment_id=enrolment_id), SEE_OTHER)


@blueprint.get("/people/<int:enrolment_id>/invitation")
@audience.teacher
def invitation(enrolment_id: int) -> str:
    """The card of one student."""
    found = load(enrolment_id)
    reinvitations.check_may_invite(db(), enrolment=found, actor=person())
    link = reinvitations.waiting_link(db(), person=found.person, now=now())
    if link is None:
        raise NotFound("This invitation was used already. Make a new one on the people page.")
    return render_template("teach/invitation.html", enrolment=found, card=_card_of(found, link), expires_at=link.expires_at)


def _rows() -> list[InvitationRow]:
    return invitations.invitation_rows(
        db(),
        course=course(),
        portal_url=settings().portal_url,
        secret=settings().secret_key.get_secret_value(),
        lifetime=timedelta(days=settings().invitation_days),
        now=now(),
    )


def _card_of(found: Enrolment, link: SignInLink) -> Card:
    token = links.token_of(link, settings().secret_key.get_secret_value())
    url = f"{settings().portal_url}{PORTAL_PREFIX}/invitation/{token}"
    return _card(found.person.display_name, found.person.hub_name, url)


def _card(name: str, hub_name: str, url: str) -> Card:
    picture = str(segno.make(url, error="m", micro=False).svg_data_uri(border=2, dark="#000", light="#fff"))
    return Card(name, hub_name, url, picture)
