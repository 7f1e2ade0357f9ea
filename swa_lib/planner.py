"""Chapter 6: "I need D tokens at tolerance eps." What does each remedy cost?

It starts from the model as it is: what comes from beyond D tokens today? If that is
enough, this is the answer. If not, each remedy has a strength: a window, a number of
layers, a stride. `plan` finds the smallest strength at which enough comes from beyond
D tokens; `remedy_curves` walks through the strengths. Both say what a strength costs.
"""

import bisect
import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from .arguments import checked, shortest, whole
from .costs import layer_tokens, token_numbers
from .horizons import share_beyond
from .models import KINDS, model_routes, more_global
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


@checked(distance=(whole, 1, 2**20))
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

    >>> [p.setting for p in plan(MODELS["gpt-oss-20b"], 2000, 0.01, 0.9)]
    ['already enough']
    >>> now, wider, *_ = plan(all_windowed(MODELS["gpt-oss-20b"]), 2000, 0.01, 0.9)
    >>> now.setting, wider.strength, wider.setting
    ('24 windowed', 553, 'W = 553')
    """
    asked = model, distance, tolerance, alpha, text, state_memory
    now = _plan(asked)
    if now.enough:
        return [now._replace(setting="already enough")]
    return [now] + [_smallest(asked, name, *ends) for name, ends in Stack(*asked).remedies()]


@checked(distance=(whole, 1, 2**20))
def remedy_curves(model, distance, tolerance, alpha, points=5, text=None, state_memory=None):
    """Each remedy at several strengths: how much comes from beyond D, at what cost.

    model, distance, tolerance, alpha, text, state_memory : as for `plan`
    points : int from 2 to 50, strengths a remedy, evenly spaced in their logarithm

    Returns dict, remedy -> list of Plan from weakest to strongest; "as it is" has one
    Source: chapter 6.

    >>> curves = remedy_curves(all_windowed(MODELS["gpt-oss-20b"]), 2000, 0.01, 0.9)
    >>> [p.setting for p in curves["global layers"]]
    ['1 of 24 layers', '2 of 24 layers', '5 of 24 layers', '11 of 24 layers', '24 of 24 layers']
    """
    asked = model, distance, tolerance, alpha, text, state_memory
    curves = {"as it is": [_plan(asked)]}
    for name, ends in Stack(*asked).remedies():
        strengths = np.unique(np.round(np.geomspace(*ends, points)).astype(int))
        curves[name] = [_plan(asked, name, int(strength)) for strength in strengths]
    return curves


class Stack:
    """A model's layers in a text, asked what comes from beyond a distance. Remedies change them.

    For each layer `routes` says what it sees, `kept` how many tokens it keeps for later ones (of nothing
    if it reads another's cache), `read` how many it reads for one generated token; `local` are the places
    of those that see a part of the text only.
    """

    def __init__(self, model, distance, tolerance, alpha, text, state_memory):
        self.distance, self.tolerance, self.alpha = distance, tolerance, alpha
        self.state_memory, self.memory = state_memory, 0
        widest = max((layer.window or 1 for layer in model), default=1)
        text = max(2 * distance, widest) if text is None else whole("text", text, distance + 1)
        self.text, self.window = shortest("this text", text), min(widest, text)
        self.become(model)

    def become(self, model):
        """Take the layers of a model as they are."""
        self.model, self.wide = model, model.count("global")
        self.routes = model_routes(model, self.text, self.state_memory)
        self.kept = [layer_tokens(layer._replace(cached=True), self.text) for layer in model]
        self.read = list(self.kept)
        self.local = [i for i, layer in enumerate(model) if layer.kind in ("windowed", "chunked")]

    def remedies(self):
        """The remedies that these layers allow, each with its weakest and its greatest strength."""
        named = REMEDIES if self.local else ["softer residual"]
        if any(layer.kind in ("chunked", "state") for layer in self.model):
            named = [name for name in named if name != "memory tokens"]
        return [(name, REMEDIES[name][1](self)) for name in named]

    def beyond(self):
        """The share of the output from beyond the distance."""
        if self.memory:
            windows = [near.window for (near,) in self.routes]
            sizes = dict(memory=self.memory, context=self.text, text=self.text)
            return share_beyond(memory_influence(len(windows), windows, self.alpha, **sizes), self.distance)
        near = influence_through(self.routes, self.alpha, length=self.distance + 1, text=self.text)
        return max(0.0, 1 - float(near.sum()))


def _plan(asked, name="as it is", strength=0):
    stack = Stack(*asked)
    if strength:
        setting = REMEDIES[name][0](stack, strength)
    else:
        setting = ", ".join(f"{n} {kind}" for kind in KINDS if (n := stack.model.count(kind)))
    share, flops = stack.beyond(), None
    cache = 2 * sum(n * token_numbers(layer) for n, layer in zip(stack.kept, stack.model) if layer.cached)
    reading = [(n, layer) for n, layer in zip(stack.read, stack.model) if n]
    if all(layer.query_heads is not None for _, layer in reading):
        flops = sum(2 * n * one.query_heads * (one.key_width + one.value_width) for n, one in reading)
    return Plan(name, strength, setting, share >= stack.tolerance, share, cache, flops)


def _smallest(asked, name, weakest, greatest):
    """The remedy at its smallest strength that is enough; at its greatest when none is."""
    strengths = range(weakest, greatest)
    at = bisect.bisect_left(strengths, True, key=lambda strength: _plan(asked, name, strength).enough)
    chosen = _plan(asked, name, weakest + at)
    return chosen if chosen.enough else chosen._replace(setting="never enough")


def counted(number, thing, how=","):
    """1 layer, 12 layers.

    >>> counted(1, "layer"), counted(4096, "token"), counted(0.9999, "hop", ".3g")
    ('1 layer', '4,096 tokens', '1 hop')
    """
    written = f"{number:{how}}"
    return f"{written} {thing}{'s' * (written != '1')}"


# The remedies: each changes a stack, and says its strength in words.


def _widened(stack, window):
    wider = [one._replace(window=max(window, one.window)) if one.window else one for one in stack.model]
    stack.become(replace(stack.model, layers=wider))
    return f"W = {window:,}"


def _softer(stack, percent):
    stack.alpha = 1 - percent / 100
    return f"alpha = {stack.alpha:.2f}"


def _more_global(stack, wide):
    stack.become(more_global(stack.model, wide - stack.wide))
    return f"{wide} of {len(stack.model)} layers"


def _memory(stack, memory):
    stack.memory = memory
    stack.kept = [kept + memory for kept in stack.kept]
    stack.read = [read + 2 * memory for read in stack.read]  # every memory token reads each new one, too
    return counted(memory, "token")


def _dilated(stack, stride):
    for i in stack.local:
        far = Route(0.25, min(stack.model.layers[i].window, stack.text), stride=stride)
        stack.routes[i] = [stack.routes[i][0]._replace(share=0.75), far]
        stack.kept[i] = stack.kept[i] * (3 + stride) // 4  # any within the dilated heads' range may be needed
    return f"1/4 of heads, stride {stride}"


def _retrieved(stack, tokens):
    for i in stack.local:
        near = stack.read[i]
        stack.read[i] += tokens
        stack.kept[i] += tokens
        far = Route(tokens / stack.read[i], tokens, offset=stack.distance + 1)
        stack.routes[i] = [stack.routes[i][0]._replace(share=near / stack.read[i]), far]
    return f"{counted(tokens, 'token')} a layer"


def _fading(stack, memory):
    last = stack.local[-max(1, len(stack.local) // 2) :]
    for i in last:
        stack.routes[i] = [Route(1.0, stack.text, decay=1 - 1 / memory)]
        # A state of head_dim x head_dim numbers a head is as large as head_dim/2 keys
        # with their values, and is updated and read for the price of head_dim of them.
        width = stack.model.layers[i].key_width
        stack.kept[i], stack.read[i] = width // 2, width
    return f"{counted(len(last), 'layer')}, memory of {memory:,}"


REMEDIES = {  # how to apply one, and its weakest and its greatest strength for a stack
    "wider window": (_widened, lambda stack: (stack.window, stack.text)),
    # In whole per cent of attention, from the share as it is.
    "softer residual": (_softer, lambda stack: (max(1, math.ceil(round(100 - 100 * stack.alpha, 9))), 100)),
    "global layers": (_more_global, lambda stack: (stack.wide + 1, stack.wide + len(stack.local))),
    "memory tokens": (_memory, lambda stack: (1, stack.window)),
    "dilated heads": (_dilated, lambda stack: (1, max(1, -(-stack.text // stack.window)))),
    "retrieval": (_retrieved, lambda stack: (1, stack.window)),
    "fading state": (_fading, lambda stack: (2, 16 * stack.text)),
}
