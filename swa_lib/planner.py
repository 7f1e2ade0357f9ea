"""Chapter 6: "I need D tokens at tolerance eps." What does each remedy cost?

Each remedy has a strength: a window, a number of layers, a stride. `plan` finds
the smallest strength at which enough comes from beyond D tokens; `trade_off`
walks through the strengths. Both say what a strength costs.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from . import arguments
from .costs import attention_flops, kv_cache_bytes
from .horizons import share_beyond
from .models import checked
from .profile import influence
from .remedies import Route, influence_through, memory_influence


class Plan(NamedTuple):
    """One remedy at one strength."""

    remedy: str
    strength: int  # the number a remedy can be turned up by: a window, layers, memory tokens, ...
    setting: str  # the strength in words: "W = 553"
    enough: bool  # at least the tolerance comes from beyond the distance
    beyond: float  # share of the output from beyond the distance
    cache_bytes: int  # of one sequence, all layers
    flops: int | None  # of one generated token, all layers; None without query heads


class Remedied(NamedTuple):
    """What a stack with a remedy brings and keeps."""

    setting: str  # as in `Plan`
    beyond: float  # share of the output from beyond the distance
    held: int  # tokens kept, all layers
    read: int  # tokens read for one generated token, all layers


class Remedy(NamedTuple):
    """How to compute one remedy, and how weak and strong it can be; all three are functions of the need."""

    solve: Callable  # (need, strength) -> Remedied
    weakest: Callable
    strongest: Callable


class _Need(NamedTuple):
    layers: int
    window: int
    distance: int
    tolerance: float
    alpha: float
    text: int  # tokens a global layer, a memory or a state looks at
    head_dim: int


def plan(model, distance, tolerance, alpha):
    """What each remedy needs, and costs, to see beyond a distance.

    Parameters
    ----------
    model : swa_lib.models.Model; its layers, window and head sizes are used, and
        all its layers start as local ones
    distance : int from 1 to 2**20, tokens D
    tolerance : float in (0, 1): at least this share must come from beyond D
    alpha : float in [0, 1), the residual share; assumed, not published

    Returns
    -------
    list of Plan: the bare stack first, then every remedy at the smallest strength
    that is enough, or at its greatest. Exact for the kernel model; costs are for
    a text of 2 D tokens, or of one window where that is longer.

    Source: chapter 6.

    >>> from swa_lib.models import MODELS
    >>> wider = plan(MODELS["gpt-oss-20b"], 2000, 0.01, 0.9)[1]
    >>> wider.strength, wider.setting
    (553, 'W = 553')
    """
    need = _need(model, distance, tolerance, alpha)
    plans = []
    for name, remedy in REMEDIES.items():

        def enough(strength, solve=remedy.solve):
            return solve(need, strength).beyond >= need.tolerance

        strength = _smallest(enough, remedy.weakest(need), remedy.strongest(need))
        plans.append(_plan(model, need, name, strength))
    return plans


def trade_off(model, distance, tolerance, alpha, points=5):
    """Each remedy at several strengths: how much comes from beyond D, at what cost.

    Parameters
    ----------
    model, distance, tolerance, alpha : as for `plan`
    points : int from 2 to 50, strengths a remedy, evenly spaced in their logarithm

    Returns
    -------
    dict, remedy -> list of Plan from weakest to strongest

    Source: chapter 6.

    >>> from swa_lib.models import MODELS
    >>> [p.setting for p in trade_off(MODELS["gpt-oss-20b"], 2000, 0.01, 0.9)["global layers"]]
    ['1 of 24 layers', '2 of 24 layers', '5 of 24 layers', '11 of 24 layers', '24 of 24 layers']
    """
    need = _need(model, distance, tolerance, alpha)
    points = arguments.whole("points", points, 2, 50)
    curves = {}
    for name, remedy in REMEDIES.items():
        strengths = np.geomspace(remedy.weakest(need), remedy.strongest(need), points)
        strengths = np.unique(np.round(strengths).astype(int))
        curves[name] = [_plan(model, need, name, int(s)) for s in strengths]
    return curves


def _need(model, distance, tolerance, alpha):
    model = checked(model)
    distance = arguments.whole("distance", distance, 1, 2**20)
    tolerance = arguments.tolerance_share(tolerance)
    alpha = arguments.residual_share(alpha)
    return _Need(
        model.layers,
        model.window,
        distance,
        tolerance,
        alpha,
        max(2 * distance, model.window),
        model.head_dim,
    )


def _plan(model, need, name, strength):
    found = REMEDIES[name].solve(need, strength)
    flops = model.query_heads and attention_flops(found.read, model.query_heads, model.head_dim)
    cache = kv_cache_bytes(found.held, model.kv_heads, model.head_dim)
    enough = found.beyond >= need.tolerance
    return Plan(name, strength, found.setting, enough, found.beyond, cache, flops)


def _smallest(enough, low, high):
    """Smallest whole strength from low to high that is enough; high when none is."""
    top = low
    while top < high and not enough(top):
        low, top = top + 1, min(2 * top, high)
    while low < top:
        middle = (low + top) // 2
        if enough(middle):
            top = middle
        else:
            low = middle + 1
    return top


# The remedies: (need, strength) -> Remedied.


def _windows(need, window):
    share = share_beyond(influence(need.layers, window, need.alpha), need.distance)
    return Remedied(f"W = {window:,}", share, held=need.layers * window, read=need.layers * window)


def _softer(need, percent):
    alpha = 1 - percent / 100
    return _windows(need._replace(alpha=alpha), need.window)._replace(setting=f"alpha = {alpha:.2f}")


def _beyond(need, stack):
    """What is missing within the distance (absolute error about 1e-13)."""
    return max(0.0, 1 - float(influence_through(stack, need.alpha, need.distance + 1).sum()))


def _global(need, wide):
    local = need.layers - wide
    share = _beyond(need, [[Route(1.0, need.window)]] * local + [[Route(1.0, need.text)]] * wide)
    held = local * need.window + wide * need.text
    return Remedied(f"{wide} of {need.layers} layers", share, held, read=held)


def _memory(need, memory):
    read, total, stored = memory / (need.window + memory), 1.0, 0.0
    for _ in range(need.layers):  # what comes from the text at all, as in `memory_influence`
        total, stored = (
            need.alpha * total + (1 - need.alpha) * ((1 - read) * total + read * stored),
            need.alpha * stored + (1 - need.alpha) * total,
        )
    text = max(need.text, need.window)
    near = memory_influence(need.layers, need.window, need.alpha, memory, text, need.distance + 1)
    held = need.layers * (need.window + memory)
    # Each new token is also read once by every memory token.
    share = max(0.0, total - float(near.sum()))
    return Remedied(f"{memory:,} tokens", share, held, read=held + need.layers * memory)


def _dilated(need, stride):
    layer = [Route(0.75, need.window), Route(0.25, need.window, stride=stride)]
    # A later token may need any token within the dilated heads' range: all are kept.
    held = need.layers * need.window * (3 + stride) // 4
    share = _beyond(need, [layer] * need.layers)
    return Remedied(f"1/4 of heads, stride {stride}", share, held, read=need.layers * need.window)


def _retrieved(need, found):
    seen = need.window + found
    layer = [Route(need.window / seen, need.window), Route(found / seen, found, offset=need.distance + 1)]
    held = need.layers * seen
    share = _beyond(need, [layer] * need.layers)
    return Remedied(f"{found:,} tokens a layer", share, held, read=held)


def _state(need, memory):
    fading = max(1, need.layers // 2)
    local = need.layers - fading
    state = [Route(1.0, need.text, decay=1 - 1 / memory)]
    share = _beyond(need, [[Route(1.0, need.window)]] * local + [state] * fading)
    # A state of head_dim x head_dim numbers a head is as large as head_dim/2 keys
    # with their values, and is updated and read for the price of head_dim of them.
    held = local * need.window + fading * need.head_dim // 2
    read = local * need.window + fading * need.head_dim
    return Remedied(f"{fading} layers, memory of {memory:,}", share, held, read)


def _weakest_softer(need):
    """The residual share as it is, in whole per cent of attention."""
    return max(1, math.ceil(round(100 - 100 * need.alpha, 9)))


REMEDIES = {
    "window alone": Remedy(_windows, lambda need: need.window, lambda need: need.window),
    "wider window": Remedy(_windows, lambda need: need.window, lambda need: max(need.text, need.window)),
    "softer residual": Remedy(_softer, _weakest_softer, lambda need: 100),
    "global layers": Remedy(_global, lambda need: 1, lambda need: need.layers),
    "memory tokens": Remedy(_memory, lambda need: 1, lambda need: need.window),
    "dilated heads": Remedy(_dilated, lambda need: 1, lambda need: max(1, -(-need.text // need.window))),
    "retrieval": Remedy(_retrieved, lambda need: 1, lambda need: need.window),
    "fading state": Remedy(_state, lambda need: 2, lambda need: 16 * need.text),
}


def plan_table(plans):
    """The plans as lines of text, one a remedy.

    Parameters
    ----------
    plans : list of Plan, as `plan` returns it

    Returns
    -------
    str; MiB of KV cache, millions of operations a token, "-" where they are unknown

    Source: chapter 6.

    >>> from swa_lib.models import MODELS
    >>> print(plan_table(plan(MODELS["gpt-oss-20b"], 2000, 0.01, 0.9)[1:3]))
    remedy           setting                      enough  beyond    MiB  MFLOP
    wider window     W = 553                         yes   1.01%     26      -
    softer residual  alpha = 0.00                     no   0.40%      6      -
    """
    if not isinstance(plans, (list, tuple)) or not all(isinstance(p, Plan) for p in plans):
        arguments.refuse("plans", plans, "a list of Plan", TypeError)
    lines = ["remedy           setting                      enough  beyond    MiB  MFLOP"]
    for p in plans:
        share = "<0.01%" if p.beyond < 1e-4 else f"{p.beyond:.2%}"
        flops = "-" if p.flops is None else f"{p.flops / 1e6:,.0f}"
        enough = "yes" if p.enough else "no"
        lines.append(
            f"{p.remedy:<17}{p.setting:<29}{enough:>6}{share:>8}{p.cache_bytes / 2**20:>7,.0f}{flops:>7}"
        )
    return "\n".join(lines)
