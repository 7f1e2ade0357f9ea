"""The questions of the six chapters: what is right, and what each misreading gives.

A question is a function without arguments that returns the right answer and a
list of misreadings: a wrong answer and the sentence that names what led to it.
All are computed when the first check asks. The decorator names the section
that explains it and the kind of answer; the function's name is the question's.
"""

import functools
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..barrier import growing_stream, hop_distribution, path_influence
from ..blur import drift, gaussian, spread
from ..costs import kv_cache_bytes, tokens_held
from ..horizons import beyond, horizon, rule_horizon, rule_of_thumb, share_beyond
from ..models import MODELS, all_windowed
from ..paths import hops, reach
from ..planner import plan
from ..profile import influence
from ..window import mask, visible
from .designs import deep_or_wide_tolerance, design_in_budget, model_short_of_32k
from .functions import Function
from .kinds import POWER, Choice, Count, Estimate, Number, Numbers

QUESTIONS = {}


class Sliders(NamedTuple):
    """What an answer takes from the explorer that its section shows; a test holds the notebook to it."""

    values: dict = {}  # control -> values it must have, for the answer to be seen there
    ends: dict = {}  # control -> its first value and its last
    start: dict = {}  # control -> the value it starts with


class Question(NamedTuple):
    """One question: its section, the kind of its answer, what makes answer and misreadings, its explorer."""

    section: str
    kind: Any
    make: Callable
    sliders: Sliders | None


def question(section, kind, sliders=None):
    def add(make):
        QUESTIONS[make.__name__] = Question(section, kind, functools.cache(make), sliders)
        return make

    return add


def only(found):
    """The one thing that was found. A question must not pick one of several right answers."""
    if len(found) != 1:
        raise ValueError(f"a question must have one right answer, got {found}")
    return found[0]


def first(condition, start=1):
    """The smallest whole number from `start` on for which the condition holds."""
    return next(n for n in range(start, 10_000) if condition(n))


def far_share(layers, window, alpha, distance, text=None):
    """Share of a stack's output from beyond a distance."""
    return share_beyond(influence(layers, window, alpha, text), distance)


# Chapter 1: the window


@question("01_window.ipynb#the-code", Number())
def oldest_of_ten():
    """The oldest token that token 100 sees with W = 10."""
    return visible(100, 10)[0], [
        (100 - 10, "Token 90 is W back. The window counts the token itself, so it starts W-1 back."),
    ]  # fmt: skip


@question("01_window.ipynb#the-code", Number("tokens"))
def tokens_in_ten():
    """How many tokens token 100 sees with W = 10."""
    return len(visible(100, 10)), [
        (10 + 1, "That is a window without the token itself, and the token on top. Here W counts it."),
        (10 - 1, "That leaves out the token itself. It is one of the W."),
    ]


@question("01_window.ipynb#why-have-a-window-at-all", Number("times", within=0.01))
def cheaper_cache():
    """How many times smaller the cache is, W = 4,096, text of 32,768, 32 layers."""
    full, held = (tokens_held(32, window, 32768) for window in (32768, 4096))
    return full / held, [
        (32, "The number of layers is the same in both caches. Compare what one layer keeps."),
        (held / full, "That is the small cache as a share of the large one. Turn it round."),
    ]


@question("01_window.ipynb#the-picture", Number(), Sliders(values={"token": (8, 9), "window": (10,)}))
def first_whole():
    """The first token whose window of 10 is whole."""
    return first(lambda token: len(visible(token, 10)) == 10, 0), [
        (10, "Positions begin at 0, so the tenth token is not token 10."),
    ]  # fmt: skip


@question("01_window.ipynb#the-code", Numbers(ordered=False))
def seen_by_1000():
    """The tokens that token 1000 sees with W = 100."""
    return visible(1000, 100), [
        (range(900, 1001), "Those are W+1 tokens. The window counts the token itself."),
        (range(901, 1000), "A range stops before its end, and the token sees itself."),
        (range(900, 1000), "That is a window without the token itself. W counts it."),
    ]


@question("01_window.ipynb#the-code", Number())
def oldest_of_4096():
    """The oldest token that token 10,000 sees with W = 4,096."""
    return visible(10_000, 4096)[0], [
        (10_000 - 4096, "That is W back. The window counts the token itself, so it starts W-1 back."),
        (0, "A window of 4,096 does not go back to the beginning of this text."),
    ]


@question("01_window.ipynb#the-mask", Number("cells"))
def cells_of_the_mask():
    """How many cells of a mask of 1,000 tokens with W = 100 are seen."""
    seen = mask(1000, 100)
    return int(seen.sum()), [
        (1000 * 100, "Not every row has W cells. The first rows are cut off at the beginning."),
        (1000 * 1001 // 2, "That is the whole triangle, without a left edge. The window cuts it."),
        (1000**2, "That is the whole square. A token does not see the future."),
        (int(seen.sum()) - 1000, "That leaves out the diagonal. Each token sees itself."),
    ]


@question(
    "01_window.ipynb#the-mask",
    Function(
        "(length, window) that gives a square array",
        [(1, 1), (6, 2), (9, 9), (12, 5), (5, 40)],
        "a single token and a window longer than the text",
        mask,
    ),
)
def your_mask():
    """A function that makes the mask."""

    def band(low, high):
        def make(length, window):
            back = np.subtract.outer(np.arange(length), np.arange(length))
            return (back >= low(window)) & (back <= high(window))

        return make

    return band(lambda w: 0, lambda w: w - 1), [
        (band(lambda w: 0, lambda w: w), "Your rows see W+1 tokens. The window counts the token itself."),
        (band(lambda w: 1, lambda w: w), "Your tokens do not see themselves. The window counts them."),
        (band(lambda w: 0, lambda w: math.inf), "Your mask has no left edge: it is full attention."),
        (
            band(lambda w: 1 - w, lambda w: w - 1),
            "Your mask sees the future. A causal window only looks back.",
        ),
        (
            band(lambda w: 1 - w, lambda w: 0),
            "Rows are queries and columns are keys. Yours are the other way round.",
        ),
        (
            lambda length, window: ~mask(length, window),
            "Yours is the other convention: True is hidden. In this book True is what is seen.",
        ),
        *(
            (
                lambda length, window, low=low: np.where(mask(length, window), 0, low),
                "Yours is a mask to add to the scores: 0 is seen, a huge negative number is hidden. "
                "Here True is seen.",
            )
            for low in (-np.inf, -1e4, -1e9, *(np.finfo(kind).min for kind in ("f2", "f4", "f8")))
        ),
    ]


@question("01_window.ipynb#why-have-a-window-at-all", Number("tokens"))
def window_for_a_gibibyte():
    """The widest window whose cache fits 1 GiB: 32 layers, 8 key-value heads of 128, 2 bytes."""
    fits = 2**30 // kv_cache_bytes(tokens_held(32, 1, 1), 8, 128)
    return fits, [
        (2 * fits, "A key and a value are kept for each token: twice the numbers."),
        (32 * fits, "Every layer keeps a cache of its own. Divide by the layers, too."),
        (4 * fits, "Count the key and the value, and two bytes for each number."),
    ]


@question("01_window.ipynb#where-this-stops-being-true", Number())
def oldest_in_griffin():
    """The oldest token that token 100 sees in code whose window of 10 sees W+1 tokens."""
    return visible(100, 10 + 1)[0], [
        (
            visible(100, 10)[0],
            "That is this book's window, which counts the token itself. Griffin's does not.",
        ),
        (100 - 10 - 1, "Its rule allows query = key + W: the oldest token is W back, not W+1."),
    ]


# Chapter 2: reach and influence


@question("02_reach.ipynb#the-code", Number("tokens"))
def farthest_token():
    """The reach of 3 layers with W = 100."""
    return reach(3, 100), [
        (3 * 100, "L x W counts the current token once per layer; a layer takes you back W-1 at most."),
        (reach(3, 100) + 1, "That is how many distances there are, 0 among them. The farthest is one less."),
        (reach(1, 100), "That is one layer. The next one starts where this one ended."),
    ]


@question(
    "02_reach.ipynb#from-paths-to-shares",
    Number(within=0.05),
    Sliders(values={"layers": (3,), "window": (100,)}),
)
def farthest_share():
    """The share of the output that comes from the farthest token of 3 layers with W = 100."""
    return influence(3, 100)[-1], [
        (1 / 300, "That would be an even share over L x W tokens. The paths are not spread evenly."),
        (1 / 100, "That is one layer. Each of the three multiplies by 1/W."),
        (
            1 / 100**2,
            "That is 1/W^2: two layers, and there are three. If you meant per cent, write the % sign.",
        ),
        (influence(3, 100, 0.95)[-1], "That is the share with a residual path. It comes in chapter 4."),
        (10 ^ -6, POWER),
    ]


@question("02_reach.ipynb#from-paths-to-shares", Number("paths"))
def paths_in_all():
    """How many paths 3 layers with W = 4 make."""
    return 4**3, [
        (3 * 4, "L x W adds the choices. Each layer has W of them again: they multiply."),
        (3**4, "That is L to the power W. Each of the L layers has W choices."),
        (4 ^ 3, POWER),
        (reach(3, 4) + 1, "That is how many tokens can be reached. Many paths lead to the same one."),
    ]


AS_FAR = dict.fromkeys(("yes", "y", "it does"), "as far as the reach")
AS_FAR |= dict.fromkeys(("no", "n", "nope", "it does not", "it doesn't"), "not as far")


@question(
    "02_reach.ipynb#the-picture",
    Choice("as far as the reach", "not as far", "farther", also=AS_FAR),
    Sliders(values={"layers": (8, 16), "window": (100,)}),
)
def twice_the_layers():
    """With twice the layers, does the place of the 99% move as far as the reach does?"""
    near, far = (horizon(influence(layers, 100), 0.01) for layers in (8, 16))
    return "not as far" if far < 2 * near else "as far as the reach", [
        (
            "as far as the reach",
            "The reach doubles. But the farthest tokens have few paths: do the 99% keep up with it?",
        ),
        ("farther", "Nothing comes from beyond the reach, so the 99% cannot run away from it."),
    ]


@question("02_reach.ipynb#the-code", Number("tokens"))
def reach_of_mistral():
    """The reach of 32 layers with W = 4,096."""
    return reach(32, 4096), [
        (32 * 4096, "That is L x W, the number that is quoted. Each layer goes back W-1 at most."),
        (4095, "That is one layer. Depth multiplies it."),
    ]


@question("02_reach.ipynb#paths-and-hops", Count("hops"))
def fewest_hops():
    """The fewest hops that cover 1,000 tokens with W = 100."""
    return hops(1000, 100), [
        (1000 / 100, "That divides by W. A hop goes back W-1 at most, so ten of them end just short."),
    ]


@question(
    "02_reach.ipynb#from-paths-to-shares",
    Function(
        "(layers, window) that gives an array",
        [(0, 3), (1, 4), (2, 3), (3, 4), (5, 2)],
        "no layers at all, which leave one path, of distance 0",
    ),
)
def path_counts():
    """A function that counts the paths to each distance."""
    return lambda layers, window: influence(layers, window) * float(window) ** layers, [
        (influence, "Those are shares. Do not divide by W: count the paths."),
        (
            lambda layers, window: np.full(
                layers * (window - 1) + 1, float(window) ** layers / (layers * (window - 1) + 1)
            ),
            "You spread the paths evenly over the reach. More of them end in the middle.",
        ),
    ]


@question("02_reach.ipynb#layer-by-layer", Number("layers"))
def layers_for_a_hundredth():
    """The fewest layers, W = 100, with 1% of the output from beyond 10,000 tokens."""
    return first(lambda layers: far_share(layers, 100, 0, 10_000) >= 0.01, 101), [
        (
            first(lambda layers: reach(layers, 100) > 10_000),
            "So many reach beyond it. Next to nothing comes from there yet.",
        ),
        (
            first(lambda layers: drift(layers, 100) >= 10_000),
            "That puts the middle of the profile there: half of the output, not 1%.",
        ),
    ]


@question("02_reach.ipynb#the-code", Number("tokens"))
def reach_by_another_reading():
    """The reach of 32 layers with a window of 1,024 in code that sees W+1 tokens."""
    return reach(32, 1024 + 1), [
        (reach(32, 1024), "That is for a window that counts the token itself. Here a layer sees one more."),
        (32 * 1025, "A layer sees W+1 tokens here, the token itself among them. How far back does it go?"),
        (1024, "That is one layer. Depth multiplies it."),
    ]


@question("02_reach.ipynb#the-code", Number())
def first_whole_reach():
    """The first token for which the whole reach of 3 layers with W = 10 lies within the text."""
    return reach(3, 10), [
        (3 * 10, "L x W counts the current token once per layer; a layer goes back W-1 at most."),
        (reach(1, 10), "That is one layer, as in chapter 1. The next one starts where this one ended."),
        (reach(3, 10) + 1, "Positions begin at 0, and token 0 is part of the text."),
        (reach(3, 10) - 1, "One short: its farthest token would lie just before the text."),
    ]


# Chapter 3: repeated blurring


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


# Chapter 4: the residual barrier


@question("04_barrier.ipynb#two-sides-of-a-layer", Numbers("three numbers", 3, within=0.001))
def three_hops():
    """What 1, 2 and 3 hops let through at alpha = 0.95."""
    return path_influence([1, 2, 3], 0.95), [
        (
            0.95 ** np.arange(1, 4),
            "That is what layers that keep leave. A hop goes through attention, 1-alpha.",
        ),
        ([0.05, 0.05, 0.05], "Each hop takes its factor of what the last one left: multiply."),
        (
            [0.05, 0.1, 0.15],
            "Hops do not add up. Each takes its factor of what the last one left: multiply.",
        ),
    ]


@question("04_barrier.ipynb#move-it", Choice("yes", "no"), Sliders(values={"layers": (8, 100)}))
def depth_counts():
    """Whether the share from beyond one window depends on the depth."""
    shallow, deep = (far_share(layers, 100, 0.95, 99) for layers in (8, 100))
    return "yes" if deep > 1.01 * shallow else "no", [
        ("no", "The rule of thumb says 0.05 at any depth. But a deep stack has many more paths from there."),
    ]  # fmt: skip


STAIRCASE = (1, 2, 4, 8, 12, 16, 24, 32, 64, 100)  # the depths of its slider


@question(
    "04_barrier.ipynb#move-it",
    Number("layers"),
    Sliders(values={"layers": STAIRCASE}, ends={"layers": (1, 100)}, start={"alpha": 0.95}),
)
def first_above():
    """The first depth of the slider whose exact line lies above the forecast over eight windows."""
    back = np.arange(1, 801)
    forecast = path_influence(np.ceil(back / 100).astype(int), 0.95)

    def above(layers, windows):
        near = back[: 100 * windows]
        tail = np.pad(beyond(influence(layers, 100, 0.95)), (0, 800))
        return np.all(tail[near] > forecast[: len(near)])

    def depth(windows):
        return next(layers for layers in STAIRCASE if above(layers, windows))

    return depth(8), [
        (depth(1), "It lies above the first step there. Look at the last steps of the picture, too."),
        (STAIRCASE[STAIRCASE.index(depth(8)) - 1], "Not yet in the last steps of the picture."),
        (STAIRCASE[STAIRCASE.index(depth(8)) + 1], "There it does, too. An earlier depth will do."),
    ]


@question(
    "04_barrier.ipynb#write-the-layer",
    Function(
        "(profile, window, alpha) that gives an array",
        [(np.ones(1), 3, 0.5), (np.array([0.5, 0.5]), 2, 0.75), (influence(2, 4, 0.9), 5, 0.9)]
        + [(influence(3, 4), 6, 0.0), (np.array([0.75, 0.25]), 1, 0.5)],
        "alpha = 0 and a window of a single token",
    ),
)
def your_layer():
    """A function that passes a profile through one more layer."""

    def layer(stays, hops, wider=0):
        def through(profile, window, alpha):
            width = window + wider
            made = hops(alpha) * np.convolve(profile, np.full(width, 1 / width))
            made[: len(profile)] += stays(alpha) * np.asarray(profile)
            return made

        return through

    return layer(lambda a: a, lambda a: 1 - a), [
        (layer(lambda a: 0, lambda a: 1), "Yours has no residual path: it is the blur of chapter 3."),
        (layer(lambda a: 0, lambda a: 1 - a), "Yours has the attention path alone. Add what stays, alpha."),
        (layer(lambda a: 1 - a, lambda a: a), "You swapped the two sides: alpha stays, 1-alpha is averaged."),
        (
            layer(lambda a: 1, lambda a: 1 - a),
            "Yours keeps all of the token. It keeps the share alpha of it.",
        ),
        (
            layer(lambda a: 1, lambda a: 1),
            "Yours adds the two sides whole. Their shares are alpha and 1-alpha.",
        ),
        (
            layer(lambda a: a, lambda a: 1 - a, wider=1),
            "Your window has W+1 tokens. It counts the token itself.",
        ),
    ]


@question("04_barrier.ipynb#write-the-layer", Number(within=0.02))
def farthest_through_residuals():
    """Back to chapter 2: the share of the farthest token of L = 3, W = 100, now at alpha = 0.95."""
    return influence(3, 100, 0.95)[-1], [
        (
            influence(3, 100)[-1],
            "That is the share without a residual path. Each of the three hops lets 1-alpha through.",
        ),
        (
            path_influence(3, 0.95),
            "That is what three hops let through. It meets the millionth of chapter 2: multiply.",
        ),
        (0.95**3 * 1e-6, "The layers that keep leave alpha. All three layers hop here: 1-alpha each."),
        (0.05 * 1e-6, "That is one hop. The farthest token needs three."),
    ]


@question("04_barrier.ipynb#which-layers-hop", Number("hops", within=0.01))
def average_hops():
    """The average number of hops for L = 100, alpha = 0.95."""
    chance = hop_distribution(100, 0.95)
    return float(chance @ np.arange(101)), [
        (95, "Those are the layers that keep. A layer hops with the share 1-alpha."),
        (100, "That is the most there can be. Each layer hops with the share 1-alpha only."),
        (0.05, "That is the share of one layer. There are 100."),
    ]


@question("04_barrier.ipynb#which-layers-hop", Number("tokens", within=0.02))
def drift_with_residuals():
    """Back to chapter 3: the mean of 32 layers, W = 100, now at alpha = 0.95."""
    return drift(32, 100, 0.95), [
        (
            drift(32, 100),
            "That is the mean without a residual path. Now a layer hops with the share 1-alpha only.",
        ),
        (0.95 * drift(32, 100), "You took the share that stays. What moves is 1-alpha."),
        (0.05 * reach(32, 100), "You let each hop go W-1 tokens. On average it goes half as far."),
        (drift(1, 100, 0.95), "That is one layer. There are 32."),
    ]


@question("04_barrier.ipynb#which-layers-hop", Estimate(within=0.05))
def beyond_the_rule():
    """The share from beyond 1.5 windows for L = 100, alpha = 0.95."""
    return far_share(100, 100, 0.95, 150), [
        (0.01, "That is the rule's 1%, at any depth. A hundred layers have many more choices of who hops."),
        (
            rule_of_thumb(150, 100, 0.95),
            "That is the rule again, at any depth. A hundred layers have many more choices of who hops.",
        ),
        (0.0025, "That is what two hops let through. There are many ways to choose the two layers."),
        (far_share(8, 100, 0.95, 150), "That is a stack of 8 layers. More layers, more hops."),
    ]


@question("04_barrier.ipynb#when-the-stream-grows", Estimate("times", within=0.1))
def growing_hops():
    """How many times more hops 100 layers make than 32, when layer l has the share 1/(l+1)."""
    few, many = (float((1 - growing_stream(layers)).sum()) for layers in (32, 100))
    return many / few, [
        (100 / 32, "So it would be with the same share in every layer. Here late layers hardly mix."),
        (
            math.sqrt(100 / 32),
            "It is not a square root. The shares 1/2, 1/3, 1/4, ... add up like a logarithm.",
        ),
        (1, "It does grow, only slowly: like the logarithm of the depth."),
    ]


@question(
    "04_barrier.ipynb#which-layers-hop",
    Function(
        "(k, layers, alpha), a share",
        [(0, 3, 0.5), (1, 8, 0.95), (2, 8, 0.9), (3, 32, 0.95)],
        "k = 0, no hop at all",
    ),
)
def hop_chance():
    """A function that gives the share of all choices with k hops."""
    return lambda k, layers, alpha: hop_distribution(layers, alpha)[k], [
        (
            lambda k, layers, alpha: (1 - alpha) ** k,
            "That is what k hops let through. Count the choices, and the layers that keep.",
        ),
        (
            lambda k, layers, alpha: math.comb(layers, k) * (1 - alpha) ** k,
            "You left out the layers that keep: L-k of them, each alpha.",
        ),
        (
            lambda k, layers, alpha: (1 - alpha) ** k * alpha ** (layers - k),
            "That is one choice of layers. There are L choose k of them.",
        ),
        (
            lambda k, layers, alpha: hop_distribution(layers, alpha)[layers - k],
            "You swapped the two: a layer hops with the share 1-alpha, not alpha.",
        ),
    ]


@question("04_barrier.ipynb#two-sides-of-a-layer", Number(within=0.001))
def two_hops_at_98():
    """What two hops let through at alpha = 0.98."""
    return path_influence(2, 0.98), [
        (0.98**2, "That is what two layers that keep leave. A hop lets 1-alpha through."),
        (2 * 0.02, "Hops multiply; you added them."),
        (0.02, "That is one hop. The second takes its factor of that."),
    ]


@question("04_barrier.ipynb#which-layers-hop", Number(within=0.01, rounded=True))
def never_moved():
    """The share of the output that never hops: 32 layers, alpha = 0.95."""
    return hop_distribution(32, 0.95)[0], [
        (0.05**32, "(1-alpha)^L is the choice in which every layer hops. Here every layer must keep."),
        (0.95, "That is one layer. All 32 must keep."),
        (1 - hop_distribution(32, 0.95)[0], "That is what hops at least once."),
        (
            influence(32, 100, 0.95)[0],
            "That is the token's whole share, with hops that stay where they are. Ask for no hop at all.",
        ),
    ]


@question("04_barrier.ipynb#which-layers-hop", Number(within=0.005))
def alpha_for_three_windows():
    """The alpha at which the mean of 32 layers is 300 tokens back, W = 100."""
    return 1 - 300 / drift(32, 100), [
        (1 - 300 / reach(32, 100), "You let each hop go W-1 tokens. On average it goes half as far."),
        (300 / drift(32, 100), "That is 1-alpha, the share of attention."),
    ]


# Chapter 5: the horizon

SLIDER_NAMES = dict.fromkeys(("layer", "depth", "l", "number of layers", "the number of layers"), "layers")
SLIDER_NAMES |= dict.fromkeys(("α", "the residual", "residual"), "alpha")
SLIDER_NAMES |= dict.fromkeys(("eps", "epsilon", "ε", "the tolerance"), "tolerance")


@question(
    "05_horizon.ipynb#the-exact-horizon",
    Numbers("three numbers", 3, within=0.1, unit="tokens", may_be_equal=True),
)
def three_horizons():
    """The exact horizons of 8, 32 and 100 layers, W = 100, alpha = 0.95, tolerance 0.1%."""
    depths = (8, 32, 100)
    rule = rule_horizon(100, 0.95, 0.001)
    right = [horizon(influence(layers, 100, 0.95), 0.001) for layers in depths]
    return right, [
        (
            "equal",
            "It is the rule of thumb that makes them equal. It does not know the depth.",
        ),
        ([tokens / 100 for tokens in right], "That is in windows. This question wants tokens."),
        ([rule] * 3, "That is the rule of thumb. It does not know the depth."),
        ([300] * 3, "That is the rule of thumb in whole windows. It does not know the depth."),
        ([153.7] * 3, "That is the rule's 1.5 W at any depth, and for a tolerance of 1%."),
        ([reach(layers, 100) for layers in depths], "That is the reach. Nearly nothing comes from there."),
        (
            [100 * math.sqrt(layers) for layers in depths],
            "W sqrt(L) is the width of a blur without residuals, not a distance.",
        ),
    ]


TWO_HORIZONS = Sliders(
    start={"layers": 32, "alpha": 0.95, "tolerance": 0.001},
    ends={"layers": (4, 100), "alpha": (0.8, 0.99), "tolerance": (0.05, 0.001)},
)


@question("05_horizon.ipynb#move-it", Choice("alpha", "layers", "tolerance", also=SLIDER_NAMES), TWO_HORIZONS)
def strongest_slider():
    """Which of the three sliders changes the ratio of exact horizon to rule the most, from end to end."""

    def ratio(layers, alpha, tolerance):
        return horizon(influence(layers, 100, alpha), tolerance) / rule_horizon(100, alpha, tolerance)

    changes = {}
    for name, values in TWO_HORIZONS.ends.items():
        ratios = [ratio(**{**TWO_HORIZONS.start, name: value}) for value in values]
        changes[name] = max(ratios) / min(ratios)
    return max(changes, key=changes.get), [
        (
            "alpha",
            "Alpha is in both horizons, so much of it cancels. Which one is in the exact horizon only?",
        ),
        (
            "tolerance",
            "The tolerance is in both horizons, so much of it cancels. Which one is in the exact one only?",
        ),
    ]


@question("05_horizon.ipynb#the-rule-of-thumb", Number("tokens", within=0.02))
def rule_at_a_ten_thousandth():
    """The rule's horizon at a tolerance of 0.01%, when it is 153.7 tokens at 1%."""
    return rule_horizon(100, 0.95, 1e-4), [
        (
            rule_horizon(100, 0.95, 0.01),
            "The horizon moves with the tolerance. That is the one at 1%.",
        ),
        (
            100 * rule_horizon(100, 0.95, 0.01),
            "The tolerance stands in a logarithm. "
            "A hundredth of it does not make a hundred times the distance.",
        ),
        (rule_horizon(100, 0.95, 0.001), "That is a tolerance of 0.1%."),
        (rule_horizon(100, 0.95, 1e-4) / 100, "That is in windows. This question wants tokens."),
    ]


@question("05_horizon.ipynb#in-your-head", Estimate("tokens", within=0.35))
def horizon_in_the_head():
    """The horizon of 100 layers of W = 1,000, alpha = 0.95, tolerance 1%: roughly, within a third."""
    rule, mean = rule_horizon(1000, 0.95, 0.01), drift(100, 1000, 0.95)
    exact = horizon(influence(100, 1000, 0.95), 0.01)
    return exact, [
        (rule, "That is the rule alone. Add the drift: half of the average number of hops, in windows."),
        (mean, "That is the drift alone. Add the rule's windows."),
        (exact / 1000, "That is in windows. This question wants tokens."),
        (reach(100, 1000), "That is the reach, L(W-1). Nearly nothing comes from there."),
    ]


@question("05_horizon.ipynb#the-tolerance-is-yours", Number(within=0.005))
def tolerance_of_nothing():
    """Back to chapter 4: the least tolerance at which the horizon of 8 layers is 0 tokens, alpha = 0.95."""
    itself = influence(8, 100, 0.95)[0]
    return 1 - itself, [
        (
            itself,
            "That is the share of the token itself. The rest lies beyond 0 tokens, and has to be tolerated.",
        ),
        (1 - 0.95, "That is what one layer moves. There are 8."),
        (1 - 0.95**8, "That is what hops at least once. Some hops end at the token they began with."),
        (0.05**8, "That is what eight hops let through. Ask what has left the token at all."),
    ]


@question("05_horizon.ipynb#real-models", Number("tokens"))
def reach_of_gemma():
    """Back to chapter 2: the reach of the 52 windowed layers of Gemma 3 27B, W = 1,024."""
    model = MODELS["Gemma 3 27B"]
    layers, window = model.count("windowed"), model.window
    return reach(layers, window), [
        (
            layers * window,
            "That is L x W, which counts the current token once a layer. A layer goes back W-1.",
        ),
        (reach(len(model), window), "That is 62 layers. Ten of them are global; 52 have a window."),
        (window - 1, "That is one layer. Each of the 52 begins where the last one ended."),
        (
            horizon(influence(layers, window, 0.95), 0.01),
            "That is the horizon. The reach is where nothing is left.",
        ),
    ]


@question("05_horizon.ipynb#real-models", Estimate("windows", within=0.35))
def windows_of_gemma():
    """The horizon of the windowed layers of Gemma 3 27B in windows, alpha = 0.95, 1%: roughly."""
    model = MODELS["Gemma 3 27B"]
    layers, window = model.count("windowed"), model.window
    exact = horizon(influence(layers, window, 0.95), 0.01)
    return exact / window, [
        (layers, "That is L x W, the reach. Nearly nothing comes from there."),
        (exact, "That is in tokens. This question wants windows."),
        (
            rule_horizon(window, 0.95, 0.01) / window,
            f"That is the rule's 1.5 W at any depth. Add the drift of {layers} layers.",
        ),
        (drift(layers, window, 0.95) / window, "That is the drift alone. Add the rule's windows."),
        (1, f"That is one hop. Each of the {layers} layers may hop."),
        (math.sqrt(layers), "W sqrt(L) is the width of a blur without residuals, not a distance."),
    ]


@question(
    "05_horizon.ipynb#the-exact-horizon",
    Function(
        "(profile, tolerance), tokens",
        [(influence(layers, 10, 0.9), eps) for layers in (2, 8) for eps in (0.3, 0.01, 1e-6)],
        "tolerances from 0.3 down to a millionth",
        horizon,
    ),
)
def your_horizon():
    """A function that finds the horizon."""

    def cut(profile, tolerance):
        return int(np.argmax(profile <= tolerance))

    return lambda profile, tolerance: horizon(profile, tolerance), [
        (
            lambda profile, tolerance: horizon(profile, tolerance) + 1,
            "Yours is one too far: the horizon itself still counts, only what is beyond it is left out.",
        ),
        (cut, "You compared single shares with the tolerance. Compare all that comes from beyond."),
        (
            lambda profile, tolerance: horizon(profile, 1 - tolerance),
            "Your distance leaves the tolerance on the near side. "
            "It is what comes from beyond that must be small.",
        ),
    ]


@question("05_horizon.ipynb#the-rule-of-thumb", Estimate("tokens", within=0.05))
def rule_for_a_real_window():
    """The rule's horizon for W = 4,096, alpha = 0.9, tolerance 1%."""
    return rule_horizon(4096, 0.9, 0.01), [
        (
            rule_horizon(4096, 0.95, 0.01),
            "That is alpha = 0.95: 1.5 W. At 0.9 a window costs a factor of ten only.",
        ),
        (rule_horizon(4096, 0.9, 0.001), "That is a tolerance of 0.1%."),
        (rule_horizon(4096, 0.9, 0.01) / 4096, "That is in windows. This question wants tokens."),
        (4096 * 0.01 / 0.1, "The rule is an exponential: take logarithms before you divide."),
    ]


@question("05_horizon.ipynb#the-exact-horizon", Number(within=0.01))
def alpha_for_12k():
    """The largest alpha, in hundredths, whose horizon at 1% covers 12,000 tokens: 28 layers, W = 2,304."""
    return next(a / 100 for a in range(99, 0, -1) if horizon(influence(28, 2304, a / 100), 0.01) >= 12_000), [
        (
            1 - 0.01 ** (2304 / 12_000),
            "That is where the rule of thumb gives 12,000 tokens. It does not know the 28 layers.",
        ),
        (0.95, "At 0.95 the horizon is 2.7 windows. You need more than five."),
        *[(a, "That is the estimate in your head. Exactly, a larger alpha will do.") for a in (0.81, 0.82)],
    ]


@question("05_horizon.ipynb#the-tolerance-is-yours", deep_or_wide_tolerance)
def deep_or_wide():
    """A tolerance at which 128 layers of 100 tokens see farther than 8 layers of 1,600."""
    return 0.5, []


# Chapter 6: remedies

REMEDIES = (
    "softer residual",
    "global layers",
    "retrieval",
    "memory tokens",
    "dilated heads",
    "wider window",
    "fading state",
)
REMEDIES_ALSO = {
    "global layer": "global layers",
    "wider windows": "wider window",
    "widen the window": "wider window",
}
REMEDIES_ALSO |= dict.fromkeys(
    ("soften the residual", "soften residual", "soft residual", "a softer residual"), "softer residual"
)


def _price(remedy):
    return next(
        p.cache_bytes
        for p in plan(all_windowed(MODELS["gpt-oss-120b"]), 4096, 0.01, 0.95)
        if p.remedy == remedy
    )


@question(
    "06_remedies.ipynb#what-it-costs",
    Choice("wide windows", "one global layer", also={"wider windows": "wide windows"}),
)
def cheaper_remedy():
    """Which is cheaper in memory for 4,096 tokens: wide windows or one global layer of 36."""
    return "one global layer" if _price("global layers") < _price("wider window") else "wide windows", [
        ("wide windows", "Wide windows are paid for in all 36 layers, a global layer in one."),
    ]  # fmt: skip


@question("06_remedies.ipynb#what-it-costs", Estimate("times", within=0.35))
def cheaper_by():
    """By what factor the cache of 36 wide windows is larger than with one global layer."""
    return _price("wider window") / _price("global layers"), [
        (
            36,
            "One layer in 36 is global, but it keeps the whole text. "
            "And windows need not be as wide as the distance.",
        ),
        (
            1312 / 128,
            "So much wider is one window. The other cache has one layer that keeps all 8,192 tokens.",
        ),
        (
            _price("global layers") / _price("wider window"),
            "Turn it round: how many times more do the wide windows cost?",
        ),
    ]


@question("06_remedies.ipynb#one-hop-to-anywhere-a-global-layer", Number(within=0.02))
def one_global_of_eight():
    """The share from beyond 1,000 tokens with one global layer of 8, alpha = 0.95, a text of 4,000."""
    return far_share(8, [100] * 7 + [4000], 0.95, 1000, text=4000), [
        (
            0.05,
            "That is all the global layer takes. "
            "It spreads it over 4,000 tokens, and a quarter of them are near.",
        ),
        (1 / 8, "Each layer attends with a share of 1-alpha only; the residual path keeps the rest."),
        (0.75, "That is the part of the text that is far. Only a share of 1-alpha goes through the layer."),
        (0, "So it is with windows alone. The global layer reaches everything in one hop."),
    ]


@question(
    "06_remedies.ipynb#the-picture",
    Choice(*sorted(REMEDIES), also=REMEDIES_ALSO),
    Sliders(values={"remedy": REMEDIES}),
)
def never_enough():
    """Which remedy never gets 1% from beyond 4,096 tokens with 36 layers of 128."""
    best = {p.remedy: p.enough for p in plan(all_windowed(MODELS["gpt-oss-120b"]), 4096, 0.01, 0.95)[1:]}
    return only([remedy for remedy, enough in best.items() if not enough]), [
        (remedy, "This one does, when it is strong enough. Move its slider.")
        for remedy, enough in best.items()
        if enough
    ]


@question("06_remedies.ipynb#what-it-costs", Number("tokens"))
def held_with_one_global():
    """The tokens that 36 layers of 128 hold at a text of 8,192 when one of them is global."""
    return tokens_held(36, [128] * 35 + [8192], 8192), [
        (36 * 128 + 8192, "The global layer is one of the 36: 35 keep a window."),
        (36 * 128, "That is windows alone. The global layer keeps the whole text."),
        (36 * 8192, "That is 36 global layers."),
        (128 + 8192, "Every layer keeps a cache of its own."),
    ]


@question("06_remedies.ipynb#one-hop-to-anywhere-a-global-layer", Number("layers"))
def fewest_global():
    """The fewest global layers of 32, W = 1,024, with 9% from beyond 16,384 in a text of 32,768."""

    def share(wide):
        return far_share(32, [1024] * (32 - wide) + [32768] * wide, 0.95, 16384, text=32768)

    right = first(lambda wide: share(wide) >= 0.09)
    return right, [
        *(
            (wide, f"With {wide} of them {share(wide):.1%} comes from there. Ask for 9%.")
            for wide in range(1, right)
        ),
        *((wide, "That is enough, but fewer will do.") for wide in range(right + 1, 32)),
        (32, "That is full attention. It is enough, but fewer will do."),
    ]


@question("06_remedies.ipynb#two-hops-memory-tokens", Number("choices"))
def written_then_read():
    """The choices of two layers of 36, one to write and a later one to read."""
    return math.comb(36, 2), [
        (
            36 * 35,
            "That counts each two layers twice. The earlier of them writes, so their order is settled.",
        ),
        (36**2, "That lets one layer write and read, and counts every two layers twice."),
        (36, "That is one hop. The second goes through another layer."),
        (2**36, "Those are all choices, of any number of layers. Here two of them hop."),
        (path_influence(2, 0.95), "That is what two hops let through. Count the choices of layers."),
    ]


@question("06_remedies.ipynb#the-code", design_in_budget)
def design_under_budget():
    """W, L and the number of global layers under a cache budget."""
    return (1024, 32, 2), []


@question("05_horizon.ipynb#real-models", model_short_of_32k)
def model_that_misses():
    """A published configuration with less than 1% from beyond 32,000 tokens."""
    return "Mistral 7B v0.1", []
