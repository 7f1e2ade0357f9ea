"""The planner starts from the model as it is, and its answers are those of the profile."""

from dataclasses import replace

import pytest

from swa_lib import (
    MODELS,
    Layer,
    all_global,
    all_windowed,
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
    (now,) = plan(MODELS["Gemma 3 27B"], 16384, 0.01, 0.95)
    assert now.setting == "already enough" and now.enough
    profile = model_influence(MODELS["Gemma 3 27B"], 0.95, text=32768)
    assert now.beyond == pytest.approx(share_beyond(profile, 16384), abs=1e-12)
    assert now.cache_bytes == model_cache_bytes(MODELS["Gemma 3 27B"], 32768)


@pytest.mark.parametrize("name, distance, need", [("gpt-oss-20b", 500, 0.3), ("Llama 4 Scout", 9000, 0.33)])
def test_one_more_global_layer_brings_what_its_profile_says(name, distance, need):
    model, text = MODELS[name], 2 * distance
    now, *remedies = plan(model, distance, need, 0.95)
    assert now.beyond == pytest.approx(share_beyond(model_influence(model, 0.95, text), distance), abs=1e-12)
    more = next(p for p in remedies if p.remedy == "global layers")
    last = [i for i, layer in enumerate(model) if layer.kind != "global"][-1]
    changed = list(model.layers)
    changed[last] = Layer("global", None, *changed[last][2:])
    wider = replace(model, layers=tuple(changed))
    assert wider == more_global(model) and more.strength == model.count("global") + 1
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


def test_a_curve_is_what_the_profiles_say_at_the_price_of_its_tokens():
    shape = all_windowed(MODELS["gpt-oss-20b"], 20)
    curves = remedy_curves(shape, 100, 0.01, 0.8, points=3)
    for option in curves["memory tokens"]:
        profile = memory_influence(24, 20, 0.8, option.strength, 200, text=200)
        assert option.beyond == pytest.approx(share_beyond(profile, 100), abs=1e-12)
        assert option.cache_bytes == kv_cache_bytes(24 * (20 + option.strength), 8, 64)
    for option in curves["wider window"]:
        profile = model_influence(all_windowed(shape, option.strength), 0.8, 200)
        assert option.beyond == pytest.approx(share_beyond(profile, 100), abs=1e-12)
        assert option.flops == 2 * 24 * option.strength * 64 * (64 + 64)
    for option in curves["softer residual"]:
        profile = model_influence(shape, 1 - option.strength / 100, 200)
        assert option.beyond == pytest.approx(share_beyond(profile, 100), abs=1e-12)


def test_models_without_windows_are_left_with_the_residual_path():
    plans = plan(all_global(MODELS["gpt-oss-20b"]), 20, 0.9, 0.9)
    assert [p.remedy for p in plans] == ["as it is", "softer residual"]
    with_state = plan(MODELS["Qwen3.5 27B"], 1000, 0.99, 0.9, state_memory=100)
    assert [p.remedy for p in with_state] == ["as it is", "softer residual"]
    shares = [plan(MODELS["gpt-oss-20b"], 1000, 0.5, 0.9, text=text)[0].beyond for text in (1100, 100_000)]
    assert shares[0] < shares[1]  # of a longer text more lies beyond
