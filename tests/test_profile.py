"""The influence profile and its kin against exact fractions, all paths, and a real stack."""

import math
from fractions import Fraction

import numpy as np
import pytest
from exact import enumerated_profile, exact_profile, worst_error
from hypothesis import given, settings
from hypothesis import strategies as st

from swa_lib import (
    Route,
    beyond,
    drift,
    gaussian,
    growing_stream,
    hop_distribution,
    horizon,
    influence,
    influence_through,
    look_back,
    mask,
    memory_influence,
    path_influence,
    reach,
    rule_horizon,
    spread,
    visible,
)  # fmt: skip

BAR = 1e-12
shares = st.one_of(st.just(0.0), st.floats(0, 1, exclude_max=True))


@st.composite
def stacks(draw, layers=6, window=12):
    """layers, window, alpha: each of the two said once for all layers, or per layer."""
    layers = draw(st.integers(0, layers))

    def once_or_per_layer(values):
        per_layer = st.lists(values, min_size=layers, max_size=layers)
        return draw(st.one_of(values, per_layer, per_layer.map(np.array) if layers else per_layer))

    return layers, once_or_per_layer(st.integers(1, window)), once_or_per_layer(shares)


def spelled(layers, window, alpha):
    """One window and one alpha per layer, whichever way they were said."""
    return np.full(layers, window).tolist(), np.full(layers, alpha, dtype=float).tolist()


# Exact rational arithmetic


@settings(max_examples=400)
@given(stacks())
def test_every_entry_of_a_random_stack_is_right_to_1e_12(stack):
    assert worst_error(influence(*stack), *exact_profile(*spelled(*stack))) < BAR


DEEP = {
    "100 layers of 20": ([20] * 100, [0.0] * 100),
    "100 layers of 20, alpha 0.99": ([20] * 100, [0.99] * 100),
    "40 layers of 300, alpha 0.99": ([300] * 40, [0.99] * 40),
    "1000 layers of 3": ([3] * 1000, [0.0] * 1000),
    "1000 layers of 3, alpha 0.75": ([3] * 1000, [0.75] * 1000),
    "alpha next to 1": ([2] * 18, [1 - 2**-53] * 18),
    "hybrid": ([1, 2, 50, 50, 300, 7] * 6, [0.95] * 36),
    "growing stream": ([40] * 100, growing_stream(100)),
    "windows and alphas mixed": ([8] * 60 + [500] * 4, [0.0, 0.9] * 32),
}


@pytest.mark.parametrize("windows, alphas", DEEP.values(), ids=DEEP)
def test_every_entry_of_a_deep_stack_is_right_to_1e_12_down_to_1e_290(windows, alphas):
    assert worst_error(influence(len(windows), windows, alphas), *exact_profile(windows, alphas)) < BAR


def test_the_deep_stacks_above_do_reach_down_to_1e_290():
    assert 0 < influence(18, 2, 1 - 2**-53)[-1] < 1e-280
    assert influence(100, 20, 0.99)[-1] == 0.0  # 1e-330: below what float64 holds


@given(stacks(layers=3, window=4))
def test_the_profile_is_the_sum_over_all_paths(stack):
    paths = enumerated_profile(*spelled(*stack))
    assert worst_error(influence(*stack), paths, 1) < BAR


# A real stack


def attend(tokens, window, alpha):
    """One layer of softmax attention with equal scores, and its residual path."""
    scores = np.where(mask(len(tokens), window), 0.0, -np.inf)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    return alpha * tokens + (1 - alpha) * weights @ tokens


@pytest.mark.parametrize(
    "windows, alphas",
    [
        ([5] * 4, [0.0] * 4),
        ([5] * 4, [0.9] * 4),
        ([2, 9, 1, 4], [0.5, 0.0, 0.3, 0.95]),
        ([6, 6, 6], [0.1, 0.6, 0.9]),
    ],
)
def test_perturbing_one_token_of_a_real_stack_moves_its_last_output_by_the_profile(windows, alphas):
    profile = influence(len(windows), windows, alphas)
    text = np.random.default_rng(0).normal(size=(len(profile) + 5, 3))

    def last_output(tokens):
        for window, alpha in zip(windows, alphas):
            tokens = attend(tokens, window, alpha)
        return tokens[-1]

    for distance in range(len(text)):
        perturbed = text.copy()
        perturbed[-1 - distance, 1] += 1.0
        change = last_output(perturbed) - last_output(text)
        share = profile[distance] if distance < len(profile) else 0.0
        np.testing.assert_allclose(change, [0, share, 0], rtol=0, atol=1e-14)
        assert distance < len(profile) or not change.any()  # beyond the reach nothing at all


@pytest.mark.parametrize("window", [12, 13, 1000])
def test_a_window_as_long_as_the_context_is_full_attention(window):
    text = np.random.default_rng(0).normal(size=(12, 3))
    averages = np.cumsum(text, axis=0) / np.arange(1, 13)[:, None]
    np.testing.assert_allclose(attend(text, window, 0.25), 0.25 * text + 0.75 * averages, rtol=1e-13)
    np.testing.assert_array_equal(mask(12, window), np.tri(12, dtype=bool))


# What every profile is


@given(stacks())
def test_a_profile_has_one_share_per_reachable_distance_and_sums_to_1(stack):
    layers, window, _ = stack
    profile = influence(*stack)
    assert profile.dtype == np.float64
    assert profile.shape == (reach(layers, window) + 1,)
    assert np.all(profile >= 0)
    assert profile.sum() == pytest.approx(1, abs=1e-13)


@given(st.lists(st.tuples(st.integers(1, 12), shares), min_size=1, max_size=6), st.randoms())
def test_the_order_of_the_layers_does_not_matter(layers, random):
    shuffled = random.sample(layers, len(layers))
    forward, other = (influence(len(layers), *map(list, zip(*stack))) for stack in (layers, shuffled))
    np.testing.assert_allclose(forward, other, rtol=BAR, atol=1e-290)


@given(st.lists(st.integers(1, 12), max_size=6))
def test_without_a_residual_the_profile_is_its_own_mirror_image(windows):
    profile = influence(len(windows), windows)
    np.testing.assert_allclose(profile, profile[::-1], rtol=BAR)


def test_a_stack_that_cannot_look_back_keeps_everything():
    assert influence(0, 100, 0.5).tolist() == [1.0]
    assert influence(7, 1).tolist() == [1.0]
    assert influence(3, [1, 1, 1], [0.0, 0.5, 0.9]) == pytest.approx([1.0], rel=BAR)


# Blur


@given(stacks())
def test_drift_and_spread_are_the_mean_and_deviation_of_the_profile(stack):
    profile = influence(*stack)
    distance = np.arange(len(profile))
    mean = profile @ distance
    assert drift(*stack) == pytest.approx(mean, rel=1e-10)
    assert spread(*stack) == pytest.approx(math.sqrt(profile @ (distance - mean) ** 2), rel=1e-10)


@pytest.mark.parametrize("alpha", [0.0, 0.5])
def test_the_gaussian_fits_better_the_deeper_the_stack(alpha):
    misfits = []
    for layers in (10, 40, 160):
        bell, profile = gaussian(layers, 20, alpha), influence(layers, 20, alpha)
        assert bell.shape == profile.shape
        assert bell.sum() == pytest.approx(1, abs=0.02)
        misfits.append(abs(bell - profile).max() / profile.max())
    assert misfits[0] > 1.8 * misfits[1] > 3.2 * misfits[2]
    assert misfits[2] < 0.06


# Remedies


def kernel(route):
    weights = np.zeros(route.offset + (route.window - 1) * route.stride + 1)
    weights[route.offset :: route.stride] = route.decay ** np.arange(route.window)
    return weights / weights.sum()


fractions_of_attention = st.lists(st.integers(1, 9), min_size=1, max_size=3).map(
    lambda n: [i / sum(n) for i in n]
)
routes = st.builds(
    Route, st.just(1.0), st.integers(1, 20), st.integers(1, 5), st.floats(0.05, 1), st.integers(0, 20)
)
lengths = st.one_of(st.none(), st.integers(1, 200))
profiles = st.lists(st.one_of(st.just(0.0), st.floats(1e-30, 1)), min_size=1, max_size=30)


@given(profiles, routes, lengths)
def test_look_back_is_a_convolution_with_the_layers_kernel(profile, route, length):
    seen = look_back(profile, *route[1:], length)
    np.testing.assert_allclose(seen, np.convolve(profile, kernel(route))[:length], rtol=BAR)
    if length is None:
        assert seen.sum() == pytest.approx(sum(profile), rel=BAR)


@st.composite
def layers_of_routes(draw):
    return [route._replace(share=share) for share in draw(fractions_of_attention) for route in [draw(routes)]]


@given(st.lists(st.tuples(layers_of_routes(), shares), max_size=4), lengths)
def test_a_stack_of_routes_is_the_convolution_of_their_mixtures(stack, length):
    expected = np.ones(1)
    for layer, alpha in stack:
        mixture = np.zeros(max(len(kernel(route)) for route in layer))
        for route in layer:
            mixture[: len(kernel(route))] += (1 - alpha) * route.share * kernel(route)
        mixture[0] += alpha
        expected = np.convolve(expected, mixture)
    through = influence_through([layer for layer, _ in stack], [alpha for _, alpha in stack], length)
    np.testing.assert_allclose(through, expected[:length], rtol=1e-11, atol=1e-280)


@given(stacks())
def test_a_stack_of_plain_windows_is_the_same_said_in_routes(stack):
    windows, alphas = spelled(*stack)
    through = influence_through([[Route(0.25, w), Route(0.75, w)] for w in windows], alphas)
    np.testing.assert_allclose(through, influence(*stack), rtol=BAR, atol=1e-290)


@pytest.mark.parametrize("alpha", [0.0, 0.6])
@pytest.mark.parametrize(
    "layers, window, memory, context", [(0, 2, 1, 5), (1, 3, 2, 5), (4, 3, 1, 9), (3, 4, 8, 4)]
)
def test_memory_tokens_match_a_matrix_of_tokens_and_memories(layers, window, memory, context, alpha):
    tokens = layers * (context - 1) + 1
    step = alpha * np.eye(2 * tokens)  # rows 0..tokens-1 are tokens, the rest what memory holds at each
    for t in range(tokens):
        step[t, max(0, t - window + 1) : t + 1] += (1 - alpha) / (window + memory)
        step[t, tokens + t] += (1 - alpha) * memory / (window + memory)
        step[tokens + t, max(0, t - context + 1) : t + 1] += (1 - alpha) / context
    last = np.linalg.matrix_power(step, layers)[tokens - 1, :tokens][::-1]
    profile = memory_influence(layers, window, alpha, memory, context)
    padded = np.pad(profile, (0, max(0, tokens - len(profile))))
    np.testing.assert_allclose(padded, last, rtol=BAR, atol=1e-16)
    nearest = memory_influence(layers, window, alpha, memory, context, length=3)
    np.testing.assert_allclose(nearest, profile[:3], rtol=BAR)


def test_no_memory_tokens_leave_the_plain_stack():
    profile = memory_influence(5, 4, 0.5, memory=0, context=30)
    np.testing.assert_allclose(profile[:16], influence(5, 4, 0.5), rtol=BAR)
    assert not profile[16:].any()


# Numbers checked outside this package


def test_the_numbers_readers_can_check_by_hand():
    assert visible(100, 10) == range(91, 101)
    assert visible(1000, 100) == range(901, 1001)
    assert reach(3, 100) == 297
    assert influence(3, 100)[297] == pytest.approx(1e-6, rel=BAR)
    assert influence(3, 100, 0.95)[297] == pytest.approx(1.25e-10, rel=BAR)
    assert path_influence([1, 2, 3], 0.95) == pytest.approx([0.05, 0.0025, 0.000125], rel=BAR)
    assert influence(5, 10)[-1] == pytest.approx(float(Fraction(1, 10**5)), rel=BAR)


def test_100_layers_of_100_tokens_blur_to_577_wide_and_4950_back():
    assert drift(100, 100) == 4950
    assert spread(100, 100) == pytest.approx(288.66, abs=0.005)
    assert 2 * spread(100, 100) == pytest.approx(577, abs=0.5)
    within_1000_tokens = influence(100, 100)[4450:5451].sum()
    assert within_1000_tokens == pytest.approx(0.92, abs=0.005)


def test_the_rule_says_a_few_windows_and_the_exact_horizon_says_more():
    assert rule_horizon(100, 0.95, 0.001) == pytest.approx(230.6, abs=0.05)
    assert rule_horizon(100, 0.95, 0.01) == pytest.approx(153.7, abs=0.05)
    exact = [horizon(influence(layers, 100, 0.95), 0.001) for layers in (8, 12, 32, 100)]
    assert exact == [202, 244, 383, 725]


def test_exact_horizons_by_exact_fractions():
    for layers in (8, 12, 32):
        numerators, denominator = exact_profile([100] * layers, [0.95] * layers)
        distance, tail = len(numerators) - 1, 0
        while 1000 * (tail + numerators[distance]) <= denominator:
            tail += numerators[distance]
            distance -= 1
        assert distance == horizon(influence(layers, 100, 0.95), 0.001)


@pytest.mark.parametrize("layers, beyond_150", [(8, 0.009), (24, 0.09), (32, 0.16), (62, 0.47), (100, 0.77)])
def test_depth_does_help_beyond_the_rule_of_thumb(layers, beyond_150):
    assert beyond(influence(layers, 100, 0.95))[150] == pytest.approx(beyond_150, rel=0.06)


def test_a_growing_stream_hops_as_often_as_the_harmonic_numbers_say():
    for layers, hops in ((32, 3.1), (100, 4.2)):
        chance = hop_distribution(layers, growing_stream(layers))
        assert chance @ np.arange(layers + 1) == pytest.approx(hops, abs=0.05)
        assert chance @ np.arange(layers + 1) == pytest.approx(
            sum(1 / n for n in range(2, layers + 2)), rel=BAR
        )
