"""Measure your own weights: on tiny folders with random weights, saved to disk and loaded from there."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from weights import gradients, load, main, memory_needed, sentences, shares, summary

from swa_lib import influence, model_from_config, model_windows, reach

HERE = Path(__file__).parents[1]
TINY = dict(
    vocab_size=256,
    hidden_size=32,
    intermediate_size=64,
    num_attention_heads=4,
    num_key_value_heads=2,
    head_dim=8,
    sliding_window=8,
    max_position_embeddings=512,
)
TWO_KINDS = ["sliding_attention", "full_attention"]
SHAPES = {
    "mistral": dict(num_hidden_layers=4),
    "gemma3_text": dict(num_hidden_layers=4, layer_types=TWO_KINDS * 2),
    "gemma4_text": dict(
        num_hidden_layers=4,
        layer_types=TWO_KINDS * 2,
        hidden_size_per_layer_input=8,
        vocab_size_per_layer_input=256,
        num_kv_shared_layers=0,
        global_head_dim=8,
    ),
    "gpt_oss": dict(
        num_hidden_layers=4, num_local_experts=4, num_experts_per_tok=4, layer_types=TWO_KINDS * 2
    ),
    "qwen2": dict(num_hidden_layers=4, use_sliding_window=True, max_window_layers=2),
    "qwen3": dict(num_hidden_layers=3, use_sliding_window=False),
}


def save(folder, kind):
    """A folder as save_pretrained writes it: config, weights, and a tokenizer of bytes."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import CONFIG_MAPPING, AutoModel, PreTrainedTokenizerFast

    torch.manual_seed(0)
    # A larger start than usual, so that attention is not even.
    config = CONFIG_MAPPING[kind](**TINY | SHAPES[kind] | {"initializer_range": 0.2})
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


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "text.txt"
    path.write_text((HERE / "weights.py").read_text())
    return path


@pytest.fixture
def command(capsys):
    """The command as from a terminal, without starting Python anew: what it printed, as `out` and `err`."""

    def run(*words):
        main([str(word) for word in words])
        return capsys.readouterr()

    return run


@pytest.mark.parametrize("kind", SHAPES)
def test_a_folder_and_a_text_give_a_profile(kind, command, folders, text, tmp_path):
    done = command(folders[kind], text, "--length", 60, "--texts", 3, "--out", tmp_path)
    result = json.loads((tmp_path / "profile.json").read_text())
    windows = model_windows(model_from_config(folders[kind] / "config.json"), 60)
    whole = reach(len(windows), windows)
    far = min(whole, 59)
    profile = np.array(result["profile"])
    assert result["windows"] == windows
    assert profile[far] > 0 and not profile[far + 1 :].any() and abs(profile.sum() - 1) < 1e-3
    assert 0 < result["horizon"] <= far and ("g" in result) == (kind == "mistral")
    if kind == "qwen3":  # global layers only
        assert "nothing to fit" in done.out and "alpha" not in result
    else:
        assert 0 < result["alpha"] < 1 and result["alpha_error"] > 0
        assert result["lambda"] == pytest.approx(len(windows) * (1 - result["alpha"]))
        assert result["reach"] == whole
    # What no text is long enough to show is not claimed, and a horizon that the text sets is called so.
    assert result.get("beyond_reach") == (0 if whole < 59 else None)
    assert ("what is beyond was not tested" in done.out) == (whole >= 59 and kind != "qwen3")
    assert ("see the whole text: this horizon" in done.out) == (kind != "mistral")
    assert "memory needed: about" in done.out and "horizon at 0.01" in done.out
    assert (tmp_path / "profile.png").read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize("kind", SHAPES)
def test_the_gradient_is_a_finite_difference(kind, folders):
    """Through embeddings that the model scales itself. Norms are in single precision, whatever is asked."""
    model, _ = load(folders[kind], "float64", "cpu", SHAPES[kind]["num_hidden_layers"])
    tokens = torch.randint(256, (1, 20), generator=torch.Generator().manual_seed(0))
    direction = torch.randn(1, 32, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    found = gradients(model, tokens, direction)[0]
    for place in (5, 13, 19):
        nudge = torch.randn(32, dtype=torch.float64, generator=torch.Generator().manual_seed(place))

        def moved(step, place=place, nudge=nudge):
            def add(module, given, out):
                out = out.clone()
                out[0, place] += step * nudge
                return out

            hook = model.get_input_embeddings().register_forward_hook(add)
            state = model(input_ids=tokens, use_cache=False).last_hidden_state[0, -1]
            hook.remove()
            return float((state * direction[0]).sum())

        slope = (moved(1e-3) - moved(-1e-3)) / 2e-3
        assert float(found[place] @ nudge) == pytest.approx(
            slope, abs=0.01 * float(found[place].norm() * nudge.norm())
        )


def test_padding_counts_for_nothing(folders):
    model, _ = load(folders["mistral"], "float64", "cpu", 4)
    tokens = torch.randint(1, 256, (1, 20), generator=torch.Generator().manual_seed(0))
    padded = torch.cat([torch.zeros(1, 6, dtype=torch.int64), tokens], dim=1)
    mask = torch.ones_like(padded)
    mask[:, :6] = 0
    plain, left = shares(model, tokens, 0)[0], shares(model, padded, 0, mask=mask)[0]
    assert np.allclose(left[:20], plain, rtol=1e-6) and not left[20:].any()
    without = shares(model, tokens, 0, skip=3)[0]
    assert len(without) == 17 and np.allclose(without, plain[:17] / plain[:17].sum(), rtol=1e-6)


def test_dropout_is_off(tmp_path):
    from transformers import MistralConfig, MistralModel

    folder = save(tmp_path / "model", "mistral")
    MistralModel(MistralConfig(num_hidden_layers=2, attention_dropout=0.5, **TINY)).save_pretrained(folder)
    model, _ = load(folder, "float32", "cpu", 2)
    tokens = torch.arange(20)[None]
    assert np.array_equal(shares(model, tokens, 0), shares(model, tokens, 0))


def test_it_goes_on_where_it_stopped(command, folders, text, tmp_path):
    words = [folders["mistral"], text, "--length", 40, "--texts", 3]
    command(*words, "--out", tmp_path / "whole")
    command(*words, "--out", tmp_path / "parts")
    (kept,) = (tmp_path / "parts").glob("shares-*.npy")
    np.save(kept, np.load(kept)[:1])  # as if it had been stopped after the first text
    again = command(*words, "--out", tmp_path / "parts")
    assert "2 of 3 texts" in again.err and "1 of 3 texts" not in again.err
    whole, parts = ((tmp_path / name / "profile.json").read_text() for name in ("whole", "parts"))
    assert whole == parts


def test_an_interrupt_gets_one_sentence_and_keeps_what_is_done(command, folders, text, tmp_path, monkeypatch):
    calls = []

    def interrupted(*given):
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return shares(*given)

    monkeypatch.setattr("weights.shares", interrupted)
    words = [folders["mistral"], text, "--length", 40, "--texts", 3, "--out", tmp_path]
    with pytest.raises(SystemExit, match="Stopped; the same command goes on"):
        command(*words)
    (kept,) = tmp_path.glob("shares-*.npy")
    assert len(np.load(kept)) == 1 and not (tmp_path / "profile.json").exists()
    assert "2 of 3 texts" in command(*words).err and len(calls) == 4


@pytest.mark.parametrize("dtype", ["bfloat16", "float64"])
def test_other_precisions(dtype, command, folders, text, tmp_path):
    words = [folders["mistral"], text, "--length", 40, "--texts", 2, "--dtype", dtype, "--out", tmp_path]
    command(*words)
    assert json.loads((tmp_path / "profile.json").read_text())["beyond_reach"] == 0


def test_a_device_map_spreads_the_model(command, folders, text, tmp_path):
    words = [folders["mistral"], text, "--length", 40, "--texts", 2]
    command(*words, "--device", "auto", "--out", tmp_path / "auto")
    command(*words, "--out", tmp_path / "cpu")
    auto, cpu = (json.loads((tmp_path / name / "profile.json").read_text()) for name in ("auto", "cpu"))
    assert np.allclose(auto["profile"], cpu["profile"], rtol=1e-3)


def test_small_numbers_decide_no_fit():
    """Far shares of a real profile underflow: here all below 1e-9 are lost, in 30 layers."""
    exact = influence(30, 64, 0.9)
    found = summary(np.where(exact > 1e-9, exact, 0)[None], [64] * 30, len(exact) + 9, 0, 0.01, 500)
    assert found["alpha"] == pytest.approx(0.9, abs=1e-3) and found["lambda"] == pytest.approx(3, abs=0.03)
    assert found["decades"] < 0.01


@pytest.mark.parametrize("by_window, given", [([0.6, 0.1, 0.2, 0.1], True), ([0.5, 0.01, 0.01, 0.48], False)])
def test_a_fit_that_should_not_be_believed_says_so(by_window, given):
    """No stack looks farther more than near. Off by a factor of four it is a warning, by twenty no number."""
    shares = np.repeat(by_window, 8)[: 4 * 7 + 1]
    found = summary((shares / shares.sum())[None], [8] * 4, len(shares) + 9, 0, 0.01, 5)
    words = " ".join(sentences(found, [8] * 4))
    assert ("alpha" in found) == ("lambda" in found) == ("g" in found) == ("WARNING" in words) == given
    assert ("no number of it is given" in words) != given


def test_no_more_memory_is_used_than_said(text, tmp_path):
    from transformers import MistralConfig, MistralModel

    folder, length = save(tmp_path / "model", "mistral"), 1500
    wide = TINY | dict(hidden_size=512, intermediate_size=2048, vocab_size=30_000)
    MistralModel(MistralConfig(num_hidden_layers=8, **wide)).save_pretrained(folder)
    words = [HERE / "weights.py", folder, text, "--length", length, "--texts", 1, "--out", tmp_path]
    subprocess.run([sys.executable, *map(str, words)], check=True, capture_output=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert peak < memory_needed(folder, "float32", 1, length) < 2.5 * peak


@pytest.mark.parametrize(
    "change, words",
    [
        (dict(folder="nowhere"), "is no folder."),
        (dict(folder="empty"), "holds no config.json: it is not a folder that save_pretrained wrote."),
        (dict(folder="config only"), "holds no weights, neither *.safetensors nor *.bin."),
        (dict(folder="unknown"), "config.json: "),
        (dict(text="nothing.txt"), "There is no text file"),
        (dict(text="short.txt"), "short.txt has 5 tokens, a text of 40 is wanted: choose a smaller"),
        (dict(text="binary.txt"), "is not text in UTF-8."),
        (dict(batch=10**9), "are free: choose a smaller --length or --batch"),
        (dict(skip=39), "--skip must be from 0 to 38, got 39."),
        (dict(length=0), "--length must be a whole number >= 2, got 0."),
    ],
)  # fmt: skip
def test_what_is_wrong_gets_one_sentence(change, words, command, folders, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "config only").mkdir()
    (tmp_path / "config only" / "config.json").write_text((folders["mistral"] / "config.json").read_text())
    (tmp_path / "unknown").mkdir()
    (tmp_path / "unknown" / "config.json").write_text('{"model_type": "hope"}')
    (tmp_path / "short.txt").write_text("short")
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\xff" * 40)
    folder = tmp_path / change["folder"] if "folder" in change else folders["mistral"]
    file = tmp_path / change["text"] if "text" in change else HERE / "weights.py"
    settings = {"length": 40, "skip": 0, "batch": 1} | {k: v for k, v in change.items() if isinstance(v, int)}
    given = [word for name, value in settings.items() for word in (f"--{name}", value)]
    with pytest.raises(SystemExit) as refused:
        command(folder, file, *given, "--texts", 1, "--out", tmp_path / "out")
    assert words in str(refused.value) and "\n" not in str(refused.value)
