"""Layer choices: against random stacks that really turn what they move, and against counting every choice."""

import itertools
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swa_lib import COMPOSITIONS, composed, influence, initial_gain, layer_choices, look_back


def random_stacks(number, layers, window, gain, width, random):
    """Squared influence by distance of stacks: x + gain * (average of the window) R, with R random."""
    moved = np.zeros((number, layers * (window - 1) + 1, width))
    moved[:, 0] = random.normal(size=(number, width))
    for layer in range(layers):  # a nudge's way back through the stack
        far = layer * (window - 1) + 1  # so far it came
        turned = moved[:, :far] @ (random.normal(size=(number, width, width)) / np.sqrt(width))
        for back in range(window):
            moved[:, back : back + far] += gain / window * turned
    return (moved**2).sum(2)


@pytest.mark.parametrize("layers, window, gain", [(3, 4, 0.5), (5, 3, 0.3), (4, 6, 2.0)])
def test_stacks_with_random_directions_follow_layer_choices(layers, window, gain):
    """Brute force over 4,000 stacks; the exact profile is far outside the error allowed here."""
    random = np.random.default_rng(0)
    squares = np.concatenate([random_stacks(500, layers, window, gain, 32, random) for _ in range(8)]).mean(0)
    measured = np.sqrt(squares) / np.sqrt(squares).sum()
    expected = layer_choices(layers, window, 1 / (1 + gain))
    assert np.abs(np.log10(measured / expected)).max() < 0.06
    other = influence(layers, window, 1 / (1 + gain))
    assert np.abs(np.log10(measured / other)).max() > 0.2


@given(st.integers(0, 6), st.integers(1, 5), st.floats(0.01, 0.99))
def test_the_closed_form_counts_every_choice(layers, window, alpha):
    squares = np.zeros(layers * (window - 1) + 1)
    for choice in itertools.product([0, 1], repeat=layers):
        way = np.ones(1)
        for hops in choice:
            way = (1 - alpha) * look_back(way, window) if hops else alpha * way
        squares[: len(way)] += way**2
    expected = np.sqrt(squares) / np.sqrt(squares).sum()
    assert np.allclose(layer_choices(layers, window, alpha), expected, rtol=1e-10, atol=0)
    even = np.full((layers, window), (1 - alpha) / window)
    if layers:
        found = composed([alpha] * layers, even, "layer choices")
        assert np.allclose(found, expected, rtol=1e-10, atol=0)


def test_without_staying_there_is_one_choice():
    assert np.allclose(layer_choices(4, 5), influence(4, 5), rtol=1e-12)


@given(st.integers(1, 6), st.integers(1, 5), st.floats(0.01, 0.99))
def test_amplitudes_compose_to_the_exact_profile(layers, window, alpha):
    even = np.full((layers, window), (1 - alpha) / window)
    assert np.allclose(composed([alpha] * layers, even), influence(layers, window, alpha), rtol=1e-12)


def test_squares_are_amplitudes_of_squares():
    random = np.random.default_rng(0)
    stay, hop = random.random(4), random.random((4, 3))
    totals = np.column_stack([stay**2 + hop[:, 0] ** 2, hop[:, 1:] ** 2])
    squares = np.ones(1)
    for total in totals:
        squares = np.convolve(squares, total)
    found = composed(stay, hop, "squares")
    assert np.allclose(found, np.sqrt(squares) / np.sqrt(squares).sum(), rtol=1e-12)


def test_what_a_token_does_to_itself_can_be_given():
    stay, hop = np.array([0.5]), np.array([[0.3, 0.2]])
    assert np.allclose(composed(stay, hop, itself=[0.6]), [0.75, 0.25])
    assert np.allclose(composed(stay, hop, "squares", itself=[0.6]), [0.75, 0.25])


def test_unequal_layers_count_every_choice():
    random = np.random.default_rng(1)
    stay, hop = random.random(5), random.random((5, 3))
    squares = np.zeros(11)
    for choice in itertools.product([0, 1], repeat=5):
        way = np.ones(1)
        for hops, keeps, moves in zip(choice, stay, hop):
            way = np.convolve(way, moves) if hops else way * keeps
        squares[: len(way)] += way**2
    found = composed(stay, hop, "layer choices")
    assert np.allclose(found, np.sqrt(squares) / np.sqrt(squares).sum(), rtol=1e-12)


def test_the_initial_gain_is_what_random_matrices_do():
    """Value and output matrix of the initialiser's entries, behind a norm: measured on 200 pairs of them."""
    random, width, layers = np.random.default_rng(0), 64, 6
    stream = 0.05 * random.normal(size=(200, width))
    nudge = 1e-6 * random.normal(size=(200, width))
    moved = []
    for x, v in zip(stream, nudge):
        value = 0.03 * random.normal(size=(width, width))
        out = 0.03 / np.sqrt(2 * layers) * random.normal(size=(width, width))
        normed = [y / np.sqrt(np.mean(y**2)) for y in (x + v, x)]
        moved.append(np.linalg.norm((normed[0] - normed[1]) @ value @ out) / np.linalg.norm(v))
    assert np.sqrt(np.mean(np.square(moved))) == pytest.approx(
        initial_gain(layers, width, 0.03, 0.05), rel=0.05
    )


@pytest.mark.parametrize(
    "call, words",
    [
        (
            lambda: composed([0.5], [[0.5]], "hope"),
            f"how must be one of {', '.join(COMPOSITIONS)}, got 'hope'",
        ),
        (lambda: composed([0.5, 0.5], [[0.5]]), "hop must be [2, window], one row a layer as in stay"),
        (lambda: layer_choices(2, 0), "window must be a whole number >= 1, got 0"),
        (lambda: layer_choices(2, 4, 1.0), "alpha must be a number in [0, 1), got 1.0"),
        (lambda: initial_gain(0, 64, 0.02, 0.02), "layers must be a whole number >= 1, got 0"),
        (lambda: initial_gain(2, 64, 0.0, 0.02), "std must be a number in (0"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        call()
