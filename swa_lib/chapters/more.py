"""More questions than the chapters ask: for tests, worksheets and course systems.

Each is a question like those of the chapters, and `check` answers it in any notebook.
"""

from ..barrier import hop_distribution, path_influence
from ..blur import drift, spread
from ..book.asking import question
from ..book.kinds import Choice, Estimate, Number, Numbers
from ..costs import tokens_held
from ..horizons import horizon, rule_horizon
from ..paths import reach
from ..profile import influence
from ..window import visible
from .designs import far_share
from .remedies import price_of


@question("01_window.ipynb#which-tokens-exactly", Numbers(ordered=False))
def seen_by_1000():
    """The tokens that token 1000 sees with W = 100."""
    return visible(1000, 100), [
        (range(900, 1001), "Those are W+1 tokens. The window counts the token itself."),
        (range(901, 1000), "A range stops before its end, and the token sees itself."),
        (range(900, 1000), "That is a window without the token itself. W counts it."),
    ]


@question(
    "01_window.ipynb#which-tokens-exactly",
    Number(),
    "The window counts the token itself: go back W-1.",
)
def oldest_of_4096():
    """The oldest token that token 10,000 sees with W = 4,096."""
    return visible(10_000, 4096)[0], [
        (10_000 - 4096, "That is W back. The window counts the token itself, so it starts W-1 back."),
        (0, "A window of 4,096 does not go back to the beginning of this text."),
    ]


@question(
    "02_reach.ipynb#how-far-it-could-see",
    Number("tokens"),
    "A layer goes back W-1, and there are 32.",
)
def reach_of_mistral():
    """The reach of 32 layers with W = 4,096."""
    return reach(32, 4096), [
        (32 * 4096, "That is L x W, the number that is quoted. Each layer goes back W-1 at most."),
        (4095, "That is one layer. Depth multiplies it."),
    ]


@question(
    "02_reach.ipynb#how-far-it-could-see",
    Number(),
    "How far do the three layers reach? The farthest token must be in the text.",
)
def first_whole_reach():
    """The first token for which the whole reach of 3 layers with W = 10 lies within the text."""
    return reach(3, 10), [
        (3 * 10, "L x W counts the current token once per layer; a layer goes back W-1 at most."),
        (reach(1, 10), "That is one layer, as in chapter 1. The next one starts where this one ended."),
        (reach(3, 10) + 1, "Positions begin at 0, and token 0 is part of the text."),
        (reach(3, 10) - 1, "One short: its farthest token would lie just before the text."),
    ]


@question(
    "03_blur.ipynb#spread",
    Number("tokens", within=0.005),
    "About 0.29 W sqrt(L).",
)
def spread_of_25():
    """The spread for L = 25, W = 1,000."""
    return spread(25, 1000), [
        (1000 * 5, "W√L is the full width of the blur. The spread is 0.29 of it."),
        (2 * spread(25, 1000), "0.58 W√L is two spreads."),
        (25 * spread(1, 1000), "Spreads do not add up. Their squares, the variances, do."),
        (drift(25, 1000), "That is the drift, L(W-1)/2."),
        (spread(25, 1000) ** 2, "That is the variance. Take its square root."),
    ]


@question("04_barrier.ipynb#a-hundred-doors", Choice("yes", "no"))
def depth_counts():
    """Whether the share from beyond one window depends on the depth."""
    shallow, deep = (far_share(layers, 100, 0.95, 99) for layers in (8, 100))
    return "yes" if deep > 1.01 * shallow else "no", [
        ("no", "The rule of thumb says 0.05 at any depth. But a deep stack has many more paths from there."),
    ]  # fmt: skip


@question("04_barrier.ipynb#a-hundred-doors", Number(within=0.01), "All 32 layers must keep.")
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


@question(
    "04_barrier.ipynb#the-third-famous-rule",
    Number(within=0.001),
    "A hop lets 1-alpha through.",
)
def two_hops_at_98():
    """What two hops let through at alpha = 0.98."""
    return path_influence(2, 0.98), [
        (0.98**2, "That is what two layers that keep leave. A hop lets 1-alpha through."),
        (2 * 0.02, "Hops multiply; you added them."),
        (0.02, "That is one hop. The second takes its factor of that."),
    ]


@question(
    "05_horizon.ipynb#the-law-of-hops",
    Estimate("tokens", within=0.35),
    "Half of five hops, four thirds of their root, and a half: so many windows.",
)
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


@question(
    "05_horizon.ipynb#where-you-stop-caring",
    Number("tokens", within=0.02),
    "A hundredth of 1% is 1% squared, and the tolerance stands in a logarithm.",
)
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


@question(
    "05_horizon.ipynb#where-you-stop-caring",
    Estimate("tokens", within=0.05),
    "Each window costs a factor of ten. How many make a hundredth?",
)
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


@question(
    "06_remedies.ipynb#what-is-cheap",
    Estimate("times", within=0.35),
    "Count the tokens that each of the two caches holds.",
)
def cheaper_by():
    """By what factor the cache of 36 wide windows is larger than with one global layer."""
    return price_of("wider window") / price_of("global layers"), [
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
            price_of("global layers") / price_of("wider window"),
            "Turn it round: how many times more do the wide windows cost?",
        ),
    ]


@question(
    "06_remedies.ipynb#what-is-cheap",
    Number("tokens"),
    "35 layers keep a window, one keeps the text.",
)
def held_with_one_global():
    """The tokens that 36 layers of 128 hold at a text of 8,192 when one of them is global."""
    return tokens_held(36, [128] * 35 + [8192], 8192), [
        (36 * 128 + 8192, "The global layer is one of the 36: 35 keep a window."),
        (36 * 128, "That is windows alone. The global layer keeps the whole text."),
        (36 * 8192, "That is 36 global layers."),
        (128 + 8192, "Every layer keeps a cache of its own."),
    ]
