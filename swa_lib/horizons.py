"""Chapter 5: where influence drops below what you tolerate.

Two answers to one question: the rule of thumb (one path) and the exact one
(the whole profile).
"""

import math

import numpy as np

from .arguments import checked, whole


@checked
def rule_of_thumb(distance, window, alpha):
    """The article's estimate of influence at a distance: (1-alpha)^(d/W).

    distance : number >= 0 or array of them, tokens
    window : int >= 1, tokens
    alpha : float in [0, 1); at 0 the rule sees no loss at any distance

    Returns float, or float64 array of the shape of `distance`; an approximation that
    counts one path and no depth
    Source: the notes, section 5 (with C = 1).

    >>> rule_of_thumb(200, 100, 0.75)
    0.0625
    """
    return (1 - alpha) ** (distance / window)


@checked
def rule_horizon(window, alpha, tolerance):
    """Where the rule of thumb crosses the tolerance: W ln(eps) / ln(1-alpha).

    window : int >= 1, tokens
    alpha : float in [0, 1); at 0 the answer is infinite
    tolerance : float in (0, 1)

    Returns float, tokens
    Source: the notes, section 5, and the article.

    >>> round(rule_horizon(100, 0.95, 0.001), 1)
    230.6
    """
    return math.inf if alpha == 0 else window * math.log(tolerance) / math.log1p(-alpha)


@checked
def beyond(profile):
    """Influence from beyond each distance: sum of profile[d+1:], for every d.

    profile : float64 array [n]

    Returns float64 array [n], falling, the last entry 0. Summed from the far end, so
    that small tails are right relatively
    Source: chapter 5.

    >>> beyond([0.5, 0.25, 0.25])
    array([0.5 , 0.25, 0.  ])
    """
    tail = np.zeros(len(profile))
    tail[:-1] = np.cumsum(profile[:0:-1])[::-1]
    return tail


@checked
def by_window(profile, window):
    """A profile summed up window by window: share from distances 0..W-1, W..2W-1, and so on.

    profile : float64 array [n]
    window : int >= 1, tokens

    Returns float64 array [ceil(n/window)]
    Source: chapter 4.

    >>> by_window([0.5, 0.25, 0.125, 0.125], 2)
    array([0.75, 0.25])
    """
    return np.add.reduceat(profile, np.arange(0, len(profile), window))


@checked(distance=(whole, 0))
def share_beyond(profile, distance):
    """Influence from beyond one distance: sum of profile[distance+1:].

    profile : float64 array [n]
    distance : int >= 0, tokens; may lie beyond the reach

    Returns float, the share of the output from farther back than `distance`; 0 from the reach on
    Source: chapter 5.

    >>> share_beyond([0.5, 0.25, 0.25], 1), share_beyond([0.5, 0.25, 0.25], 100)
    (0.25, 0.0)
    """
    tail = beyond(profile)
    return tail[distance] if distance < len(tail) else 0.0


@checked
def horizon(profile, tolerance):
    """Smallest distance D beyond which at most `tolerance` of the output comes from.

    profile : float64 array [n], as `influence` returns it
    tolerance : float in (0, 1)

    Returns int, tokens: smallest D with sum of profile[D+1:] <= tolerance
    Source: chapter 5.

    >>> horizon([0.5, 0.25, 0.25], 0.25)
    1
    """
    return np.argmax(beyond(profile) <= tolerance)
