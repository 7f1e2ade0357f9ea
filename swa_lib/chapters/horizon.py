"""Chapter 5: the horizon. Its explorers, and its questions."""

import functools
import math

import numpy as np

from .. import MODELS, beyond, drift, horizon, influence, reach, rule_horizon
from ..book.asking import question
from ..book.kinds import Function, Judged, Number, Numbers
from ..book.marks import Axis, Edges, Figure, Grip, Label, Line, Points, Rule, share_in_words
from ..law import horizon_by_hops, horizon_estimate
from .stack import DEEPEST, HUNDRED, back_axis, counted, kept, share_axis, ticks


def edge(tolerance):
    """Fourteen layers over the story at alpha 0.95: what falls off beyond the horizon."""
    return kept(DEEPEST, 0.95, tolerance, grips=("tolerance",))


def two_horizons(alpha, layers, tolerance):
    """Where the exact share from beyond falls below the tolerance, and where the rule says it does."""
    profile = influence(layers, HUNDRED, alpha)
    tail = beyond(profile)
    exact, rule = horizon(profile, tolerance), rule_horizon(HUNDRED, alpha, tolerance)
    far = reach(layers, HUNDRED)
    passes = f" The rule's horizon passes the reach, {far:,}." if rule > far else ""
    return Figure(
        f"Exact {exact:,}, rule {rule:,.0f} tokens: {exact / rule:.2f} times the rule's",
        f"{counted(layers, 'layer')} of {HUNDRED}-token windows, each keeping {alpha:.0%}. No more than "
        f"{share_in_words(tolerance)} of the output comes from beyond [exact|{exact:,} tokens]. The rule of "
        f"thumb says [rule of thumb|{rule:,.1f}].{passes}",
        back_axis(1750, 500),
        share_axis("share from beyond", 1e-6),
        (
            Rule("tolerance", "muted", tolerance, "y", label=""),
            Line("rule of thumb", "could", (0, 8 * rule), (1, tolerance**8), "dash"),
            Line("exact", "does", np.arange(len(tail)), tail),
            Points("rule's horizon", "could", [rule], [tolerance]),
            Points("exact horizon", "does", [max(exact, 1)], [tolerance]),
            Grip("tolerance", "ink", 1700, tolerance, "y"),
        ),
        height=300,
    )


STACKS = [(depth, alpha) for depth in (4, 8, 12, 24, 48, 96) for alpha in (0.8, 0.9, 0.95, 0.99)]
# The chapter asks for Gemma 3 27B.
SHOWN = ("Mistral 7B v0.1", "Olmo 3 7B", "Gemma 2 9B", "gpt-oss-20b")
SHAPES = {name: (MODELS[name].count("windowed"), MODELS[name].window) for name in SHOWN}
TOLERANCES = (0.1, 0.01, 0.001)
IN_THE_HEAD = {0.01: (4 / 3, 0.5), 0.001: (1.75, 1.0)}  # root of the hops times, plus: next to half the hops


@functools.cache
def _windows_back(layers, window, alpha, tolerance):
    """The exact horizon in windows."""
    return horizon(influence(layers, window, alpha), tolerance) / window


@functools.cache
def _curve(tolerance):
    """The curve of stacks that seldom hop, as x and y."""
    hops = np.geomspace(0.1, 40, 60)
    return hops, horizon_by_hops(hops, tolerance)


def master_curve(layers, alpha, tolerance):
    """The horizon in windows against the average number of hops: one curve, where hops are rare."""
    hops, exact = layers * (1 - alpha), _windows_back(layers, 256, alpha, tolerance)
    estimate, rule = horizon_estimate(layers, 1, alpha, tolerance), rule_horizon(1, alpha, tolerance)
    others = [t for t in TOLERANCES if t != tolerance]
    dots = np.array([(n * (1 - a), _windows_back(n, 256, a, tolerance)) for n, a in STACKS])
    models = [(n * 0.05, _windows_back(n, w, 0.95, tolerance), name) for name, (n, w) in SHAPES.items()]
    heights = {name: 42 * 0.68**i for i, (*_, name) in enumerate(sorted(models, reverse=True))}
    head = ""
    if tolerance in IN_THE_HEAD:
        times, plus = IN_THE_HEAD[tolerance]
        terms = (hops / 2, times * math.sqrt(hops), plus)
        head = f"In the head: {' + '.join(f'{term:.1f}' for term in terms)} = {sum(terms):.1f}."
    average = f"{counted(hops, 'hop', '.3g')} on average"
    return Figure(
        f"{average}: the horizon is {exact:.2f} windows back",
        f"{counted(layers, 'layer')}, each keeping {alpha:.0%}, make {average}. Exact "
        f"horizon [this stack|{exact:.2f} windows], estimate {estimate:.2f}, "
        f"[rule of thumb|rule of thumb {rule:.2f}]. {head} The [stacks|small dots] are other "
        "stacks, the named ones [models|models].",
        Axis("average hops λ = L(1 − α)", 0.1, 40, True, ticks((1, 2, 5, 10, 20, 0.5, 0.2), "g"), "{} hops"),
        Axis("horizon in windows", 0.3, 50, True, ticks((0.5, 1, 2, 5, 10, 20, 40), "g"), "{} windows"),
        (
            *(Line(f"{100 * t:g}%", "muted", *_curve(t), "dot", read=False) for t in others),
            Line("rule of thumb", "could", (0.1, 40), (rule, rule), "dash"),
            Line("law of hops", "does", *_curve(tolerance)),
            Edges("stems", "ink", [(x, y, x, heights[name]) for x, y, name in models], [0] * len(models)),
            *(Label(name, "ink", name, x, heights[name]) for x, _, name in models),
            Points("stacks", "does", *dots.T, shades=[0.3] * len(dots), size=3),
            Points("models", "ink", *np.array([model[:2] for model in models]).T, shades=[0] * len(models)),
            Points("this stack", "does", [hops], [exact], size=7),
        ),
        height=330,
    )


# Questions


EQUAL = dict.fromkeys(("equal", "all equal", "the same", "all the same", "they are equal"), 0)


@question(
    "05_horizon.ipynb#where-you-stop-caring", Numbers("three numbers", 3, "tokens", within=0.1, also=EQUAL)
)
def three_horizons():
    """The exact horizons of 8, 32 and 100 layers, W = 100, alpha = 0.95, tolerance 0.1%."""
    depths = (8, 32, 100)
    rule = rule_horizon(100, 0.95, 0.001)
    right = [horizon(influence(layers, 100, 0.95), 0.001) for layers in depths]
    yield right
    yield [0] * 3, "It is the rule of thumb that makes them equal. It does not know the depth."
    yield [tokens / 100 for tokens in right], "That is in windows. This question wants tokens."
    yield [rule] * 3, "That is the rule of thumb. It does not know the depth."
    yield [300] * 3, "That is the rule of thumb in whole windows. It does not know the depth."
    yield [153.7] * 3, "That is the rule's 1.5 W at any depth, and for a tolerance of 1%."
    yield [reach(layers, 100) for layers in depths], "That is the reach. Nearly nothing comes from there."
    blur = "W sqrt(L) is the width of a blur without residuals, not a distance."
    yield [100 * math.sqrt(layers) for layers in depths], blur
    few = 8 * 0.05
    yield ..., f"More layers hop more often: 8 of them {few:g} times on average, 32 of them 1.6, a hundred 5."


@question("05_horizon.ipynb#the-law-of-hops", Number("windows", within=0.3))
def windows_of_gemma():
    """The horizon of the windowed layers of Gemma 3 27B in windows, alpha = 0.95, 1%: roughly."""
    model = MODELS["Gemma 3 27B"]
    layers, window = model.count("windowed"), model.window
    exact = horizon(influence(layers, window, 0.95), 0.01)
    rule, mean = rule_horizon(1, 0.95, 0.01), drift(layers, window, 0.95) / window
    yield exact / window
    yield layers, "That is L x W, the reach. Nearly nothing comes from there."
    yield exact, "That is in tokens. This question wants windows."
    yield rule, "That is the rule's 1.5 windows at any depth. The layers make 2.6 hops: begin with half."
    yield mean, "That is half the hops. Add four thirds of their root, and a half."
    yield 1, f"That is one hop. Each of the {layers} layers may hop."
    yield math.sqrt(layers), "W sqrt(L) is the width of a blur without residuals, not a distance."
    yield ..., "52 layers, one time in twenty: 2.6 hops. Half of it, four thirds of its root, and a half."


@question(
    "05_horizon.ipynb#where-you-stop-caring",
    Function("(profile, tolerance), tokens", "tolerances from 0.3 down to a millionth", horizon),
)
def your_horizon():
    """A function that finds the horizon."""
    too_far = "Yours is one too far: the horizon still counts, only what is beyond it is left out."
    single = "You compared single shares with the tolerance. Compare all that comes from beyond."
    near = "Your distance leaves the tolerance on the near side. What comes from beyond must be small."
    inputs = [(influence(layers, 10, 0.9), eps) for layers in (2, 8) for eps in (0.3, 0.01, 1e-6)]
    yield lambda profile, tolerance: horizon(profile, tolerance), inputs
    yield lambda profile, tolerance: horizon(profile, tolerance) + 1, too_far
    yield lambda profile, tolerance: int(np.argmax(profile <= tolerance)), single
    yield lambda profile, tolerance: horizon(profile, 1 - tolerance), near


@question(
    "05_horizon.ipynb#where-you-stop-caring",
    Judged(
        Number(),
        "a tolerance between 0 and 1, in whole per cents",
        [0.001, *(n / 100 for n in range(1, 100))],
    ),
)
def deep_or_wide(tolerance):
    """A tolerance at which 128 layers of 100 tokens see farther than 8 layers of 1,600."""
    deep, wide = (horizon(influence(*shape, 0.95), tolerance) for shape in ((128, 100), (8, 1600)))
    if deep > wide:
        return True, f"there the deep stack sees {deep:,} tokens back, the wide one {wide:,}."
    both = f"There the deep stack sees {deep:,} tokens back and the wide one {wide:,}"
    far = "a single hop through a wide window goes far. How large a share would you have to ask for?"
    return False, f"{both}: {far}"
