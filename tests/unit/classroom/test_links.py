from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from classroom.errors import Conflict, NotFound
from classroom.models import Enrolment, LinkKind, SignInLink
from classroom.services import links

SECRET = "a secret"
WEEK = timedelta(days=7)


@pytest.fixture
def link(session: Session, student: Enrolment, now: datetime) -> SignInLink:
    made = links.make_link(session, person=student.person, kind=LinkKind.invitation, lifetime=WEEK, now=now)
    session.commit()
    return made


def _find(session: Session, token: str, now: datetime, kind: LinkKind = LinkKind.invitation) -> SignInLink:
    return links.find_link(session, token=token, kind=kind, secret=SECRET, now=now)


def test_a_token_finds_its_link(session: Session, link: SignInLink, now: datetime) -> None:
    assert _find(session, links.token_of(link, SECRET), now) is link


def test_looking_at_a_link_does_not_use_it_up(session: Session, link: SignInLink, now: datetime) -> None:
    token = links.token_of(link, SECRET)

    assert _find(session, token, now) is _find(session, token, now)


def test_a_link_works_once(session: Session, link: SignInLink, now: datetime) -> None:
    person = links.use_link(session, link=link, now=now)

    assert person.hub_name == "sam"
    with pytest.raises(Conflict):
        links.use_link(session, link=link, now=now)
    with pytest.raises(NotFound, match="used already"):
        _find(session, links.token_of(link, SECRET), now)


def test_an_expired_link_says_so(session: Session, link: SignInLink, now: datetime) -> None:
    with pytest.raises(NotFound, match="expired"):
        _find(session, links.token_of(link, SECRET), now + WEEK)


def test_a_link_of_one_kind_is_not_one_of_another(session: Session, link: SignInLink, now: datetime) -> None:
    with pytest.raises(NotFound):
        _find(session, links.token_of(link, SECRET), now, LinkKind.sign_in)


def test_a_token_sealed_with_another_secret_is_worthless(session: Session, link: SignInLink, now: datetime) -> None:
    with pytest.raises(NotFound):
        _find(session, links.token_of(link, "another secret"), now)


def test_the_link_of_an_account_that_is_off_does_not_work(session: Session, link: SignInLink, now: datetime) -> None:
    link.person.active = False

    with pytest.raises(NotFound):
        _find(session, links.token_of(link, SECRET), now)


def test_an_invitation_never_replaces_a_password(session: Session, link: SignInLink, now: datetime) -> None:
    link.person.password_hash = "a hash"

    with pytest.raises(links.HasPassword, match="Sign in as sam"):
        _find(session, links.token_of(link, SECRET), now)


def test_without_a_secret_nothing_is_sealed(link: SignInLink) -> None:
    with pytest.raises(ValueError, match="secret key"):
        links.token_of(link, "")


@given(token=st.text(max_size=80) | st.from_regex(r"[0-9]{1,30}\.[A-Za-z0-9_-]{0,50}", fullmatch=True))
@hypothesis_settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_made_up_token_finds_anything(session: Session, link: SignInLink, now: datetime, token: str) -> None:
    with pytest.raises(NotFound):
        _find(session, token, now)
