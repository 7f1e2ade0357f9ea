"""Chapter 6: every remedy is another kernel in the same stack.

A layer is a list of routes. A route is a share of the layer's attention and
the tokens that share is spread over. Sliding windows, global layers, dilated
heads, retrieval and fading states are all routes; memory tokens take two
steps (write, then read) and have a function of their own.
"""

from typing import NamedTuple

import numpy as np

from . import arguments
from .profile import look_back


class Route(NamedTuple):
    """A share of a layer's attention, and where it looks (see `look_back`).

    >>> Route(share=1.0, window=4096)
    Route(share=1.0, window=4096, stride=1, decay=1.0, offset=0)
    """

    share: float
    window: int
    stride: int = 1
    decay: float = 1.0
    offset: int = 0


def influence_through(stack, alpha=0.0, length=None):
    """The exact influence profile of a stack whose layers have several routes.

    Parameters
    ----------
    stack : list of layers; a layer is a list of `Route` whose shares add up to 1
    alpha : float in [0, 1); or one per layer
    length : int >= 1 or None, entries to keep; what lies farther back is left
        out, so that the sum says how much comes from within `length` tokens

    Returns
    -------
    float64 array [reach+1] or [length], whichever is shorter

    Source: chapter 6. With one plain window a layer it equals `influence`.

    >>> influence_through([[Route(0.5, 2), Route(0.5, 2, stride=3)]])
    array([0.5 , 0.25, 0.  , 0.25])
    """
    _check_stack(stack)
    alphas = arguments.alphas(len(stack), alpha)
    _check_length(sum(_width(layer) for layer in stack), length)
    profile = np.ones(1)
    # Convolution commutes: narrow layers first keep the arrays short for longest.
    for layer, keep in sorted(zip(stack, alphas), key=lambda pair: _width(pair[0])):
        seen = [(r.share, look_back(profile, r.window, r.stride, r.decay, r.offset, length)) for r in layer]
        profile = _mix([(keep, profile)] + [((1 - keep) * share, part) for share, part in seen])
    return profile


def memory_influence(layers, window, alpha, memory, context, length=None):
    """The exact profile when every layer also reads memory tokens.

    The memory tokens average all `context` tokens; every token reads them
    beside its window, with equal weights: a share memory / (window + memory).
    So it takes two hops, one to write and one in a later layer to read. What
    is read before anything was written comes from no token of the text, and
    the profile sums to less than 1 by that much.

    Parameters
    ----------
    layers : int >= 0
    window : int >= 1, tokens
    alpha : float in [0, 1), for tokens and memory alike
    memory : int >= 0, memory tokens
    context : int >= window, tokens the memory tokens see
    length : int >= 1 or None, entries to keep; what lies farther back is left out

    Returns
    -------
    float64 array [reach+1] or [length], whichever is shorter

    Source: chapter 6; global tokens as in Longformer, arXiv:2004.05150.

    >>> memory_influence(2, 2, 0.0, memory=2, context=4)
    array([0.1875, 0.25  , 0.1875, 0.125 ])
    """
    layers = arguments.depth(layers)
    window = arguments.whole("window", window, 1)
    alpha = arguments.residual_share(alpha)
    memory = arguments.whole("memory", memory, 0)
    context = arguments.whole("context", context, window)
    reach = stored_reach = 0
    for _ in range(layers):
        reach, stored_reach = max(reach + window - 1, stored_reach), max(stored_reach, reach + context - 1)
    _check_length(reach, length)
    read = memory / (window + memory)
    profile, stored = np.ones(1), np.zeros(1)
    for _ in range(layers):
        written = look_back(profile, context, length=length)
        seen = look_back(profile, window, length=length)
        profile, stored = (
            _mix([(alpha, profile), ((1 - alpha) * (1 - read), seen), ((1 - alpha) * read, stored)]),
            _mix([(alpha, stored), (1 - alpha, written)]),
        )
    return profile


def _check_stack(stack):
    if not isinstance(stack, (list, tuple)) or len(stack) > arguments.MAX_LAYERS:
        arguments.refuse("stack", stack, f"a list of at most {arguments.MAX_LAYERS} layers", TypeError)
    for i, layer in enumerate(stack):
        if not isinstance(layer, (list, tuple)) or not all(isinstance(route, Route) for route in layer):
            arguments.refuse(f"stack[{i}]", layer, "a list of Route", TypeError)
        shares = [arguments.real(f"stack[{i}] share", route.share, 0, 1) for route in layer]
        if abs(sum(shares) - 1) > 1e-9:
            arguments.refuse(f"stack[{i}]", layer, "routes whose shares add up to 1")
        for route in layer:
            for field in ("window", "stride"):
                arguments.whole(f"stack[{i}] {field}", getattr(route, field), 1)
            arguments.whole(f"stack[{i}] offset", route.offset, 0)
            arguments.real(f"stack[{i}] decay", route.decay, 0, 1, low_open=True)


def _check_length(reach, length):
    """Refuse what would not fit before anything is allocated."""
    kept = reach + 1 if length is None else min(reach + 1, arguments.whole("length", length, 1))
    arguments.length_that_fits(kept, "this stack")


def _width(layer):
    return max(route.offset + (route.window - 1) * route.stride for route in layer)


def _mix(parts):
    """Sum of share * array over arrays of different lengths."""
    total = np.zeros(max(len(part) for _, part in parts))
    for share, part in parts:
        total[: len(part)] += share * part
    return total
