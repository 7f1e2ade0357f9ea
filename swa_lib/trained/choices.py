"""Layer choices: how influence adds up where every layer turns what it moves into a direction of its own.

The exact profile adds whatever arrives, as if all of it pointed the same way.
In a fresh network it does not. A path from one token to another is a choice of
layers that hop, the others stay, and a choice of tokens for these hops. All
tokens of a layer share one value and one output matrix. So paths through the
same layers, over whichever tokens, come out turned in the same way, and add as
they are: for k hops that is B_k(d), the k-fold blur of one window. Two
different choices of layers come out turned by different random matrices. Their
directions have nothing to do with each other, and on average their squares add:

    profile(d) is proportional to  sqrt( sum over k of C(L,k) g^(2k) B_k(d)^2 )

with g, what one hop is worth against staying. C(L,k) counts the choices.
"""

import itertools

import numpy as np

from .. import arguments
from ..barrier import hop_distribution
from ..profile import influence

COMPOSITIONS = ("amplitudes", "squares", "layer choices")


def layer_choices(layers, window, alpha=0.0):
    """The influence profile of a stack whose layers turn what they move into random directions.

    Parameters
    ----------
    layers : int >= 0
    window : int >= 1, tokens, the current one included; the same in every layer
    alpha : float in [0, 1): what staying is worth against hopping, so that g = (1-alpha)/alpha

    Returns
    -------
    float64 array [reach+1], sums to 1

    Source: the appendix, "Before training".

    >>> layer_choices(2, 2).round(3)
    array([0.25, 0.5 , 0.25])
    >>> layer_choices(1, 4, alpha=0.5).round(3)
    array([0.579, 0.14 , 0.14 , 0.14 ])
    """
    layers, alpha = arguments.depth(layers), arguments.residual_share(alpha)
    window = arguments.whole("window", window, 1)
    arguments.length_that_fits(layers * (window - 1) + 1, "this stack")
    # C(L,k) (1-alpha)^2k alpha^2(L-k) is a hop distribution but for a factor that all k share.
    chance = hop_distribution(layers, alpha**2 / (alpha**2 + (1 - alpha) ** 2))
    squares = np.zeros(layers * (window - 1) + 1)
    for k in range(layers + 1):
        blur = influence(k, window)
        squares[: len(blur)] += (np.sqrt(chance[k]) * blur) ** 2
    profile = np.sqrt(squares)
    return profile / profile.sum()


def initial_gain(layers, width, std, embedding_std):
    """What one hop is worth against staying in a network that was not trained: g, from its initialiser alone.

    Value and output matrix, of independent entries, lengthen a vector by
    sqrt(width) std each; the output's std is divided by sqrt(2 layers), as
    usual; the norm before them divides by the size of the stream, which is
    still that of the embedding.

    Parameters
    ----------
    layers : int >= 1
    width : int >= 1, numbers a token
    std, embedding_std : floats > 0, of the entries of the matrices and of the embedding

    Returns
    -------
    float, g; the stack's alpha is 1/(1+g)

    Source: the appendix, "Before training".

    >>> round(initial_gain(8, 64, 0.02, 0.02), 3)
    0.32
    """
    layers, width = arguments.whole("layers", layers, 1), arguments.whole("width", width, 1)
    std = arguments.real("std", std, 0, 1e6, low_open=True)
    embedding_std = arguments.real("embedding_std", embedding_std, 0, 1e6, low_open=True)
    return float(width * std**2 / np.sqrt(2 * layers) / embedding_std)


def composed(stay, hop, how="amplitudes", itself=None):
    """The profile of a stack from one kernel a layer, by one of three rules; nothing is fitted.

    Parameters
    ----------
    stay : float64 array [layers], how much of a token's nudge the token keeps, past the layer's attention
    hop : float64 array [layers, window], how much of it attention moves to the token d later, d = 0, 1, ...
    how : "amplitudes", all paths add; "squares", the squares of all paths add; or "layer choices", paths
        through the same layers add, and the squares of different choices of layers
    itself : float64 array [layers] or None: how much a nudge of a token moves the token, past attention and
        through it together; if not given, stay + hop[:, 0], or the root of the sum of squares

    Returns
    -------
    float64 array [layers (window-1) + 1], sums to 1

    Source: the appendix, "After training".

    >>> composed([0.5, 0.5], [[0.25, 0.25], [0.25, 0.25]])
    array([0.5625, 0.375 , 0.0625])
    """
    stay, hop = arguments.profile_array(stay, "stay"), arguments.numbers_array("hop", hop)
    if hop.ndim != 2 or len(hop) != len(stay) or hop.shape[1] < 1:
        arguments.refuse("hop", hop.shape, f"[{len(stay)}, window], one row a layer as in stay")
    if how not in COMPOSITIONS:
        arguments.refuse("how", how, f"one of {', '.join(COMPOSITIONS)}")
    if how == "layer choices":
        profile = np.sqrt(_squared_choices(stay, hop))
    else:
        power = 2 if how == "squares" else 1
        kernels = hop**power
        kernels[:, 0] = stay**power + kernels[:, 0] if itself is None else np.asarray(itself) ** power
        profile = np.ones(1)
        for kernel in kernels:
            profile = np.convolve(profile, kernel)
        profile = profile ** (1 / power)
    return profile / profile.sum()


def _squared_choices(stay, hop):
    """Sum over the 2^L choices of layers of the square of what arrives through each."""
    layers, window = hop.shape
    total = np.zeros(layers * (window - 1) + 1)
    halves = [range(layers // 2), range(layers // 2, layers)]  # each half's choices are composed once
    lower, upper = ([_choice(stay[h], hop[h], c) for c in _choices(len(h))] for h in halves)
    for one, other in itertools.product(lower, upper):
        way = np.convolve(one, other)
        total[: len(way)] += way**2
    return total


def _choices(layers):
    return itertools.product([False, True], repeat=layers)


def _choice(stay, hop, hops):
    """What arrives when the layers marked in `hops` hop, and the others stay."""
    way = np.ones(1)
    for keeps, moves, hopping in zip(stay, hop, hops):
        way = np.convolve(way, moves) if hopping else keeps * way
    return way
