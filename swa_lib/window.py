"""Chapters 1 and 2: whom one layer sees, how far a stack could see, and in how many hops.

A window of W tokens counts the current token, so it covers the distances 0, 1, ..., W-1 back from it.
Reach is about what is possible. How much arrives is the influence profile, in `profile.py`.
"""

import numpy as np

from .arguments import ALLOWED, MAX_TOKENS, checked, whole


@checked
def visible(token, window):
    """Positions that one layer with this window sees from position `token`.

    token : int >= 0, position of the current token
    window : int >= 1, tokens, the current one included

    Returns range of positions, clipped at 0 where the text begins
    Source: chapter 1; the same count as ``sliding_window`` in Hugging Face
    transformers.

    >>> visible(100, 10)
    range(91, 101)
    """
    return range(max(0, token - window + 1), token + 1)


@checked(length=(whole, 1, int(MAX_TOKENS**0.5)))
def mask(length, window):
    """The attention mask of one causal sliding-window layer.

    length : int from 1 to 8192, tokens in the text
    window : int >= 1, tokens, the current one included

    Returns bool array [length, length]; row = query, column = key, True = seen
    Source: chapter 1.

    >>> mask(3, 2)
    array([[ True, False, False],
           [ True,  True, False],
           [False,  True,  True]])
    """
    position = np.arange(length, dtype=np.int16)  # the table of distances is the largest thing here
    distance = position[:, None] - position[None, :]
    return (distance >= 0) & (distance < window)


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
