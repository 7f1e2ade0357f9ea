"""Chapter 2: reach and influence. Its explorers, and its questions."""

import itertools
import math
from collections import Counter

import numpy as np

from .. import hops, horizon, influence, reach
from ..book.asking import question
from ..book.kinds import POWER, Choice, Function, Number
from ..book.marks import Axis, Edges, Figure, Grip, Label, Line, Points, share_in_words
from .stack import NAME, WINDOW, WORDS, counted, over_story, over_words, ticks

AS_FAR = {"further": "farther", "yes": "as far as the reach", "no": "not as far"}


def in_reach(layers):
    """Layers over the story: how far they could look, and one path that goes there."""
    far, deep = min(reach(layers, WINDOW), WORDS - 1), counted(layers, "layer")
    rows = [(1,) * min(reach(k, WINDOW) + 1, WORDS) for k in range(1, layers + 1)]
    path = [min(k * (WINDOW - 1), far) + 0.5 for k in range(layers + 1)], range(layers, -1, -1)
    need = f" and takes {hops(NAME, WINDOW)} hops" if far >= NAME else ""  # the chapter asks for it first
    return over_story(
        f"{deep} could see {over_words(far)}. The name is {'in' if far >= NAME else 'out of'} reach",
        f"{deep} could reach [could|{counted(far, 'word')} back]. On [one path|one path] to the word there "
        f"every layer hops as far as it can. The name is {NAME} words back{need}.",
        rows,
        marks=(
            Line("one path", "ink", *path, label="one path" if layers > 1 else ""),
            Points("stops", "ink", *path, size=3),
        ),
        lit=False,
    )


SMALL, NARROW = 3, 4  # layers and window of the hop diagram: few enough to see all of its 64 paths


def carried(alpha, back=None):
    """What each step of the hop diagram carries to the output, summed over its paths, one by one.

    alpha : float in [0, 1)
    back : int, the token that the paths come from, in tokens back; None for all tokens

    Returns dict, (layer, start, end) -> share of the output, or of what comes from that token. The step leads
    from `start` tokens back in `layer`, 0 for the text, to `end` in the next. A layer's steps sum to 1
    Source: chapters 2 and 4.

    >>> carried(0.0, back=9)
    {(0, 9, 6): 1.0, (1, 6, 3): 1.0, (2, 3, 0): 1.0}
    """
    one, found = influence(1, NARROW, alpha), Counter()
    for path in itertools.product(range(NARROW), repeat=SMALL):
        if back in (None, sum(path)):
            for layer in range(SMALL):
                step = layer, sum(path[layer:]), sum(path[layer + 1 :])
                found[step] += math.prod(one[hop] for hop in path)
    whole = math.fsum(found.values()) / SMALL
    return {step: float(share) / whole for step, share in found.items()}


def hop_diagram(back, passed, alpha=0.0):
    """The paths through a small stack, every step as wide as what it carries; those of one token are lit."""
    far, share = reach(SMALL, NARROW), share_in_words(influence(SMALL, NARROW, alpha)[back])
    choices = NARROW + (alpha > 0)  # of a path in every layer: to stay is one more than the hops
    paths, stays, need = choices**SMALL, 1 - NARROW / choices, hops(back, NARROW)
    ways = round(influence(SMALL, NARROW, stays)[back] * paths)
    must = {0: "none has to", SMALL: f"all of {SMALL} layers must"}
    least = must.get(need, f"at least {need} of {SMALL} layers must")
    keeps = f"Each layer keeps {alpha:.0%}. " if alpha else ""
    lit = {1: " Lit is the first layer.", 2: " Lit are the first two layers."}.get(passed, "")
    start, carry, lead, bring = ("start", "carry", "lead", "Together they bring")
    if ways == 1:
        start, carry, lead, bring = ("starts", "carries", "leads", "It brings")
    cone = [influence(SMALL - height, NARROW, alpha) for height in range(SMALL + 1)]
    tokens = [(d, height, share) for height, row in enumerate(cone) for d, share in enumerate(row)]
    x, y, seen = zip(*tokens)
    names = [(f"layer {h}" if h < SMALL else "output", h) for h in range(1, SMALL + 1)]
    return Figure(
        f"{ways} of {paths} paths {start} {back} back, and {carry} {share} of the output",
        f"{keeps}From the token {back} back {lead} [paths|{counted(ways, 'path')}] of {paths}; {least} "
        f"move what it has. {bring} {share} of the output.{lit}",
        Axis("tokens back", far + 0.5, -0.5, ticks=((0, "now"), *ticks(range(1, far + 1)))),
        Axis("", -0.14, SMALL + 0.15),  # the circles keep off the digits
        (
            _steps("cone", "muted", carried(alpha), SMALL),
            _steps("paths", "could", carried(alpha, back), passed),
            Points("shares", "does", x, y, shades=np.sqrt(seen).round(2).tolist(), size=9),
            *(Label(name, "muted", name, len(cone[h]) - 1, h) for name, h in names),
            Grip("back", "could", back, 0, "x"),
        ),
        height=280,
    )


def _steps(name, role, shares, passed):
    """The steps through the first layers, each as wide as what it carries."""
    shown = sorted(step for step in shares if step[0] < passed)
    ends = [(start, layer, end, layer + 1) for layer, start, end in shown]
    return Edges(name, role, ends, [round(shares[step], 3) for step in shown])


# Questions


@question("02_reach.ipynb#how-far-it-could-see", Number("layers"))
def layers_for_the_name():
    """The fewest layers of ten-word windows that reach the story's name, 111 words back."""
    back = 111
    yield hops(back, 10)
    nine = "A layer takes you back nine words: its ten count the word itself."
    yield math.ceil(back / 10), f"{nine} Twelve end at {reach(12, 10)}."
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
    yield 1e-4, "That is 1/W^2: two layers, and there are three. If you meant per cent, write the % sign."
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
    keep_up = "The reach doubles. But the farthest tokens have few paths: do the 99% keep up with it?"
    yield "as far as the reach", keep_up
    yield "farther", "Nothing comes from beyond the reach, so the 99% cannot run away from it."


@question(
    "02_reach.ipynb#stacking-is-convolving",
    Function("(layers, window) that gives an array", "no layers at all, which leave one path, of distance 0"),
)
def path_counts():
    """A function that counts the paths to each distance."""

    def spread_evenly(layers, window):
        tokens = layers * (window - 1) + 1
        return np.full(tokens, float(window) ** layers / tokens)

    def counts(layers, window):
        return influence(layers, window) * float(window) ** layers

    yield counts, [(0, 3), (1, 4), (2, 3), (3, 4), (5, 2)]
    yield influence, "Those are shares. Do not divide by W: count the paths."
    yield spread_evenly, "You spread the paths evenly over the reach. More of them end in the middle."
