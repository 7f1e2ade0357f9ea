"""The real model's experiment, on a network of its depth with random weights; nothing is fetched."""

import json

import numpy as np
import pytest
import real
import real_model
import torch
from real_measure import FOLLOW, QUOTES, STORIES, chance, read_again
from real_model import EVERY, HYBRID, LAYERS, documents, lessons, load, tokens_of, tune
from test_weights import TINY, save

from swa_lib import horizon, influence


@pytest.fixture(autouse=True)
def less_source(monkeypatch):
    files = real_model.source_files()[:20]
    monkeypatch.setattr(real_model, "source_files", lambda: files)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Thirty narrow layers with full attention."""
    from transformers import LlamaConfig, LlamaForCausalLM

    path = save(tmp_path_factory.mktemp("models") / "full", "mistral")
    config = TINY | dict(num_hidden_layers=LAYERS, initializer_range=0.1)
    LlamaForCausalLM(LlamaConfig(**config)).save_pretrained(path)
    return path


def test_a_setting_sees_what_transformers_own_attention_sees(folder):
    from transformers import MinistralConfig, MinistralForCausalLM

    text = torch.randint(256, (1, 150), generator=torch.Generator().manual_seed(0))
    kinds = ["sliding_attention"] * (EVERY - 1) + ["full_attention"]
    for setting, window, types in (("full", 1, kinds[-1:]), ("32", 32, kinds[:1]), (HYBRID, 64, kinds)):
        model, _ = load(folder, setting)
        own = model.config.to_diff_dict() | dict(sliding_window=window, layer_types=(types * LAYERS)[:LAYERS])
        own = {name: value for name, value in own.items() if name != "model_type"}
        other = MinistralForCausalLM(MinistralConfig(**own, attn_implementation="eager")).eval()
        other.load_state_dict(model.state_dict())
        with torch.no_grad():
            assert torch.allclose(model(text).logits, other(text).logits, atol=1e-4), setting


def test_reading_again_needs_the_full_sum_and_kept_keys(tmp_path, monkeypatch):
    """Windows of 8 in the first and third layer of three: 14 tokens are enough, 13 are not; and 14 are not
    where the global layer's keys are overwritten by those of a cut text."""
    monkeypatch.setattr("real_measure.LENGTH", 80)
    monkeypatch.setattr("real_model.EVERY", 2)
    monkeypatch.setattr("real_model.SETTINGS", {HYBRID: 8})
    path = save(
        tmp_path / "three", "mistral", num_hidden_layers=3, sliding_window=None, initializer_range=0.3
    )
    model, _ = load(path, HYBRID)
    text = torch.randint(256, (81,), generator=torch.Generator().manual_seed(1))
    kept = read_again(model, text, [13, 14])
    assert kept.shape == (3, 2, FOLLOW)
    assert kept[1, 0, 0] > 1e-4 and abs(kept[2, 0]).max() < 1e-6
    assert kept[2, 1] == pytest.approx(kept[0, 1], abs=1e-3)
    over = read_again(model, text, [14, 64], overwrite=True)
    assert over[1, 0, 0] > 1e-4 and abs(over[2, 0]).max() < 1e-6  # 64 is the whole text


def test_what_is_held_out_is_never_read(folder):
    _, tokenizer = load(folder, "64")
    read = bytes(tokens_of(tokenizer, "prose", True).to(torch.uint8).tolist())
    held = bytes(tokens_of(tokenizer, "prose", False).to(torch.uint8).tolist())
    assert not any(held[i : i + 200] in read for i in range(0, len(held), 100))
    assert len(held) > 50_000 and sum(map(len, documents("prose"))) > 3 * len(held)


def test_a_seed_is_an_order_and_tuning_changes_all_but_the_embeddings(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(real_model, "TUNED_LENGTH", 64)
    first, tokenizer = load(folder, "64")
    assert torch.equal(lessons(tokenizer, 5, 1), lessons(tokenizer, 9, 1)[:5])
    assert not torch.equal(lessons(tokenizer, 5, 1), lessons(tokenizer, 5, 2))
    tune(folder, tmp_path, "64", 2, 0, print)
    tuned, first = load(tmp_path, "64")[0].state_dict(), first.state_dict()
    changed = {name for name in tuned if not torch.equal(tuned[name], first[name])}
    assert changed == {name for name in tuned if "embed" not in name}


def test_a_chance_is_a_product(folder, monkeypatch):
    model, tokenizer = load(folder, "64")
    monkeypatch.setattr("real_measure.QUOTES", QUOTES[:1])
    product, text = 1.0, "called:"
    for letter in " Ab":
        logits = model(input_ids=torch.tensor([tokenizer(text)["input_ids"]])).logits[0, -1]
        product *= float(logits.softmax(-1)[tokenizer(letter)["input_ids"][0]])
        text += letter
    assert chance(model, tokenizer, "called:", "Ab") == pytest.approx(product, rel=1e-4)


@pytest.mark.parametrize(
    "times, word", [(1.0, "predicts"), (1.15, "predicts"), (0.75, "neither"), (1.6, "fails")]
)
def test_a_theory_is_judged_by_the_other_half(times, word):
    shares = np.zeros(2048)
    shares[: 30 * 63 + 1] = influence(30, 64, 0.9)
    bins, far = shares.reshape(-1, real.BIN).sum(1), horizon(shares, 0.01)
    run = {"setting": "64", "window": 64, "steps": 0, "seed": None}
    run["shares"] = {"halves": [bins, bins], "horizon of halves": [far, far / times]}
    words = real.judged(real.verdict([run]))
    assert words["even averaging"] == (word, pytest.approx(times, rel=0.01))
    assert real.judged(real.verdict([])) == {}  # nothing is judged before anything is measured


def test_the_whole_command(folder, tmp_path, monkeypatch, capsys):
    """Measured, gathered again, and gathered where a run is not done."""
    monkeypatch.setattr(real, "build", lambda out: folder)
    monkeypatch.setattr("real_measure.AGAIN", [1, 8])
    monkeypatch.setattr(real, "STORIES", STORIES[:2])
    words = ["--settings", "64", "--steps", "2", "--seeds", "1", "--texts", "4", "--out", str(tmp_path)]
    real.main([*words, "--data", str(tmp_path / "data.json")])
    stored = (tmp_path / "data.json").read_text()
    monkeypatch.setattr(real, "measure", lambda *given: pytest.fail("measured again"))

    def gathered():
        real.main([*words, "--data", str(tmp_path / "again.json"), "--gather"])
        return (tmp_path / "again.json").read_text()

    assert gathered() == stored and "Poisson hops: " in capsys.readouterr().out
    untuned, tuned = json.loads(stored)["runs"]
    assert (untuned["steps"], tuned["steps"]) == (0, 2)
    for run in (untuned, tuned):
        bins = np.array(run["shares"]["bins"])
        assert bins.sum() == pytest.approx(1, rel=1e-3) and not bins[(30 * 63) // 16 + 1 :].any()
        assert run["loss"][0] == pytest.approx(np.log(256), rel=0.1) and run["texts"] == 4
        assert len(run["story"]["told"]) == 2
    assert tuned["again"][-1][0] == 30 * 63 and abs(tuned["again"][-1][1]) < 1e-6 < tuned["again"][0][1]
    assert tuned["contexts"][-1][:2] == [1024, 0]
    again = tmp_path / "64-2-steps-seed-0" / "again.npy"
    np.save(again, np.load(again)[:3])  # too few texts, so this run is not told
    assert len(json.loads(gathered())["runs"]) == 1
