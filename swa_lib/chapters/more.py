"""A few questions that no chapter asks, for worksheets and course systems; `check` answers them, too."""

import numpy as np

from .. import drift, horizon, influence, reach, rule_horizon, share_beyond, visible
from ..barrier import hop_distribution, path_influence
from ..book.asking import question
from ..book.kinds import Choice, Number, Numbers
from .remedies import prices


@question("01_window.ipynb#which-tokens-exactly", Numbers("two positions, the first and the last", 2))
def seen_by_1000():
    """The tokens that token 1000 sees with W = 100."""
    yield visible(1000, 100)
    yield range(900, 1001), "Those are W+1 tokens. The window counts the token itself."
    yield range(901, 1000), "A range stops before its end, and the token sees itself."
    yield range(900, 1000), "That is a window without the token itself. W counts it."


@question("02_reach.ipynb#how-far-it-could-see", Number("tokens"))
def farthest_token():
    """The reach of 3 layers with W = 100."""
    yield reach(3, 100)
    yield 3 * 100, "L x W counts the current token once per layer; a layer takes you back W-1 at most."
    yield reach(3, 100) + 1, "That is how many distances there are, 0 among them. The farthest is one less."
    yield reach(1, 100), "That is one layer. The next one starts where this one ended."
    yield ..., "How far back does one layer go? The next one starts from there."


@question("02_reach.ipynb#how-far-it-could-see", Number("tokens"))
def reach_of_mistral():
    """The reach of 32 layers with W = 4,096."""
    yield reach(32, 4096)
    yield 32 * 4096, "That is L x W, the number that is quoted. Each layer goes back W-1 at most."
    yield 4095, "That is one layer. Depth multiplies it."
    yield ..., "A layer goes back W-1, and there are 32."


@question("02_reach.ipynb#how-far-it-could-see", Number())
def first_whole_reach():
    """The first token for which the whole reach of 3 layers with W = 10 lies within the text."""
    yield reach(3, 10)
    yield 3 * 10, "L x W counts the current token once per layer; a layer goes back W-1 at most."
    yield reach(1, 10), "That is one layer, as in chapter 1. The next one starts where this one ended."
    yield reach(3, 10) + 1, "Positions begin at 0, and token 0 is part of the text."
    yield reach(3, 10) - 1, "One short: its farthest token would lie just before the text."
    yield ..., "How far do the three layers reach? The farthest token must be in the text."


@question("04_barrier.ipynb#the-third-famous-rule", Numbers("three numbers", 3, within=0.05))
def three_hops():
    """What 1, 2 and 3 hops let through at alpha = 0.95."""
    yield path_influence([1, 2, 3], 0.95)
    yield 0.95 ** np.arange(1, 4), "That is what layers that keep leave. A hop has the share 1-alpha."
    yield [0.05, 0.05, 0.05], "Each hop takes its factor of what the last one left: multiply."
    yield [0.05, 0.1, 0.15], "Hops do not add up. Each takes its factor of what the last one left: multiply."
    yield ..., "A hop lets 1-alpha through, and the next one 1-alpha of that."


@question("04_barrier.ipynb#a-hundred-doors", Choice("yes", "no"))
def depth_counts():
    """Whether the share from beyond one window depends on the depth."""
    shallow, deep = (share_beyond(influence(layers, 100, 0.95), 99) for layers in (8, 100))
    yield "yes" if deep > 1.01 * shallow else "no"
    yield "no", "The rule of thumb says 0.05 at any depth. But a deep stack has many more paths from there."


@question("04_barrier.ipynb#a-hundred-doors", Number(within=0.02))
def never_moved():
    """The share of the output that never hops: 32 layers, alpha = 0.95."""
    yield hop_distribution(32, 0.95)[0]
    yield 0.05**32, "(1-alpha)^L is the choice in which every layer hops. Here every layer must keep."
    yield 0.95, "That is one layer. All 32 must keep."
    yield 1 - hop_distribution(32, 0.95)[0], "That is what hops at least once."
    yield ..., "All 32 layers must keep."


SLIDER_NAMES = dict.fromkeys(("layer", "depth", "l", "number of layers"), "layers")
SLIDER_NAMES |= {"α": "alpha", "residual": "alpha"} | dict.fromkeys(("eps", "epsilon", "ε"), "tolerance")


@question("05_horizon.ipynb#where-you-stop-caring", Choice("alpha", "layers", "tolerance", also=SLIDER_NAMES))
def strongest_slider():
    """What changes exact horizon over rule most: 4 to 100 layers, alpha 0.8 to 0.99, tolerance 5% to 0.1%."""
    ends = {"layers": (4, 100), "alpha": (0.8, 0.99), "tolerance": (0.05, 0.001)}

    def ratio(layers=32, alpha=0.95, tolerance=0.001):
        return horizon(influence(layers, 100, alpha), tolerance) / rule_horizon(100, alpha, tolerance)

    changes = {name: ratio(**{name: many}) / ratio(**{name: few}) for name, (few, many) in ends.items()}
    in_both = "{} is in both horizons, so much of it cancels. Which one is in the exact horizon only?"
    yield max(changes, key=lambda name: abs(np.log(changes[name])))
    yield "alpha", in_both.format("Alpha")
    yield "tolerance", in_both.format("The tolerance")


@question("05_horizon.ipynb#the-law-of-hops", Number("tokens", within=0.35))
def horizon_in_the_head():
    """The horizon of 100 layers of W = 1,000, alpha = 0.95, tolerance 1%: roughly, within a third."""
    rule, mean = rule_horizon(1000, 0.95, 0.01), drift(100, 1000, 0.95)
    exact = horizon(influence(100, 1000, 0.95), 0.01)
    yield exact
    yield rule, "That is the rule alone. Add the drift: half of the average number of hops, in windows."
    yield mean, "That is the drift alone. Add the rule's windows."
    yield exact / 1000, "That is in windows. This question wants tokens."
    yield reach(100, 1000), "That is the reach, L(W-1). Nearly nothing comes from there."
    yield ..., "Half of five hops, four thirds of their root, and a half: so many windows."


@question("06_remedies.ipynb#what-is-cheap", Number("times", within=0.35))
def cheaper_by():
    """By what factor the cache of 36 wide windows is larger than with one global layer."""
    wide, one = prices()["wider window"], prices()["global layers"]
    yield wide / one
    yield 36, "One layer in 36 is global, but it keeps the whole text. Windows need not span the distance."
    yield 1312 / 128, "So much wider is one window. In the other cache a layer keeps all 8,192 tokens."
    yield one / wide, "Turn it round: how many times more do the wide windows cost?"
    yield ..., "Count the tokens that each of the two caches holds."
