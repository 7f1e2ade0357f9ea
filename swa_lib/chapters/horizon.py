"""Questions of chapter 5: the horizon."""

import math

import numpy as np

from ..blur import drift
from ..book.asking import Sliders, question
from ..book.functions import Function
from ..book.kinds import Choice, Estimate, Number, Numbers
from ..horizons import horizon, rule_horizon
from ..models import MODELS
from ..paths import reach
from ..profile import influence
from .designs import deep_or_wide_tolerance

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
