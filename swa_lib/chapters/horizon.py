"""Questions of chapter 5: the horizon."""

import math

import numpy as np

from ..blur import drift
from ..book.asking import Sliders, question
from ..book.functions import Function
from ..book.kinds import Choice, Estimate, Numbers
from ..horizons import horizon, rule_horizon
from ..models import MODELS
from ..paths import reach
from ..profile import influence
from .designs import deep_or_wide_tolerance

SLIDER_NAMES = dict.fromkeys(("layer", "depth", "l", "number of layers", "the number of layers"), "layers")
SLIDER_NAMES |= dict.fromkeys(("α", "the residual", "residual"), "alpha")
SLIDER_NAMES |= dict.fromkeys(("eps", "epsilon", "ε", "the tolerance"), "tolerance")

TWO_HORIZONS = Sliders(
    start={"layers": 32, "alpha": 0.95, "tolerance": 0.001},
    ends={"layers": (4, 100), "alpha": (0.8, 0.99), "tolerance": (0.05, 0.001)},
)


@question(
    "05_horizon.ipynb#where-you-stop-caring",
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


@question(
    "05_horizon.ipynb#where-you-stop-caring",
    Choice("alpha", "layers", "tolerance", also=SLIDER_NAMES),
    TWO_HORIZONS,
)
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


@question("05_horizon.ipynb#the-law-of-hops", Estimate("windows", within=0.15))
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
            "That is the rule's 1.5 windows at any depth. "
            f"{layers} layers make 2.6 hops: begin with half of them.",
        ),
        (
            drift(layers, window, 0.95) / window,
            "That is half the hops. Add four thirds of their root, and a half.",
        ),
        (1, f"That is one hop. Each of the {layers} layers may hop."),
        (math.sqrt(layers), "W sqrt(L) is the width of a blur without residuals, not a distance."),
    ]


@question(
    "05_horizon.ipynb#where-you-stop-caring",
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


@question("05_horizon.ipynb#the-tolerance-is-yours", deep_or_wide_tolerance)
def deep_or_wide():
    """A tolerance at which 128 layers of 100 tokens see farther than 8 layers of 1,600."""
    return 0.5, []
