"""Measure your own weights: on tiny folders with random weights, saved to disk and loaded from there."""

import json
import resource
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from weights import load, main, memory_needed, sentences, shares, summary

from swa_lib import influence, model_from_config, model_windows, reach

HERE = Path(__file__).parents[1]
TINY = dict(vocab_size=256, hidden_size=32, intermediate_size=64, num_attention_heads=4, head_dim=8)
TINY |= dict(num_key_value_heads=2, sliding_window=8, max_position_embeddings=512, num_hidden_layers=4)
TWO_KINDS = dict(layer_types=["sliding_attention", "full_attention"] * 2)
LOOKED_UP = dict(hidden_size_per_layer_input=8, vocab_size_per_layer_input=256, num_kv_shared_layers=0)
SHAPES = {
    "mistral": dict(attention_dropout=0.5),  # in training only
    "gemma4_text": TWO_KINDS | LOOKED_UP | dict(global_head_dim=8),  # some tokens are looked up again
    "gpt_oss": TWO_KINDS | dict(num_local_experts=4, num_experts_per_tok=4),
    "qwen2": dict(use_sliding_window=True, max_window_layers=2),
    "qwen3": dict(use_sliding_window=False),
}


def save(folder, kind, **more):
    """A folder as save_pretrained writes it: config, weights, and a tokenizer of bytes."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import CONFIG_MAPPING, AutoModel, PreTrainedTokenizerFast

    torch.manual_seed(0)
    # A larger start than usual, so that attention is not even.
    config = CONFIG_MAPPING[kind](**TINY | SHAPES[kind] | {"initializer_range": 0.2} | more)
    AutoModel.from_config(config).save_pretrained(folder)
    symbols = sorted(pre_tokenizers.ByteLevel.alphabet())
    bytes_only = Tokenizer(models.BPE({symbol: i for i, symbol in enumerate(symbols)}, []))
    bytes_only.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytes_only.decoder = decoders.ByteLevel()
    PreTrainedTokenizerFast(tokenizer_object=bytes_only).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return {kind: save(tmp_path_factory.mktemp("models") / kind, kind) for kind in SHAPES}


@pytest.fixture
def command(capsys):
    """The command as from a terminal, without starting Python anew: what it printed, as `out` and `err`."""

    def run(folder, *words, text=HERE / "weights.py", length=40, texts=2):
        main([str(word) for word in (folder, text, "--length", length, "--texts", texts, *words)])
        return capsys.readouterr()

    return run


@pytest.mark.parametrize("kind", SHAPES)
def test_a_folder_and_a_text_give_a_profile(kind, command, folders, tmp_path):
    dtype = "bfloat16" if kind == "mistral" else "float32"
    done = command(folders[kind], "--out", tmp_path, "--dtype", dtype, length=60, texts=3)
    result = json.loads((tmp_path / "profile.json").read_text())
    windows = model_windows(model_from_config(folders[kind] / "config.json"), 60)
    whole = reach(len(windows), windows)
    far, profile = min(whole, 59), np.array(result["profile"])
    assert result["windows"] == windows and result["reach"] == whole and 0 < result["horizon"] <= far
    assert profile[far] > 0 and not profile[far + 1 :].any() and abs(profile.sum() - 1) < 1e-3
    if kind == "qwen3":  # global layers only
        assert "nothing to fit" in done.out and "alpha" not in result
    else:
        assert 0 < result["alpha"] < 1 and result["alpha_error"] > 0
        assert result["lambda"] == pytest.approx(len(windows) * (1 - result["alpha"]))
    # What no text is long enough to show is not claimed, and a horizon that the text sets is called so.
    assert result.get("beyond_reach") == (0 if whole < 59 else None)
    assert ("what is beyond was not tested" in done.out) == (whole >= 59)
    assert ("its beginning sets this horizon" in done.out) == (kind != "mistral")
    assert "GiB of memory are needed" in done.out and "horizon at 0.01" in done.out
    assert (tmp_path / "profile.png").read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize("kind", SHAPES)
def test_shares_are_those_of_a_nudge_of_what_is_looked_up(kind, folders):
    """Also where embeddings are scaled, and where tokens are looked up again, which is not nudged."""
    model, _ = load(folders[kind], "float64", "cpu", 4)
    tokens = torch.randint(256, (1, 20), generator=torch.Generator().manual_seed(0))
    direction = torch.randn(1, 32, generator=torch.Generator().manual_seed(1)).double()[0]
    nudge = torch.zeros(20, 32, dtype=torch.float64, requires_grad=True)
    hook = model.get_input_embeddings().register_forward_hook(lambda module, given, out: out + nudge)
    state = model(input_ids=tokens, use_cache=False).last_hidden_state[0, -1]
    hook.remove()
    sizes = torch.autograd.grad(state @ direction, nudge)[0].norm(dim=1).flip(0)
    assert np.allclose(shares(model, tokens, 1)[0], sizes / sizes.sum(), rtol=1e-6)
    assert np.allclose(shares(model, tokens, 1, skip=3)[0], sizes[:17] / sizes[:17].sum(), rtol=1e-6)


def test_it_goes_on_where_it_was_interrupted(command, folders, tmp_path, monkeypatch):
    calls = []

    def interrupted(*given):
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return shares(*given)

    monkeypatch.setattr("weights.shares", interrupted)
    with pytest.raises(KeyboardInterrupt):
        command(folders["mistral"], "--out", tmp_path / "parts", texts=3)
    assert "text 2 of 3" in command(folders["mistral"], "--out", tmp_path / "parts", texts=3).err
    assert len(calls) == 4
    command(folders["mistral"], "--out", tmp_path / "whole", texts=3)
    whole, parts = ((tmp_path / name / "profile.json").read_text() for name in ("whole", "parts"))
    assert whole == parts


GIVEN = SimpleNamespace(skip=0, tolerance=0.01, distance=5)


def test_small_numbers_decide_no_fit():
    """Far shares of a real profile underflow: here all below 1e-9 are lost, in 30 layers."""
    exact = np.pad(influence(30, 64, 0.9), (0, 9))
    found = summary(np.where(exact > 1e-9, exact, 0)[None], [64] * 30, GIVEN)
    assert found["alpha"] == pytest.approx(0.9, abs=1e-3) and found["lambda"] == pytest.approx(3, abs=0.03)
    assert found["decades"] < 0.01


@pytest.mark.parametrize("by_window, given", [([0.6, 0.1, 0.2, 0.1], True), ([0.5, 0.01, 0.01, 0.48], False)])
def test_a_fit_that_should_not_be_believed_says_so(by_window, given):
    """No stack looks farther more than near. Off by a factor of four it is a warning, by twenty no number."""
    found = np.pad(np.repeat(by_window, 8)[: 4 * 7 + 1], (0, 9))
    found = summary((found / found.sum())[None], [8] * 4, GIVEN)
    words = " ".join(sentences(found))
    assert ("alpha" in found) == ("lambda" in found) == ("WARNING" in words) == given
    assert ("no number of it is given" in words) != given


def test_no_more_memory_is_used_than_said(tmp_path):
    wide = dict(hidden_size=512, intermediate_size=2048, vocab_size=30_000, num_hidden_layers=8)
    folder = save(tmp_path / "model", "mistral", **wide)
    words = [HERE / "weights.py", folder, HERE / "weights.py", "--length", 1500, "--texts", 1]
    subprocess.run([sys.executable, *map(str, words), "--out", tmp_path], check=True, capture_output=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert peak < memory_needed(folder, "float32", 1500) < 2.5 * peak


@pytest.mark.parametrize(
    "change, words",
    [
        (dict(folder="nowhere"), "nowhere/config.json: config must be"),
        (dict(folder="config only"), "holds no weights, neither *.safetensors nor *.bin."),
        (dict(folder="unknown"), "config.json: "),
        (dict(text="nothing.txt"), "is no text file in UTF-8"),
        (dict(text="short.txt"), "short.txt has 5 tokens, 40 are wanted: choose a smaller --length."),
        (dict(text="binary.txt"), "is no text file in UTF-8"),
        (dict(length=10**7), "are free: choose a smaller --length"),
        (dict(skip=39), "--skip must be at most 38, got 39."),
    ],
)
def test_what_is_wrong_gets_one_sentence(change, words, command, folders, tmp_path):
    known = (folders["mistral"] / "config.json").read_text()
    for name, config in {"config only": known, "unknown": '{"model_type": "hope"}'}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text(config)
    (tmp_path / "short.txt").write_text("short")
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\xff" * 40)
    folder = tmp_path / change["folder"] if "folder" in change else folders["mistral"]
    text = tmp_path / change["text"] if "text" in change else HERE / "weights.py"
    with pytest.raises(SystemExit) as refused:
        command(folder, "--skip", change.get("skip", 0), text=text, length=change.get("length", 40))
    assert words in str(refused.value) and "\n" not in str(refused.value)
