"""A picture as numbers: marks in the units of its axes, a claim, and a sentence.

An explorer's function returns a `Figure`. Two drawers read it: `still.py` for notebooks,
paper and pages without JavaScript, and `page/draw.js` where a reader can move it. A mark
has a name and a role, which is a colour: "could", "does", "ink", "muted", "rule" or "tint".
"""

import math
import re
from dataclasses import dataclass

import numpy as np

from .tables import as_people_write

COLOURED = re.compile(r"\[([^|\]]*)\|([^\]]*)\]")  # [mark|words] of a sentence


@dataclass(frozen=True)
class Axis:
    """An axis from its left or lower end to the other; where time runs to the right, `first` is the larger.

    `ticks` are (value, words), the most important first: a drawer leaves out every second, every
    third ... until the words have room. `reads` says a value where a reader points: "{} tokens back".
    "share" writes it as people write a share.

    >>> Axis("tokens back", 100, 0).place(25)
    0.75
    """

    label: str
    first: float
    last: float
    log: bool = False
    ticks: tuple = ()
    reads: str = "{}"

    def place(self, value):
        """Where values lie, as a share of the axis; on a log axis, 0 lies far below."""
        value = np.asarray(value, dtype=float)
        if self.log:
            value = np.maximum(value, 1e-300)
            share = np.log(value / self.first) / math.log(self.last / self.first)
        else:
            share = (value - self.first) / (self.last - self.first)
        return float(share) if share.ndim == 0 else share


@dataclass(frozen=True)
class Mark:
    """What has a name and a colour; every other mark is one."""

    name: str
    role: str = "ink"


@dataclass(frozen=True)
class Line(Mark):
    """A curve. Its `label` (or its name) stands at its far end; `read` lets a crosshair read it."""

    x: tuple = ()
    y: tuple = ()
    dash: str = ""  # "", "dash" or "dot"
    step: bool = False  # level up to the next x, then upright
    label: str | None = None
    read: bool = True


@dataclass(frozen=True)
class Rule(Mark):
    """A straight line across the picture, at a value of the axis that it crosses."""

    at: float = 0
    axis: str = "x"
    label: str | None = None


@dataclass(frozen=True)
class Band(Mark):
    """A shaded stretch of x, from the bottom to the top."""

    start: float = 0
    stop: float = 0


@dataclass(frozen=True)
class Cells(Mark):
    """Rows of shaded cells, one unit of y high, the first below `top`.

    A row is (start, end, shares): its ground from `start` to `end` of x, and a share for each
    `step` from `start` on; what is left out is 0. Their shades are those of `ink`.
    """

    rows: tuple = ()
    step: float = 1
    top: float = 1
    full: float = 1
    decades: int = 0
    reads: str = ""  # "{} of what arrives" of the share where a reader points


@dataclass(frozen=True)
class Points(Mark):
    """Dots, each filled by its shade (0 to 1); `size` is a radius in pixels."""

    x: tuple = ()
    y: tuple = ()
    shades: tuple = ()
    size: float = 5


@dataclass(frozen=True)
class Edges(Mark):
    """Straight edges (x0, y0, x1, y1), each with a weight from 0 to 1: how wide and how strong it is."""

    ends: tuple = ()
    weights: tuple = ()


@dataclass(frozen=True)
class Label(Mark):
    """Words beside a place, on the side that has room."""

    label: str = ""
    x: float = 0
    y: float = 0


@dataclass(frozen=True)
class Grip(Mark):
    """Where a control can be taken hold of; its name is the control's, `axis` the way it moves."""

    x: float = 0
    y: float = 0
    axis: str = "x"


@dataclass(frozen=True)
class Words(Mark):
    """A text below the picture, whose words carry ink by their shares.

    `shares` and `notes` count back from the last word; one without a share is out of reach. Their
    ink is that of `ink`, and in reach never less than a tenth. `unseen` words
    at the end are not written yet. `edges` are (words back, role): where the marks of the picture lie
    in the text. The word `veiled` back shows no more than its own ink; `x` is where the last one lies.
    """

    text: tuple = ()
    shares: tuple = ()
    notes: tuple = ()
    full: float = 1
    decades: int = 0
    edges: tuple = ()
    unseen: int = 0
    veiled: int = -1
    x: float = 0
    reads: str = "{}"

    def inks(self):
        """For each word, first to last, (ink, how): "", "veiled", "out" of reach, or "unseen"."""
        for back in reversed(range(len(self.text))):
            if back < self.unseen:
                yield 0, "unseen"
            elif back >= len(self.shares) or self.shares[back] == 0:
                yield 0, "out"
            else:
                dark = ink(self.shares[back], self.full, self.decades)
                yield (dark, "veiled") if back == self.veiled else (max(dark, 0.1), "")


@dataclass(frozen=True)
class Figure:
    """One frame: marks on two axes, what it claims, and a sentence with its numbers.

    [mark|words] in the sentence wear that mark's colour. `height` and `width` are pixels of the
    plot; on a narrow screen it is lower.

    >>> flat = Line("flat", "does", (0, 10), (1, 1))
    >>> Figure("It is level", "It is [flat|1] everywhere.", Axis("x", 0, 10), Axis("y", 0, 2), (flat,)).said()
    'It is 1 everywhere.'
    """

    claim: str
    sentence: str
    x: Axis
    y: Axis
    marks: tuple
    height: int = 380
    width: int = 704

    @property
    def text(self):
        """The words below the picture, or None."""
        return next((mark for mark in self.marks if isinstance(mark, Words)), None)

    def said(self):
        """The sentence as plain text."""
        return COLOURED.sub(r"\2", self.sentence)


def ink(share, full, decades=0):
    """How dark a share is, from 0 to 1: in proportion up to `full`, or a step for each factor of ten.

    >>> ink(0.05, 0.1), ink(0.0001, 0.1, decades=6)
    (0.5, 0.5)
    """
    if decades:
        return max(0.0, min(1.0, 1 + math.log10(max(share, 1e-300) / full) / decades))
    return min(1, share / full)


def share_in_words(share):
    """A share as people write it.

    >>> share_in_words(0.1234), share_in_words(0.00034), share_in_words(0.997), share_in_words(0)
    ('12%', '0.034%', '99.7%', 'nothing')
    >>> share_in_words(1.7e-5) == "1.7\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10⁻⁵"
    True
    """
    if share == 0:
        return "nothing"
    if share >= 0.000095:
        return f"{100 * share:.{3 if share >= 0.995 else 2}g}%"
    return as_people_write(f"{share:.2g}").replace(" ", "\u00a0")
