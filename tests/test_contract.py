"""What other people's code may rely on: names, arguments, kinds of results, and what they mean."""

import doctest
import importlib
import inspect
import math
import pkgutil
import types
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from book import ROOT
from exact import SMALLEST, relative_error, worst_error
from hypothesis import given, settings
from hypothesis import strategies as st

import swa_lib
from swa_lib import (
    MODELS,
    beyond,
    hop_distribution,
    hops,
    horizon,
    influence,
    mask,
    model_cache_bytes,
    path_influence,
    reach,
    rule_horizon,
    rule_of_thumb,
    visible,
)  # fmt: skip

CONTRACT = {
    "visible": "(token, window)",
    "mask": "(length, window)",
    "reach": "(layers, window)",
    "hops": "(distance, window)",
    "influence": "(layers, window, alpha=0.0, text=None)",
    "drift": "(layers, window, alpha=0.0)",
    "spread": "(layers, window, alpha=0.0)",
    "hop_distribution": "(layers, alpha)",
    "path_influence": "(hops, alpha)",
    "rule_of_thumb": "(distance, window, alpha)",
    "rule_horizon": "(window, alpha, tolerance)",
    "horizon": "(profile, tolerance)",
    "horizon_estimate": "(layers, window, alpha, tolerance)",
    "horizon_bound": "(layers, window, alpha, tolerance)",
    "tokens_to_reread": "(model)",
    "model_from_config": "(config)",
    "model_windows": "(model, context=None)",
}
FUNCTIONS = [name for name in swa_lib.__all__ if isinstance(getattr(swa_lib, name), types.FunctionType)]
MODULES = [module.name for module in pkgutil.walk_packages(swa_lib.__path__, "swa_lib.")]
MODULES += sorted(path.stem for path in (ROOT / "course").glob("*.py"))

shares = st.one_of(st.just(0.0), st.floats(0, 1, exclude_max=True))


@pytest.mark.parametrize("name", CONTRACT)
def test_the_promised_names_take_the_promised_arguments(name):
    assert name in swa_lib.__all__
    assert str(inspect.signature(getattr(swa_lib, name))) == CONTRACT[name]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_are_true(name):
    importlib.import_module("swa_lib.exercises")  # here the chapters' questions register themselves
    names = {public: getattr(swa_lib, public) for public in swa_lib.__all__}
    assert doctest.testmod(importlib.import_module(name), extraglobs=names).failed == 0


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_public_function_has_an_example_and_a_source(name):
    text = inspect.getdoc(getattr(swa_lib, name))
    assert f">>> {name}(" in text or f"{name}(" in text[text.index(">>>") :]
    assert "\nSource: " in text


# Windows, reach, hops


@pytest.mark.parametrize("window", [1, 2, 5, 9, 10, 11, 1000])
def test_a_row_of_the_mask_is_what_its_token_sees(window):
    for token, row in enumerate(mask(10, window)):
        seen = list(visible(token, window))
        assert np.flatnonzero(row).tolist() == seen
        assert len(seen) == min(window, token + 1) and seen[-1] == token


def test_reach_adds_up_one_step_less_than_each_window():
    assert (reach(3, 100), reach(3, [1, 5, 100]), reach(0, 7)) == (297, 103, 0)


@given(st.integers(0, 2**53), st.integers(2, 2**53))
def test_hops_is_exact_for_whole_numbers_of_any_size(distance, window):
    assert hops(distance, window) == -(-distance // (window - 1))


def test_hops_of_an_array_is_an_array():
    fewest = hops([[0, 1, 9], [10, 18, 19]], 10)
    assert fewest.dtype == np.int64 and fewest.tolist() == [[0, 1, 1], [2, 2, 3]]


# Hops and the rule of thumb


@settings(max_examples=50)
@given(st.lists(shares, max_size=6))
def test_hops_of_mixed_layers_add_up_every_way_to_choose_them(alphas):
    chance = [Fraction(0)] * (len(alphas) + 1)
    for hopped in product([False, True], repeat=len(alphas)):
        shares = (1 - Fraction(a) if hop else Fraction(a) for hop, a in zip(hopped, alphas))
        chance[sum(hopped)] += math.prod(shares, start=Fraction(1))
    assert worst_error(hop_distribution(len(alphas), alphas), chance, 1) < 1e-12


@given(st.integers(0, 300), st.integers(1, 10**6), shares)
def test_one_path_keeps_1_minus_alpha_a_hop_and_the_rule_makes_one_hop_a_window(count, window, alpha):
    exact = (1 - Fraction(alpha)) ** count
    for kept in (path_influence(count, alpha), rule_of_thumb([0, count * window], window, alpha)[1]):
        if exact < SMALLEST:
            assert kept < 2 * SMALLEST
        else:
            assert relative_error(kept, *exact.as_integer_ratio()) < 1e-11


def test_without_a_residual_the_rule_sees_no_horizon():
    assert rule_horizon(100, 0.0, 0.001) == math.inf
    assert rule_of_thumb(10**6, 100, 0.0) == 1.0


# The exact horizon. Shares are multiples of 1/1024, so that float sums are exact and a tie is a tie.

multiples = st.integers(0, 1024).map(lambda n: n / 1024)


@given(st.lists(multiples, min_size=1, max_size=30), st.integers(1, 1023).map(lambda n: n / 1024))
def test_the_horizon_is_the_smallest_distance_with_at_most_the_tolerance_beyond(profile, tolerance):
    exact = [Fraction(share) for share in profile]
    enough = [d for d in range(len(exact)) if sum(exact[d + 1 :]) <= tolerance]
    assert horizon(profile, tolerance) == enough[0]


def test_the_horizon_at_its_edges():
    assert horizon([1.0], 0.5) == 0
    assert horizon([0.5, 0.5], 0.5) == 0  # a tie is within
    assert horizon([0.5, 0.5], np.nextafter(0.5, 0)) == 1
    assert horizon([0.0, 0.0, 1.0, 0.0], 0.001) == 2
    assert horizon(influence(3, 100, 0.95), 1.24e-10) == 297  # the last token's 1.25e-10 is too much
    assert horizon(influence(3, 100, 0.95), 1.26e-10) == 296


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30))
def test_what_lies_beyond_is_right_relatively_however_small(profile):
    exact = [sum(map(Fraction, profile[d + 1 :]), Fraction(0)) for d in range(len(profile))]
    for value, expected in zip(beyond(profile), exact, strict=True):
        assert abs(Fraction(float(value)) - expected) <= expected * Fraction(1, 10**13)


# Costs, against published shapes: GiB at the model's own context


@pytest.mark.parametrize(
    "name, gib",
    [
        ("Mistral 7B v0.1", 0.50),
        ("Gemma 3 12B", 8.31),
        ("Gemma 3 27B", 10.4),
        ("gpt-oss-20b", 3.00),
        ("gpt-oss-120b", 4.50),
        ("Olmo 3 7B", 9.50),
        ("Olmo 3 32B", 4.75),
        # From the same published shapes, by hand: layers x tokens x 2 x heads x head size x 2 bytes.
        ("Gemma 2 9B", 21 * (4096 + 8192) * 2 * 8 * 256 * 2 / 2**30),
        ("Gemma 2 27B", 23 * (4096 + 8192) * 2 * 16 * 128 * 2 / 2**30),
        ("EXAONE 4.0 32B", (48 * 4096 + 16 * 131072) * 2 * 8 * 128 * 2 / 2**30),
        ("Gemma 3n E4B", (16 * 512 + 4 * 32768) * 2 * 512 * 2 / 2**30),  # 15 layers read the others' caches
        ("Llama 4 Scout", (36 * 8192 + 12 * 10485760) * 2 * 8 * 128 * 2 / 2**30),
        ("MiMo-V2-Flash", (39 * 129 * 8 + 9 * 262144 * 4) * (192 + 128) * 2 / 2**30),
    ],
)
def test_the_models_of_the_book_have_the_published_shapes(name, gib):
    assert model_cache_bytes(MODELS[name]) / 2**30 == pytest.approx(gib, rel=0.004)


def test_the_models_of_the_book_have_the_published_query_heads():
    heads = {name: model.layers[-1].query_heads for name, model in MODELS.items()}
    assert heads == {
        "Mistral 7B v0.1": 32, "Gemma 2 9B": 16, "Gemma 2 27B": 32, "Gemma 3 12B": 16, "Gemma 3 27B": 32,
        "Gemma 3n E4B": 8, "Gemma 4 31B": 32, "gpt-oss-120b": 64, "gpt-oss-20b": 64, "Olmo 3 7B": 32,
        "Olmo 3 32B": None, "EXAONE 4.0 32B": 40, "MiMo-V2-Flash": 64, "Llama 4 Scout": 40, "Qwen3.5 27B": 24,
    }  # fmt: skip
