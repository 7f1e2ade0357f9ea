"""The one computation of the book: the influence profile of a stack.

A layer is a probability distribution over how far back it looks. Stacking
layers convolves these distributions. The result, ``profile[d]``, is the share
of the output that comes from the token d back.

Far tails are the subject, so every entry has to be right *relatively*. An FFT
is not: its error is 1e-16 to 1e-14 of the largest entry, and the tail is smaller
than that. Everything here adds and multiplies positive numbers only, which
loses at most a few units in the last place a step.
"""

import numpy as np

from .arguments import checked, shortest
from .barrier import hop_distribution
from .layer import Route, through_layers


@checked
def influence(layers, window, alpha=0.0, text=None):
    """The exact influence profile of a stack of sliding-window layers.

    Each layer mixes the current token (share alpha) with the uniform average
    of its window (share 1-alpha).

    layers : int >= 0
    window : int >= 1, tokens, the current one included; or one per layer
    alpha : float in [0, 1); or one per layer
    text : int >= 1 or None, tokens in the text whose last token is asked. Windows and
        global layers (windows as long as the text, or longer) are then cut at its
        beginning, and the order counts: the first of a list reads the input. None is
        an endless text, in which no window is ever cut

    Returns float64 array [reach+1], or [text] where that is shorter; sums to 1. Every entry above
    1e-290 has a relative error below 1e-12, up to a thousand layers (tested); smaller ones may be 0
    Raises ValueError, TypeError, naming the argument; also for a profile of more than 2**26
    tokens, before anything is allocated
    Source: chapters 2 to 4.

    >>> influence(2, 2)
    array([0.25, 0.5 , 0.25])
    >>> influence(1, 4, alpha=0.5)
    array([0.625, 0.125, 0.125, 0.125])
    >>> influence(2, 2, text=2)  # the first token sees only itself
    array([0.25, 0.75])
    """
    reach = sum(window) - layers
    length = shortest("this stack", reach + 1, text)
    cut = text is not None and text <= reach
    if not cut and len(set(window)) == 1:
        return blurs_weighted(hop_distribution(layers, alpha), window[0])
    stack = [([Route(1.0, width)], keep) for width, keep in zip(window, alpha)]
    return through_layers(stack, length, text if cut else None)


def blurs_weighted(chance, window):
    """sum over k of chance[k] * blur_k, where blur_k is the k-fold blur of one window.

    Speed asks for more than the obvious loop, which averages W neighbours to go from one blur to the
    next. Here that takes two products and a sum of positive numbers a token, whatever W is, and nothing
    cancels; the formula sheet, reference/formulas.md, has every step. A blur is symmetric, so half of
    it is computed and mirrored.
    """
    layers = len(chance) - 1
    length = layers * (window - 1) + 1
    profile = np.zeros(length)
    profile[0] = chance[0]
    profile[:window] += chance[1] / window
    blur = np.full(window, 1 / window)
    count = np.arange(length + layers, dtype=np.float64)
    for k in range(2, layers + 1):
        end = k * (window - 1) + 1
        half = (end + 1) // 2
        more = count[k - 1 : k - 1 + half] * blur[:half]
        if half > window:
            last = end - window  # k(W-1)-d+1 at d = W, falling from there
            falling = count[last - (half - window) + 1 : last + 1][::-1]
            more[window:] += falling * blur[: half - window]
        more /= (k - 1) * window
        blur = np.concatenate([more, more[: end - half][::-1]])
        if chance[k] > 0:
            profile[:end] += chance[k] * blur
    return profile
