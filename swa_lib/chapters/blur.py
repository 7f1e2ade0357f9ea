"""Questions of chapter 3: repeated blurring."""

import math

import numpy as np

from ..blur import drift, gaussian, spread
from ..book.asking import Sliders, first, question
from ..book.functions import Function
from ..book.kinds import Choice, Count, Estimate, Number
from ..paths import reach
from ..profile import influence
from .designs import far_share


@question("03_blur.ipynb#the-code", Number("tokens", within=0.02))
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


@question("03_blur.ipynb#how-wide-is-the-blur", Estimate("tokens", within=0.15))
def width_of_the_blur():
    """The width of the band that holds nine tenths."""
    profile, middle = influence(100, 100), 4950
    share = profile[middle] + 2 * np.cumsum(profile[middle + 1 :])
    return 2 * (int(np.argmax(share >= 0.9)) + 1) + 1, [
        (100, "That is one window. A hundred blurs make it wider than that."),
        (10_000, "It would be so wide if widths added up. But it is the variances that add up."),
        (spread(100, 100), "That is one spread, a standard deviation. Nine tenths need more than three."),
    ]


@question("03_blur.ipynb#the-spread", Number("times", within=0.01), Sliders(values={"layers": (10, 40)}))
def four_times_the_layers():
    """How much wider the blur is with four times the layers."""
    return spread(64, 100) / spread(16, 100), [
        (4, "The mean grows like that. Of a width it is the square, the variance, that adds up."),
        (1, "The band does grow: each layer adds its variance."),
        (16, "You squared the four. It is the square of the width that becomes four times as much."),
    ]


@question("03_blur.ipynb#how-wide-is-the-blur", Choice("nearly all", "about half", "nearly nothing"))
def last_577_tokens():
    """How much of the output comes from the last 577 tokens, L = W = 100."""
    share = influence(100, 100)[:578].sum()
    return "nearly nothing" if share < 0.01 else "nearly all", [
        ("nearly all", "It would be so if the bump sat at the present. It has moved away, to L(W-1)/2."),
        ("about half", "Half lies on the near side of the mean, and the mean is 4,950 tokens back."),
    ]


@question("03_blur.ipynb#the-spread", Number("tokens", within=0.005))
def spread_of_25():
    """The spread for L = 25, W = 1,000."""
    return spread(25, 1000), [
        (1000 * 5, "W√L is the full width of the blur. The spread is 0.29 of it."),
        (2 * spread(25, 1000), "0.58 W√L is two spreads."),
        (25 * spread(1, 1000), "Spreads do not add up. Their squares, the variances, do."),
        (drift(25, 1000), "That is the drift, L(W-1)/2."),
        (spread(25, 1000) ** 2, "That is the variance. Take its square root."),
    ]


@question(
    "03_blur.ipynb#the-spread",
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


@question("03_blur.ipynb#the-gaussian", Number("layers"))
def layers_for_a_bell():
    """From which depth on the Gaussian is within 1% of the peak, W = 100."""

    def off(layers):
        profile = influence(layers, 100)
        return np.abs(gaussian(layers, 100) - profile).max() / profile.max()

    return first(lambda layers: off(layers) <= 0.01), [
        (1, "One layer makes a box. It has no bell at all."),
        (first(lambda layers: off(layers) <= 0.05), "There it is within 5% of the peak. Ask for 1%."),
        (
            first(lambda layers: off(layers) < 0.0105),
            f"There it is off by {off(first(lambda layers: off(layers) < 0.0105)):.2%}, just above 1%.",
        ),
    ]


@question("03_blur.ipynb#the-law-measured", Count("layers"))
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


@question("03_blur.ipynb#the-spread", Number("tokens", within=0.01))
def spread_of_64_paths():
    """The standard deviation of the distances of all paths of 3 layers with W = 4."""
    return spread(3, 4), [
        (drift(3, 4), "That is their mean. How far from it do the paths lie?"),
        (spread(3, 4) ** 2, "That is the variance. Take its square root."),
        (3 * spread(1, 4), "You added the spreads of three layers. Variances add up."),
        (4 * math.sqrt(3), "W√L is the full width of the blur, more than three spreads."),
        (np.std(range(10)), "That counts every distance once. Twelve paths come from a middle one."),
        (reach(3, 4), "That is the reach, the farthest of them."),
    ]


@question("03_blur.ipynb#the-spread", Number("times", within=0.01))
def same_cache():
    """How many times as wide 25 layers with W = 400 blur as 100 layers with W = 100."""
    return spread(25, 400) / spread(100, 100), [
        (4, "The window does that. A quarter of the layers takes some of it back."),
        (1, "The drift is the same, nearly. The spread grows with W and with the root of L."),
        (0.5, "That is the other way round: a spread grows with W, and only with the root of L."),
    ]
