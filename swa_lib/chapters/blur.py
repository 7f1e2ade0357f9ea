"""Questions of chapter 3: repeated blurring."""

import math

import numpy as np

from ..blur import drift, spread
from ..book.asking import Sliders, first, question
from ..book.functions import Function
from ..book.kinds import Choice, Count, Estimate, Number
from ..paths import reach
from ..profile import influence
from .designs import far_share


@question("03_blur.ipynb#drift", Number("tokens", within=0.02))
def middle_of_the_blur():
    """The mean of the profile for L = 100, W = 100."""
    return drift(100, 100), [
        (
            100 * math.sqrt(100),
            "W√L is the width of the blur, not its distance. The blur also moves away.",
        ),
        (
            2 * spread(100, 100),
            "0.58 W√L is two spreads. They say how far around the middle, not where it is.",
        ),
        (
            reach(100, 100),
            "That is the reach, where the farthest token is. The middle of the output is nearer.",
        ),
        (0, "A causal window only looks back, so each layer moves the middle away from the present."),
    ]


@question("03_blur.ipynb#spread", Number("times", within=0.01), Sliders(values={"layers": (10, 40)}))
def four_times_the_layers():
    """How much wider the blur is with four times the layers."""
    return spread(64, 100) / spread(16, 100), [
        (4, "The mean grows like that. Of a width it is the square, the variance, that adds up."),
        (1, "The band does grow: each layer adds its variance."),
        (16, "You squared the four. It is the square of the width that becomes four times as much."),
    ]


@question("03_blur.ipynb#spread", Estimate("tokens", within=0.15))
def width_of_the_blur():
    """The width of the band that holds nine tenths."""
    profile, middle = influence(100, 100), 4950
    share = profile[middle] + 2 * np.cumsum(profile[middle + 1 :])
    return 2 * (int(np.argmax(share >= 0.9)) + 1) + 1, [
        (100, "That is one window. A hundred blurs make it wider than that."),
        (10_000, "It would be so wide if widths added up. But it is the variances that add up."),
        (spread(100, 100), "That is one spread, a standard deviation. Nine tenths need more than three."),
    ]


@question("03_blur.ipynb#spread", Choice("nearly all", "about half", "nearly nothing"))
def last_577_tokens():
    """How much of the output comes from the last 577 tokens, L = W = 100."""
    share = influence(100, 100)[:578].sum()
    return "nearly nothing" if share < 0.01 else "nearly all", [
        ("nearly all", "It would be so if the bump sat at the present. It has moved away, to L(W-1)/2."),
        ("about half", "Half lies on the near side of the mean, and the mean is 4,950 tokens back."),
    ]


@question(
    "03_blur.ipynb#spread",
    Function(
        "(layers, window), tokens",
        [(1, 2), (4, 3), (9, 10), (100, 100)],
        "a single layer and a window of two tokens",
        spread,
    ),
)
def width_formula():
    """A function that gives the spread."""
    one = lambda window: math.sqrt((window**2 - 1) / 12)  # noqa: E731
    return lambda layers, window: math.sqrt(layers) * one(window), [
        (
            lambda layers, window: layers * one(window),
            "You added spreads. Variances add up; take the root at the end.",
        ),
        (lambda layers, window: layers * one(window) ** 2, "That is the variance. Take its square root."),
        (
            lambda layers, window: window * math.sqrt(layers / 12),
            "That is the spread of a window without single tokens. With W of them it is W^2-1, not W^2.",
        ),
        (
            lambda layers, window: window * math.sqrt(layers),
            "W√L is the full width of the blur, about 3.5 spreads.",
        ),
        (lambda layers, window: 2 * math.sqrt(layers) * one(window), "That is two spreads."),
        (
            lambda layers, window: layers * (window - 1) / 2,
            "That is the mean. Spread asks how far around it.",
        ),
    ]


@question("03_blur.ipynb#drift", Count("layers"))
def layers_for_half():
    """The fewest layers, W = 100, with half of the output from beyond 10,000 tokens."""
    return first(lambda layers: far_share(layers, 100, 0, 10_000) >= 0.5, 101), [
        (
            (10_000 // 100) ** 2,
            "That takes W√L for a distance. It is a width; the middle moves by (W-1)/2 a layer.",
        ),
        (10_000 // 100, "That is L x W, the reach. Half of the output needs the middle there."),
        (
            first(lambda layers: reach(layers, 100) > 10_000),
            "So many reach beyond it. Half of the output needs the middle there.",
        ),
    ]
