"""Chapter 3: repeated blurring. Its explorers, and its questions."""

import math

import numpy as np

from .. import drift, gaussian, influence, reach, share_beyond, spread
from ..book.asking import question
from ..book.kinds import Choice, Function, Number
from ..book.marks import Axis, Band, Figure, Label, Line, share_in_words
from .stack import HUNDRED, WINDOW, back_axis, counted, of_name, over_story, story_shares


def drifting(layers):
    """Plain averages over the story: the light moves off, half a window a layer."""
    rows = [story_shares(k, 0.0) for k in range(1, layers + 1)]
    middles = [0.0, *(float(np.arange(len(row)) @ row) for row in rows)]
    near, share = share_in_words(math.fsum(rows[-1][:WINDOW])), of_name(rows[-1])
    name = f"gives {share_in_words(share)}" if share else "is out of reach"
    deep = counted(layers, "layer")
    path = Line("middle", "does", [m + 0.5 for m in middles], range(layers, -1, -1), read=False)
    return over_story(
        f"After {deep} the last ten words give {near} of the output",
        f"{deep} of plain averages. The last ten words are all that one layer sees. The line marks the "
        f"[middle|middle of the light]. The name {name}.",
        rows,
        marks=(path,),
    )


def spreading_blur(layers):
    """The profile of plain averages moves off and widens; the Gaussian follows its middle."""
    profile, bell = influence(layers, HUNDRED), gaussian(layers, HUNDRED)
    middle, width = drift(layers, HUNDRED), HUNDRED * math.sqrt(layers)
    off, back = np.abs(bell - profile).max() / profile.max(), np.arange(len(profile))
    others, deep = [n for n in (4, 16, 36) if not 0.5 * n < layers < 1.5 * n], counted(layers, "layer")
    return Figure(
        f"{deep}: {middle:,.0f} tokens away, {width:,.0f} wide",
        f"After {deep} of {HUNDRED}-token windows the middle is [exact|{middle:,.1f} tokens back] and the "
        f"standard deviation {spread(layers, HUNDRED):,.1f}. The band is W√L = {width:,.0f} wide. "
        f"The [Gaussian|Gaussian] is off by at most {off:.2%} of the peak.",
        back_axis(2600, 500),
        Axis("share of one token", 0, 0.0125, ticks=((0, "0"), (0.005, "0.5%"), (0.01, "1%")), reads="share"),
        (
            Band("band", "muted", middle - width / 2, middle + width / 2),
            *(mark for n in others for mark in _faint(n)),
            Line("exact", "does", (*back, back[-1]), (*profile, 0), label=""),
            Line("Gaussian", "could", back, bell, "dash", label=""),
            Label("names", "does", "exact; dashed: the Gaussian", middle, profile.max()),
        ),
        height=300,
    )


def _faint(depth):
    """Another depth's profile, with its name on top."""
    profile, name = influence(depth, HUNDRED), f"L = {depth}"
    line = Line(f"{name} faint", "rule", np.arange(len(profile)), profile, label="", read=False)
    return line, Label(name, "muted", name, drift(depth, HUNDRED), profile.max())


# Questions


@question("03_blur.ipynb#drift", Number("tokens", within=0.02))
def middle_of_the_blur():
    """The mean of the profile for L = 100, W = 100."""
    yield drift(100, 100)
    yield 100 * math.sqrt(100), "W√L is the width of the blur, not its distance. The blur also moves away."
    yield 2 * spread(100, 100), "0.58 W√L is two spreads. They say how far around the middle, not where."
    yield reach(100, 100), "That is the reach, where the farthest token is. The middle is nearer."
    yield 0, "A causal window only looks back, so each layer moves the middle away from the present."
    yield ..., "How far back does one window look on average? Add up a hundred of them."


@question("03_blur.ipynb#spread", Choice("nearly all", "about half", "nearly nothing"))
def last_577_tokens():
    """How much of the output comes from the last 577 tokens, L = W = 100."""
    share = influence(100, 100)[:578].sum()
    yield "nearly nothing" if share < 0.01 else "nearly all"
    yield "nearly all", "It would be so if the bump sat at the present. It has moved away, to L(W-1)/2."
    yield "about half", "Half lies on the near side of the mean, and the mean is 4,950 tokens back."


@question(
    "03_blur.ipynb#spread",
    Function("(layers, window), tokens", "a single layer and a window of two tokens", spread),
)
def width_formula():
    """A function that gives the spread."""

    def grows(power, one):
        return lambda layers, window: layers**power * one(window)

    def one(window):
        return math.sqrt((window**2 - 1) / 12)

    single = "That is the spread of a window without single tokens. With W of them it is W^2-1, not W^2."
    yield grows(0.5, one), [(1, 2), (4, 3), (9, 10), (100, 100)]
    yield grows(1, one), "You added spreads. Variances add up; take the root at the end."
    yield grows(1, lambda w: one(w) ** 2), "That is the variance. Take its square root."
    yield grows(0.5, lambda w: w / math.sqrt(12)), single
    yield grows(0.5, lambda w: w), "W√L is the full width of the blur, about 3.5 spreads."
    yield grows(0.5, lambda w: 2 * one(w)), "That is two spreads."
    yield grows(1, lambda w: (w - 1) / 2), "That is the mean. Spread asks how far around it."


@question("03_blur.ipynb#drift", Number("layers", within=0.015))
def layers_for_half():
    """The fewest layers, W = 100, with half of the output from beyond 10,000 tokens."""
    yield next(n for n in range(101, 999) if share_beyond(influence(n, 100, 0), 10_000) >= 0.5)
    half = "Half of the output needs the middle there."
    yield 100**2, "That takes W√L for a distance. It is a width; the middle moves by (W-1)/2 a layer."
    yield 100, f"That is L x W, the reach. {half}"
    yield next(n for n in range(999) if reach(n, 100) > 10_000), f"So many reach beyond it. {half}"
    yield ..., "Half lies beyond the middle. How far does a layer move it?"
