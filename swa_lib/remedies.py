"""Chapter 6: every remedy is another kernel in the same stack.

A layer is a list of routes. A route is a share of the layer's attention and
the tokens that share is spread over. Sliding windows, global layers, dilated
heads, retrieval and fading states are all routes, and so are chunks, which need
a text to be counted from; memory tokens take two steps (write, then read) and
have a function of their own.
"""

import numpy as np

from .arguments import MAX_LAYERS, check, checked, refuse, shortest, whole
from .layer import Chunk, Route, seen_along, through_layers, width


def _layers(name, stack):
    """`stack` as a list of layers, each a list of routes."""
    if not isinstance(stack, (list, tuple)) or len(stack) > MAX_LAYERS:
        refuse(name, stack, f"a list of at most {MAX_LAYERS} layers", TypeError)
    for i, layer in enumerate(stack):
        if not isinstance(layer, (list, tuple)) or not all(isinstance(r, (Route, Chunk)) for r in layer):
            refuse(f"{name}[{i}]", layer, "a list of Route or Chunk", TypeError)
        for route in layer:
            for field, value in route._asdict().items():
                check(field, value, called=f"{name}[{i}] {field}")
        if abs(sum(route.share for route in layer) - 1) > 1e-9:
            refuse(f"{name}[{i}]", layer, "routes whose shares add up to 1")
    return stack


@checked(stack=(_layers,))
def influence_through(stack, alpha=0.0, length=None, text=None):
    """The exact influence profile of a stack whose layers have several routes.

    stack : list of layers; a layer is a list of `Route` (and `Chunk`, with a text) whose shares add up to 1
    alpha : as for `influence`
    length : int >= 1 or None, entries to keep; what lies farther back is left
        out, so that the sum says how much comes from within `length` tokens
    text : int >= 1 or None, tokens in the text, as for `influence`; every route keeps
        its share and spreads it over the tokens that exist

    Returns float64 array [reach+1], [length] or [text], whichever is shortest
    Source: chapter 6. With one plain window a layer it equals `influence`.

    >>> influence_through([[Route(0.5, 2), Route(0.5, 2, stride=3)]])
    array([0.5 , 0.25, 0.  , 0.25])
    >>> influence_through([[Chunk(1.0, 4)], [Route(1.0, 2)]], text=6)
    array([0.25, 0.75])
    """
    if text is None and any(isinstance(route, Chunk) for layer in stack for route in layer):
        refuse("text", text, "a number of tokens, for chunks are counted from the beginning")
    kept = shortest("this stack", sum(map(width, stack)) + 1, length, text)
    return through_layers(list(zip(stack, alpha)), kept, text)


@checked
def memory_influence(layers, window, alpha, memory, context, length=None, text=None):
    """The exact profile when every layer also reads memory tokens.

    The memory tokens average all `context` tokens; every token reads them
    beside its window, with equal weights: a share memory / (window + memory).
    So it takes two hops, one to write and one in a later layer to read. What
    is read before anything was written comes from no token of the text, and
    the profile sums to less than 1 by that much.

    layers, window, alpha : as for `influence`; alpha for tokens and memory alike
    memory : int >= 0, memory tokens
    context : int, at least the widest window, tokens the memory tokens see
    length, text : as for `influence_through`; where fewer than `window` tokens exist,
        memory is read among these few

    Returns float64 array [reach+1], [length] or [text], whichever is shortest
    Source: chapter 6; global tokens as in Longformer, arXiv:2004.05150.

    >>> memory_influence(2, 2, 0.0, memory=2, context=4)
    array([0.1875, 0.25  , 0.1875, 0.125 ])
    """
    whole("context", context, max(window, default=1))
    layers = list(zip(window, alpha))[::-1]  # from the last token back
    reach = stored_reach = 0
    for window, _ in layers:
        reach, stored_reach = max(reach + window - 1, stored_reach), max(stored_reach, reach + context - 1)
    kept = shortest("this stack", reach + 1, length, text)
    profile, stored = np.eye(1, kept)[0], np.zeros(kept)
    exist = np.inf if text is None else np.arange(text, text - kept, -1.0)
    for window, keep in layers:
        tokens = np.minimum(window, exist)
        read = memory / (tokens + memory) * profile
        seen = seen_along(tokens / (tokens + memory) * profile, Route(1.0, window), kept, text)
        written = seen_along(stored, Route(1.0, context), kept, text)
        profile = keep * profile + (1 - keep) * seen + (1 - keep) * written
        stored = keep * stored + (1 - keep) * read
    return profile
