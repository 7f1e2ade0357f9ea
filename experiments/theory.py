"""What is expected of a network, and how far off it is. No network is needed here, only numpy.

`even averaging` is the book's exact profile. In a fresh network neither it nor the `rule of thumb` adds
right. A path is a choice of layers that hop, and of tokens for these hops. All tokens of a layer share one
value and one output matrix, so paths through the *same* layers come out turned the same way and add: B_k(d),
the k-fold blur of one window. Two *different* choices are turned by different random matrices, so on average
their squares add. That is `choices of layers`:

    profile(d) is proportional to  sqrt( sum over k of e_k(g_1^2, ..., g_L^2) B_k(d)^2 )

with g_l, what a hop of layer l is worth against staying, and e_k the elementary symmetric polynomial:
C(L,k) g^2k where all g are alike. `Poisson hops` is what the hops' distribution becomes in a deep stack
where each layer hops rarely: the k-th window holds x^k/k! of the whole, with one number x.
"""

import functools
import itertools
import math

import numpy as np

from swa_lib import by_window, hop_distribution, influence, reach, rule_of_thumb

THEORIES = ("even averaging", "choices of layers", "Poisson hops", "rule of thumb")  # of one fitted number
SLIGHT = 1e-5  # shares that are not larger change nothing
NOTHING = 1e-300  # a share of zero, on a log scale


def layer_choices(layers, window, gain):
    """The profile of a stack whose layers turn what they move into random directions.

    `gain` is g, one number or one a layer. Returns a float64 array [reach + 1] that sums to 1.

    >>> layer_choices(1, 4, 1.0).round(3)
    array([0.579, 0.14 , 0.14 , 0.14 ])
    """
    squares = np.square(gain)
    keep = 1 / (1 + squares)  # the hops of a stack whose layers keep this much are e_k, but for a factor
    chance = hop_distribution(layers, keep.tolist() if keep.ndim else float(keep))
    total = np.zeros(layers * (window - 1) + 1)
    for k in range(layers + 1):
        blur = influence(k, window)
        total[: len(blur)] += (np.sqrt(chance[k]) * blur) ** 2
    profile = np.sqrt(total)
    return profile / profile.sum()


def initial_gain(layers, width, std, embedding_rms, repeats=0.0):
    """What a hop is worth in a fresh network, layer by layer: g from the initialiser, nothing fitted.

    Value and output matrix, of independent entries, lengthen a vector by sqrt(width) std each; the output's
    std is divided by sqrt(2 layers), as usual; the norm before them divides by the size of the stream. The
    stream begins as the embedding, and each layer adds an average over a window: places that hold the same
    byte add up in it, all others are random. So g_l = g_0 / sqrt(1 + l g_0^2 rho).

    layers, width : int
    std : float, of the entries of the matrices
    embedding_rms : float, root mean square of the embeddings' entries: nominal, or as the text has them
    repeats : float from 0 to 1, rho: the chance that two places of a window hold the same byte

    Returns float64 array [layers]

    >>> initial_gain(3, 64, 0.02, 0.02, repeats=0.1).round(3)
    array([0.523, 0.516, 0.509])
    """
    first = width * std**2 / np.sqrt(2 * layers) / embedding_rms
    return first / np.sqrt(1 + np.arange(layers) * first**2 * repeats)


def composed(kernels):
    """The profiles to which the layers' own kernels compose, by three rules; nothing is fitted.

    kernels : float64 array [3, texts, layers, window], how much of a nudge of a token each layer passes on to
        the token d later: past its attention, through it, and both ways together

    Returns dict of float64 arrays [layers (window-1) + 1], each sums to 1: "amplitudes", where all paths add;
    "squares", where their squares do, those of the texts as well; and "choices of layers"

    >>> half = np.array([[[[0.5, 0.0]] * 2], [[[0.25, 0.25]] * 2], [[[0.75, 0.25]] * 2]])
    >>> composed(half)["amplitudes"]
    array([0.5625, 0.375 , 0.0625])
    """
    past, through, both = kernels.mean(1)
    squares = functools.reduce(np.convolve, np.square(kernels[2]).mean(0))
    choices = itertools.product(*zip(past, through))  # each layer keeps, or hops
    found = {
        "amplitudes": functools.reduce(np.convolve, both),
        "squares": np.sqrt(squares),
        "choices of layers": np.sqrt(sum(functools.reduce(np.convolve, one) ** 2 for one in choices)),
    }
    return {rule: profile / profile.sum() for rule, profile in found.items()}


def profile_of(name, layers, window, alpha, text=None):
    """The profile that a theory expects, by distance; it sums to 1.

    `alpha` is 1/(1+g) for choices of layers, 1/(1+x) for Poisson hops. Where windows differ, the shortest is
    what is counted in, and only even averaging holds; it alone knows that a text of `text` tokens begins.

    >>> profile_of("rule of thumb", 1, 3, 0.5).round(3)
    array([0.413, 0.327, 0.26 ])
    """
    far = min(reach(layers, window) + 1, text or math.inf)
    if name == "even averaging":
        profile = influence(layers, window, alpha, text)
    elif name == "choices of layers":
        profile = layer_choices(layers, window, 1 / alpha - 1)[:text]
    elif name == "rule of thumb":
        profile = np.asarray(rule_of_thumb(np.arange(far), window, alpha), float)
    elif name == "Poisson hops":  # each window evenly, for it says nothing of what is inside one
        k = np.arange(far) // window
        logs = k * math.log(1 / alpha - 1) - np.array([math.lgamma(one + 1) for one in k])
        profile = np.exp(logs - logs.max()) / np.bincount(k)[k]
    else:
        raise ValueError(f"name must be one of {', '.join(THEORIES)}, got {name!r}")
    return profile / profile.sum()


def decades_off(shares, expected, above=0.0):
    """Root mean square of log10(expected / measured): 1 is wrong by a factor of ten, on average.

    Measured shares that are not larger than `above` are left out, for they change nothing.

    >>> round(decades_off([0.5, 0.05], [0.5, 0.5]), 3), decades_off([0.5, 0.05], [0.5, 0.5], above=0.1)
    (0.707, 0.0)
    >>> assert decades_off([0.5, 0.0], [0.5, 0.5]) > 100  # what should not be nothing
    """
    shares, expected = np.asarray(shares, float), np.asarray(expected, float)
    counted = shares > above if above else np.full(len(shares), True)
    if len(shares) != len(expected) or not counted.any():
        raise ValueError(f"{len(shares)} shares, {len(expected)} expected, {counted.sum()} of them counted")
    off = np.log10(np.maximum(expected, NOTHING) / np.maximum(shares, NOTHING))
    return float(np.sqrt(np.mean(off[counted] ** 2)))


def fit_alpha(profile, layers, window, name="even averaging", text=None, above=0.0):
    """The one alpha with which a theory comes closest to a measured profile, window by window.

    profile : float64 array, share by distance, at most reach + 1 entries, or as many as the text has tokens
    layers, window, name : as for `profile_of`
    text : int or None; None where the text is longer than the reach, or the profile goes to its beginning
    above : float, measured shares by window that are not larger are left out

    Returns (alpha, decades): the best alpha from 0 to 0.9999, and its error

    >>> alpha, decades = fit_alpha(influence(4, 8, 0.7), 4, 8)
    >>> round(alpha, 3), round(decades, 3)
    (0.7, 0.0)
    """
    profile = np.asarray(profile, float)
    most = min(reach(layers, window) + 1, text or math.inf)
    if len(profile) > most or not profile.sum() > 0:
        raise ValueError(f"profile must have some influence in at most {most} entries, got {len(profile)}")
    text, width = text or len(profile), int(np.min(window))
    shares = by_window(profile / profile.sum(), width)

    @functools.cache
    def error(decade):  # of the attention share 1-alpha = 10^decade
        expected = profile_of(name, layers, window, 1 - 10**decade, text)
        expected = by_window(expected[: len(profile)], width)
        return decades_off(shares, expected / expected.sum(), above)

    hop = _lowest(error, -4.0, 0.0 if name == "even averaging" else math.log10(0.9999))
    return 1 - 10**hop, error(hop)


def _lowest(error, low, high):
    """Where from low to high an error is lowest, to 0.0001.

    Thirteen places find the valley, whatever the rest looks like. Inside it, halves are left out: no slope is
    asked for, because at the true alpha the error comes to a point.
    """
    places = np.linspace(low, high, 13)
    while places[1] - places[0] > 1e-4:
        best = min(range(len(places)), key=lambda i: error(places[i]))
        low, high = places[max(best - 1, 0)], places[min(best + 1, len(places) - 1)]
        places = np.linspace(low, high, 5)
    return min(places.tolist(), key=error)


def rounded(value, count=4):
    """Numbers with so many significant digits, in lists and dictionaries: more would be noise, and bytes.

    >>> rounded({"shares": np.array([2 / 3, 1e-9])}, 2)
    {'shares': [0.67, 1e-09]}
    """
    if isinstance(value, dict):
        return {name: rounded(one, count) for name, one in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [rounded(one, count) for one in value]
    return float(f"{value:.{count}g}") if isinstance(value, float) else value


def mean_and_error(values):
    """Mean over texts, the first axis, and its standard error; every further axis is averaged first."""
    values = values.reshape(len(values), -1).mean(1)
    return [float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))]
