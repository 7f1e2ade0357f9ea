"""Questions of chapter 2: reach and influence."""

import numpy as np

from ..blur import drift
from ..book.asking import Sliders, first, question
from ..book.functions import Function
from ..book.kinds import POWER, Choice, Count, Number
from ..horizons import horizon
from ..paths import hops, reach
from ..profile import influence
from .designs import far_share


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
