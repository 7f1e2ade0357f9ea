"""The nulls: against a search on a grid, and on shares that they made themselves."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swa_lib import by_window, decades_off, fit_parabola, fit_power_over_factorial, influence

SHARES = by_window(influence(6, 16, 0.8), 16)


def normed(logs):
    shares = np.exp(np.asarray(logs) - max(logs))
    return shares / shares.sum()


def poisson(x, count):
    return normed([k * math.log(x) - math.lgamma(k + 1) for k in range(count)])


@given(st.floats(0.001, 30), st.integers(2, 10))
def test_x_is_found(x, count):
    found, expected = fit_power_over_factorial(poisson(x, count))
    assert found == pytest.approx(x, rel=1e-6) and np.allclose(expected, poisson(x, count), rtol=1e-6)


def test_no_other_x_is_better():
    _, expected = fit_power_over_factorial(SHARES)
    tried = [decades_off(SHARES, poisson(x, len(SHARES))) for x in np.geomspace(0.01, 100, 4000)]
    assert decades_off(SHARES, expected) == pytest.approx(min(tried), abs=1e-5)


def test_no_other_parabola_is_better():
    best = decades_off(SHARES, fit_parabola(SHARES))
    windows, random = np.arange(len(SHARES)), np.random.default_rng(0)
    slope, bend = np.polyfit(windows, np.log(SHARES), 2)[1::-1]
    for a, b in random.normal([slope, bend], [0.3, 0.05], size=(4000, 2)):
        assert decades_off(SHARES, normed(a * windows + b * windows**2)) > best - 1e-9
    assert best < decades_off(SHARES, fit_power_over_factorial(SHARES)[1])


@pytest.mark.parametrize("fit, shares", [(fit_power_over_factorial, [0.5]), (fit_parabola, [0.5, 0.5, 0.0])])
def test_too_few_shares_are_refused(fit, shares):
    with pytest.raises(ValueError, match="shares must be at least [23] numbers > 0"):
        fit(shares)
