"""``python -m classroom.stack.prepare [--demo]``: brings the database up to date; writes down the demo people."""

import logging
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from classroom.config import PORTAL_PREFIX, Settings
from classroom.db import make_sessions
from classroom.migrations import upgrade
from classroom.models import LinkKind
from classroom.services import demo, links
from classroom.stack.state import PEOPLE, write_json
from grader.files import FileStore

LINK_LIFETIME = timedelta(days=1)


def main(*, with_demo: bool) -> None:
    """Do it, and leave a list of people with their sign-in links for the stack; an empty one without the demo."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    settings = Settings()
    upgrade(settings.database)
    write_json(settings.state / "run" / PEOPLE, demo_people(settings) if with_demo else [])


def demo_people(settings: Settings) -> list[dict[str, Any]]:
    """Load the example course if it is not there yet; a fresh one-time link for everybody in it."""
    now = datetime.now(UTC)
    secret = settings.secret_key.get_secret_value()
    with make_sessions(settings.database)() as session:
        people = []
        for entry in demo.seed(session, settings=settings, files=FileStore(settings.files), now=now):
            link = links.make_link(session, person=entry.person, kind=LinkKind.sign_in, lifetime=LINK_LIFETIME, now=now)
            people.append(
                {
                    "name": entry.person.hub_name,
                    "display_name": entry.person.display_name,
                    "role": str(entry.role),
                    "course": entry.course.slug,
                    "sign_in": f"{settings.portal_url}{PORTAL_PREFIX}/sign-in/{links.token_of(link, secret)}",
                }
            )
        session.commit()
    return people


if __name__ == "__main__":
    main(with_demo="--demo" in sys.argv[1:])
