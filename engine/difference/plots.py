"""Drawings of what claims add up to, as SVG that stands inside a page; the words in it stay words."""

from __future__ import annotations

import io
import logging
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from importlib.util import find_spec
from typing import Any

import attrs

LIMIT_BARS = 30
"""How many bars a histogram has at most."""

TICKS = 8
"""How many amounts are written below it."""

WIDTH = 8
"""Of a drawing, in inches."""

_THIN = Decimal("0.01") * 34

_INK, _LESS, _MORE, _LINE = "#1d2733", "#b3261e", "#0b57a4", "#dde3ea"

_LOOKS: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: the reader's own fonts show Chinese, and it can be searched
    "svg.hashsalt": "tiaoli",  # the same drawing is the same bytes
    "font.family": ["Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "sans-serif"],
    "axes.edgecolor": _LINE,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "text.color": _INK,
}


@attrs.frozen
class Bar:
    """A stretch of differences, its lower end included, and how many claims are in it."""

    low: int
    high: int
    claims: int


@attrs.frozen
class Histogram:
    """Bars of one width, in the smallest whole unit: 10 to the power of `-places` yuan."""

    bars: tuple[Bar, ...]
    places: int


def is_installed() -> bool:
    """Whether drawings can be made."""
    return find_spec("matplotlib") is not None


def histogram(differences: Counter[Decimal]) -> Histogram:
    """Differences counted in bars of a round width that do not mix less and more; exactly, in whole units."""
    places = max((-int(value.as_tuple().exponent) for value in differences), default=0)
    places = max(places, 0)
    counted = {int(value.scaleb(places)): number for value, number in differences.items()}
    if not counted:
        return Histogram((), places)
    width = _round_width(max(counted) - min(counted))
    sums: Counter[int] = Counter()
    for value, number in counted.items():
        sums[value // width] += number
    bars = (Bar(place * width, (place + 1) * width, sums[place]) for place in range(min(sums), max(sums) + 1))
    return Histogram(tuple(bars), places)


def _round_width(span: int) -> int:
    """1, 2 or 5 times a power of ten, so that there are not too many bars."""
    power = 1
    while True:
        for step in (1, 2, 5):
            if span // (step * power) < LIMIT_BARS - 1:
                return step * power
        power *= 10


def draw_histogram(found: Histogram, x_label: str, y_label: str) -> str:
    """The histogram as SVG: less in one colour, more in the other."""
    low, width = found.bars[0].low, found.bars[0].high - found.bars[0].low
    with _settings():
        figure, axes = _axes(WIDTH, 3)
        colours = [_LESS if bar.high <= 0 else _MORE for bar in found.bars]
        heights = [bar.claims for bar in found.bars]
        axes.bar(range(len(heights)), heights, width=1, align="edge", color=colours, edgecolor="white")
        ends = range(0, len(heights) + 1, max(-(-len(heights) // TICKS), 1))
        axes.set_xticks(ends, [_in_yuan(low + place * width, found.places) for place in ends])
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        return _svg(figure)


def draw_bars(names: Sequence[str], values: Sequence[int]) -> str:
    """Named bars, one below the other, the first on top; each name stands above its bar, however long it is."""
    with _settings():
        figure, axes = _axes(WIDTH, -(-len(names) * 2 // 3) or 1)
        places = range(len(names))
        axes.barh(places, list(values), height=_THIN, align="edge", color=_MORE)
        for place, name, value in zip(places, names, values, strict=True):
            axes.annotate(f"{name}  {value:,}", (0, place), xytext=(2, 4), textcoords="offset points")
        axes.set_ylim(len(names), -1)
        axes.axis("off")
        return _svg(figure)


def _in_yuan(units: int, places: int) -> str:
    text = f"{Decimal(units).scaleb(-places):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@contextmanager
def _settings() -> Iterator[None]:
    """How drawings look. A font that this machine has not is the reader's affair, so nothing is said about it."""
    import matplotlib

    fonts = logging.getLogger("matplotlib.font_manager")
    before = fonts.level
    fonts.setLevel(logging.ERROR)
    try:
        with matplotlib.rc_context(_LOOKS), warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            yield
    finally:
        fonts.setLevel(before)


def _axes(width: int, height: int) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _svg(figure: Any) -> str:
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    text = out.getvalue()
    return text[text.index("<svg") :]
