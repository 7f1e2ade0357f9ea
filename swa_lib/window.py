"""Chapter 1: one layer's window. Who sees whom?

A window of W tokens counts the current token, so it covers the distances
0, 1, ..., W-1 back from it.
"""

import numpy as np

from .arguments import MAX_TOKENS, checked, whole


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
