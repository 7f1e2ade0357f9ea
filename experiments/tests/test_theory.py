"""Theories: against random stacks that really turn what they move, and against counting every choice."""

import doctest
import itertools

import numpy as np
import pytest
import theory
from hypothesis import given, settings
from hypothesis import strategies as st
from theory import decades_off, fit_alpha, initial_gain, layer_choices, profile_of

from swa_lib import by_window, influence

settings.register_profile("busy", deadline=None)
settings.load_profile("busy")


def test_the_examples_are_true():
    assert doctest.testmod(theory) == (0, 7)


def random_stacks(number, window, gains, width, random):
    """Squared influence by distance of stacks: x + gain * (average of the window) R, with R random."""
    moved = np.zeros((number, len(gains) * (window - 1) + 1, width))
    moved[:, 0] = random.normal(size=(number, width))
    for layer, gain in enumerate(gains):  # a nudge's way back through the stack
        far = layer * (window - 1) + 1  # so far it came
        turned = moved[:, :far] @ (random.normal(size=(number, width, width)) / np.sqrt(width))
        for back in range(window):
            moved[:, back : back + far] += gain / window * turned
    return (moved**2).sum(2)


@pytest.mark.parametrize("window, gains", [(4, [0.5] * 3), (3, [0.3] * 5), (4, [1.5, 0.7, 0.3, 0.2])])
def test_stacks_with_random_directions_follow_layer_choices(window, gains):
    """Brute force over 4,000 stacks; the exact profile is far outside the error allowed here."""
    random, layers = np.random.default_rng(0), len(gains)
    squares = np.concatenate([random_stacks(500, window, gains, 32, random) for _ in range(8)]).mean(0)
    measured = np.sqrt(squares) / np.sqrt(squares).sum()
    assert np.abs(np.log10(measured / layer_choices(layers, window, gains))).max() < 0.06
    other = influence(layers, window, [1 / (1 + gain) for gain in gains])
    assert np.abs(np.log10(measured / other)).max() > 0.2


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


def test_the_initial_gain_is_what_random_matrices_do():
    """Value and output matrices of the initialiser's entries behind a norm, over a stream that grows."""
    random, width, layers, window, number = np.random.default_rng(0), 64, 6, 5, 400
    stream = np.repeat(0.05 * random.normal(size=(number, 1, width)), window, 1)
    stream[:, 2:] = 0.05 * random.normal(size=(number, 3, width))  # two of five places hold the same byte
    expected = initial_gain(layers, width, 0.03, 0.05, repeats=(2**2 + 3) / 25)
    for gain in expected:
        value, out = random.normal(size=(2, number, width, width)) * 0.03
        size = np.sqrt(np.square(stream).mean(2, keepdims=True))
        nudge = random.normal(size=(number, 1, width))
        moved = np.linalg.norm(nudge / size[:, :1] @ value @ out, axis=2) / np.sqrt(2 * layers)
        measured = np.sqrt(np.mean(np.square(moved / np.linalg.norm(nudge, axis=2))))
        assert measured == pytest.approx(gain, rel=0.1)
        stream = stream + (stream / size).mean(1, keepdims=True) @ value @ out / np.sqrt(2 * layers)


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
