"""A text has a beginning: profiles against exact fractions, all paths, matrices and a real stack."""

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from exact import exact_profile, exact_text_profile, worst_error
from hypothesis import given, settings
from hypothesis import strategies as st

from swa_lib import Chunk, Route, horizon, influence, influence_through, look_back, memory_influence
from swa_lib.layer import seen_in_chunks

BAR = 1e-12
shares = st.one_of(st.just(0.0), st.floats(0, 1, exclude_max=True))
texts = st.integers(1, 60)


def stacks(layers=6, window=80):
    """Windows and alphas, one of each per layer; windows as long as the text are global layers."""
    layer = st.tuples(st.integers(1, window), shares)
    return st.lists(layer, max_size=layers).map(lambda stack: ([w for w, _ in stack], [a for _, a in stack]))


# Windows and global layers


@settings(max_examples=400)
@given(stacks(), texts)
def test_every_entry_is_right_to_1e_12_in_a_text(stack, text):
    windows, alphas = stack
    profile = influence(len(windows), windows, alphas, text=text)
    assert profile.dtype == np.float64 and profile.shape == (min(sum(windows) - len(windows) + 1, text),)
    assert worst_error(profile, *exact_text_profile(windows, alphas, text)) < BAR


DEEP = {
    "windows of 20": ([20] * 100, [0.0] * 100, 600),
    "global layers only": ([300] * 60, [0.99] * 60, 300),
    "a hybrid, global layers last": ([16] * 50 + [400] * 10, [0.95] * 60, 400),
    "a hybrid, global layers first": ([400] * 10 + [16] * 50, [0.95] * 60, 400),
    "a hybrid, every sixth layer global": (([16] * 5 + [400]) * 10, [0.95] * 60, 400),
    "far tails at alpha 0.999999": ([7] * 60, [0.999999] * 60, 250),
    "all 1 bits, an alpha per layer": ([63, 127, 255] * 10, [0.0, 0.9, 0.5] * 10, 300),
    "1000 layers": ([2] * 1000, [0.5] * 1000, 300),
    "a text shorter than every window": ([4096] * 62, [0.95] * 62, 100),
}


@pytest.mark.parametrize("windows, alphas, text", DEEP.values(), ids=DEEP)
def test_every_entry_of_a_deep_stack_is_right_down_to_1e_290(windows, alphas, text):
    profile = influence(len(windows), windows, alphas, text=text)
    assert worst_error(profile, *exact_text_profile(windows, alphas, text)) < BAR


def test_the_deep_stacks_above_do_reach_far_down():
    windows, alphas, text = DEEP["far tails at alpha 0.999999"]
    assert 0 < influence(len(windows), windows, alphas, text=text)[-1] < 1e-260


def test_an_even_carpet_under_wide_layers_keeps_its_last_digits():
    """A running sum is off by 2e-12 here after one layer."""
    layer = look_back(np.full(2**17, 0.1), 2**17 - 1, text=2**17)
    harmonic = np.cumsum(1 / np.arange(2**17, 0, -1, dtype=np.longdouble))
    exact = np.longdouble(0.1) * harmonic
    exact[:2] = np.longdouble(0.1) / (2**17 - 1) * np.arange(1, 3)
    exact[2:] += exact[1] - np.longdouble(0.1) * harmonic[1]
    exact[-1] -= np.longdouble(0.1) / (2**17 - 1)  # the last token does not see the first
    assert np.abs(layer / exact - 1).max() < 1e-14


@given(stacks(window=12), st.integers(0, 20))
def test_a_text_longer_than_the_reach_is_like_an_endless_one(stack, more):
    windows, alphas = stack
    text = sum(windows) - len(windows) + 1 + more
    in_text, endless = exact_text_profile(windows, alphas, text), exact_profile(windows, alphas)
    assert [Fraction(n, in_text[1]) for n in in_text[0]] == [Fraction(n, endless[1]) for n in endless[0]]
    assert worst_error(influence(len(windows), windows, alphas, text=text), *endless) < BAR


@given(stacks(layers=3, window=6), st.integers(1, 4))
def test_the_profile_is_the_sum_over_all_paths_through_a_text(stack, text):
    windows, alphas = stack
    shares = [Fraction(0)] * text
    for path in product(range(text), repeat=len(windows)):  # where the information is below layer 1, 2, ...
        share = Fraction(1)
        for window, alpha, below, above in zip(windows, alphas, path, [*path[1:], text - 1]):
            seen = range(max(0, above - window + 1), above + 1)
            attended = (1 - Fraction(alpha)) / len(seen) if below in seen else 0
            share *= attended + (Fraction(alpha) if below == above else 0)
        shares[path[0] if path else text - 1] += share
    profile = influence(len(windows), windows, alphas, text=text)
    assert worst_error(profile, shares[::-1][: len(profile)], 1) < BAR
    assert not any(shares[::-1][len(profile) :])


@pytest.mark.parametrize("windows", [[3, 9, 2], [9, 3, 2], [50, 50], [50, 4, 4, 50, 1], [5] * 6])
def test_perturbing_one_token_of_a_real_text_moves_the_last_output_by_the_profile(windows):
    alphas = [0.9, 0.0, 0.5, 0.3, 0.7, 0.2][: len(windows)]
    profile = influence(len(windows), windows, alphas, text=10)
    text = np.random.default_rng(0).normal(size=(10, 3))

    def last_output(tokens):
        for window, alpha in zip(windows, alphas):
            seen = [tokens[max(0, q - window + 1) : q + 1].mean(axis=0) for q in range(len(tokens))]
            tokens = alpha * tokens + (1 - alpha) * np.array(seen)
        return tokens[-1]

    for distance, share in enumerate(profile):
        perturbed = text.copy()
        perturbed[-1 - distance] += 1.0
        np.testing.assert_allclose(last_output(perturbed) - last_output(text), share, rtol=0, atol=1e-14)


def test_in_a_text_the_order_of_the_layers_counts():
    assert influence(2, [2, 3], text=3) == pytest.approx([1 / 6, 1 / 3, 1 / 2], rel=BAR)
    assert influence(2, [3, 2], text=3) == pytest.approx([1 / 6, 5 / 12, 5 / 12], rel=BAR)


def test_real_models_at_their_full_text():
    gemma = [131072 if layer % 6 == 5 else 1024 for layer in range(62)]
    assert horizon(influence(62, gemma, 0.95, text=131072), 0.01) == 130252
    assert horizon(influence(32, 4096, 0.95, text=32768), 0.01) == 11941
    assert horizon(influence(32, 4096, 0.95), 0.01) == 11941


# Routes, chunks, states and memory tokens


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
chunks = st.builds(Chunk, st.just(1.0), sizes)
attention = st.lists(st.tuples(st.integers(1, 9), st.one_of(routes, chunks)), min_size=1, max_size=3)
layers = attention.map(lambda parts: [r._replace(share=n / sum(m for m, _ in parts)) for n, r in parts])


@settings(max_examples=200)
@given(st.lists(st.tuples(layers, shares), max_size=4), texts, st.integers(1, 60))
def test_routes_and_chunks_in_a_text_are_what_their_matrices_say(stack, text, length):
    held = np.eye(text)[-1]
    for layer, alpha in reversed(stack):
        held = alpha * held + (1 - alpha) * held @ layer_matrix(layer, text)
    said = dict(stack=[layer for layer, _ in stack], alpha=[alpha for _, alpha in stack], text=text)
    profile = influence_through(**said)
    assert not held[::-1][len(profile) :].any()
    np.testing.assert_allclose(profile, held[::-1][: len(profile)], rtol=BAR, atol=1e-290)
    np.testing.assert_allclose(influence_through(**said, length=length), profile[:length], rtol=BAR)


@given(stacks(), texts)
def test_plain_windows_are_the_same_said_in_routes(stack, text):
    windows, alphas = stack
    through = influence_through([[Route(1.0, w)] for w in windows], alphas, text=text)
    np.testing.assert_allclose(through, influence(len(windows), windows, alphas, text=text), rtol=BAR)


def test_chunks_alone_cross_no_edge():
    stack = [[Chunk(1.0, 8)]] * 20
    assert len(influence_through(stack, 0.5, text=64)) == 8  # the last chunk is full
    assert influence_through(stack, 0.5, text=65).tolist() == [1.0]  # a token alone in its chunk
    assert seen_in_chunks(np.ones(1), 100, 3) == pytest.approx(np.full(3, 1 / 3), rel=BAR)


@pytest.mark.parametrize("decay", [0.5, 0.999, 1 - 1e-9])
def test_a_fading_state_remembers_by_fractions(decay):
    """One layer, 40 tokens, in exact fractions: decay^d over the sum of the powers that exist."""
    powers = [Fraction(decay) ** d for d in range(40)]
    profile = influence_through([[Route(1.0, 10**6, decay=decay)]], text=40)
    assert worst_error(profile, [p / sum(powers) for p in powers], 1) < BAR
    seen = look_back(np.ones(2), 10**6, decay=decay, text=40)  # the last two tokens of that text
    exact = [p / sum(powers) + (powers[d - 1] / sum(powers[:-1]) if d else 0) for d, p in enumerate(powers)]
    assert worst_error(seen, exact, 1) < BAR


@given(
    st.integers(0, 4), st.integers(1, 8), st.integers(0, 5), st.integers(0, 30), shares, st.integers(1, 25)
)
def test_memory_tokens_in_a_text_match_a_matrix(layers, window, memory, wider, alpha, text):
    step = alpha * np.eye(2 * text)  # rows 0..text-1 are tokens, the rest what memory holds at each
    for t in range(text):
        tokens, context = min(window, t + 1), min(window + wider, t + 1)
        step[t, t + 1 - tokens : t + 1] += (1 - alpha) / (tokens + memory)
        step[t, text + t] += (1 - alpha) * memory / (tokens + memory)
        step[text + t, t + 1 - context : t + 1] += (1 - alpha) / context
    last = np.linalg.matrix_power(step, layers)[text - 1, :text][::-1]
    profile = memory_influence(layers, window, alpha, memory, window + wider, text=text)
    np.testing.assert_allclose(np.pad(profile, (0, text - len(profile))), last, rtol=1e-11, atol=1e-16)


# What is refused


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: influence(2, 4, text=0), "text must be a whole number >= 1, got 0"),
        (lambda: look_back([0.5, 0.5], 4, text=1), "text must be a whole number >= 2, got 1"),
        (lambda: influence_through([[Chunk(1.0, 4)]]), "text must be a number of tokens, for stack"),
        (lambda: influence_through([[Chunk(1.0, 0)]], text=9), "size must be a whole number >= 1, got 0"),
        (lambda: influence(2, 2**40, text=2**30), "would need a profile of 1,073,741,824 tokens"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
