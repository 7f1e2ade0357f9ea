"""Chapter 6: "I need D tokens at tolerance eps." What does each remedy cost?

It starts from the model as it is: what comes from beyond D tokens today? If that is
enough, this is the answer. If not, each remedy has a strength: a window, a number of
layers, a stride. `plan` finds the smallest strength at which enough comes from beyond
D tokens; `remedy_curves` walks through the strengths. Both say what a strength costs.
"""

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from . import arguments
from .costs import layer_tokens
from .horizons import share_beyond
from .models import checked, model_routes, model_windows, more_global
from .remedies import Route, influence_through, memory_influence


class Plan(NamedTuple):
    """One remedy at one strength."""

    remedy: str
    strength: int  # the number a remedy can be turned up by: a window, layers, memory tokens, ...
    setting: str  # the strength in words: "W = 553"
    enough: bool  # at least the tolerance comes from beyond the distance
    beyond: float  # share of the output from beyond the distance
    cache_bytes: int  # of one sequence, all layers, in bfloat16; states of the model itself are not in it
    flops: int | None  # of one generated token, attention in all layers; None without query heads


def plan(model, distance, tolerance, alpha, text=None, state_memory=None):
    """What comes from beyond a distance today, and what each remedy needs, and costs, to bring enough.

    model : Model, as it is; `all_windowed(model)` asks about the same stack with windows only
    distance : int from 1 to 2**20, tokens D
    tolerance : float in (0, 1): at least this share must come from beyond D
    alpha : float in [0, 1), the residual share; assumed, none was found published
    text : int > distance, tokens in the text; 2 D when None, or the widest window where that is longer
    state_memory : float > 1 or None, as for `model_influence`

    Returns list of Plan: the model as it is, then every remedy that its layers allow, at the
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
    need = _Need(model, distance, tolerance, alpha, text, state_memory)
    now = _plan(need, "as it is", 0)
    if now.enough:
        return [now._replace(setting="already enough")]
    return [now] + [_smallest(need, name) for name in need.possible()]


def remedy_curves(model, distance, tolerance, alpha, points=5, text=None, state_memory=None):
    """Each remedy at several strengths: how much comes from beyond D, at what cost.

    model, distance, tolerance, alpha, text, state_memory : as for `plan`
    points : int from 2 to 50, strengths a remedy, evenly spaced in their logarithm

    Returns dict, remedy -> list of Plan from weakest to strongest; "as it is" has one
    Source: chapter 6.

    >>> from swa_lib.models import MODELS, all_windowed
    >>> curves = remedy_curves(all_windowed(MODELS["gpt-oss-20b"]), 2000, 0.01, 0.9)
    >>> [p.setting for p in curves["global layers"]]
    ['1 of 24 layers', '2 of 24 layers', '5 of 24 layers', '11 of 24 layers', '24 of 24 layers']
    """
    need = _Need(model, distance, tolerance, alpha, text, state_memory)
    points = arguments.whole("points", points, 2, 50)
    curves = {"as it is": [_plan(need, "as it is", 0)]}
    for name in need.possible():
        ends = REMEDIES[name][1](need)
        strengths = np.unique(np.round(np.geomspace(*ends, points)).astype(int))
        curves[name] = [_plan(need, name, int(strength)) for strength in strengths]
    return curves


class _Need:
    """What is asked, checked: of which model, from beyond which distance, in which text."""

    def __init__(self, model, distance, tolerance, alpha, text, state_memory):
        self.model = checked(model)
        self.distance = arguments.whole("distance", distance, 1, 2**20)
        self.tolerance = arguments.tolerance_share(tolerance)
        self.alpha = arguments.residual_share(alpha)
        self.state_memory = state_memory
        self.local = [i for i, layer in enumerate(model) if layer.kind in ("windowed", "chunked")]
        window = max((model.layers[i].window for i in self.local), default=1)  # the widest among them
        text = max(2 * self.distance, window) if text is None else text
        text = arguments.whole("text", text, self.distance + 1)
        self.text = arguments.length_that_fits(text, "this text")
        self.window = min(window, text)

    def possible(self):
        """The remedies that this model's layers allow."""
        if not self.local:
            return ["softer residual"]
        chunked = None in model_windows(self.model, self.text)
        return [name for name in REMEDIES if not (chunked and name == "memory tokens")]


class Remedied(NamedTuple):
    """A stack with a remedy: what its layers see, keep and read."""

    setting: str  # as in `Plan`
    alpha: float
    routes: list  # of each layer, as for `influence_through`
    held: list  # tokens kept, of each layer
    read: list  # tokens read for one generated token, of each layer
    memory: int = 0  # memory tokens beside the text


def _plan(need, name, strength):
    stack = REMEDIES[name][0](need, strength) if name in REMEDIES else _as_it_is(need)
    rows = list(zip(need.model, stack.held, stack.read))
    cache = 2 * sum(held * layer.token_numbers for layer, held, _ in rows)
    flops = None
    if all(layer.query_heads is not None for layer, _, read in rows if read):
        heads = [(n * layer.query_heads, layer.key_width + layer.value_width) for layer, _, n in rows if n]
        flops = sum(2 * scores * numbers for scores, numbers in heads)
    if stack.memory:
        windows = [min(window, need.text) for window in model_windows(need.model, need.text)]
        sizes = dict(memory=stack.memory, context=need.text, text=need.text)
        share = share_beyond(memory_influence(len(windows), windows, stack.alpha, **sizes), need.distance)
    else:
        near = influence_through(stack.routes, stack.alpha, length=need.distance + 1, text=need.text)
        share = max(0.0, 1 - float(near.sum()))
    return Plan(name, strength, stack.setting, share >= need.tolerance, share, cache, flops)


def _smallest(need, name):
    """The remedy at its smallest strength that is enough; at its greatest when none is."""
    weak, strong = (_plan(need, name, strength) for strength in REMEDIES[name][1](need))
    if weak.enough:
        return weak
    if not strong.enough:
        return strong._replace(setting="never enough")
    while strong.strength - weak.strength > 1:
        between = max(math.isqrt(weak.strength * strong.strength), weak.strength + 1)
        tried = _plan(need, name, between)
        weak, strong = (weak, tried) if tried.enough else (tried, strong)
    return strong


# The remedies: (need, strength) -> Remedied.


def _as_it_is(need, model=None, **changed):
    """A model's own layers: how far they look, what they keep and read; and what a remedy changes."""
    model = model or need.model
    kinds = {kind: model.count(kind) for kind in ("windowed", "global", "chunked", "state")}
    held = [layer_tokens(layer, need.text) for layer in model]
    read = [layer_tokens(layer._replace(cached=True), need.text) for layer in model]
    routes = model_routes(model, need.text, need.state_memory)
    setting = ", ".join(f"{count} {kind}" for kind, count in kinds.items() if count)
    return Remedied(setting, need.alpha, routes, held, read)._replace(**changed)


def _widened(need, window):
    layers = list(need.model)
    for i in need.local:
        layers[i] = layers[i]._replace(window=max(window, layers[i].window))
    return _as_it_is(need, replace(need.model, layers=tuple(layers)), setting=f"W = {window:,}")


def _softer(need, percent):
    alpha = 1 - percent / 100
    return _as_it_is(need, alpha=alpha, setting=f"alpha = {alpha:.2f}")


def _more_global(need, wide):
    more = more_global(need.model, wide - need.model.count("global"))
    return _as_it_is(need, more, setting=f"{wide} of {len(more)} layers")


def _memory(need, memory):
    now = _as_it_is(need, setting=_counted(memory, "token"), memory=memory)
    held = [tokens + memory for tokens in now.held]
    read = [tokens + 2 * memory for tokens in now.read]  # every memory token reads each new token once, too
    return now._replace(held=held, read=read)


def _dilated(need, stride):
    now = _as_it_is(need, setting=f"1/4 of heads, stride {stride}")
    for i in need.local:
        window = min(need.model.layers[i].window, need.text)
        now.routes[i] = [now.routes[i][0]._replace(share=0.75), Route(0.25, window, stride=stride)]
        # A later token may need any token within the dilated heads' range: all are kept.
        now.held[i] = now.held[i] * (3 + stride) // 4
    return now


def _retrieved(need, tokens):
    now = _as_it_is(need, setting=f"{_counted(tokens, 'token')} a layer")
    for i in need.local:
        seen = now.read[i] + tokens
        far = Route(tokens / seen, tokens, offset=need.distance + 1)
        now.routes[i] = [now.routes[i][0]._replace(share=now.read[i] / seen), far]
        now.held[i], now.read[i] = now.held[i] + tokens * need.model.layers[i].cached, seen
    return now


def _fading(need, memory):
    places = need.local[-max(1, len(need.local) // 2) :]
    now = _as_it_is(need, setting=f"{_counted(len(places), 'layer')}, memory of {memory:,}")
    width = need.model.layers[places[-1]].key_width
    for i in places:
        now.routes[i] = [Route(1.0, need.text, decay=1 - 1 / memory)]
        # A state of head_dim x head_dim numbers a head is as large as head_dim/2 keys
        # with their values, and is updated and read for the price of head_dim of them.
        now.held[i], now.read[i] = width // 2 * need.model.layers[i].cached, width
    return now


def _counted(count, what):
    return f"{count:,} {what}{'s' if count > 1 else ''}"


REMEDIES = {  # how to apply one, and need -> its weakest and its greatest strength
    "wider window": (_widened, lambda need: (need.window, need.text)),
    # In whole per cent of attention, from the share as it is.
    "softer residual": (_softer, lambda need: (max(1, math.ceil(round(100 - 100 * need.alpha, 9))), 100)),
    "global layers": (
        _more_global,
        lambda need: (need.model.count("global") + 1, need.model.count("global") + len(need.local)),
    ),
    "memory tokens": (_memory, lambda need: (1, need.window)),
    "dilated heads": (_dilated, lambda need: (1, max(1, -(-need.text // need.window)))),
    "retrieval": (_retrieved, lambda need: (1, need.window)),
    "fading state": (_fading, lambda need: (2, 16 * need.text)),
}
