"""Is a measured profile the one that its layers' kernels compose to? Errors, and a bootstrap over texts."""

import numpy as np

from swa_lib import COMPOSITIONS, by_window, decades_off, expected_by

RULES = (*COMPOSITIONS, "norms")
MATTERS = 1e-5  # a share that is not larger changes nothing
MEASURES = ("by window", "by window, what matters", "by token", "by token, what matters")
RESAMPLES = 200


def averages(kernels, chosen=slice(None)):
    """Means over texts, and roots of the mean squares, of what `stack_kernels` gives for each text."""
    means = {name: values[chosen].mean(0) for name, values in kernels.items()}
    squares = {
        f"{name}_rms": np.sqrt(np.square(kernels[name][chosen]).mean(0)) for name in ("stay", "hop", "itself")
    }
    return means | squares


def errors(profile, theory, window):
    """The error of a theory in decades, by each of MEASURES."""
    windows = by_window(profile, window), by_window(theory, window)
    pairs = [windows, windows, (profile, theory), (profile, theory)]
    return [decades_off(*pair, above=above) for pair, above in zip(pairs, [0.0, MATTERS] * 2)]


def verdict(kernels, shares, window, seed=0):
    """Every rule's errors on one model.

    Parameters
    ----------
    kernels : what `stack_kernels` gives
    shares : float64 array [texts, reach + 1], of the same texts
    window : int
    seed : int, of the bootstrap

    Returns
    -------
    dict: rule -> list of [error, its standard error] by MEASURES, decades
    """
    random, texts = np.random.default_rng(seed), len(shares)
    samples = [random.integers(texts, size=texts) for _ in range(RESAMPLES)]
    found = {rule: [] for rule in RULES}
    for chosen in [np.arange(texts), *samples]:
        average, profile = averages(kernels, chosen), shares[chosen].mean(0)
        for rule in RULES:
            found[rule].append(errors(profile, expected_by(rule, average), window))
    return {rule: np.column_stack([rows[0], np.std(rows[1:], axis=0)]) for rule, rows in found.items()}
