"""The formula sheet: each formula, written out, is what the package computes, within what the sheet says."""

import math
import re

import numpy as np
import pytest
from book import REFERENCE

import swa_lib

L, W, T, h, n, q, G, m, d, k, eps, alpha = 6, 12, 500, 4, 32, 8, 2, 3, 30, 2, 0.01, 0.9
lam, z, u = L * (1 - alpha), 2.3263478740408408, np.log(1 / eps)  # z: the normal quantile of 99%


def blurs(k):
    """The profile of k plain blurs, on the distances of the whole stack."""
    return np.pad(swa_lib.influence(k, W), (0, (L - k) * (W - 1)))


def bell():
    mean, width = L * (W - 1) / 2, np.sqrt(L * (W**2 - 1) / 12)
    return np.exp(-((np.arange(L * (W - 1) + 1) - mean) ** 2) / (2 * width**2)) / (width * np.sqrt(2 * np.pi))


def first_far():
    p = swa_lib.influence(L, W, alpha)
    return next(D for D in range(len(p)) if p[D + 1 :].sum() <= eps)


CHANCE = [math.comb(L, k) * (1 - alpha) ** k * alpha ** (L - k) for k in range(L + 1)]

# Code on the sheet -> the formula beside it, written out, and how close the two must be.
FORMULAS = {
    "visible(t, W)": (lambda: list(range(100 - W + 1, 101)), 0),
    "tokens_held(L, W, T)": (lambda: L * min(W, T), 0),
    "kv_cache_bytes(tokens_held(L, W, T), h, n)": (lambda: 4 * h * n * L * min(W, T), 0),
    "attention_flops(tokens_held(L, W, T), q, n)": (lambda: 4 * q * n * L * min(W, T), 0),
    "reach(L, W)": (lambda: L * (W - 1), 0),
    "hops(d, W)": (lambda: np.ceil(d / (W - 1)), 0),
    "influence(L, W)[-1]": (lambda: float(W) ** -L, 1e-12),
    "drift(L, W)": (lambda: L * (W - 1) / 2, 1e-12),
    "spread(L, W)": (lambda: np.sqrt(L * (W**2 - 1) / 12), 1e-12),
    "np.sqrt(12) * spread(L, W)": (lambda: W * np.sqrt(L), 1 / W**2),  # an approximation
    "gaussian(L, W)": (bell, 1e-12),
    "path_influence(k, alpha)": (lambda: (1 - alpha) ** k, 1e-12),
    "hop_distribution(L, alpha)[k]": (lambda: CHANCE[k], 1e-12),
    "influence(L, W, alpha)": (lambda: sum(CHANCE[k] * blurs(k) for k in range(L + 1)), 1e-12),
    "influence(L, W, alpha)[0]": (lambda: (alpha + (1 - alpha) / W) ** L, 1e-12),
    "drift(L, W, alpha)": (lambda: L * (1 - alpha) * (W - 1) / 2, 1e-12),
    "(1 - growing_stream(L)).sum()": (lambda: sum(1 / (layer + 1) for layer in range(1, L + 1)), 1e-12),
    "rule_of_thumb(d, W, alpha)": (lambda: (1 - alpha) ** (d / W), 1e-12),
    "rule_horizon(W, alpha, eps)": (lambda: W * np.log(eps) / np.log(1 - alpha), 1e-12),
    "horizon_estimate(L, W, alpha, eps)": (
        lambda: (
            W * (lam / 2 + z * np.sqrt(lam * (1 + 3 * alpha) / 12))
            + W * (z**2 - 1) * alpha**2 / (2 * (1 + 3 * alpha))
        ),
        1e-12,
    ),
    "horizon_bound(L, W, alpha, eps)": (lambda: W * (lam / 2 + np.sqrt(2 * lam * u / 3) + u / 4), 1e-12),
    "horizon(influence(L, W, alpha), eps)": (first_far, 0),
    "1 - hop_distribution(G, alpha)[0]": (lambda: 1 - alpha**G, 1e-12),
    "m / (W + m)": (lambda: m / (W + m), 0),
}


def rows():
    return re.findall(
        r"^\| .*?<br>`(.+?)` \| (\w[\w ]*).*? \|$",
        (REFERENCE / "formulas.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )


def test_every_row_of_the_sheet_is_tested():
    assert [code for code, _ in rows()] == list(FORMULAS)
    assert {kind for _, kind in rows()} <= {"exact", "approximation", "upper bound"}


@pytest.mark.parametrize("code", FORMULAS)
def test_a_formula_is_what_the_package_computes(code):
    names = {name: getattr(swa_lib, name) for name in swa_lib.__all__} | globals() | {"t": 100}
    written, rtol = FORMULAS[code]
    np.testing.assert_allclose(np.array(eval(code, names), float), np.array(written(), float), rtol=rtol)


def test_the_approximation_and_the_bound_are_what_they_are_called():
    assert np.log(L + 1.5) + 0.57722 - 1 == pytest.approx(sum(1 / n for n in range(2, L + 2)), rel=1e-3)
    mixed = swa_lib.beyond(swa_lib.influence(L, [W] * (L - G) + [T] * G, alpha))
    assert 0.5 * (1 - alpha**G) < mixed[(L - G) * (W - 1)] < 1 - alpha**G
