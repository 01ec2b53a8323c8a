"""Builds the Flask application."""

from collections.abc import Callable
from datetime import datetime

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

from classroom.config import PORTAL_PREFIX, Settings, templates_folder
from classroom.db import SessionMaker, make_sessions
from classroom.messages import MessageSender, Sender
from classroom.web import (
    account,
    assets,
    audience,
    auth,
    context,
    errors,
    health,
    home,
    identity,
    mail,
    navigation,
    notifications,
    own_seat,
    own_server,
    people,
    receipts,
    security,
    seminars,
    streams,
    study,
    teach,
    update_words,
    words,
    zones,
)
from grader.files import FileStore
from hub_bridge.client import HubClient
from hub_bridge.homes import Homes
from hub_bridge.tokens import TokenOwners

ORDINARY_BODY = 1_000_000
"""Bytes a form may have; views that take files say so with ``security.takes_upload``."""


class RowNumber(IntegerConverter):
    """``<int:...>`` in an address: a number that a column of either database holds. Others name nothing and answer 404."""

    def __init__(self, url_map: Map, fixed_digits: int = 0, *, signed: bool = False) -> None:
        super().__init__(url_map, fixed_digits, max=2**31 - 1, signed=signed)


BLUEPRINTS = (
    health.blueprint,
    home.blueprint,
    account.blueprint,
    auth.blueprint,
    identity.blueprint,
    receipts.blueprint,
    notifications.blueprint,
    mail.blueprint,
    *study.BLUEPRINTS,
    own_server.blueprint,
    own_seat.blueprint,
    *teach.BLUEPRINTS,
    seminars.blueprint,
)


def create_app(
    settings: Settings,
    *,
    sessions: SessionMaker | None = None,
    hub: HubClient | None = None,
    sender: MessageSender | None = None,
    clock: Callable[[], datetime] = context.utc_now,
) -> Flask:
    """The portal over ``settings``; parts that are not given are made from them. To be mounted below PORTAL_PREFIX."""
    app = Flask("classroom.web", static_folder=None, template_folder=str(templates_folder()))
    app.config.from_mapping(
        SECRET_KEY=settings.secret_key.get_secret_value(), APPLICATION_ROOT=PORTAL_PREFIX, MAX_CONTENT_LENGTH=ORDINARY_BODY
    )
    parts = context.Parts(
        settings=settings,
        sessions=sessions or make_sessions(settings.database),
        sender=sender or Sender(settings),
        hub=hub or HubClient(settings.hub_api_url, settings.hub_token.get_secret_value()),
        token_owners=TokenOwners(settings.hub_api_url),
        files=FileStore(settings.files),
        homes=Homes(settings.homes),
        clock=clock,
    )
    context.init_app(app, parts)
    app.url_map.converters["int"] = RowNumber
    # The order matters: first where a request comes from, then who sent it, then whether it carries our form's token.
    for part in (errors, assets, words, update_words, zones, navigation, people, security, audience, streams):
        part.init_app(app)
    security.csrf.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app
