"""Bad input is refused by name, before any work, by every public function: one table of good and bad."""

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
from swa_lib import MODELS, Chunk, Layer, Model, Route

MODEL = swa_lib.all_windowed(MODELS["gpt-oss-20b"])
FUNCTIONS = [name for name in swa_lib.__all__ if isinstance(getattr(swa_lib, name), types.FunctionType)]

NAN, INF, HUGE = float("nan"), float("inf"), 10**5000  # more digits than Python prints
OBJECTS = np.array([1, None, "x"], dtype=object)
NOT_A_NUMBER = ["3", 1j, {}, ["1", "1", "1"], [True] * 3, OBJECTS, [[1], [1, 2]], object()]
NOT_ONE = [*NOT_A_NUMBER, True, None, [0.5, 0.5]]
NOT_WHOLE = [*NOT_ONE, -1, -(2**60), 1.5, NAN, INF, Fraction(1, 2), Decimal("1.5"), HUGE]
FROM_1 = [*NOT_WHOLE, 0]
NOT_A_SHARE = [*NOT_ONE, -1e-300, 1.5, NAN, -INF, HUGE]
NOT_PER_LAYER = [[], [[1, 1, 1]], np.ones((3, 1)), [1, 1, -1], [1, 1, NAN], [1, 1, None], [1, 1, HUGE]]
WRONG_NUMBER = [[0.5, 0.5], np.ones(4)]
NOT_AMOUNTS = [*NOT_A_NUMBER, True, None, -1, [1, -1], [1, NAN], INF, [1, 10**400], HUGE]

WHOLES = ("context", "head_dim", "kv_heads", "length", "prefill", "query_heads", "sequences", "text")
ARGUMENTS = {  # name -> what works, whichever function it is given to; what does not
    **dict.fromkeys(("memory", "token", "tokens"), (10, NOT_WHOLE)),
    **dict.fromkeys(WHOLES, (10, FROM_1)),
    "layers": (3, [*NOT_WHOLE, 10_001]),
    "window": (5, [*FROM_1, *NOT_PER_LAYER, *WRONG_NUMBER, [1, 1, 1.5], [1, 1, 0]]),
    "points": (2, [*FROM_1, 1, 51]),
    "bytes_per_number": (2, [*NOT_ONE, 0.0, -1, NAN, INF, HUGE]),
    "memory_bytes": (2**30, [*NOT_ONE, -1, NAN, INF, HUGE]),
    "state_memory": (10, [*NOT_ONE, 1, 0.5, NAN, INF, HUGE]),
    "config": ({"model_type": "gemma2"}, [*NOT_ONE, 3, "no-such-file.json", "{", "[]", {}]),
    "alpha": (0.5, [*NOT_A_SHARE, 1, *NOT_PER_LAYER, *WRONG_NUMBER, [0.5, 0.5, 1]]),
    "tolerance": (0.01, [*NOT_A_SHARE, 0, 1.0]),
    "distance": (5, NOT_AMOUNTS),
    "hops": (3, [*NOT_AMOUNTS, 1.5, [1, 1.5]]),
    "average_hops": (3, [*NOT_AMOUNTS, 500.5, [1, 1e6]]),
    "profile": ([0.5, 0.5], [*NOT_AMOUNTS, [], [[0.5, 0.5]], 0.5, [1e308, 1e308]]),
    "model": (MODEL, [*NOT_ONE, 3, "gpt-oss-20b", (), Route(1.0, 5), HUGE]),
    "stack": ([[Route(1.0, 5)]] * 3, [*NOT_ONE, 3, "layers", [[]], [["Route"]], [Route(1.0, 5)], HUGE]),
}


def good(name):
    """A call that works, for every public function."""
    return {argument: ARGUMENTS[argument][0] for argument in signature(getattr(swa_lib, name)).parameters}


def layers(*fields, **more):
    return replace(MODEL, layers=[Layer(*fields, **more)])


SPECIAL = [  # (functions, changed arguments, what the refusal says)
    ("influence_through", dict(stack=[[Route(0.5, 5)]]), r"stack\[0\].* add up to 1"),
    ("influence_through", dict(stack=[[Route(2.0, 5), Route(-1.0, 9)]]), r"stack\[0\] share"),
    ("influence_through", dict(stack=[[Route(1.0, 5)], [Route(1.0, HUGE)]]), r"stack\[1\] window"),
    ("influence_through", dict(stack=[[Route(1.0, 5, stride=0)]]), "stride"),
    ("influence_through", dict(stack=[[Route(1.0, 5, decay=0.0)]]), "decay"),
    ("influence_through", dict(stack=[[Route(1.0, 5, offset=-1)]]), "offset"),
    ("influence_through", dict(stack=[[Chunk(1.0, 0)]]), r"stack\[0\] size"),
    ("influence_through", dict(stack=[[Chunk(1.0, 4)]], text=None), "text must be a number of tokens, for"),
    ("hops", dict(distance=[1.0, 2.0**60]), "distance"),
    ("hops", dict(window=1), "window must be >= 2 to cover a distance"),
    ("gaussian", dict(layers=2, window=[1, 1]), "window must be 2 or more"),
    ("influence drift spread gaussian", dict(window=[5, 5]), "window must be .* 3 values"),
    ("influence drift spread horizon_bound", dict(alpha=np.full(4, 0.5)), "alpha must be .* 3 values"),
    *[
        ("influence drift reach hops mask", dict(window=none), r"window must be .*, the text's length\), got")
        for none in (0, -1, None)
    ],
    ("rule_horizon", dict(window=[5, 5, 5]), "window must be a whole number >= 1"),
    ("more_global", dict(layers=25), "layers must be a whole number from 0 to 24"),
    ("plan remedy_curves", dict(text=5), "text must be a whole number >= 6"),
    ("plan model_influence", dict(model=MODELS["Qwen3.5 27B"], state_memory=None), "state_memory must be"),
    ("plan model_reach model_bill", dict(model=replace(MODEL, layers=[])), r"model\.layers"),
    ("plan model_reach model_bill", dict(model=layers("windowed", 0, 1, 1, 1)), r"layers\[0\]\.window"),
    ("plan model_reach model_bill", dict(model=layers("global", 5, 1, 1, 1)), r"layers\[0\]\.window"),
    ("plan model_reach model_bill", dict(model=layers(["windowed"], 5, 1, 1, 1)), r"layers\[0\]\.kind"),
    ("plan model_reach model_bill", dict(model=layers("windowed", 5, 0.5, 1, 1)), r"layers\[0\]\.kv_heads"),
    ("plan model_reach", dict(model=layers("windowed", 5, 1, 1, 1, cached=None)), r"layers\[0\]\.cached"),
    ("plan model_reach", dict(model=layers("state", state_numbers=-1)), r"layers\[0\]\.state_numbers"),
    ("model_reach model_bill", dict(model=replace(MODEL, context=0)), r"model\.context"),
    # What would not fit in memory is refused before it is allocated.
    ("influence gaussian", dict(layers=10_000, window=10_000, text=None), "of 99,990,001 tokens.*67,108,864"),
    ("influence", dict(layers=1, window=2**26 + 1, text=None), "67,108,865 tokens"),
    ("influence", dict(layers=2, window=2**40, text=2**30), "1,073,741,824 tokens"),
    ("influence_through", dict(stack=[[Route(1.0, 2, stride=2**50)]], length=None, text=None), "67,108,864"),
    ("influence_through", dict(stack=[[Route(1.0, 2, offset=2**50)]], length=None, text=None), "67,108,864"),
    ("memory_influence", dict(memory=0, context=2**40, length=None, text=None), "67,108,864"),
    ("mask", dict(length=10**6), "8192"),
    ("plan", dict(model=swa_lib.all_windowed(MODEL, 2**40), text=None), "67,108,864"),
]


def complaint(name, arguments):
    """What a public function says against these arguments, having allocated next to nothing."""
    tracemalloc.start()
    try:
        with pytest.raises((ValueError, TypeError)) as refusal:
            arguments = {a: value for a, value in arguments.items() if a in good(name)}
            getattr(swa_lib, name)(**arguments)
        assert tracemalloc.get_traced_memory()[1] < 2**21
    finally:
        tracemalloc.stop()
    assert len(str(refusal.value)) < 300
    return str(refusal.value)


def shown(value):
    try:
        return repr(value)
    except ValueError:  # too many digits for Python to print
        return "a number of thousands of digits"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_good_values_are_taken_and_a_bad_one_is_refused_by_the_name_of_its_argument(name):
    getattr(swa_lib, name)(**good(name))
    for argument, parameter in signature(getattr(swa_lib, name)).parameters.items():
        for value in ARGUMENTS[argument][1]:
            if value is None and parameter.default is None:
                continue
            message = complaint(name, good(name) | {argument: value})
            assert re.search(rf"\b{argument}\b", message), (shown(value), message)
            if not isinstance(value, (list, dict, np.ndarray, Fraction)):  # a part or a float may be shown
                assert shown(value)[:40] in message


@pytest.mark.parametrize("names, changed, words", SPECIAL)
def test_what_only_some_can_get_wrong_is_refused_by_name(names, changed, words):
    for name in names.split():
        assert re.search(words, complaint(name, good(name) | changed))


def test_whole_numbers_may_come_as_any_kind_of_number():
    windows = [(5, 5.0, np.int64(5)), np.float32(5), np.array(5), range(5, 6)]
    for layers, window in zip([3.0, np.int8(3), Fraction(3), np.array(1)], windows):
        assert swa_lib.influence(layers, window).tolist() == swa_lib.influence(int(layers), 5).tolist()


# Random junk. Nothing between 50 and 2**53: a deep stack of wide windows is no junk, and takes its time.

numbers = st.one_of(
    st.integers(-5, 50),
    st.floats().filter(lambda x: not (x.is_integer() and 50 < x < 2**53)),
    st.sampled_from([10**400, -(2**60), 1e308, 5e-324, np.int8(3), np.float32(0.5), np.bool_(1)]),
    st.fractions(),
    st.decimals(),
)
atoms = st.one_of(numbers, st.none(), st.text(max_size=4), st.just(MODEL))
junk = st.one_of(
    atoms,
    st.lists(st.one_of(atoms, st.lists(atoms, max_size=3)), max_size=4),
    st.lists(st.lists(st.builds(Route, *[atoms] * 5), max_size=2), max_size=3),
    st.builds(Model, st.lists(st.builds(Layer, st.sampled_from(["windowed", "state"]), *[atoms] * 7))),
)


@settings(max_examples=250)
@given(st.sampled_from(FUNCTIONS), st.data())
def test_random_junk_is_accepted_or_refused_and_nothing_else(name, data):
    arguments = {a: data.draw(st.one_of(st.just(value), junk), label=a) for a, value in good(name).items()}
    with contextlib.suppress(ValueError, TypeError):
        getattr(swa_lib, name)(**arguments)  # any warning is an error here (pyproject.toml)
