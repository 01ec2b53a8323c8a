"""How a class did, as bars: plain numbers that a template turns into an SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

BINS = 10
HEIGHT = 100
"""Height of the tallest bar, in the units of the drawing."""
STEP = 40
"""From the left edge of one bar to that of the next."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One tenth of the points: how many people are in it, and where it is drawn."""

    label: str
    count: int
    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars from no points to all points, and what a sentence about them says."""

    bars: tuple[Bar, ...]
    graded: int
    mean: float
    median: float
    max_score: float

    @property
    def width(self) -> int:
        """Width of the drawing."""
        return STEP * len(self.bars)


def histogram(scores: Sequence[float], max_score: float) -> Histogram | None:
    """The distribution of ``scores``; None when nobody has one or nothing can be had."""
    if not scores or max_score <= 0:
        return None
    counts = [0] * BINS
    for score in scores:
        counts[min(max(int(score / max_score * BINS), 0), BINS - 1)] += 1
    tallest = max(counts)
    return Histogram(
        bars=tuple(_bar(index, count, tallest) for index, count in enumerate(counts)),
        graded=len(scores),
        mean=sum(scores) / len(scores),
        median=_median(sorted(scores)),
        max_score=max_score,
    )


def _bar(index: int, count: int, tallest: int) -> Bar:
    height = round(HEIGHT * count / tallest)
    percent = 100 // BINS
    label = f"{index * percent} to {(index + 1) * percent} percent"
    return Bar(label=label, count=count, x=index * STEP, y=HEIGHT - height, height=height)


def _median(ordered: Sequence[float]) -> float:
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
