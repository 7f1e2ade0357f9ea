"""Questions of chapter 4: the residual barrier."""

import math

import numpy as np

from ..barrier import growing_stream, hop_distribution, path_influence
from ..blur import drift
from ..book.asking import Sliders, question
from ..book.functions import Function
from ..book.kinds import Choice, Estimate, Number, Numbers
from ..horizons import beyond, rule_of_thumb
from ..paths import reach
from ..profile import influence
from .designs import far_share


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
        *[
            (deeper, "There it does, too. An earlier depth will do.")
            for deeper in STAIRCASE
            if deeper > depth(8)
        ],
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
