"""The influence profile and its kin against exact whole numbers, matrices, and a real stack."""

import math

import numpy as np
import pytest
from exact import exact_profile, worst_error
from hypothesis import given, settings
from hypothesis import strategies as st

from swa_lib import (
    Chunk,
    Route,
    beyond,
    drift,
    gaussian,
    growing_stream,
    horizon,
    influence,
    influence_through,
    mask,
    memory_influence,
    spread,
)  # fmt: skip
from swa_lib.layer import seen_along

BAR = 1e-12
shares = st.one_of(st.just(0.0), st.floats(0, 1, exclude_max=True))
texts = st.one_of(st.none(), st.integers(1, 60))


@st.composite
def stacks(draw, layers=6, window=80):
    """layers, window, alpha: the latter two said once, or per layer. Wide windows are global layers."""
    layers = draw(st.integers(0, layers))

    def once_or_per_layer(values):
        per_layer = st.lists(values, min_size=layers, max_size=layers)
        return draw(st.one_of(values, per_layer, per_layer.map(np.array) if layers else per_layer))

    return layers, once_or_per_layer(st.integers(1, window)), once_or_per_layer(shares)


def spelled(layers, window, alpha):
    """One window and one alpha per layer, whichever way they were said."""
    return np.full(layers, window).tolist(), np.full(layers, alpha, dtype=float).tolist()


# Exact rational arithmetic


@settings(max_examples=200)
@given(stacks(), texts)
def test_every_entry_of_a_random_stack_is_right_to_1e_12(stack, text):
    windows, alphas = spelled(*stack)
    profile = influence(*stack, text=text)
    assert profile.dtype == np.float64
    assert len(profile) == min(sum(windows) - len(windows) + 1, text or math.inf)
    assert worst_error(profile, *exact_profile(windows, alphas, text)) < BAR


DEEP = {
    "100 layers of 20": ([20] * 100, [0.0] * 100, None),
    "100 layers of 20, alpha 0.99": ([20] * 100, [0.99] * 100, None),
    "1000 layers of 3, alpha 0.75": ([3] * 1000, [0.75] * 1000, None),
    "alpha next to 1": ([2] * 18, [1 - 2**-53] * 18, None),
    "hybrid, endless": ([1, 2, 50, 50, 300, 7] * 6, [0.95] * 36, None),
    "growing stream": ([40] * 100, growing_stream(100), None),
    "global layers only": ([300] * 60, [0.99] * 60, 300),
    "hybrid, global layers last": ([16] * 50 + [400] * 10, [0.95] * 60, 400),
    "hybrid, global layers first": ([400] * 10 + [16] * 50, [0.95] * 60, 400),
    "far tails at alpha 0.999999": ([7] * 60, [0.999999] * 60, 250),
    "all 1 bits, an alpha per layer": ([63, 127, 255] * 10, [0.0, 0.9, 0.5] * 10, 300),
}


@pytest.mark.parametrize("windows, alphas, text", DEEP.values(), ids=DEEP)
def test_every_entry_of_a_deep_stack_is_right_down_to_1e_290(windows, alphas, text):
    with np.errstate(all="raise"):  # what is too small for a float is no error
        profile = influence(len(windows), windows, alphas, text)
    assert worst_error(profile, *exact_profile(windows, alphas, text)) < BAR


def attend(tokens, window, alpha):
    """One layer of softmax attention with equal scores, and its residual path."""
    scores = np.where(mask(len(tokens), window), 0.0, -np.inf)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    return alpha * tokens + (1 - alpha) * weights @ tokens


@pytest.mark.parametrize("windows", [[5] * 4, [2, 9, 1, 4], [50, 4, 4, 50, 1]])
@pytest.mark.parametrize("text", [10, 25])
def test_perturbing_one_token_of_a_real_stack_moves_its_last_output_by_the_profile(windows, text):
    alphas = [0.9, 0.0, 0.5, 0.3, 0.7][: len(windows)]
    profile = influence(len(windows), windows, alphas, text=text)
    before = np.random.default_rng(0).normal(size=(text, 3))

    def last_output(tokens):
        for window, alpha in zip(windows, alphas):
            tokens = attend(tokens, window, alpha)
        return tokens[-1]

    for distance in range(text):
        after = before.copy()
        after[-1 - distance, 1] += 1.0
        change = last_output(after) - last_output(before)
        share = profile[distance] if distance < len(profile) else 0.0
        np.testing.assert_allclose(change, [0, share, 0], rtol=0, atol=1e-14)
        assert distance < len(profile) or not change.any()  # beyond the reach nothing at all


def test_an_even_carpet_under_a_global_layer_keeps_its_last_digits():
    """A running sum is off by 2e-14 here."""
    layer = seen_along(np.full(2**17, 0.1), Route(1.0, 2**17), text=2**17)
    exact = np.cumsum(np.longdouble(0.1) / np.arange(2**17, 0, -1))
    assert np.abs(layer / exact - 1).max() < 2e-15


# Blur


@given(stacks(window=12))
def test_drift_and_spread_are_the_mean_and_deviation_of_the_profile(stack):
    profile = influence(*stack)
    distance = np.arange(len(profile))
    mean = profile @ distance
    assert drift(*stack) == pytest.approx(mean, rel=1e-10)
    assert spread(*stack) == pytest.approx(math.sqrt(profile @ (distance - mean) ** 2), rel=1e-10)


@pytest.mark.parametrize("alpha", [0.0, 0.5])
def test_the_gaussian_fits_better_the_deeper_the_stack(alpha):
    bells = [(gaussian(layers, 20, alpha), influence(layers, 20, alpha)) for layers in (10, 40, 160)]
    misfits = [abs(bell - profile).max() / profile.max() for bell, profile in bells]
    assert misfits[0] > 1.8 * misfits[1] > 3.2 * misfits[2]
    assert misfits[2] < 0.06


# Remedies


def layer_matrix(layer, text):
    """Row q: what token q takes from every token, written out token by token in whole-number positions."""
    taken = np.zeros((text, text))
    for route in layer:
        for q in range(text):
            if isinstance(route, Chunk):
                weights = {p: 1.0 for p in range(q + 1) if p // route.size == q // route.size}
            else:
                back = [route.offset + i * route.stride for i in range(min(route.window, text))]
                weights = {q - d: route.decay**i for i, d in enumerate(back) if d <= q}
            for p, weight in (weights or {q: 1.0}).items():  # nothing to see: the share stays
                taken[q, p] += route.share * weight / math.fsum((weights or {q: 1.0}).values())
    return taken


fading = st.one_of(st.just(1.0), st.floats(0.05, 1), st.just(1 - 1e-9))
sizes, offsets = st.integers(1, 80), st.one_of(st.just(0), st.integers(0, 70))
routes = st.builds(Route, st.just(1.0), sizes, st.integers(1, 5), fading, offsets)


def layers_of(route):
    attention = st.lists(st.tuples(st.integers(1, 9), route), min_size=1, max_size=3)
    return attention.map(lambda parts: [r._replace(share=n / sum(m for m, _ in parts)) for n, r in parts])


chunked_or_not = layers_of(st.one_of(routes, st.builds(Chunk, st.just(1.0), sizes)))


@settings(max_examples=200)
@given(st.lists(st.tuples(chunked_or_not, shares), max_size=4), st.integers(1, 60), st.integers(1, 60))
def test_routes_and_chunks_in_a_text_are_what_their_matrices_say(stack, text, length):
    held = np.eye(text)[-1]
    for layer, alpha in reversed(stack):
        held = alpha * held + (1 - alpha) * held @ layer_matrix(layer, text)
    said = dict(stack=[layer for layer, _ in stack], alpha=[alpha for _, alpha in stack], text=text)
    profile = influence_through(**said)
    assert not held[::-1][len(profile) :].any()
    np.testing.assert_allclose(profile, held[::-1][: len(profile)], rtol=BAR, atol=1e-290)
    np.testing.assert_allclose(influence_through(**said, length=length), profile[:length], rtol=BAR)


@given(st.lists(st.tuples(layers_of(routes), shares), max_size=4), st.integers(1, 200))
def test_in_an_endless_text_routes_never_meet_the_beginning(stack, length):
    layers, alphas = [layer for layer, _ in stack], [alpha for _, alpha in stack]
    endless = influence_through(layers, alphas, length)
    long = influence_through(layers, alphas, length, text=len(influence_through(layers, alphas)))
    np.testing.assert_allclose(endless, long, rtol=BAR, atol=1e-290)


@given(st.lists(st.integers(1, 8), max_size=4), st.integers(0, 5), st.integers(0, 20), shares, texts)
def test_memory_tokens_match_a_matrix_of_tokens_and_memories(windows, memory, wider, alpha, text):
    context = max(windows, default=1) + wider
    tokens = text or len(windows) * (context - 1) + 1  # so many that the last one meets no beginning
    last = np.eye(2 * tokens)[tokens - 1]  # places 0..tokens-1 are tokens, the rest what memory holds at each
    for window in reversed(windows):
        step = alpha * np.eye(2 * tokens)
        for t in range(tokens):
            seen, written = min(window, t + 1), min(context, t + 1)
            if text is None:
                seen, written = window, context
            step[t, max(0, t + 1 - seen) : t + 1] += (1 - alpha) / (seen + memory)
            step[t, tokens + t] += (1 - alpha) * memory / (seen + memory)
            step[tokens + t, max(0, t + 1 - written) : t + 1] += (1 - alpha) / written
        last = last @ step
    expected = last[:tokens][::-1]
    profile = memory_influence(len(windows), windows, alpha, memory, context, text=text)
    padded = np.pad(profile, (0, max(0, tokens - len(profile))))
    np.testing.assert_allclose(padded, expected, rtol=1e-11, atol=1e-16)


# Numbers checked outside this package


def test_the_exact_horizons_of_a_hundred_tokens_windows():
    assert [horizon(influence(n, 100, 0.95), 0.001) for n in (8, 12, 32, 100)] == [202, 244, 383, 725]
    shares = [beyond(influence(n, 100, 0.95))[150] for n in (8, 24, 32, 62, 100)]
    assert shares == pytest.approx([0.009, 0.09, 0.16, 0.47, 0.77], rel=0.06)


def test_real_models_at_their_full_text():
    gemma = [131072 if layer % 6 == 5 else 1024 for layer in range(62)]
    assert horizon(influence(62, gemma, 0.95, text=131072), 0.01) == 130252
    assert horizon(influence(32, 4096, 0.95, text=32768), 0.01) == 11941
