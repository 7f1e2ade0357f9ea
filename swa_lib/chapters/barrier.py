"""Chapter 4: the residual barrier. Its explorers, and its questions."""

import math

import numpy as np

from .. import beyond, influence, rule_of_thumb, share_beyond
from ..barrier import growing_stream, hop_distribution, path_influence
from ..book.asking import question
from ..book.kinds import Function, Number
from ..book.marks import Axis, Figure, Label, Line, Points, Rule, share_in_words
from .reach import hop_diagram
from .stack import HUNDRED, back_axis, counted, picture, share_axis, ticks


def residual_hops(back, passed, alpha):
    """The hop diagram with a residual path, which keeps what it carries where it is."""
    return hop_diagram(back, passed, alpha)


def staircase(layers, alpha):
    """The rule of thumb, straight and in whole windows, and the exact share from beyond every distance."""
    profile = influence(layers, HUNDRED, alpha)
    tail, stairs = beyond(profile), path_influence(np.arange(1, 9), alpha)
    exact, rule = share_beyond(profile, 2 * HUNDRED), float(stairs[1])
    begins = int(np.argmax(10 * np.append(tail[HUNDRED:], np.zeros(HUNDRED)) <= tail))
    shown = [share for share in (rule, exact) if share]
    truth = (
        f"the truth is {float(f'{exact / rule:.2g}'):,.10g} times that" if exact else "the truth is nothing"
    )
    barrier = (Rule("barrier", "muted", begins / HUNDRED, label="barrier begins"),) if begins else ()
    where = f" From {begins:,} tokens on, one more window divides it by ten." if begins else ""
    return Figure(
        f"Beyond two windows: {share_in_words(exact)}, where the rule says {share_in_words(rule)}",
        f"{counted(layers, 'layer')} of {HUNDRED}-token windows, each keeping {alpha:.0%}: from beyond two "
        f"windows comes [exact|{share_in_words(exact)}] of the output. The rule of thumb says "
        f"[rule of thumb|{share_in_words(rule)}]; {truth}.{where}",
        back_axis(8, 1, "windows back"),
        share_axis("share from beyond", 1e-8),
        (
            *barrier,
            Line("rule of thumb", "could", (0, 8), (1, stairs[-1]), "dot"),
            Line("in whole windows", "could", range(9), (*stairs, stairs[-1]), "dash", step=True),
            Line("exact", "does", np.arange(len(tail)) / HUNDRED, tail),
            Points("beyond two windows", "ink", [2] * len(shown), shown),
        ),
        height=300,
    )


def hops_picture(depths, alpha):
    """Deeper stacks hop more often: the number of hops is binomial."""
    most, marks, parts = 14, [], []
    for layers, role, dash in zip(depths, ("does", "could", "ink"), ("", "dash", "dot")):
        chance, name = hop_distribution(layers, alpha)[: most + 1], f"L = {layers}"
        marks.append(Line(name, role, range(len(chance)), chance, dash, label=""))
        marks.append(Points(f"{name} dots", role, range(len(chance)), chance, size=3))
        peak = int(chance.argmax()), chance.max()
        marks.append(Label(f"{name} name", role, name, *peak))
        mean = layers * (1 - alpha)
        parts.append(f"[{name}|{layers} layers] make {mean:.2g} on average, and {chance[0]:.0%} none")
    return picture(
        "Deeper stacks hop more often",
        f"Hops, each layer keeping {alpha:.0%}: {'; '.join(parts)}.",
        Axis("hops k", -0.3, most + 0.3, ticks=ticks(range(0, most + 1, 2))),
        Axis("share of the output", 0, 0.8, ticks=ticks((0, 0.2, 0.4, 0.6, 0.8), ".0%")),
        tuple(marks),
        height=260,
    )


# Questions


@question("04_barrier.ipynb#a-hundred-doors", Number(within=0.1, rule=rule_of_thumb(150, 100, 0.95)))
def beyond_the_rule():
    """The share from beyond 1.5 windows for L = 100, alpha = 0.95."""
    yield share_beyond(influence(100, 100, 0.95), 150)
    more = "A hundred layers have many more choices of who hops."
    yield 0.01, f"That is the rule's 1%, at any depth. {more}"
    yield rule_of_thumb(150, 100, 0.95), f"That is the rule again, at any depth. {more}"
    yield 0.0025, "That is what two hops let through. There are many ways to choose the two layers."
    yield share_beyond(influence(8, 100, 0.95), 150), "That is a stack of 8 layers. More layers, more hops."
    yield ..., "How many hops do a hundred layers make? Where does that put most of the output?"


@question("04_barrier.ipynb#a-hundred-doors", Number("hops", within=0.01))
def average_hops():
    """The average number of hops for L = 100, alpha = 0.95."""
    chance = hop_distribution(100, 0.95)
    yield float(chance @ np.arange(101))
    yield 95, "Those are the layers that keep. A layer hops with the share 1-alpha."
    yield 100, "That is the most there can be. Each layer hops with the share 1-alpha only."
    yield 0.05, "That is the share of one layer. There are 100."
    yield ..., "Each layer hops with the chance 1-alpha."


@question(
    "04_barrier.ipynb#the-third-famous-rule",
    Function("(profile, window, alpha) that gives an array", "alpha = 0 and a window of a single token"),
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

    inputs = [(np.ones(1), 3, 0.5), (np.array([0.5, 0.5]), 2, 0.75), (influence(2, 4, 0.9), 5, 0.9)]
    inputs += [(influence(3, 4), 6, 0.0), (np.array([0.75, 0.25]), 1, 0.5)]
    yield layer(lambda a: a, lambda a: 1 - a), inputs
    yield layer(lambda a: 0, lambda a: 1), "Yours has no residual path: it is the blur of chapter 3."
    yield layer(lambda a: 0, lambda a: 1 - a), "Yours has the attention path alone. Add what stays, alpha."
    yield layer(lambda a: 1 - a, lambda a: a), "You swapped the two sides: alpha stays, 1-alpha is averaged."
    yield layer(lambda a: 1, lambda a: 1 - a), "Yours keeps all of the token. It keeps the share alpha of it."
    yield layer(lambda a: 1, lambda a: 1), "Yours adds both sides whole. Their shares are alpha and 1-alpha."
    wide = "Your window has W+1 tokens. It counts the token itself."
    yield layer(lambda a: a, lambda a: 1 - a, wider=1), wide


@question("04_barrier.ipynb#a-hundred-doors", Number("times", within=0.1))
def growing_hops():
    """How many times more hops 100 layers make than 32, when layer l has the share 1/(l+1)."""
    few, many = (float((1 - growing_stream(layers)).sum()) for layers in (32, 100))
    yield many / few
    yield 100 / 32, "So it would be with the same share in every layer. Here late layers hardly mix."
    yield math.sqrt(100 / 32), "It is no square root. The shares 1/2, 1/3, 1/4, ... add up like a logarithm."
    yield 1, "It does grow, only slowly: like the logarithm of the depth."
    yield ..., "Add up 1/2, 1/3, 1/4 and so on, to 1/33 and to 1/101."
