"""A page of a list that is in memory already."""

from collections.abc import Sequence
from typing import TypeVar

from classroom.services.pages import Page

Row = TypeVar("Row")


def window(rows: Sequence[Row], *, page: int, page_size: int) -> Page[Row]:
    """Page ``page`` (from 1) of ``rows``; one beyond the end is the last."""
    pages = max(1, -(-len(rows) // page_size))
    page = min(max(1, page), pages)
    return Page(items=list(rows[(page - 1) * page_size : page * page_size]), page=page, pages=pages, total=len(rows))
