"""Chapter 2: how far a stack could see, and in how many hops.

Reach is about what is possible. It says nothing about how much arrives: that
is the influence profile, in `profile.py`.
"""

import numpy as np

from .arguments import ALLOWED, checked


@checked
def reach(layers, window):
    """Farthest distance, in tokens, from which anything can arrive.

    layers : int >= 0
    window : int >= 1, or one per layer

    Returns int, L(W-1); with one window per layer, the sum of (window - 1)
    Source: chapter 2. The usual "L x W" counts the current token once per layer.

    >>> reach(3, 100)
    297
    """
    return sum(window) - layers


@checked(distance=ALLOWED["hops"])
def hops(distance, window):
    """Fewest attention hops that cover a distance: ceil(d / (W-1)).

    distance : int >= 0 or array of them, tokens
    window : int >= 1; a window of 1 sees only itself and covers no distance

    Returns int, or int64 array of the shape of `distance`
    Source: chapter 2; the article rounds to ceil(d/W).

    >>> hops(297, 100), hops(298, 100)
    (3, 4)
    """
    if window == 1 and np.any(distance > 0):
        raise ValueError("window must be >= 2 to cover a distance, got 1")
    return np.ceil(distance / max(window - 1, 1)).astype(np.int64)
