"""Chapter 6: "I need D tokens at tolerance eps." What does each remedy cost?

For each remedy, the smallest strength at which more than the tolerance comes
from beyond D tokens, and what that strength costs a generated token.
"""

from typing import NamedTuple

from . import arguments, horizons
from .costs import attention_flops, kv_cache_bytes
from .profile import influence
from .remedies import Route, influence_through, memory_influence


class Plan(NamedTuple):
    """One remedy at the strength that is just enough; setting is None when none is."""

    remedy: str
    setting: str | None
    beyond: float  # share of the output from beyond the distance
    cache_bytes: int  # of one sequence, all layers
    flops: int | None  # of one generated token, all layers; None without query heads


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
    list of Plan: the bare stack first, then every remedy. Exact for the kernel
    model. Costs are for a text of 2 D tokens.

    Source: chapter 6.

    >>> from swa_lib.models import MODELS
    >>> plan(MODELS["gpt-oss-20b"], 2000, 0.01, 0.9)[1].setting
    'W = 553'
    """
    distance = arguments.whole("distance", distance, 1, 2**20)
    tolerance = arguments.tolerance_share(tolerance)
    alpha = arguments.residual_share(alpha)
    need = _Need(model.layers, model.window, distance, tolerance, alpha, 2 * distance, model.head_dim)
    plans = []
    for remedy, solve in REMEDIES.items():
        setting, beyond, held, read = solve(need)
        flops = model.query_heads and attention_flops(read, model.query_heads, model.head_dim)
        plans.append(Plan(remedy, setting, beyond, kv_cache_bytes(held, model.kv_heads, model.head_dim), flops))
    return plans


def _beyond(profile, distance):
    return float(horizons.beyond(profile)[distance]) if distance < len(profile) else 0.0


def _routes_beyond(need, stack):
    """Share from beyond the distance: what is missing within it (absolute error 1e-13)."""
    return max(0.0, 1 - float(influence_through(stack, need.alpha, need.distance + 1).sum()))


def _smallest(beyond, need, low, high):
    """Smallest whole strength whose `beyond` meets the tolerance, and that share; else None."""
    top = low
    while beyond(top) < need.tolerance:
        if top == high:
            return None, beyond(high)
        low, top = top + 1, min(2 * top, high)
    while low < top:
        middle = (low + top) // 2
        if beyond(middle) >= need.tolerance:
            top = middle
        else:
            low = middle + 1
    return top, beyond(top)


def _alone(need):
    share = _beyond(influence(need.layers, need.window, need.alpha), need.distance)
    held = need.layers * need.window
    return (f"W = {need.window:,}" if share >= need.tolerance else None), share, held, held


def _wider(need):
    def beyond(window):
        return _beyond(influence(need.layers, window, need.alpha), need.distance)

    window, share = _smallest(beyond, need, need.window, max(need.text, need.window))
    held = need.layers * (window or need.text)
    return window and f"W = {window:,}", share, held, held


def _softer(need):
    def beyond(percent_softer):
        return _beyond(influence(need.layers, need.window, 1 - percent_softer / 100), need.distance)

    softer, share = _smallest(beyond, need, max(1, round(100 * (1 - need.alpha))), 100)
    held = need.layers * need.window
    return softer and f"alpha = {1 - softer / 100:.2f}", share, held, held


def _global(need):
    def beyond(layers):
        local = [[Route(1.0, need.window)]] * (need.layers - layers)
        return _routes_beyond(need, local + [[Route(1.0, need.text)]] * layers)

    layers, share = _smallest(beyond, need, 1, need.layers)
    wide = layers or need.layers
    held = (need.layers - wide) * need.window + wide * need.text
    return layers and f"{layers} of {need.layers} layers", share, held, held


def _memory(need):
    def beyond(memory):
        stack = (need.layers, need.window, need.alpha, memory, need.text)
        read, total, stored = memory / (need.window + memory), 1.0, 0.0
        for _ in range(need.layers):  # what comes from the text at all, as in `memory_influence`
            total, stored = (
                need.alpha * total + (1 - need.alpha) * ((1 - read) * total + read * stored),
                need.alpha * stored + (1 - need.alpha) * total,
            )
        return max(0.0, total - float(memory_influence(*stack, need.distance + 1).sum()))

    memory, share = _smallest(beyond, need, 1, need.window)
    used = memory or need.window
    held = need.layers * (need.window + used)
    # Each new token is also read once by every memory token.
    return memory and f"{memory:,} tokens", share, held, held + need.layers * used


def _dilated(need):
    def beyond(stride):
        layer = [Route(0.75, need.window), Route(0.25, need.window, stride=stride)]
        return _routes_beyond(need, [layer] * need.layers)

    most = -(-need.text // need.window)
    stride, share = _smallest(beyond, need, 1, max(most, 1))
    # A later token may need any token within the dilated heads' range: all are kept.
    held = need.layers * need.window * (3 + (stride or most)) // 4
    return stride and f"1/4 of heads, stride {stride}", share, held, need.layers * need.window


def _retrieved(need):
    def beyond(found):
        seen = need.window + found
        layer = [Route(need.window / seen, need.window), Route(found / seen, found, offset=need.distance + 1)]
        return _routes_beyond(need, [layer] * need.layers)

    found, share = _smallest(beyond, need, 1, need.window)
    held = need.layers * (need.window + (found or need.window))
    return found and f"{found:,} tokens a layer", share, held, held


def _state(need):
    fading = max(1, need.layers // 2)

    def beyond(memory):
        state = [[Route(1.0, need.text, decay=1 - 1 / memory)]] * fading
        return _routes_beyond(need, [[Route(1.0, need.window)]] * (need.layers - fading) + state)

    memory, share = _smallest(beyond, need, 2, 64 * need.text)
    # A state of head_dim x head_dim numbers a head is as large as head_dim/2 keys
    # with their values, and is updated and read for the price of head_dim of them.
    held = (need.layers - fading) * need.window + fading * need.head_dim // 2
    read = (need.layers - fading) * need.window + fading * need.head_dim
    return memory and f"{fading} layers, memory of {memory:,}", share, held, read


REMEDIES = {
    "window alone": _alone,
    "wider window": _wider,
    "softer residual": _softer,
    "global layers": _global,
    "memory tokens": _memory,
    "dilated heads": _dilated,
    "retrieval": _retrieved,
    "fading state": _state,
}


def plan_table(plans):
    """The plans as lines of text, one a remedy.

    >>> from swa_lib.models import MODELS
    >>> print(plan_table(plan(MODELS["gpt-oss-20b"], 2000, 0.01, 0.9)[:2]))
    remedy            setting                           beyond D    cache MiB   MFLOP
    window alone      not enough                          <0.01%          6.0       -
    wider window      W = 553                              1.01%         25.9       -
    """
    lines = [f"{'remedy':<18}{'setting':<32}{'beyond D':>10}{'cache MiB':>13}{'MFLOP':>8}"]
    for p in plans:
        share = "<0.01%" if p.beyond < 1e-4 else f"{p.beyond:.2%}"
        flops = "-" if p.flops is None else f"{p.flops / 1e6:,.0f}"
        setting = p.setting or "not enough"
        lines.append(f"{p.remedy:<18}{setting:<32}{share:>10}{p.cache_bytes / 2**20:>13,.1f}{flops:>8}")
    return "\n".join(lines)
