"""Chapter 3: where the profile sits, how wide it is, and its Gaussian."""

import math

import numpy as np

from .arguments import checked, refuse, shortest
from .paths import reach


@checked
def drift(layers, window, alpha=0.0):
    """Mean of the profile, in tokens: how far back the average share comes from.

    Each layer adds (1-alpha)(W-1)/2, because a causal window only looks back.

    layers, window, alpha : as for `influence`

    Returns float, tokens (exact, closed form)
    Source: chapter 3.

    >>> drift(100, 100)
    4950.0
    """
    return math.fsum((1 - a) * (w - 1) / 2 for w, a in zip(window, alpha))


@checked
def spread(layers, window, alpha=0.0):
    """Standard deviation of the profile, in tokens.

    Variances add over layers: each adds (1-alpha)(W-1)(W+1 + 3 alpha(W-1))/12,
    which is (W^2-1)/12 without a residual.

    layers, window, alpha : as for `influence`

    Returns float, tokens (exact, closed form)
    Source: chapter 3.

    >>> round(spread(100, 100), 2)
    288.66
    """
    variances = ((1 - a) * (w - 1) * (w + 1 + 3 * a * (w - 1)) / 12 for w, a in zip(window, alpha))
    return math.sqrt(math.fsum(variances))


@checked
def gaussian(layers, window, alpha=0.0):
    """The Gaussian with the profile's drift and spread, at every distance 0..reach.

    layers, window, alpha : as for `influence`; at least one layer must look back

    Returns float64 array [reach+1], a density per token; an approximation, good near
    the middle and wrong in the tails
    Source: the central limit theorem; chapter 3 measures its error.

    >>> gaussian(100, 2).round(3)[48:53]
    array([0.074, 0.078, 0.08 , 0.078, 0.074])
    """
    width = spread(layers, window, alpha)
    if width == 0:
        refuse("window", window, "2 or more in at least one layer, or there is no spread")
    length = shortest("this stack", reach(layers, window) + 1)
    z = (np.arange(length) - drift(layers, window, alpha)) / width
    return np.exp(-z * z / 2) / (width * math.sqrt(2 * math.pi))
