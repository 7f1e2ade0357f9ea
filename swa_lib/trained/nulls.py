"""Null models: curves that know nothing of layers and windows, to hold theories against.

A theory of one number that fits no better than these has explained nothing.
Both take the shares by window of a measured profile.
"""

import math

import numpy as np

from .. import arguments

ROUNDS = 50  # of Newton's method on log shares; it settles in fewer than ten


def fit_power_over_factorial(shares):
    """The null of one number: shares proportional to x^k / k!, k windows back.

    Parameters
    ----------
    shares : float64 array [n], by window, all > 0; n >= 2

    Returns
    -------
    (x, expected): the best x on a log scale, and its shares, which sum to 1

    Source: the appendix, "After training".

    >>> x, expected = fit_power_over_factorial([0.4, 0.4, 0.2])
    >>> round(x, 3), expected.round(3)
    (1.0, array([0.4, 0.4, 0.2]))
    """
    logs = _logs(shares, 2)
    windows = np.arange(len(logs))
    known = np.array([-math.lgamma(k + 1) for k in windows])
    (log_x,), expected = _newton(logs, windows[:, None], known)
    return float(np.exp(log_x)), expected


def fit_parabola(shares):
    """The null of two numbers: the logarithm of the shares is a parabola in the windows back.

    Parameters
    ----------
    shares : float64 array [n], by window, all > 0; n >= 3

    Returns
    -------
    float64 array [n], the best parabola's shares, which sum to 1

    Source: the appendix, "After training".

    >>> fit_parabola([0.7, 0.2, 0.1]).round(3)
    array([0.7, 0.2, 0.1])
    """
    logs = _logs(shares, 3)
    windows = np.arange(len(logs))
    return _newton(logs, np.column_stack([windows, windows**2]), np.zeros(len(logs)))[1]


def _logs(shares, least):
    shares = arguments.profile_array(shares, "shares")
    if len(shares) < least or shares.min() <= 0:
        arguments.refuse("shares", shares, f"at least {least} numbers > 0")
    return np.log(shares / shares.sum())


def _newton(logs, slopes, known):
    """Least squares on log shares: known + slopes @ numbers, less what makes the shares sum to 1."""
    numbers = np.linalg.lstsq(slopes - slopes[0], logs - logs[0] - known + known[0], rcond=None)[0]
    for _ in range(ROUNDS):
        raw = known + slopes @ numbers
        weights = np.exp(raw - raw.max())
        expected = weights / weights.sum()
        off = logs - np.log(expected)
        numbers = numbers + np.linalg.lstsq(slopes - expected @ slopes, off, rcond=None)[0]
    return numbers, expected
