"""Pure pieces: the histogram, dates on the course's clock, a page of a list."""

from datetime import UTC, datetime

import pytest

from classroom.errors import HomeroomError
from classroom.web.local_time import read_local, write_local
from classroom.web.teach.histogram import HEIGHT, histogram
from classroom.web.teach.window import window


def test_scores_fall_into_tenths_and_the_tallest_bar_fills_the_height() -> None:
    drawn = histogram([0, 0.5, 5, 5, 10, 12, -1], 10)

    assert drawn is not None
    assert [bar.count for bar in drawn.bars] == [3, 0, 0, 0, 0, 2, 0, 0, 0, 2]
    assert drawn.bars[0].height == HEIGHT
    assert (drawn.median, drawn.graded) == (5, 7)


@pytest.mark.parametrize(("scores", "most"), [([], 10.0), ([1.0], 0.0)])
def test_nothing_to_draw_is_no_histogram(scores: list[float], most: float) -> None:
    assert histogram(scores, most) is None


def test_a_time_is_read_and_written_on_the_courses_clock() -> None:
    moment = read_local("2026-07-01T12:00", timezone="Europe/Berlin", field="Due")

    assert moment is not None
    assert moment.astimezone(UTC) == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert write_local(moment, timezone="America/New_York") == "2026-07-01T06:00"
    assert read_local(" ", timezone="UTC", field="Due") is None


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01T00:00", "9999-99-99"])
def test_no_time_is_refused_with_its_fields_name(text: str) -> None:
    with pytest.raises(HomeroomError, match=r"^Due: "):
        read_local(text, timezone="UTC", field="Due")


def test_a_page_beyond_the_end_is_the_last() -> None:
    page = window(list(range(7)), page=9, page_size=3)

    assert (page.items, page.page, page.pages, page.total) == ([6], 3, 3, 7)
    assert window([], page=0, page_size=3).items == []
