"""Chapter 6: "I need D tokens at tolerance eps." What does each remedy cost?

It starts from the model as it is: what comes from beyond D tokens today? If that is
enough, this is the answer. If not, each remedy has a strength: a window, a number of
layers, a stride. `plan` finds the smallest strength at which enough comes from beyond
D tokens; `trade_off` walks through the strengths. Both say what a strength costs.
"""

import math
from collections.abc import Callable
from itertools import groupby
from typing import NamedTuple

import numpy as np

from . import arguments
from .barrier import hop_distribution
from .costs import layer_tokens
from .horizons import share_beyond
from .models import Model, checked, model_routes
from .remedies import Chunk, Route, mix, seen_along

NOTHING = 1e-14  # chances below it change no share that is shown


class Plan(NamedTuple):
    """One remedy at one strength."""

    remedy: str
    strength: int  # the number a remedy can be turned up by: a window, layers, memory tokens, ...
    setting: str  # the strength in words: "W = 553"
    enough: bool  # at least the tolerance comes from beyond the distance
    beyond: float  # share of the output from beyond the distance
    cache_bytes: int  # of one sequence, all layers, in bfloat16; states of the model itself are not in it
    flops: int | None  # of one generated token, attention in all layers; None without query heads


class Remedied(NamedTuple):
    """A stack with a remedy: what its layers see, keep and read."""

    setting: str  # as in `Plan`
    routes: list  # of each layer, as for `influence_through`
    held: list  # tokens kept, of each layer
    read: list  # tokens read for one generated token, of each layer
    alpha: float
    memory: int = 0  # memory tokens beside the text


class Remedy(NamedTuple):
    """How to apply one remedy, and how weak and strong it can be; all three are functions of the need."""

    apply: Callable  # (need, strength) -> Remedied
    weakest: Callable
    strongest: Callable


class _Need(NamedTuple):
    model: Model
    distance: int
    tolerance: float
    text: int  # tokens in the text
    local: list  # places of the windowed and chunked layers
    window: int  # the widest window (or chunk) among them
    now: Remedied  # the model as it is


def plan(model, distance, tolerance, alpha, text=None, state_memory=None):
    """What comes from beyond a distance today, and what each remedy needs, and costs, to bring enough.

    Parameters
    ----------
    model : Model, as it is; `all_windowed(model)` asks about the same stack with windows only
    distance : int from 1 to 2**20, tokens D
    tolerance : float in (0, 1): at least this share must come from beyond D
    alpha : float in [0, 1), the residual share; assumed, none was found published
    text : int > distance, tokens in the text; 2 D when None, or the widest window where that is longer
    state_memory : float > 1 or None, as for `model_influence`

    Returns
    -------
    list of Plan: the model as it is, then every remedy that its layers allow, at the
    smallest strength that is enough. One that is never enough says so as its setting,
    and the rest is that of its greatest strength. Where the model as it is brings
    enough, its setting is "already enough" and nothing follows. Shares are those of
    the kernel model to about 1e-13

    Source: chapter 6.

    >>> from swa_lib.models import MODELS, all_windowed
    >>> [p.setting for p in plan(MODELS["gpt-oss-20b"], 2000, 0.01, 0.9)]
    ['already enough']
    >>> now, wider, *_ = plan(all_windowed(MODELS["gpt-oss-20b"]), 2000, 0.01, 0.9)
    >>> now.setting, wider.strength, wider.setting
    ('24 windowed', 553, 'W = 553')
    """
    need = _need(model, distance, tolerance, alpha, text, state_memory)
    now = _plan(need, "as it is", 0, need.now)
    if now.enough:
        return [now._replace(setting="already enough")]
    return [now] + [_smallest(need, name) for name in _possible(need)]


def trade_off(model, distance, tolerance, alpha, points=5, text=None, state_memory=None):
    """Each remedy at several strengths: how much comes from beyond D, at what cost.

    Parameters
    ----------
    model, distance, tolerance, alpha, text, state_memory : as for `plan`
    points : int from 2 to 50, strengths a remedy, evenly spaced in their logarithm

    Returns
    -------
    dict, remedy -> list of Plan from weakest to strongest; "as it is" has one

    Source: chapter 6.

    >>> from swa_lib.models import MODELS, all_windowed
    >>> curves = trade_off(all_windowed(MODELS["gpt-oss-20b"]), 2000, 0.01, 0.9)
    >>> [p.setting for p in curves["global layers"]]
    ['1 of 24 layers', '2 of 24 layers', '5 of 24 layers', '11 of 24 layers', '24 of 24 layers']
    """
    need = _need(model, distance, tolerance, alpha, text, state_memory)
    points = arguments.whole("points", points, 2, 50)
    curves = {"as it is": [_plan(need, "as it is", 0, need.now)]}
    for name in _possible(need):
        remedy = REMEDIES[name]
        strengths = np.geomspace(remedy.weakest(need), remedy.strongest(need), points)
        strengths = np.unique(np.round(strengths).astype(int))
        curves[name] = [_plan(need, name, int(s), remedy.apply(need, int(s))) for s in strengths]
    return curves


def _need(model, distance, tolerance, alpha, text, state_memory):
    model = checked(model)
    distance = arguments.whole("distance", distance, 1, 2**20)
    tolerance = arguments.tolerance_share(tolerance)
    alpha = arguments.residual_share(alpha)
    local = [i for i, layer in enumerate(model) if layer.kind in ("windowed", "chunked")]
    window = max((model.layers[i].window for i in local), default=1)
    text = max(2 * distance, window) if text is None else arguments.whole("text", text, distance + 1)
    arguments.length_that_fits(text, "this text")
    kinds = [f"{model.count(kind)} {kind}" for kind in ("windowed", "global", "chunked", "state")]
    held = [layer_tokens(layer, text) for layer in model]
    read = [layer_tokens(layer._replace(cached=True), text) for layer in model]
    setting = ", ".join(kind for kind in kinds if not kind.startswith("0 "))
    now = Remedied(setting, model_routes(model, text, state_memory), held, read, alpha)
    return _Need(model, distance, tolerance, text, local, min(window, text), now)


def _possible(need):
    """The remedies that this model's layers allow: without windows, only the residual path is left."""
    return [name for name in REMEDIES if need.local or name == "softer residual"]


def _plan(need, name, strength, found):
    share = share_from_beyond(need, found)
    sizes = [layer.kv_heads * (layer.key_width + layer.value_width) for layer in need.model]
    cache = 2 * sum(tokens * size for tokens, size in zip(found.held, sizes))
    flops = 0
    for layer, tokens in zip(need.model, found.read):
        if tokens and layer.query_heads is None:
            flops = None
            break
        flops += 2 * tokens * (layer.query_heads or 0) * (layer.key_width + layer.value_width)
    return Plan(name, strength, found.setting, share >= need.tolerance, share, cache, flops)


def _smallest(need, name):
    """The remedy at its smallest strength that is enough; at its greatest, as "never enough", when none is.

    A share grows smoothly with the strength, about like a power of it. So the next
    strength to try is where the straight line through the two nearest points, in
    logarithms, crosses the tolerance. The middle (of the logarithms) is tried where no
    point is near, or when this takes long.
    """
    remedy = REMEDIES[name]

    def at(strength):
        return _plan(need, name, strength, remedy.apply(need, strength))

    weak = at(remedy.weakest(need))
    if weak.enough:
        return weak
    strong = at(remedy.strongest(need))
    if not strong.enough:
        return strong._replace(setting="never enough")
    tried = [weak, strong]
    while strong.strength - weak.strength > 1:
        guess = _crossing(tried, need.tolerance) if len(tried) < 16 else 0
        if not weak.strength < guess <= strong.strength:
            guess = math.isqrt(weak.strength * strong.strength)
        tried.append(at(min(max(guess, weak.strength + 1), strong.strength - 1)))
        weak, strong = (weak, tried[-1]) if tried[-1].enough else (tried[-1], strong)
    return strong


def _crossing(tried, tolerance):
    """The first whole strength at which a line through the two plans nearest to the tolerance crosses it."""
    near = [(abs(math.log(p.beyond / tolerance)), p) for p in tried if p.beyond > tolerance / 1000]
    near = [p for _, p in sorted(near, key=lambda pair: pair[0])[:2]]
    if len(near) < 2 or near[0].beyond == near[1].beyond:
        return 0
    (x, y), (x2, y2) = ((math.log(p.strength), math.log(p.beyond / tolerance)) for p in near)
    return math.ceil(math.exp(min(x - y * (x2 - x) / (y2 - y), 100)))


# What comes from beyond: the stack is run backwards from the last token of the text.


def share_from_beyond(need, found):
    """Share of the output from beyond the distance: what is missing within it."""
    if found.memory:
        return _with_memory(need, found)
    near = np.ones(1)
    for routes, layers in groupby(reversed(found.routes)):
        near = _run(near, routes, len(list(layers)), found.alpha, need.distance + 1, need.text)
    return max(0.0, 1 - float(near.sum()))


def _run(profile, routes, layers, alpha, length, text):
    """A run of equal layers: k of them hop, and which ones does not matter.

    So the layer is applied k times, and weighted by the chance of k hops. At
    alpha = 0.95 more than 20 hops of 62 are so rare that no share changes.
    """
    chance = hop_distribution(layers, alpha)
    total = np.zeros(length)
    total[: len(profile)] = chance[0] * profile
    for k in range(1, layers + 1):
        if chance[k:].sum() < NOTHING:
            break
        seen = [(route.share, _seen(profile, route, length, text)) for route in routes]
        profile = seen[0][1] if len(seen) == 1 else mix(seen)
        total[: len(profile)] += chance[k] * profile
    return total


def _with_memory(need, found):
    """The same with memory tokens: what they hold is passed along beside the text (`memory_influence`)."""
    profile, stored = np.ones(1), np.zeros(1)
    for (route, *_), layers in groupby(reversed(found.routes)):
        count = len(list(layers))
        chance = hop_distribution(count, found.alpha)
        parts = [[(chance[0], profile)], [(chance[0], stored)]]
        for k in range(1, count + 1):
            if chance[k:].sum() < NOTHING:
                break
            profile, stored = _memory_step(profile, stored, route, found.memory, need.text)
            parts[0].append((chance[k], profile))
            parts[1].append((chance[k], stored))
        profile, stored = (mix(part) for part in parts)
    return share_beyond(profile, need.distance)


def _memory_step(profile, stored, route, memory, text):
    if isinstance(route, Chunk) or route.decay < 1:  # memory tokens stand beside windows and global layers
        return _seen(profile, route, text, text), stored
    read = profile * (memory / (route.window + memory))
    cut = max(text - route.window, 0)  # as in `_seen`
    exist = np.arange(text - cut, text - max(len(profile), cut), -1)
    read[cut:] = profile[cut:] * (memory / (exist + memory))
    seen = _seen(stored, Route(1.0, text), text, text)  # what is read now was written from the whole text
    direct = _seen(profile - read, route, text, text)
    seen[: len(direct)] += direct
    return seen, read


def _seen(profile, route, length, text):
    """`seen_along`; a plain window by one running sum, which is five times as fast.

    It subtracts, so it is right to 1e-15 of a whole and not relatively. A plan asks
    whether a per cent comes, not how faint a tail is; profiles never come from here.
    """
    if isinstance(route, Chunk) or (route.stride, route.decay, route.offset) != (1, 1.0, 0):
        return seen_along(profile, route, length, text)
    until = profile / route.window
    cut = max(text - route.window, 0)  # from this distance on, fewer tokens exist than the window has
    until[cut:] = profile[cut:] / np.arange(text - cut, text - max(len(profile), cut), -1)
    np.cumsum(until, out=until)
    seen = np.full(min(len(profile) + route.window - 1, length, text), until[-1])
    seen[: len(profile)] = until[: len(seen)]
    if len(seen) > route.window:
        seen[route.window :] -= until[: len(seen) - route.window]
    return seen


# The remedies: (need, strength) -> Remedied.


def _changed(need, places, routes, held, read, setting):
    """The model as it is, but for the layers in these places."""
    now = need.now
    changed = [list(now.routes), list(now.held), list(now.read)]
    for i in places:
        kept = held if need.model.layers[i].cached else 0
        for column, value in zip(changed, (routes(i), kept, read)):
            column[i] = value
    return Remedied(setting, *changed, now.alpha)


def _wider(need, window):
    places = [i for i in need.local if need.model.layers[i].window < window]

    def wide(i):
        chunked = need.model.layers[i].kind == "chunked"
        return [Chunk(1.0, window) if chunked else Route(1.0, window)]

    return _changed(need, places, wide, window, window, f"W = {window:,}")


def _softer(need, percent):
    alpha = 1 - percent / 100
    return need.now._replace(alpha=alpha, setting=f"alpha = {alpha:.2f}")


def _global(need, wide):
    """So many global layers in all: the last of the local ones are widened first."""
    more = wide - need.model.count("global")
    places = need.local[len(need.local) - more :]
    setting = f"{wide} of {len(need.model)} layers"
    return _changed(need, places, lambda i: [Route(1.0, need.text)], need.text, need.text, setting)


def _memory(need, memory):
    beside = [layer.kind in ("windowed", "global") for layer in need.model]
    now = need.now
    return now._replace(
        setting=f"{memory:,} token{'s' if memory > 1 else ''}",
        held=[tokens + memory * b for tokens, b in zip(now.held, beside)],
        # Each new token is also read once by every memory token.
        read=[tokens + 2 * memory * b for tokens, b in zip(now.read, beside)],
        memory=memory,
    )


def _dilated(need, stride):
    now, routes = need.now, list(need.now.routes)
    held = list(now.held)
    for i in need.local:
        window = min(need.model.layers[i].window, need.text)
        routes[i] = [routes[i][0]._replace(share=0.75), Route(0.25, window, stride=stride)]
        # A later token may need any token within the dilated heads' range: all are kept.
        held[i] = held[i] * (3 + stride) // 4
    return now._replace(setting=f"1/4 of heads, stride {stride}", routes=routes, held=held)


def _retrieved(need, found):
    now = need.now
    routes, held, read = list(now.routes), list(now.held), list(now.read)
    for i in need.local:
        seen = now.read[i] + found
        far = Route(found / seen, found, offset=need.distance + 1)
        routes[i] = [routes[i][0]._replace(share=now.read[i] / seen), far]
        held[i], read[i] = held[i] + found * need.model.layers[i].cached, seen
    return now._replace(
        setting=f"{found:,} token{'s' if found > 1 else ''} a layer", routes=routes, held=held, read=read
    )


def _state(need, memory):
    fading = max(1, len(need.local) // 2)
    state = [Route(1.0, need.text, decay=1 - 1 / memory)]
    width = need.model.layers[need.local[-1]].key_width
    # A state of head_dim x head_dim numbers a head is as large as head_dim/2 keys
    # with their values, and is updated and read for the price of head_dim of them.
    setting = f"{fading} layer{'s' if fading > 1 else ''}, memory of {memory:,}"
    return _changed(need, need.local[-fading:], lambda i: state, width // 2, width, setting)


def _weakest_softer(need):
    """The residual share as it is, in whole per cent of attention."""
    return max(1, math.ceil(round(100 - 100 * need.now.alpha, 9)))


def _first_global(need):
    return need.model.count("global") + 1


def _all_global(need):
    return need.model.count("global") + len(need.local)


REMEDIES = {
    "wider window": Remedy(_wider, lambda need: need.window, lambda need: need.text),
    "softer residual": Remedy(_softer, _weakest_softer, lambda need: 100),
    "global layers": Remedy(_global, _first_global, _all_global),
    "memory tokens": Remedy(_memory, lambda need: 1, lambda need: need.window),
    "dilated heads": Remedy(_dilated, lambda need: 1, lambda need: max(1, -(-need.text // need.window))),
    "retrieval": Remedy(_retrieved, lambda need: 1, lambda need: need.window),
    "fading state": Remedy(_state, lambda need: 2, lambda need: 16 * need.text),
}


PLAN_HEADINGS = ["remedy", "setting", "enough", "beyond", "MiB", "attention MFLOP/token"]


def plan_cells(one):
    """A `Plan` as words under `PLAN_HEADINGS`."""
    share = "<0.01%" if one.beyond < 1e-4 else f"{one.beyond:.2%}"
    flops = "-" if one.flops is None else f"{one.flops / 1e6:,.0f}"
    enough = "yes" if one.enough else "no"
    return [one.remedy, one.setting, enough, share, f"{one.cache_bytes / 2**20:,.0f}", flops]


def plan_table(plans):
    """The plans as lines of text, one a remedy.

    Parameters
    ----------
    plans : list of Plan, as `plan` returns it

    Returns
    -------
    str; MiB of KV cache, and millions of operations of attention for one generated
    token, weights left out, "-" where they are unknown

    Source: chapter 6.

    >>> from swa_lib.models import MODELS, all_windowed
    >>> print(plan_table(plan(all_windowed(MODELS["gpt-oss-20b"]), 2000, 0.01, 0.9)[:3]))
    remedy           setting                      enough  beyond    MiB  attention MFLOP/token
    as it is         24 windowed                      no  <0.01%      6                     50
    wider window     W = 553                         yes   1.01%     26                    217
    softer residual  never enough                     no   0.40%      6                     50
    """
    if not isinstance(plans, (list, tuple)) or not all(isinstance(p, Plan) for p in plans):
        arguments.refuse("plans", plans, "a list of Plan", TypeError)
    widths = (-17, -29, 6, 8, 7, 23)  # minus: aligned on the left
    lines = [
        "".join(cell.ljust(-width) if width < 0 else cell.rjust(width) for cell, width in zip(cells, widths))
        for cells in [PLAN_HEADINGS, *map(plan_cells, plans)]
    ]
    return "\n".join(lines)
