"""A page of a long list."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """``items`` of page ``page`` (from 1) out of ``pages`` (at least 1); ``total`` counts all items."""

    items: list[Row]
    page: int
    pages: int
    total: int


def page_of(session: Session, wanted: Select[Row], *, page: int, page_size: int) -> Page[Row]:
    """One page of what ``wanted`` selects; a page beyond the end is the last one."""
    total = session.scalar(select(func.count()).select_from(wanted.order_by(None).subquery())) or 0
    pages = max(1, -(-total // page_size))
    page = min(max(1, page), pages)
    items = list(session.scalars(wanted.limit(page_size).offset((page - 1) * page_size)).unique())
    return Page(items=items, page=page, pages=pages, total=total)
