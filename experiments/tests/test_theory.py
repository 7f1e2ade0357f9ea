"""Theories: against counting every choice. How near fresh networks come to them is in the data."""

import itertools

import numpy as np
import pytest
import theory
from hypothesis import given, settings
from hypothesis import strategies as st
from theory import composed, decades_off, fit_alpha, layer_choices, profile_of

from swa_lib import by_window, influence

settings.register_profile("busy", deadline=None)
settings.load_profile("busy")


@given(st.integers(1, 6), st.integers(1, 5), st.data())
def test_the_closed_form_counts_every_choice(layers, window, data):
    gains = data.draw(st.lists(st.floats(0.01, 99), min_size=layers, max_size=layers))
    squares = np.zeros(layers * (window - 1) + 1)
    for choice in itertools.product([0, 1], repeat=layers):
        way = np.ones(1)
        for hops, gain in zip(choice, gains):
            way = np.convolve(way, np.full(window, gain / window)) if hops else way
        squares[: len(way)] += way**2
    expected = np.sqrt(squares) / np.sqrt(squares).sum()
    assert np.allclose(layer_choices(layers, window, gains), expected, rtol=1e-10, atol=0)
    found = composed(kernels(window, np.ones(layers), np.array(gains)))
    assert np.allclose(found["choices of layers"], expected, rtol=1e-10, atol=0)


def kernels(window, keep, hop):
    """Of layers that keep so much of a token, and mix so much of their window into it; two texts differ."""
    past, through = keep[:, None] * np.eye(1, window), hop[:, None] * np.ones(window) / window
    less = np.linspace(0.2, 0.9, window)  # at each distance by another factor
    return np.array([[less * own, (2 - less) * own] for own in (past, through, past + through)])


@given(st.integers(1, 5), st.lists(st.floats(0.01, 0.99), min_size=1, max_size=6))
def test_layers_that_only_average_compose_to_the_exact_profile(window, alphas):
    exact, alphas = influence(len(alphas), window, alphas), np.array(alphas)
    own = kernels(window, alphas, 1 - alphas)
    assert np.allclose(composed(own)["amplitudes"], exact, rtol=1e-12)
    root = np.sqrt(exact)  # if the squares are these
    assert np.allclose(composed(np.sqrt(own))["squares"], root / root.sum(), rtol=1e-12)


@given(st.integers(2, 8), st.integers(3, 20), st.floats(0.05, 0.99), st.sampled_from(theory.THEORIES))
def test_the_fit_finds_the_number_that_made_a_profile(layers, window, alpha, name):
    profile = profile_of(name, layers, window, alpha)
    found, decades = fit_alpha(profile / profile.sum(), layers, window, name)
    assert decades < 0.01 and (name == "rule of thumb" or abs(found - alpha) < 2e-3 * (1 - alpha) + 1e-4)


@pytest.mark.parametrize("name", theory.THEORIES)
def test_no_other_number_is_better(name):
    profile = influence(6, 16, [0.5, 0.9, 0.8, 0.7, 0.9, 0.6])
    _, decades = fit_alpha(profile, 6, 16, name)
    grid = 1 - np.geomspace(1e-4, 0.99, 1500)
    shares = by_window(profile, 16)
    assert (
        decades
        <= min(decades_off(shares, by_window(profile_of(name, 6, 16, alpha), 16)) for alpha in grid) + 1e-4
    )


@pytest.mark.parametrize("alpha", [0.5, 0.95])
def test_a_hybrid_in_a_text_is_fitted(alpha):
    windows = ([64] * 5 + [1024]) * 2
    profile = influence(12, windows, alpha, text=1024)
    assert fit_alpha(profile, 12, windows, text=1024)[0] == pytest.approx(alpha, abs=5e-4)


@pytest.mark.parametrize("profile", [np.ones(8) / 8, np.zeros(4)])
def test_a_profile_that_is_none_is_refused(profile):
    with pytest.raises(ValueError, match="profile must have some influence in at most 7 entries"):
        fit_alpha(profile, 2, 4)
