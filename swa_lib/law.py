"""Chapters 3 and 5: a stack in closed form. Where its profile sits, how wide it is, and the law of hops:
one number, the average number of hops, sets where the horizon is.

A layer hops with the chance q = 1-alpha, and a hop goes back a distance spread evenly over its
window. So the distance that a share of the output comes from is a sum of independent terms, one
a layer, and lambda, the sum of q over the layers, is the average number of hops. The estimate
is a quantile of this sum by its first three cumulants (Cornish and Fisher's expansion), the
bound is Bernstein's inequality. The formula sheet, reference/formulas.md, has every step.
"""

import math
from statistics import NormalDist

import numpy as np

from .arguments import checked, refuse, shortest
from .horizons import horizon
from .profile import blurs_weighted
from .window import reach

STEPS = 256  # tokens of a window in the limit


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


@checked
def horizon_estimate(layers, window, alpha, tolerance):
    """The law of hops: where the horizon is, without computing a profile.

    With one window and one alpha this is, lambda = L(1-alpha) being the average number of
    hops and z the normal quantile of 1-eps,

        W [lambda/2 + z sqrt(lambda (1+3 alpha)/12) + (z^2-1) alpha^2/(2 (1+3 alpha))].

    layers, window, alpha : as for `influence`
    tolerance : float in (0, 1)

    Returns float >= 0, tokens: an approximation of horizon(influence(layers, window, alpha), tolerance).
    At tolerances from 0.001 to 0.1 and with windows of 64 or more it is within a ratio of 1.11
    for at least 4 layers of one alpha that hop once or more on average, of 1.2 where alphas
    differ, of 1.5 where windows differ up to eightfold, and of 2 wherever the horizon is half a
    window or more. Where layers hardly ever hop, and for a global layer, ask the profile. It is
    not cut at the reach: with a window of 1 it counts windows
    Source: chapter 5; derived on the formula sheet.

    >>> round(horizon_estimate(32, 100, 0.95, 0.001))  # exact: 383
    402
    """
    stack = list(zip(window, alpha))
    mean = math.fsum((1 - a) * w / 2 for w, a in stack)
    variance = math.fsum((1 - a) * w**2 * (1 + 3 * a) / 12 for w, a in stack)
    third = math.fsum((1 - a) * a**2 * w**3 / 4 for w, a in stack)
    z = -NormalDist().inv_cdf(tolerance)
    skewed = (z * z - 1) * third / (6 * variance) if stack else 0
    return max(0.0, mean + z * math.sqrt(variance) + skewed)


@checked
def horizon_bound(layers, window, alpha, tolerance):
    """A distance that the horizon never exceeds, whatever the stack.

    With one window this is, lambda being the average number of hops (the sum of 1-alpha over
    the layers) and u = ln(1/eps), W [lambda/2 + sqrt(2 lambda u/3) + u/4].

    layers, window, alpha, tolerance : as for `horizon_estimate`

    Returns float, tokens: an upper bound of the horizon, for even windows and for every kernel that
    falls with distance inside its window. The reach is another; neither is always the smaller
    Source: chapter 5; proved on the formula sheet.

    >>> round(horizon_bound(32, 100, 0.95, 0.001))
    524
    """
    stack = list(zip(window, alpha))
    u = -math.log(tolerance)
    mean = math.fsum((1 - a) * w / 2 for w, a in stack)
    scale = math.fsum((1 - a) * w**2 / 3 for w, a in stack)
    return mean + math.sqrt(2 * scale * u) + u * max(window, default=0) / 4


@checked
def horizon_by_hops(average_hops, tolerance):
    """The master curve: the horizon in windows, for so many hops on average.

    The limit of wide windows and many layers that seldom hop (alpha near 1): a Poisson number
    of hops, each of them even on one window. A stack of few layers with the same average has
    its horizon nearer (on every stack that was tried).

    average_hops : number from 0 to 500, or array of them: lambda = L(1-alpha)
    tolerance : float in (0, 1)

    Returns float, or float64 array of the shape of `average_hops`: windows, right to half a
    per cent, for a window is taken as 256 steps
    Source: chapter 5. Within one window the share is exp(-lambda) I_0(2 sqrt(lambda x)).

    >>> round(horizon_by_hops(1.6, 0.01), 2)
    2.98
    """
    u = -math.log(tolerance)
    windows = np.zeros_like(average_hops)
    for place, hops in np.ndenumerate(average_hops):
        most = int(hops + math.sqrt(2 * hops * (u + 30)) + (u + 30) / 3) + 1  # more are less than exp(-u-30)
        chance = np.cumprod([math.exp(-hops), *(hops / np.arange(1, most + 1))])
        windows[place] = horizon(blurs_weighted(chance, STEPS + 1), tolerance) / STEPS
    return windows
