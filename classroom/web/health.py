"""Whether the portal is up, for whoever watches over it."""

from flask import Blueprint
from sqlalchemy import text

from classroom.web import audience
from classroom.web.context import db

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
@audience.public
def health() -> dict[str, str]:
    """Answers once the database does."""
    db().execute(text("select 1"))
    return {"status": "ok"}
