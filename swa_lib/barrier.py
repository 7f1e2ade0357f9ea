"""Chapter 4: the residual path, and how many layers really move information.

Each layer keeps a share alpha of the current token and lets attention fill
the rest. A layer that keeps is no hop; a layer that attends is one hop.
"""

import numpy as np

from .arguments import checked


@checked
def hop_distribution(layers, alpha):
    """How likely it is that k of the layers hop, for k = 0..L.

    layers : int >= 0
    alpha : float in [0, 1), or one per layer

    Returns float64 array [layers+1], sums to 1; Binomial(L, 1-alpha) when alpha is one value
    Source: chapter 4. Built one layer at a time from sums of positive numbers,
    so each entry is right relatively, however small.

    >>> hop_distribution(2, 0.75)
    array([0.5625, 0.375 , 0.0625])
    """
    chance = np.zeros(layers + 1)
    chance[0] = 1.0
    for done, keep in enumerate(alpha, start=1):
        chance[1 : done + 1] = keep * chance[1 : done + 1] + (1 - keep) * chance[:done]
        chance[0] *= keep
    return chance


@checked
def path_influence(hops, alpha):
    """What one path keeps after k hops: (1-alpha)^k.

    hops : int >= 0 or array of them
    alpha : float in [0, 1)

    Returns float, or float64 array of the shape of `hops`
    Source: the notes, section 4, and the article. One path only: chapter 4 adds
    up all of them.

    >>> path_influence(2, 0.75)
    0.0625
    """
    return (1 - alpha) ** hops


@checked
def growing_stream(layers):
    """Residual shares of a stream to which every layer adds an equal part.

    Layer l = 1..L adds one part to the l parts already there, so it keeps
    alpha_l = l / (l+1) and attends with share 1 / (l+1).

    layers : int >= 0

    Returns float64 array [layers], ready to pass as `alpha`
    Source: chapter 4; Liu et al. 2020, arXiv:2004.08249, on pre-norm layers.

    >>> growing_stream(3)
    array([0.5       , 0.66666667, 0.75      ])
    """
    layer = np.arange(1, layers + 1)
    return layer / (layer + 1)
