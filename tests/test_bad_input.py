"""Bad input is refused by name, before any work, by every public function."""

import contextlib
import re
import tracemalloc
import types
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from inspect import signature

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import swa_lib
from swa_lib import MODELS, Layer, Model, Route

MODEL = swa_lib.all_windowed(MODELS["gpt-oss-20b"])

# A call that works, for every public function.
GOOD = {
    "all_global": dict(model=MODEL),
    "all_windowed": dict(model=MODEL, window=5),
    "attention_flops": dict(tokens=100, query_heads=4, head_dim=8),
    "beyond": dict(profile=[0.5, 0.5]),
    "drift": dict(layers=3, window=5, alpha=0.5),
    "gaussian": dict(layers=3, window=5, alpha=0.5),
    "growing_stream": dict(layers=3),
    "hop_distribution": dict(layers=3, alpha=0.5),
    "hops": dict(distance=20, window=5),
    "horizon": dict(profile=[0.5, 0.5], tolerance=0.01),
    "horizon_bound": dict(layers=3, window=5, alpha=0.5, tolerance=0.01),
    "horizon_by_hops": dict(average_hops=3, tolerance=0.01),
    "horizon_estimate": dict(layers=3, window=5, alpha=0.5, tolerance=0.01),
    "influence": dict(layers=3, window=5, alpha=0.5, text=10),
    "influence_through": dict(stack=[[Route(1.0, 5)]] * 3, alpha=0.5, length=10, text=20),
    "kv_cache_bytes": dict(tokens=100, kv_heads=4, head_dim=8, bytes_per_number=2),
    "look_back": dict(profile=[0.5, 0.5], window=5, stride=2, decay=0.5, offset=3, length=10, text=20),
    "mask": dict(length=10, window=5),
    "memory_influence": dict(layers=3, window=5, alpha=0.5, memory=1, context=10, length=10, text=20),
    "model_bill": dict(model=MODEL, context=1000, sequences=2, bytes_per_number=2, prefill=10),
    "model_cache_bytes": dict(model=MODEL, context=1000, bytes_per_number=2),
    "model_from_config": dict(config={"model_type": "gemma2"}),
    "model_influence": dict(model=MODEL, alpha=0.5, text=1000, state_memory=10),
    "model_reach": dict(model=MODEL, text=1000),
    "model_state_bytes": dict(model=MODEL, bytes_per_number=2),
    "model_windows": dict(model=MODEL, context=1000),
    "more_global": dict(model=MODEL, layers=1),
    "path_influence": dict(hops=3, alpha=0.5),
    "plan": dict(model=MODEL, distance=20, tolerance=0.01, alpha=0.5, text=40, state_memory=10),
    "reach": dict(layers=3, window=5),
    "rule_horizon": dict(window=5, alpha=0.5, tolerance=0.01),
    "rule_of_thumb": dict(distance=20, window=5, alpha=0.5),
    "share_beyond": dict(profile=[0.5, 0.5], distance=20),
    "spread": dict(layers=3, window=5, alpha=0.5),
    "tokens_held": dict(layers=3, window=5, context=100),
    "tokens_to_reread": dict(model=MODEL),
    "remedy_curves": dict(
        model=MODEL, distance=20, tolerance=0.01, alpha=0.5, points=2, text=40, state_memory=10
    ),
    "visible": dict(token=20, window=5),
}

NAN, INF = float("nan"), float("inf")
HUGE = [10**400, 10**5000, -(10**5000)]  # more than a float holds; more digits than Python prints
RAGGED = [[1], [1, 2]]
OBJECTS = np.array([1, None, "x"], dtype=object)
NOT_A_NUMBER = [
    "3",
    b"3",
    1j,
    {},
    [1j, 1j, 1j],
    ["1", "1", "1"],
    [True, True, True],
    OBJECTS,
    RAGGED,
    object(),
]
NOT_ONE_NUMBER = [*NOT_A_NUMBER, True, np.True_, None, [0.5, 0.5]]
NOT_WHOLE = [*NOT_ONE_NUMBER, -1, -(2**60), 1.5, -0.5, NAN, INF, -INF, Fraction(1, 2), Decimal("1.5"), *HUGE]
NOT_A_SHARE = [*NOT_ONE_NUMBER, -1, 1.5, -1e-300, 2, NAN, INF, -INF, *HUGE]
NOT_PER_LAYER = [[], [[1, 1, 1]], np.ones((3, 1)), [1, 1, -1], [1, 1, NAN], [1, 1, None], [1, 1, 10**5000]]
NOT_AMOUNTS = [*NOT_A_NUMBER, True, None, -1, [1, -1], [1, NAN], NAN, INF, -INF, [1, 10**400], *HUGE]

BAD = {
    "token": NOT_WHOLE,
    "tokens": NOT_WHOLE,
    "memory": NOT_WHOLE,
    "offset": NOT_WHOLE,
    "layers": [*NOT_WHOLE, 10_001],
    "window": [*NOT_WHOLE, 0, *NOT_PER_LAYER, [1, 1, 1.5], [1, 1, 0]],
    "context": [*NOT_WHOLE, 0],
    "stride": [*NOT_WHOLE, 0],
    "length": [*NOT_WHOLE, 0],
    "text": [*NOT_WHOLE, 0],
    "points": [*NOT_WHOLE, 0, 1, 51],
    "kv_heads": [*NOT_WHOLE, 0],
    "query_heads": [*NOT_WHOLE, 0],
    "head_dim": [*NOT_WHOLE, 0],
    "sequences": [*NOT_WHOLE, 0],
    "prefill": [*NOT_WHOLE, 0],
    "bytes_per_number": [*NOT_ONE_NUMBER, 0, -1, 0.0, NAN, INF, *HUGE],
    "state_memory": [*NOT_ONE_NUMBER, 1, 0.5, -1, NAN, INF, *HUGE],
    "config": [*NOT_ONE_NUMBER, 3, "no-such-file.json", "{", "[]", {}],
    "alpha": [*NOT_A_SHARE, 1, 1.0, *NOT_PER_LAYER, [0.5, 0.5, 1]],
    "tolerance": [*NOT_A_SHARE, 0, 0.0, 1, 1.0],
    "decay": [*NOT_A_SHARE, 0, 0.0],
    "distance": NOT_AMOUNTS,
    "hops": [*NOT_AMOUNTS, 1.5, [1, 1.5]],
    "average_hops": [*NOT_AMOUNTS, 1000.5, [1, 1e6]],
    "profile": [*NOT_AMOUNTS, [], [[0.5, 0.5]], 0.5],
    "model": [*NOT_ONE_NUMBER, 3, "gpt-oss-20b", (), Route(1.0, 5), *HUGE],
    "stack": [*NOT_ONE_NUMBER, 3, "layers", [[]], [["Route"]], [Route(1.0, 5)], *HUGE],
}

BAD_ROUTES = [
    [Route(0.5, 5)],
    [Route(2.0, 5), Route(-1.0, 9)],
    [Route(NAN, 5)],
    [Route(None, 5)],
    [Route("1", 5)],
    [Route(10**400, 5)],
    [Route(1.0, 0)],
    [Route(1.0, None)],
    [Route(1.0, 1.5)],
    [Route(1.0, 10**5000)],
    [Route(1.0, 5, stride=0)],
    [Route(1.0, 5, decay=0.0)],
    [Route(1.0, 5, offset=-1)],
]
BAD_LAYERS = [
    None,
    [],
    [[1]],
    [Layer("windowed", 0, 1, 1, 1)],
    [Layer("windowed", None, 1, 1, 1)],
    [Layer("global", 5, 1, 1, 1)],
    [Layer("sliding", 5, 1, 1, 1)],
    [Layer(["windowed"], 5, 1, 1, 1)],
    [Layer("windowed", 5, 0.5, 1, 1)],
    [Layer("windowed", 5, 1, "64", 1)],
    [Layer("windowed", 5, 1, 1, 10**5000)],
    [Layer("windowed", 5, 1, 1, 1, query_heads=0)],
    [Layer("windowed", 5, 1, 1, 1, cached=None)],
    [Layer("state", state_numbers=-1)],
]


def shown(value):
    try:
        return repr(value)
    except ValueError:  # too many digits for Python to print
        return "a number of thousands of digits"


def complaint(name, arguments):
    """What a public function says against these arguments."""
    with pytest.raises((ValueError, TypeError)) as refusal:
        getattr(swa_lib, name)(**arguments)
    assert len(str(refusal.value)) < 300
    return str(refusal.value)


def test_every_public_function_and_argument_is_tried_here():
    functions = {name for name in swa_lib.__all__ if isinstance(getattr(swa_lib, name), types.FunctionType)}
    functions -= {
        name for name in functions if getattr(swa_lib, name).__module__.startswith("swa_lib.trained.")
    }  # test_trained.py tries these
    assert GOOD.keys() == functions
    for name, arguments in GOOD.items():
        assert list(arguments) == list(signature(getattr(swa_lib, name)).parameters)
        getattr(swa_lib, name)(**arguments)


@pytest.mark.parametrize("name, argument", [(name, argument) for name in GOOD for argument in GOOD[name]])
def test_a_bad_value_is_refused_by_the_name_of_its_argument(name, argument):
    for value in BAD[argument]:
        if value is None and signature(getattr(swa_lib, name)).parameters[argument].default is None:
            continue  # None is the default
        message = complaint(name, GOOD[name] | {argument: value})
        assert re.search(rf"\b{argument}\b", message), (shown(value), message)
        if not isinstance(value, (list, np.ndarray, Fraction)):  # of those, an item or a float may be shown
            assert shown(value)[:40] in message


WINDOWED = [name for name in GOOD if "window" in GOOD[name] and name != "all_windowed"]  # None: its own


@pytest.mark.parametrize("no_window", [0, -1, None])
@pytest.mark.parametrize("name", WINDOWED)
def test_what_means_no_window_elsewhere_is_told_what_does_here(name, no_window):
    says = "a whole number >= 1 (for a layer without a window, the text's length), got "
    assert complaint(name, GOOD[name] | dict(window=no_window)) == f"window must be {says}{no_window}"
    if "layers" in GOOD[name] and name != "memory_influence":  # its layers all have one window
        message = complaint(name, GOOD[name] | dict(window=[5, no_window, 5]))
        assert message == f"window[1] must be {says}{no_window}"


def test_a_bad_route_is_refused():
    for layer in BAD_ROUTES:
        for stack in ([layer], [[Route(1.0, 5)], layer]):
            message = complaint("influence_through", dict(stack=stack))
            assert re.search(r"stack|share|window|stride|decay|offset", message), (shown(layer), message)


@pytest.mark.parametrize("name", [name for name in GOOD if "model" in GOOD[name]])
def test_a_bad_model_is_refused(name):
    for layers in BAD_LAYERS:
        assert "model.layers" in complaint(name, GOOD[name] | dict(model=replace(MODEL, layers=layers)))
    if "context" in GOOD[name] or "text" in GOOD[name]:
        assert "model.context" in complaint(name, GOOD[name] | dict(model=replace(MODEL, context=0)))


@pytest.mark.parametrize(
    "window, alpha", [([5, 5], 0.5), ([5] * 4, 0.5), (5, [0.5, 0.5]), (5, np.full(4, 0.5))]
)
@pytest.mark.parametrize("name", ["influence", "drift", "spread", "gaussian"])
def test_one_value_too_few_or_too_many_is_refused_with_the_number_of_layers(name, window, alpha):
    assert re.search(
        "(window|alpha) must be .* 3 values", complaint(name, dict(layers=3, window=window, alpha=alpha))
    )


@pytest.mark.parametrize(
    "name, arguments",
    [
        ("influence", dict(layers=10_000, window=10_000)),
        ("influence", dict(layers=2, window=2**52)),
        ("influence", dict(layers=2, window=[3, 2**40])),
        ("influence", dict(layers=2, window=2**40, text=2**30)),
        ("gaussian", dict(layers=10_000, window=10_000)),
        ("look_back", dict(profile=[1.0], window=2**30)),
        ("look_back", dict(profile=[1.0], window=2, stride=2**50)),
        ("look_back", dict(profile=[1.0], window=2, offset=2**50)),
        ("influence_through", dict(stack=[[Route(1.0, 2**30)]])),
        ("influence_through", dict(stack=[[Route(1.0, 2, offset=2**50)]], length=2**40)),
        ("memory_influence", dict(layers=3, window=5, alpha=0.5, memory=1, context=2**40)),
        ("influence_through", dict(stack=[[Route(1.0, 2**25 + 2)]] * 2)),
        ("influence_through", dict(stack=[[Route(1.0, 2**25 + 2)]] * 2, length=2**40)),
        ("memory_influence", dict(layers=4, window=5, alpha=0.5, memory=1, context=2**25 + 2)),
        ("mask", dict(length=10**6, window=5)),
        ("plan", dict(model=swa_lib.all_windowed(MODEL, 2**40), distance=20, tolerance=0.01, alpha=0.5)),
    ],
)
def test_what_would_not_fit_in_memory_is_refused_before_it_is_allocated(name, arguments):
    tracemalloc.start()
    try:
        message = complaint(name, arguments)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert re.search(r"67,108,864|8192", message)  # says what is allowed
    assert peak < 2**21


@pytest.mark.parametrize(
    "name, arguments, tokens",
    [
        ("influence", dict(layers=1, window=2**26 + 1), 2**26 + 1),
        ("influence_through", dict(stack=[[Route(1.0, 2**25 + 1)]] * 2), 2**26 + 1),
        ("look_back", dict(profile=[1.0, 1.0], window=2**26), 2**26 + 1),
        (
            "memory_influence",
            dict(layers=40, window=2**21, alpha=0.5, memory=1, context=2**21),
            40 * (2**21 - 1) + 1,
        ),
        ("memory_influence", dict(layers=4, window=1, alpha=0.5, memory=1, context=2**25 + 1), 2**26 + 1),
    ],
)
def test_the_refusal_says_exactly_how_long_the_profile_would_be(name, arguments, tokens):
    assert f"{tokens:,} tokens" in complaint(name, arguments)


LOWEST = {
    **dict.fromkeys(
        ("token", "tokens", "memory", "offset", "layers", "alpha", "distance", "hops", "average_hops"), 0
    ),
    **dict.fromkeys(
        ("window", "context", "stride", "length", "text", "kv_heads", "query_heads", "head_dim"), 1
    ),
    **dict(
        bytes_per_number=5e-324,
        sequences=1,
        prefill=1,
        state_memory=1 + 2**-52,
        config={"model_type": "gemma"},
    ),
    **dict(points=2, tolerance=5e-324, decay=5e-324, profile=[0.0], stack=[]),
}
HIGHER = {  # where another argument asks for more
    ("gaussian", "layers"): 1,
    ("gaussian", "window"): 2,
    ("hops", "window"): 2,
    ("memory_influence", "context"): GOOD["memory_influence"]["window"],
    ("look_back", "text"): len(GOOD["look_back"]["profile"]),
    ("plan", "distance"): 1,
    ("plan", "text"): 21,
    ("remedy_curves", "text"): 21,
    ("remedy_curves", "distance"): 1,
}


@pytest.mark.parametrize("name", GOOD)
def test_the_lowest_value_allowed_is_accepted(name):
    for argument in GOOD[name].keys() - {"model"}:
        lowest = HIGHER.get((name, argument), LOWEST[argument])
        getattr(swa_lib, name)(**GOOD[name] | {argument: lowest})


def test_more_hops_than_float64_can_count_are_refused():
    for distance in (1e300, [1.0, 2.0**60]):
        assert "distance" in complaint("hops", dict(distance=distance, window=5))


def test_shares_that_cannot_be_added_up_are_refused():
    for name in ("beyond", "look_back", "horizon"):
        assert "profile" in complaint(name, GOOD[name] | dict(profile=[1e308, 1e308]))


def test_a_stack_that_cannot_look_back_has_no_gaussian():
    assert "window" in complaint("gaussian", dict(layers=500, window=[1] * 500))


def test_whole_numbers_may_come_as_any_kind_of_number():
    for layers, window in [(3.0, 5.0), (np.int8(3), np.float32(5)), (Fraction(3), [5, np.int64(5), 5.0])]:
        assert swa_lib.influence(layers, window).tolist() == swa_lib.influence(3, 5).tolist()


# Random junk. Nothing between 50 and 2**53: a deep stack of wide windows is no junk, and takes its time.

whole = st.one_of(st.integers(-5, 50), st.integers(min_value=2**53 + 1), st.integers(max_value=-(2**53)))
numbers = st.one_of(
    whole,
    st.floats().filter(lambda x: not (x.is_integer() and 50 < x < 2**53)),
    st.floats(0, 1),
    st.sampled_from([10**400, -(10**400), 1e308, 5e-324]),
    st.sampled_from([np.int8(3), np.uint8(3), np.float32(0.5), np.float64(2), np.bool_(1)]),
    st.complex_numbers(),
    st.booleans(),
    st.fractions(),
    st.decimals(),
)
atoms = st.one_of(numbers, st.none(), st.text(max_size=4), st.binary(max_size=4), st.just(MODEL))
nests = st.recursive(atoms, lambda inner: st.lists(inner, max_size=4), max_leaves=6)
junk = st.one_of(
    nests,
    st.lists(st.lists(st.builds(Route, *[atoms] * 5), max_size=2), max_size=3),
    st.builds(Model, *[atoms] * 5),
    st.builds(
        Model, st.lists(st.builds(Layer, st.sampled_from(["windowed", "state"]), *[atoms] * 7), max_size=2)
    ),
    st.lists(numbers, max_size=4).map(lambda values: np.array(values, dtype=object)),
    st.lists(st.floats(), max_size=4).map(np.array),
    st.just(np.array(3)),
    st.just(iter([1])),
    st.just(object),
)


@pytest.mark.parametrize("name", GOOD)
@settings(max_examples=40)
@given(data=st.data())
def test_random_junk_is_accepted_or_refused_and_nothing_else(name, data):
    arguments = {
        argument: data.draw(st.one_of(st.just(good), junk), label=argument)
        for argument, good in GOOD[name].items()
    }
    with contextlib.suppress(ValueError, TypeError):
        getattr(swa_lib, name)(**arguments)  # any warning is an error here (pyproject.toml)
