"""The planner starts from the model as it is."""

import numpy as np
import pytest

from swa_lib import (
    MODELS,
    all_global,
    all_windowed,
    memory_influence,
    model_cache_bytes,
    model_influence,
    plan,
    remedy_curves,
    share_beyond,
)
from swa_lib.models import model_routes
from swa_lib.planner import REMEDIES
from swa_lib.remedies import Route, influence_through


def test_a_hybrid_that_brings_enough_is_told_so():
    (now,) = plan(MODELS["Gemma 3 27B"], 16384, 0.01, 0.95)
    assert now.setting == "already enough" and now.enough
    profile = model_influence(MODELS["Gemma 3 27B"], 0.95, text=32768)
    assert now.beyond == pytest.approx(share_beyond(profile, 16384), abs=1e-12)
    assert now.cache_bytes == model_cache_bytes(MODELS["Gemma 3 27B"], 32768)


@pytest.mark.parametrize("name, distance, need", [("gpt-oss-20b", 500, 0.3), ("Llama 4 Scout", 9000, 0.33)])
def test_the_first_line_says_what_comes_today_and_the_change_starts_there(name, distance, need):
    model, text = MODELS[name], 2 * distance
    now, *remedies = plan(model, distance, need, 0.95)
    assert not now.enough
    assert now.beyond == pytest.approx(share_beyond(model_influence(model, 0.95, text), distance), abs=1e-12)
    more = next(p for p in remedies if p.remedy == "global layers")
    assert more.strength == model.count("global") + 1
    routes, place = (
        model_routes(model, text),
        [i for i, layer in enumerate(model) if layer.kind != "global"][-1],
    )
    routes[place] = [Route(1.0, text)]
    assert more.beyond == pytest.approx(
        share_beyond(influence_through(routes, 0.95, text=text), distance), abs=1e-12
    )
    kept = model.layers[place]
    width = 2 * kept.kv_heads * (kept.key_width + kept.value_width)
    assert more.cache_bytes == now.cache_bytes + (text - min(kept.window, text)) * width


@pytest.mark.parametrize(
    "shape", [MODELS["gpt-oss-20b"], all_windowed(MODELS["gpt-oss-20b"])], ids=["as it is", "windows"]
)
def test_each_remedy_is_at_its_smallest_strength_that_is_enough(shape):
    today = plan(shape, 300, 0.9, 0.9)[0].beyond
    need = today + 0.01
    for chosen in plan(shape, 300, need, 0.9)[1:]:
        finer = remedy_curves(shape, 300, need, 0.9, points=50)[chosen.remedy]
        assert chosen.enough == any(p.enough for p in finer), chosen
        weaker = [p for p in finer if p.strength < chosen.strength]
        assert not any(p.enough for p in weaker), chosen
        assert chosen.enough != (chosen.setting == "never enough")
        assert chosen.enough or chosen.strength == max(p.strength for p in finer)


def test_memory_tokens_are_those_of_memory_influence():
    shape = all_windowed(MODELS["gpt-oss-20b"], 20)
    for option in remedy_curves(shape, 100, 0.01, 0.8, points=3)["memory tokens"]:
        profile = memory_influence(24, 20, 0.8, option.strength, 200, text=200)
        assert option.beyond == pytest.approx(share_beyond(profile, 100), abs=1e-12)


def test_all_global_models_are_left_with_the_residual_path():
    plans = plan(all_windowed(MODELS["gpt-oss-20b"], 40), 20, 0.9, 0.9, text=40)
    assert {p.remedy for p in plans} == {"as it is", *REMEDIES}
    assert [p.remedy for p in plan(all_global(MODELS["gpt-oss-20b"]), 20, 0.9, 0.9)] == [
        "as it is",
        "softer residual",
    ]


def test_a_text_of_ones_own_and_a_distance_outside_it():
    model = MODELS["gpt-oss-20b"]
    near, far = (plan(model, 1000, 0.5, 0.9, text=text)[0].beyond for text in (1100, 100_000))
    assert near < far
    with pytest.raises(ValueError, match="text must be a whole number >= 1001"):
        plan(model, 1000, 0.5, 0.9, text=1000)
    with pytest.raises(ValueError, match="state_memory"):
        plan(MODELS["Qwen3.5 27B"], 1000, 0.5, 0.9)
    assert np.isfinite(plan(MODELS["Qwen3.5 27B"], 1000, 0.01, 0.9, state_memory=100)[0].beyond)
