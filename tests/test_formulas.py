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

# Code on the sheet -> how close it is to the formula beside it, and that formula where `in_python` fails.
FORMULAS = {
    "visible(t, W)": (0, lambda: list(range(100 - W + 1, 101))),
    "tokens_held(L, W, T)": (0, None),
    "kv_cache_bytes(tokens_held(L, W, T), h, n)": (0, None),
    "attention_flops(tokens_held(L, W, T), q, n)": (0, None),
    "reach(L, W)": (0, None),
    "hops(d, W)": (0, None),
    "influence(L, W)[-1]": (1e-12, None),
    "drift(L, W)": (1e-12, None),
    "spread(L, W)": (1e-12, None),
    "np.sqrt(12) * spread(L, W)": (1 / W**2, None),  # an approximation
    "gaussian(L, W)": (1e-12, bell),
    "path_influence(k, alpha)": (1e-12, None),
    "hop_distribution(L, alpha)[k]": (1e-12, lambda: CHANCE[k]),
    "influence(L, W, alpha)": (1e-12, lambda: sum(CHANCE[k] * blurs(k) for k in range(L + 1))),
    "influence(L, W, alpha)[0]": (1e-12, None),
    "drift(L, W, alpha)": (1e-12, None),
    "(1 - growing_stream(L)).sum()": (1e-12, lambda: sum(1 / (layer + 1) for layer in range(1, L + 1))),
    "rule_of_thumb(d, W, alpha)": (1e-12, None),
    "rule_horizon(W, alpha, eps)": (1e-12, None),
    "horizon_estimate(L, W, alpha, eps)": (1e-12, None),
    "horizon_bound(L, W, alpha, eps)": (1e-12, None),
    "horizon(influence(L, W, alpha), eps)": (0, first_far),
    "1 - hop_distribution(G, alpha)[0]": (1e-12, None),
    "m / (W + m)": (0, None),
}


def rows():
    return re.findall(
        r"^\| .*? \| \$(.+?)\$.*?<br>`(.+?)` \| (\w[\w ]*).*? \|$",
        (REFERENCE / "formulas.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )


PYTHON = {r"\alpha": "alpha", r"\lambda": "lam", r"\varepsilon": "eps", "^": "**"}
PYTHON |= {r"\lceil": "np.ceil(", r"\rceil": ")", r"\min": "min", r"\ln": "np.log", r"\sqrt": "np.sqrt"}


def in_python(formula):
    """A plain formula as the sheet writes it, in Python: what stands side by side is multiplied."""
    formula = formula.replace(r"\left[", "(").replace(r"\right]", ")").replace(r"\,", "")
    formula = re.sub(r"\\ln(\\\w+)", r"\\ln(\1)", formula)
    while "{" in formula:  # from within
        formula = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", formula)
        formula = re.sub(r"(?<!\\frac)(?<!\})\{([^{}]*)\}(?!\{)", r"(\1)", formula)
    written = ""
    for token in re.findall(r"\\[a-z]+|\d+|\S", formula):
        ends = re.search(r"[\w)]$", written) and not re.search(r"(?:min|np\.\w+)$", written)
        begins = re.match(r"\w|\(|\\(?!rceil)", token)
        written += ("*" if ends and begins else "") + PYTHON.get(token, token)
    return written


def test_every_row_of_the_sheet_is_tested():
    assert [code for _, code, _ in rows()] == list(FORMULAS)
    assert {kind for *_, kind in rows()} <= {"exact", "approximation", "upper bound"}


@pytest.mark.parametrize("formula, code", [row[:2] for row in rows()])
def test_a_formula_is_what_the_package_computes(formula, code):
    names = {name: getattr(swa_lib, name) for name in swa_lib.__all__} | globals() | {"t": 100}
    rtol, written = FORMULAS[code]
    right = written() if written else eval(in_python(formula), globals())
    np.testing.assert_allclose(np.array(eval(code, names), float), np.array(right, float), rtol=rtol)


def test_the_approximation_and_the_bound_are_what_they_are_called():
    assert np.log(L + 1.5) + 0.57722 - 1 == pytest.approx(sum(1 / n for n in range(2, L + 2)), rel=1e-3)
    mixed = swa_lib.beyond(swa_lib.influence(L, [W] * (L - G) + [T] * G, alpha))
    assert 0.5 * (1 - alpha**G) < mixed[(L - G) * (W - 1)] < 1 - alpha**G
