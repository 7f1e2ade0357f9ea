"""The law of hops against exact horizons and real stacks, and what a lost cache costs against brute force."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swa_lib import (
    Layer,
    Model,
    beyond,
    horizon,
    horizon_bound,
    horizon_by_hops,
    horizon_estimate,
    influence,
    mask,
    tokens_to_reread,
)  # fmt: skip

TOLERANCES = [0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001]


def ratios(stacks):
    """estimate / exact horizon, average hops, exact horizon in windows; for each horizon that is not 0."""
    rows = []
    for layers, window, alpha in stacks:
        tail = beyond(influence(layers, window, alpha))
        for tolerance in TOLERANCES:
            exact = int(np.argmax(tail <= tolerance))
            assert exact <= horizon_bound(layers, window, alpha, tolerance)
            if exact > 0:
                estimate = horizon_estimate(layers, window, alpha, tolerance)
                hops = (1 - np.full(layers, alpha, dtype=float)).sum()
                rows.append((estimate / exact, hops, exact / np.max(window)))
    return np.array(rows).T


def off(ratio):
    return np.maximum(ratio, 1 / np.maximum(ratio, 1e-9))


def test_the_estimate_is_as_near_as_its_documentation_says():
    depths, alphas = (4, 5, 6, 8, 12, 16, 24, 32, 64, 128), (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99)
    ratio, hops, windows = ratios([(depth, 64, alpha) for depth in depths for alpha in alphas])
    assert off(ratio[hops > 1 - 1e-9]).max() < 1.11
    assert 1.5 < off(ratio[windows >= 0.5]).max() < 2  # few hops: not good, and never worse than this


@pytest.mark.parametrize("widest, worst", [(33, 1.2), (257, 1.5)])
def test_the_estimate_of_unequal_alphas_and_windows_is_as_near_as_its_documentation_says(widest, worst):
    random = np.random.default_rng(0)
    alphas = [1 - 10 ** random.uniform(-2, 0, layers) for layers in range(4, 44)]
    windows = [random.integers(32, widest, len(each)) for each in alphas]
    ratio, hops, _ = ratios([(len(each), wide, each) for each, wide in zip(alphas, windows)])
    assert off(ratio[hops >= 1]).max() < worst


# The bound, which must never be broken.


@st.composite
def falling(draw):
    """Kernels that fall with distance or are even, one a layer, with a share for the residual path."""
    shares = st.lists(st.floats(0.001, 1), min_size=1, max_size=20).map(np.sort)
    kernels = draw(st.lists(shares | st.integers(1, 40).map(np.ones), min_size=1, max_size=12))
    kernels = [kernel[::-1] for kernel in kernels]
    return [kernel / kernel.sum() for kernel in kernels], [draw(st.floats(0, 0.999)) for _ in kernels]


@settings(max_examples=300)
@given(falling(), st.floats(1e-200, 0.99))
def test_no_stack_of_falling_kernels_breaks_the_bound(stack, tolerance):
    profile = np.ones(1)
    for kernel, alpha in zip(*stack):
        profile = np.convolve(profile, alpha * np.eye(1, len(kernel))[0] + (1 - alpha) * kernel)
    windows, alphas = [len(kernel) for kernel in stack[0]], stack[1]
    assert horizon(profile, tolerance) <= horizon_bound(len(windows), windows, alphas, tolerance)


# The curve of all stacks.


def test_deep_stacks_that_seldom_hop_lie_on_the_curve():
    for hops in (0.5, 1.6, 5, 20):
        exact = [horizon(influence(600, 256, 1 - hops / 600), eps) / 256 for eps in (0.1, 0.01, 0.001)]
        assert [horizon_by_hops(hops, eps) for eps in (0.1, 0.01, 0.001)] == pytest.approx(exact, rel=0.02)


@pytest.mark.parametrize("hops, tolerance", [(0.06, 0.05), (0.3, 0.05), (0.2, 0.15), (3.0, 0.9)])
def test_within_one_window_the_curve_is_a_bessel_function(hops, tolerance):
    x = horizon_by_hops(hops, tolerance) + np.array([-1, 1]) / 256
    bessel = sum((hops * x) ** n / math.factorial(n) ** 2 for n in range(40))  # I_0(2 sqrt(hops x))
    before, after = 1 - math.exp(-hops) * bessel
    assert x[0] > 0 and x[1] < 1 and after < tolerance < before


def test_the_curve_between_its_ends():
    curve = horizon_by_hops([[0, 1e-6, 0.01], [1, 10, 500]], 0.01)
    assert curve.shape == (2, 3) and curve[0].tolist() == [0, 0, 0]  # one output in a hundred hops: nothing
    assert curve[1, 2] == pytest.approx(250 + 2.326348 * math.sqrt(500 / 3) + 4.41 / 8, abs=0.1)


# A lost cache: layers of real attention, of which the windowed ones have forgotten everything.

WIDTH = 6


class Stack:
    """Letters from the input up: S windowed, G global, s windowed with the keys and values of the last S."""

    def __init__(self, letters, window):
        random = np.random.default_rng(1)
        self.letters, self.window = letters, window
        self.weights = random.normal(size=(len(letters), 4, WIDTH, WIDTH)) / WIDTH**0.5
        self.text = random.normal(size=(60, WIDTH))

    def run(self, start=0, kept=(), overwrite=False):
        """The last token's output and all keys and values, computed from token `start` on."""
        tokens, store, own = self.text[start:], [], None
        seen = {"S": mask(60, self.window)[start:], "G": mask(60, 60)[start:]}
        for i, (letter, (query, key, value, out)) in enumerate(zip(self.letters, self.weights)):
            if letter != "s":
                pairs = np.full((2, 60, WIDTH), 0.0)
                pairs[:, start:] = tokens @ key, tokens @ value
                if letter == "G" and kept:
                    end = start if overwrite else 59  # the new token's are always its own
                    pairs[:, :end] = kept[i][:, :end]
                own = pairs if letter == "S" else own
            keys, values = own if letter == "s" else pairs
            visible = seen[letter.upper()].copy()
            if letter != "G":
                visible[:, :start] = False  # lost
            scores = np.where(visible, (tokens @ query) @ keys.T, -np.inf)
            weights = np.exp(scores - scores.max(axis=1, keepdims=True))
            tokens = tokens + np.tanh((weights / weights.sum(axis=1, keepdims=True)) @ values @ out)
            store.append(pairs)
        return tokens[-1], store

    def fewest(self, overwrite=False):
        """Fewest tokens before the new one that give its output again."""
        exact, kept = self.run()
        errors = (abs(self.run(59 - n, kept, overwrite)[0] - exact).max() for n in range(60))
        return next(n for n, error in enumerate(errors) if error < 1e-9)

    def model(self):
        kinds = {"S": ("windowed", self.window), "s": ("windowed", self.window), "G": ("global", None)}
        return Model(tuple(Layer(*kinds[x], 1, WIDTH, WIDTH, cached=x != "s") for x in self.letters))


@pytest.mark.parametrize(
    "letters, window, tokens",
    [
        ("SSS", 5, 12),
        ("SSSGSS", 4, 15),
        ("SGSG", 6, 10),
        ("GSS", 4, 6),
        ("SSG", 4, 6),
        ("GG", 4, 0),
        ("SGSsGs", 5, 8),
    ],
)
def test_tokens_to_reread_are_the_fewest_that_give_the_next_token_again(letters, window, tokens):
    stack = Stack(letters, window)
    assert stack.fewest() == tokens == tokens_to_reread(stack.model())


def test_overwriting_the_kept_keys_of_global_layers_breaks_it():
    assert Stack("SSG", 4).fewest(overwrite=True) == 59  # nothing short of the whole text
    assert Stack("GSS", 4).fewest(overwrite=True) == 6  # below all windows nothing wrong is written


def test_a_state_beside_windows_cannot_be_read_again():
    state = Layer("state", state_numbers=8)
    assert tokens_to_reread(Model((state,), family="plain")) == 0
    window = Layer("windowed", 4, 1, 2, 2)
    for layers in ((window, state), (window._replace(state_numbers=8),)):
        with pytest.raises(ValueError, match="^model must be without states"):
            tokens_to_reread(Model(layers, family="mixed"))
