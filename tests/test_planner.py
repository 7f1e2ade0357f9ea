"""The planner starts from the model as it is, and its answers are those of the profile."""

import pytest

from swa_lib import (
    MODELS,
    Route,
    all_global,
    all_windowed,
    attention_flops,
    influence_through,
    kv_cache_bytes,
    memory_influence,
    model_cache_bytes,
    model_influence,
    more_global,
    plan,
    remedy_curves,
    share_beyond,
)  # fmt: skip
from swa_lib.planner import REMEDIES


def test_a_hybrid_that_brings_enough_is_told_so():
    (now,) = plan(MODELS["Olmo 3 32B"], 100, 0.01, 0.95)
    assert now.setting == "already enough" and now.enough
    assert now.cache_bytes == model_cache_bytes(MODELS["Olmo 3 32B"], 4096)  # the text is as long as a window
    assert now.flops is None  # no source says how many query heads it has


@pytest.mark.parametrize(
    "name, distance, need",
    [("gpt-oss-20b", 500, 0.3), ("Llama 4 Scout", 9000, 0.33), ("Gemma 3n E4B", 500, 0.44)],
)
def test_one_more_global_layer_brings_what_its_profile_says(name, distance, need):
    model, text = MODELS[name], 2 * distance
    now, *remedies = plan(model, distance, need, 0.95)
    assert now.beyond == pytest.approx(share_beyond(model_influence(model, 0.95, text), distance), abs=1e-12)
    more = next(p for p in remedies if p.remedy == "global layers")
    wider = more_global(model)
    assert more.strength == wider.count("global") == model.count("global") + 1
    assert more.beyond == pytest.approx(share_beyond(model_influence(wider, 0.95, text), distance), abs=1e-12)
    assert more.cache_bytes == model_cache_bytes(wider, text)


@pytest.mark.parametrize("shape", [MODELS["gpt-oss-20b"], all_windowed(MODELS["gpt-oss-20b"])])
def test_each_remedy_is_at_its_smallest_strength_that_is_enough(shape):
    today = plan(shape, 300, 0.9, 0.9)[0].beyond
    curves = remedy_curves(shape, 300, today + 0.01, 0.9, points=30)
    plans = plan(shape, 300, today + 0.01, 0.9)
    assert [p.remedy for p in plans] == ["as it is", *REMEDIES] == list(curves)
    for chosen in plans[1:]:
        finer = curves[chosen.remedy]
        if not shape.count("global"):  # the stronger, the more
            assert [p.beyond for p in finer] == sorted(p.beyond for p in finer)
        assert chosen.enough == any(p.enough for p in finer) != (chosen.setting == "never enough")
        assert not any(p.enough for p in finer if p.strength < chosen.strength)
        assert chosen.enough or chosen.strength == finer[-1].strength


def through(stack, alpha=0.8):
    return share_beyond(influence_through(stack, alpha, text=200), 100)


SEEN = {  # strength -> what comes from beyond 100 of 200 tokens; tokens kept, and read, in all 24 layers
    "wider window": lambda s: (through([[Route(1.0, s)]] * 24), 24 * s, 24 * s),
    "softer residual": lambda s: (through([[Route(1.0, 20)]] * 24, 1 - s / 100), 24 * 20, 24 * 20),
    "global layers": lambda s: (
        through([[Route(1.0, 20)]] * (24 - s) + [[Route(1.0, 200)]] * s),
        *[(24 - s) * 20 + s * 200] * 2,
    ),
    "memory tokens": lambda s: (
        share_beyond(memory_influence(24, 20, 0.8, s, 200, text=200), 100),
        24 * (20 + s),
        24 * (20 + 2 * s),  # every memory token reads each new token, too
    ),
    "dilated heads": lambda s: (
        through([[Route(0.75, 20), Route(0.25, 20, stride=s)]] * 24),
        24 * (15 + 5 * s),
        24 * 20,
    ),
    "retrieval": lambda s: (
        through([[Route(20 / (20 + s), 20), Route(s / (20 + s), s, offset=101)]] * 24),
        *[24 * (20 + s)] * 2,
    ),
    "fading state": lambda s: (  # a state of 64 x 64 numbers a head weighs 32 keys and values
        through([[Route(1.0, 20)]] * 12 + [[Route(1.0, 200, decay=1 - 1 / s)]] * 12),
        12 * 20 + 12 * 32,
        12 * 20 + 12 * 64,
    ),
}


@pytest.mark.parametrize("remedy", REMEDIES)
def test_a_curve_is_what_the_profiles_say_at_the_price_of_its_tokens(remedy):
    shape = all_windowed(MODELS["gpt-oss-20b"], 20)  # 64 query heads, 8 key-value heads of 64 numbers
    for option in remedy_curves(shape, 100, 0.01, 0.8, points=3)[remedy]:
        beyond, held, read = SEEN[remedy](option.strength)
        assert option.beyond == pytest.approx(beyond, abs=1e-12)
        assert option.cache_bytes == kv_cache_bytes(held, 8, 64)
        assert option.flops == attention_flops(read, 64, 64)


def test_models_without_windows_are_left_with_the_residual_path():
    plans = plan(all_global(MODELS["gpt-oss-20b"]), 20, 0.9, 0.9)
    assert [p.remedy for p in plans] == ["as it is", "softer residual"]
    with_state = plan(MODELS["Qwen3.5 27B"], 1000, 0.99, 0.9, state_memory=100)
    assert [p.remedy for p in with_state] == ["as it is", "softer residual"]
    shares = [plan(MODELS["gpt-oss-20b"], 1000, 0.5, 0.9, text=text)[0].beyond for text in (1100, 100_000)]
    assert shares[0] < shares[1]  # of a longer text more lies beyond
