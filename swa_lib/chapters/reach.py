"""Questions of chapter 2: reach and influence."""

import math

import numpy as np

from ..book.asking import Sliders, question
from ..book.functions import Function
from ..book.kinds import POWER, Choice, Number
from ..horizons import horizon
from ..paths import hops, reach
from ..profile import influence

AS_FAR = dict.fromkeys(("yes", "y", "it does"), "as far as the reach")
AS_FAR |= dict.fromkeys(("no", "n", "nope", "it does not", "it doesn't"), "not as far")


@question("02_reach.ipynb#how-far-it-could-see", Number("layers"))
def layers_for_the_name():
    """The fewest layers of ten-word windows that reach the story's name, 111 words back."""
    back = 111
    return hops(back, 10), [
        (
            math.ceil(back / 10),
            "A layer takes you back nine words: its ten count the word itself. Twelve end at 108.",
        ),
        (back, "That is one layer a word. A layer goes back nine."),
        (1, "One layer sees ten words. The others begin where it ends."),
    ]


@question("02_reach.ipynb#how-far-it-could-see", Number("tokens"))
def farthest_token():
    """The reach of 3 layers with W = 100."""
    return reach(3, 100), [
        (3 * 100, "L x W counts the current token once per layer; a layer takes you back W-1 at most."),
        (reach(3, 100) + 1, "That is how many distances there are, 0 among them. The farthest is one less."),
        (reach(1, 100), "That is one layer. The next one starts where this one ended."),
    ]


@question("02_reach.ipynb#one-path-of-many", Number("paths"))
def paths_in_all():
    """How many paths 3 layers with W = 4 make."""
    return 4**3, [
        (3 * 4, "L x W adds the choices. Each layer has W of them again: they multiply."),
        (3**4, "That is L to the power W. Each of the L layers has W choices."),
        (4 ^ 3, POWER),
        (reach(3, 4) + 1, "That is how many tokens can be reached. Many paths lead to the same one."),
    ]


@question(
    "02_reach.ipynb#one-path-of-many",
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


@question(
    "02_reach.ipynb#stacking-is-convolving",
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


@question(
    "02_reach.ipynb#stacking-is-convolving",
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
