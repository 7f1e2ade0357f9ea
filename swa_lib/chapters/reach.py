"""Chapter 2: reach and influence. Its explorers, and its questions."""

import math

import numpy as np

from ..book.asking import question
from ..book.functions import Function
from ..book.kinds import POWER, Choice, Number
from ..book.marks import Axis, Edges, Figure, Grip, Label, Line, Points, share_in_words
from ..horizons import horizon
from ..paths import hops, reach
from ..profile import influence
from .stack import NAME, WINDOW, WORDS, counted, over_story

AS_FAR = {"further": "farther"} | dict.fromkeys(("yes", "y", "it does"), "as far as the reach")
AS_FAR |= dict.fromkeys(("no", "n", "nope", "it does not", "it doesn't"), "not as far")


def in_reach(layers):
    """Layers over the story: how far they could look, and one path that goes there."""
    far = min(reach(layers, WINDOW), WORDS - 1)
    rows = [(1,) * min(reach(k, WINDOW) + 1, WORDS) for k in range(1, layers + 1)]
    path = [min(k * (WINDOW - 1), far) + 0.5 for k in range(layers + 1)]
    name = "The name is in reach" if far >= NAME else "The name is out of reach"
    need = f" and takes {hops(NAME, WINDOW)} hops" if far >= NAME else ""  # the chapter asks for it first
    over = "the whole story" if far == WORDS - 1 else f"the last {far + 1} words"
    return over_story(
        f"{counted(layers, 'layer')} could see {over}. {name}",
        f"{counted(layers, 'layer')} could reach [could|{counted(far, 'word')} back]. On [one path|one path] "
        f"to the word there every layer hops as far as it can. The name is {NAME} words back{need}.",
        rows,
        None,
        (
            Line(
                "one path",
                "ink",
                path,
                [layers - k for k in range(layers + 1)],
                label="one path" if layers > 1 else "",
            ),
            Points("stops", "ink", path, [layers - k for k in range(layers + 1)], size=3),
            Grip("layers", "ink", 0, layers, "y"),
        ),
        lit=False,
    )


SMALL, NARROW = 3, 4  # layers and window of the hop diagram: few enough to see all of its 64 paths


def carried(layers, window, alpha):
    """What each step of the cone carries to the output.

    Parameters
    ----------
    layers : int >= 1
    window : int >= 1, tokens
    alpha : float in [0, 1)

    Returns
    -------
    float64 array [layers, reach+1, reach+1]: share of the output that steps, into
    layer l+1, from the token `back` tokens back to the one `to` tokens back, at [l, back, to]

    Each layer's steps sum to 1: everything passes every layer.

    Source: chapters 2 and 4.

    >>> carried(1, 2, 0.5)
    array([[[0.75, 0.  ],
            [0.25, 0.  ]]])
    """
    size, one = reach(layers, window) + 1, influence(1, window, alpha)
    step = np.zeros((size, size))
    for d, share in enumerate(one):
        step += share * np.eye(size, k=-d)  # from `to + d` to `to`
    above = [influence(layers - layer, window, alpha) for layer in range(1, layers + 1)]
    return np.array([step * np.append(up, np.zeros(size - len(up))) for up in above])


def carried_from(distance, layers, window, alpha):
    """As `carried`, for the paths of one token: shares of that token's influence.

    >>> carried_from(1, 1, 2, 0.5)
    array([[[0., 0.],
            [1., 0.]]])
    """
    size = reach(layers, window) + 1
    below = np.zeros((layers, size))
    for layer in range(layers):
        arrived = influence(layer, window, alpha)[: distance + 1]
        below[layer, distance - np.arange(len(arrived))] = arrived
    return carried(layers, window, alpha) * below[:, :, None] / influence(layers, window, alpha)[distance]


def hop_diagram(back, passed):
    """The paths through a small stack without a residual; those of one token are lit."""
    return drawn_paths(back, passed, 0.0)


def drawn_paths(back, passed, alpha):
    """Tokens across, layers upward, every step as wide as what it carries to the output."""
    far, share = reach(SMALL, NARROW), influence(SMALL, NARROW, alpha)[back]
    choices = NARROW + (alpha > 0)  # of a path in every layer: to stay is one more than the hops
    paths, stays = choices**SMALL, 1 - NARROW / choices
    ways, need = round(influence(SMALL, NARROW, stays)[back] * paths), hops(back, NARROW)
    shares = [influence(SMALL - height, NARROW, alpha) for height in range(SMALL + 1)]
    sizes = [len(row) for row in shares]
    level = ["text", *(f"layer {height}" for height in range(1, SMALL)), "output"]
    least = (
        "none has to"
        if need == 0
        else f"{'all' if need == SMALL else f'at least {need}'} of {SMALL} layers must"
    )
    keeps = f"Each layer keeps {alpha:.0%}. " if alpha else ""
    lit = "" if passed == SMALL else f" Lit are the first {counted(passed, 'layer')} of {SMALL}."
    return Figure(
        f"{ways} of {paths} paths start {back} back, and carry {share_in_words(share)} of the output",
        f"{keeps}From the token {back} back lead [paths|{counted(ways, 'path')}] of {paths}; {least} "
        f"move what it has. Together they bring {share_in_words(share)} of the output.{lit}",
        Axis("tokens back", far + 0.5, -0.5, ticks=((0, "now"), *((d, str(d)) for d in range(1, far + 1)))),
        Axis("", -0.14, SMALL + 0.15),  # the circles keep off the digits
        (
            _steps("cone", "muted", carried(SMALL, NARROW, alpha)),
            _steps("paths", "could", carried_from(back, SMALL, NARROW, alpha)[:passed]),
            Points(
                "shares",
                "does",
                np.concatenate([np.arange(size) for size in sizes]),
                np.repeat(np.arange(SMALL + 1), sizes),
                shades=[round(float(shade), 2) for shade in np.sqrt(np.concatenate(shares))],
                size=9,
            ),
            *(
                Label(words, "muted", words, sizes[h] - 1, h, "end", dx=-16, dy=5)
                for h, words in enumerate(level)
                if h
            ),
            Grip("back", "could", back, 0, "x"),
        ),
        height=280,
    )


def _steps(name, role, shares):
    """One edge a step, as wide as what it carries; a step that carries nothing is not there."""
    layer, start, end = np.nonzero(shares)
    weights = [round(float(share), 3) for share in shares[layer, start, end]]
    ends = [(int(a), int(h), int(b), int(h) + 1) for h, a, b in zip(layer, start, end)]
    return Edges(name, role, ends, weights)


# Questions


@question("02_reach.ipynb#how-far-it-could-see", Number("layers"))
def layers_for_the_name():
    """The fewest layers of ten-word windows that reach the story's name, 111 words back."""
    back = 111
    yield hops(back, 10)
    yield (
        math.ceil(back / 10),
        "A layer takes you back nine words: its ten count the word itself. Twelve end at 108.",
    )
    yield back, "That is one layer a word. A layer goes back nine."
    yield 1, "One layer sees ten words. The others begin where it ends."
    yield ..., "How many words back does one layer take you? Divide 111 by it, and round up."


@question("02_reach.ipynb#one-path-of-many", Number("paths"))
def paths_in_all():
    """How many paths 3 layers with W = 4 make."""
    yield 4**3
    yield 3 * 4, "L x W adds the choices. Each layer has W of them again: they multiply."
    yield 3**4, "That is L to the power W. Each of the L layers has W choices."
    yield 4 ^ 3, POWER
    yield reach(3, 4) + 1, "That is how many tokens can be reached. Many paths lead to the same one."
    yield ..., "Each of the three layers has four ways to step."


@question("02_reach.ipynb#one-path-of-many", Number(within=0.05))
def farthest_share():
    """The share of the output that comes from the farthest token of 3 layers with W = 100."""
    yield influence(3, 100)[-1]
    yield 1 / 300, "That would be an even share over L x W tokens. The paths are not spread evenly."
    yield 1 / 100, "That is one layer. Each of the three multiplies by 1/W."
    yield (
        1 / 100**2,
        "That is 1/W^2: two layers, and there are three. If you meant per cent, write the % sign.",
    )
    yield influence(3, 100, 0.95)[-1], "That is the share with a residual path. It comes in chapter 4."
    yield 10 ^ -6, POWER
    yield ..., "Count the paths that lead there, and all paths."


@question(
    "02_reach.ipynb#stacking-is-convolving",
    Choice("as far as the reach", "not as far", "farther", also=AS_FAR),
)
def twice_the_layers():
    """With twice the layers, does the place of the 99% move as far as the reach does?"""
    near, far = (horizon(influence(layers, 100), 0.01) for layers in (8, 16))
    yield "not as far" if far < 2 * near else "as far as the reach"
    yield (
        "as far as the reach",
        "The reach doubles. But the farthest tokens have few paths: do the 99% keep up with it?",
    )
    yield "farther", "Nothing comes from beyond the reach, so the 99% cannot run away from it."


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
    yield lambda layers, window: influence(layers, window) * float(window) ** layers
    yield influence, "Those are shares. Do not divide by W: count the paths."
    yield (
        lambda layers, window: np.full(
            layers * (window - 1) + 1, float(window) ** layers / (layers * (window - 1) + 1)
        ),
        "You spread the paths evenly over the reach. More of them end in the middle.",
    )
