"""Chapter 5: the law of hops. One number, the average number of hops, sets where a stack's horizon is.

A layer hops with the chance q = 1-alpha, and a hop goes back a distance spread evenly over its
window. So the distance that a share of the output comes from is a sum of independent terms, one
a layer, and lambda, the sum of q over the layers, is the average number of hops. The estimates
are quantiles of this sum by its first three cumulants (Cornish and Fisher's expansion), the
bound is Bernstein's inequality. The formula sheet, reference/formulas.md, has every step.
"""

import math
from statistics import NormalDist

import numpy as np

from .arguments import ALLOWED, checked
from .barrier import hop_distribution
from .horizons import horizon
from .profile import blurs_weighted

STEPS = 256  # tokens of a window in the limit


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
    window or more. For few hops `horizon_given_hops` is closer, for a global layer ask the profile
    Source: chapter 5; derived on the formula sheet.

    >>> round(horizon_estimate(32, 100, 0.95, 0.001))  # exact: 383
    402
    """
    stack = list(zip(window, alpha))
    mean = math.fsum((1 - a) * w / 2 for w, a in stack)
    variance = math.fsum((1 - a) * w**2 * (1 + 3 * a) / 12 for w, a in stack)
    third = math.fsum((1 - a) * a**2 * w**3 / 4 for w, a in stack)
    return max(0.0, _quantile(mean, variance, third, tolerance)) if stack else 0.0


@checked(window=ALLOWED["window"])
def horizon_given_hops(layers, window, alpha, tolerance):
    """The closer estimate, for few hops, too: from the chances of the hops, without a profile.

    layers, alpha, tolerance : as for `horizon_estimate`
    window : int >= 1, tokens; one for all layers

    Returns float >= 0, tokens: for 1 to 128 layers, alphas from 0 to 0.999 (unequal ones, too),
    tolerances from 0.001 to 0.1 and horizons of half a window or more, 0.92 to 1.07 times the exact one
    Source: chapter 5; derived on the formula sheet.

    >>> round(horizon_given_hops(4, 4096, 0.99, 0.01))  # exact: 3085; horizon_estimate: 3409
    2869
    """
    chance = hop_distribution(layers, alpha)
    windows = 0.0
    for _ in range(2):
        least = min(int(windows) + 1, layers)  # so many hops or more
        reached, windows = chance[least:].sum(), least - 1.0
        if reached > tolerance and layers:
            hops, share = np.arange(least, layers + 1), chance[least:] / reached
            mean = hops @ share
            variance, third = ((hops - mean) ** power @ share for power in (2, 3))
            cumulants = mean / 2, mean / 12 + variance / 4, (variance + third) / 8
            windows = max(windows, _quantile(*cumulants, tolerance / reached))
    return float(window * min(max(windows, 0), layers))


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
    return float(windows) if windows.ndim == 0 else windows


def _quantile(mean, variance, third, tolerance):
    """What is exceeded with the chance `tolerance`, by the first three cumulants."""
    z = -NormalDist().inv_cdf(tolerance)
    return mean + z * math.sqrt(variance) + (z * z - 1) * third / (6 * variance)
