"""The real model's experiment, on a network of its depth with random weights; nothing is fetched."""

import json

import numpy as np
import pytest
import real
import real_model
import torch
from real_measure import FOLLOW, QUOTES, chance, read_again, stories
from real_model import documents, in_blocks, lessons, load, tokens_of, tune
from test_weights import TINY, save

from swa_lib import horizon, influence, mask


@pytest.fixture(autouse=True)
def less_source(monkeypatch):
    files = real_model.source_files()[:20]
    monkeypatch.setattr(real_model, "source_files", lambda: files)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Thirty narrow layers with windows of 64."""
    from transformers import MistralConfig, MistralForCausalLM

    path = save(tmp_path_factory.mktemp("models") / "64", "mistral")
    config = TINY | dict(num_hidden_layers=30, sliding_window=64, initializer_range=0.1)
    MistralForCausalLM(MistralConfig(**config)).save_pretrained(path)
    return path


@pytest.mark.parametrize("tokens", [5, 8, 21, 64])
def test_attention_in_blocks_is_attention(tokens):
    query, key, value = torch.randn(3, 1, 2, tokens, 4, generator=torch.Generator().manual_seed(0)).unbind()
    scores = (query @ key.mT / 2).masked_fill(torch.tensor(~mask(tokens, 8)), -np.inf)
    found = in_blocks(query, key, value, 8, scaling=0.5)
    torch.testing.assert_close(found, scores.softmax(-1) @ value)


def test_reading_again_needs_the_full_sum_and_kept_keys(tmp_path, monkeypatch):
    """Windows of 8 in the first and third layer of three: 14 tokens are enough, 13 are not; and 14 are not
    where the global layer's keys are overwritten by those of a cut text."""
    from transformers import MinistralConfig, MinistralForCausalLM

    monkeypatch.setattr("real_measure.LENGTH", 80)
    path = save(tmp_path / "hybrid", "mistral")
    kinds = ["sliding_attention", "full_attention", "sliding_attention"]
    config = MinistralConfig(num_hidden_layers=3, layer_types=kinds, **TINY | {"initializer_range": 0.3})
    torch.manual_seed(0)
    MinistralForCausalLM(config).save_pretrained(path)
    model, _, attention = load(path)
    text = torch.randint(256, (81,), generator=torch.Generator().manual_seed(1))
    kept = read_again(model, text, [13, 14], attention)
    assert kept.shape == (3, 2, FOLLOW)
    assert kept[1, 0, 0] > 1e-4 and abs(kept[2, 0]).max() < 1e-6
    assert kept[2, 1] == pytest.approx(kept[0, 1], abs=1e-3)
    over = read_again(model, text, [14, 64], attention, overwrite=True)
    assert over[1, 0, 0] > 1e-4 and abs(over[2, 0]).max() < 1e-6  # 64 is the whole text
    assert read_again(model, text, [13, 14], attention) == pytest.approx(
        kept, abs=1e-6
    )  # nothing is left behind


def test_what_is_held_out_is_never_read(folder):
    _, tokenizer, _ = load(folder)
    read = bytes(tokens_of(tokenizer, "prose", True).to(torch.uint8).tolist())
    held = bytes(tokens_of(tokenizer, "prose", False).to(torch.uint8).tolist())
    assert not any(held[i : i + 200] in read for i in range(0, len(held), 100))
    assert len(held) > 50_000 and sum(map(len, documents("prose"))) > 3 * len(held)


def test_tuning_goes_on_where_it_stopped(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(real_model, "TUNED_LENGTH", 64)
    monkeypatch.setattr(real_model, "KEPT_EVERY", 2)
    _, tokenizer, _ = load(folder)
    assert torch.equal(lessons(tokenizer, 5, 1), lessons(tokenizer, 9, 1)[:5])
    assert not torch.equal(lessons(tokenizer, 5, 1), lessons(tokenizer, 5, 2))

    def stop(words):
        if words.startswith("step 4"):
            raise KeyboardInterrupt

    whole = tune(folder, tmp_path / "whole", 5, 0, print)
    with pytest.raises(KeyboardInterrupt):
        tune(folder, tmp_path / "parts", 5, 0, stop)
    assert (tmp_path / "parts.pt").exists()
    assert tune(folder, tmp_path / "parts", 5, 0, print) == whole
    one, two, first = (
        load(path)[0].state_dict() for path in (tmp_path / "whole", tmp_path / "parts", folder)
    )
    assert all(torch.equal(one[name], two[name]) for name in one)
    changed = {name for name in one if not torch.equal(one[name], first[name])}
    assert changed == {name for name in one if "embed" not in name}


def test_a_chance_is_a_product(folder, monkeypatch):
    model, tokenizer, _ = load(folder)
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
    run["shares"] = {"halves": [bins, bins], "horizon at 0.01": {"halves": [far, far / times]}}
    words = real.judged(real.verdict([run]))
    assert words["even averaging"] == (word, pytest.approx(times, rel=0.01))


def test_the_whole_command(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(real, "build", lambda out: ({"64": folder}, 0.0))
    monkeypatch.setattr(real, "AGAIN", [1, 8])
    few = stories()[:2]
    monkeypatch.setattr("real_measure.stories", lambda: few)
    words = ["--settings", "64", "--steps", "2", "--seeds", "1", "--texts", "4", "--out", str(tmp_path)]
    real.main([*words, "--data", str(tmp_path / "data.json")])
    stored = (tmp_path / "data.json").read_text()
    monkeypatch.setattr(real, "measure", lambda *given: pytest.fail("measured again"))
    real.main([*words, "--data", str(tmp_path / "again.json"), "--gather"])
    assert (tmp_path / "again.json").read_text() == stored and "Poisson hops: " in capsys.readouterr().out
    untuned, tuned = json.loads(stored)["runs"]
    assert (untuned["steps"], tuned["steps"], len(tuned["curve"])) == (0, 2, 1)
    for run in (untuned, tuned):
        bins = np.array(run["shares"]["bins"])
        assert bins.sum() == pytest.approx(1, rel=1e-3) and not bins[(30 * 63) // 16 + 1 :].any()
        assert run["losses"]["all"][0] == pytest.approx(np.log(256), rel=0.1) and run["losses"]["texts"] == 4
        assert len(run["story"]["told"]) == 2
    rows = tuned["again"]["rows"]
    assert [row[0] for row in rows][-1] == 30 * 63 and abs(rows[-1][1]) < 1e-6 < rows[0][1]
    assert tuned["contexts"]["rows"][-1][:2] == [1024, 0]
