"""Models as lists of layers: any config.json is read as its family means it, or refused by name."""

import json
import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from exact import relative_error

from swa_lib import (
    MODELS,
    Layer,
    Model,
    all_global,
    all_windowed,
    influence,
    model_bill,
    model_cache_bytes,
    model_from_config,
    model_influence,
    model_state_bytes,
    model_windows,
    more_global,
    reach,
    sequences_that_fit,
    text_that_fits,
)

CONFIGS = Path(__file__).parent / "configs"  # fields of config.json files as released on the Hugging Face hub

EXPECTED = json.loads((Path(__file__).parent / "expected_models.json").read_text(encoding="utf-8"))


def kinds(model):
    return tuple(model.count(kind) for kind in ("windowed", "chunked", "state", "global"))


@pytest.mark.parametrize("name", EXPECTED)
def test_a_released_config_gives_its_layers_and_its_cache_to_the_byte(name):
    path, wanted = CONFIGS / f"{name}.json", EXPECTED[name]
    model = model_from_config(path)
    assert kinds(model) == tuple(wanted.get(kind, 0) for kind in ("windowed", "chunked", "state", "full"))
    assert model_cache_bytes(model, 131072) == wanted["cache_bytes_at_131072"]
    if "state_mib_fp32" in wanted:
        assert model_state_bytes(model) == wanted["state_mib_fp32"] * 2**20
    text = path.read_text(encoding="utf-8")
    for config in (str(path), text, "\ufeff" + text, json.loads(text)):
        assert model_from_config(config) == model


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_file_in_another_encoding_is_read(tmp_path, encoding):
    text = (CONFIGS / "nemotron-h-56b.json").read_text(encoding="utf-8")
    for mark in ("", "\ufeff"):
        (tmp_path / "config.json").write_text(mark + text, encoding=encoding)
        assert model_from_config(tmp_path / "config.json") == model_from_config(text)


@pytest.mark.parametrize(
    "config, says",
    [
        (CONFIGS / "deepseek-v4-flash.json", "'deepseek_v4' is not read: its layers read compressed entries"),
        ((CONFIGS / "modernbert-large.json"), "'modernbert' is not read: it reads text from both sides"),
        ("mistralai/Mistral-7B-v0.1", "the path of a config.json here .nothing is fetched."),
        ('{"model_type": "mistral",\n  "a": }', "line 2 column 8"),
        ('{"model_type": "mistral"', "line 1 column 25"),
        ("{'model_type': 'mistral'}", "line 1 column 2 .char 1.; JSON wants double quotes, not single ones"),
        ('{"a": ' + "[" * 100_000, "recursion"),
        (dict(model_type="deepseek_v32"), "keeps kv_lora_rank . qk_rope_head_dim . index_head_dim numbers"),
        (dict(model_type="llama", kv_lora_rank=512), "kv_lora_rank must be absent"),
        (dict(model_type="llama", index_topk=64), "index_topk must be absent"),
        (dict(model_type="llama", compress_ratios=[4]), "compress_ratios must be absent"),
        (dict(model_type="jamba", attn_layer_offset=8), "attn_layer_period-attn_layer_offset-1 must be"),
        (dict(model_type="resnet"), "'resnet' is not read: it is not in the table .*write that model_type.*"),
        (dict(model_type="<img src=x>" * 50), "is not read"),
        (dict(num_hidden_layers=3), "config's model_type must be the name of its family, got None"),
        (dict(model_type=3), "model_type must be .*, got 3"),
        (dict(model_type=""), "model_type must be .*, got None"),
        (dict(model_type="t5gemma", encoder={}, decoder={}), "'t5gemma'"),
        (dict(model_type="gemma3_text", use_bidirectional_attention=True), "use_bidirectional_attention"),
        (dict(model_type="llama", sliding_window=4096), "sliding_window .*'llama' does not read it"),
        (dict(model_type="gemma2", layer_types=["sliding_attention", "new"] * 13), "layer_types.*new"),
        (dict(model_type="gemma2", layer_types=["full_attention"], num_hidden_layers=2), "layer_types"),
        (dict(model_type="llama", is_causal=False), "is_causal must be true: both sides are read"),
        (dict(model_type="gemma2", sliding_window="4k"), "sliding_window"),
        (dict(model_type="gemma2", sliding_window=-2), "sliding_window"),
        (dict(model_type="gemma2", num_hidden_layers=10**9), "num_hidden_layers"),
        (dict(model_type="gemma2", num_hidden_layers=None), "num_hidden_layers"),
        (dict(model_type="exaone4", sliding_window_pattern="LXG"), "sliding_window_pattern"),
        (dict(model_type="exaone4", sliding_window_pattern=0), "sliding_window_pattern"),
        (dict(model_type="llama", num_attention_heads=0), "num_attention_heads must be .* >= 1, got 0"),
        (dict(model_type="gemma3n_text", num_kv_shared_layers=36), "num_kv_shared_layers"),
        (dict(model_type="gemma4_text", per_layer_config=[1]), "per_layer_config"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_refused_in_a_sentence_that_names_it(config, says):
    with pytest.raises((ValueError, TypeError), match=says) as refusal:
        model_from_config(config)
    assert len(str(refusal.value)) < 300 and "\n" not in str(refusal.value)


# What the families mean. L is a windowed layer here, G a global one, as the configs themselves write it.


@pytest.mark.parametrize(
    "pattern, config",
    [
        ("LGLG", dict(model_type="gemma2")),
        ("LGLG", dict(model_type="gemma2", sliding_window_pattern=3)),  # gemma2 ignores it
        ("LLGLLG", dict(model_type="gemma3_text", sliding_window_pattern=3)),
        ("LLLLL", dict(model_type="gemma3_text", _sliding_window_pattern=2)),
        ("LLLLL", dict(model_type="gemma3_text", sliding_window_pattern=10**12)),
        ("LLLGL", dict(model_type="exaone4", sliding_window_pattern="LLLG")),
        ("LLGLLG", dict(model_type="exaone4", sliding_window_pattern="LLG")),
        ("GGGG", dict(model_type="exaone4", sliding_window=None)),
        ("GLLLGL", dict(model_type="cwm")),
        ("LGLLLG", dict(model_type="muse_spark_text")),  # counted from the end
        ("GLLLLGL", dict(model_type="mimo_v2_flash")),
        ("LLLLLGG", dict(model_type="gemma4_text")),  # the last one is global, come what may
        ("LLG", dict(model_type="gemma4_text", layer_types=["sliding_attention"] * 3)),
        ("LLLL", dict(model_type="mistral")),
        *[("GGGG", dict(model_type="mistral", sliding_window=off)) for off in (None, 0, -1, False)],
        ("GGGG", dict(model_type="qwen2", max_window_layers=2)),  # off unless it is switched on
        ("GGLL", dict(model_type="qwen2", max_window_layers=2, use_sliding_window=True)),
        ("LGLGGG", dict(model_type="qwen2_moe", max_window_layers=4, use_sliding_window=True)),
        ("LLLL", dict(model_type="qwen3_moe", max_window_layers=2, use_sliding_window=True)),
        ("GLLG", dict(model_type="modernbert-decoder")),
        ("GLGL", dict(model_type="modernbert-decoder", global_attn_every_n_layers=2)),
        ("LLGLLG", dict(model_type="afmoe", global_attn_every_n_layers=3)),
        ("GGLLLG", dict(model_type="cohere2_moe", first_k_dense_replace=2)),
        ("GLGL", dict(model_type="gpt_neo", num_layers=4, attention_types=[[["global", "local"], 2]])),
        ("LLGL", dict(model_type="mistral", sliding_window=[64, 32, None])),  # a list is repeated
        ("GGLGG", dict(model_type="recurrent_gemma", block_types=["recurrent", "recurrent", "attention"])),
        ("GLLG", dict(model_type="gemma2", per_layer_config={
            "0": {"sliding_window": None}, "1": {"sliding_window": 9},
        })),
        ("LLG", dict(model_type="gemma2", layer_types=["sliding_attention"] * 2 + ["full_attention"] * 5)),
    ],
)  # fmt: skip
def test_a_familys_pattern(pattern, config):
    model = model_from_config(dict(num_hidden_layers=len(pattern)) | config)
    assert "".join("L" if layer.kind == "windowed" else "G" for layer in model) == pattern


@pytest.mark.parametrize(
    "window, config",
    [
        (129, dict(model_type="mimo_v2_flash", sliding_window=128, sliding_window_size=128)),
        (128, dict(model_type="mimo_v2_flash", sliding_window=128)),
        (64, dict(model_type="modernbert-decoder", local_attention=128)),
        (2048, dict(model_type="recurrent_gemma")),
        (512, dict(model_type="recurrent_gemma", attention_window_size=512)),
        (256, dict(model_type="gpt_neo")),
        (77, dict(model_type="gemma3", text_config=dict(sliding_window=77))),
        (77, dict(model_type="mistral3", text_config=dict(model_type="ministral", sliding_window=77))),
        (77, dict(model_type="new_vl", llm_config=dict(model_type="mistral", sliding_window=77))),
        (77, dict(model_type="new_vl", language_config=dict(model_type="mistral", sliding_window=77))),
    ],
)  # fmt: skip
def test_a_familys_window(window, config):
    assert model_from_config(config).window == window


@pytest.mark.parametrize(
    "names",
    [
        "n_layer n_head num_kv_heads attention_head_dim n_positions",
        "n_layers n_heads num_attention_groups kv_channels max_seq_len",
        "num_layers num_heads num_kv_heads head_dim model_max_length",
        "num_layers attention_heads num_kv_heads head_dim context_length",
    ],
)
def test_a_field_goes_by_many_names(names):
    model = model_from_config(dict(zip(names.split(), (2, 8, 4, 16, 99)), model_type="llama"))
    assert model.context == 99 and [layer[2:6] for layer in model] == [(4, 16, 16, 8)] * 2


STEP = dict(model_type="step3p5", num_attention_heads=64, num_attention_groups=8, sliding_window=512)
STEP |= dict(attention_other_setting=dict(num_attention_heads=96, num_attention_groups=4))
SHARED = dict(model_type="hunyuan", num_attention_heads=8, hidden_size=64, use_cla=True, cla_share_factor=2)
FALCON_40B = dict(model_type="falcon", new_decoder_architecture=True, num_kv_heads=8)


@pytest.mark.parametrize(
    "fields, config",
    [  # of two layers: key-value heads, width of a key and of a value, query heads, cached
        ([(4, 64, 64, 8, True), (4, 512, 512, 8, True)], dict(
            model_type="gemma4_text", num_global_key_value_heads=2, head_dim=64,  # attention_k_eq_v is off
        )),
        ([(8, 128, 128, 48, True), (8, 128, 128, 64, True)], dict(
            model_type="laguna", num_attention_heads_per_layer=[48, 64],
        )),
        ([(4, 256, 256, 8, True), (4, 8, 8, 8, True)], dict(
            model_type="gemma2", per_layer_config={"01": {"head_dim": 8}},
        )),
        ([(4, 128, 128, 96, True), (8, 128, 128, 64, True)], STEP | dict(
            layer_types=["sliding_attention", "full_attention"],
        )),
        ([(8, 8, 8, 8, True), (8, 8, 8, 8, False)], SHARED),
        ([(2, 256, 256, 8, True), (2, 256, 256, 8, False)], dict(
            model_type="gemma3n_text", num_kv_shared_layers=1,
        )),
        ([(1, 64, 64, 71, True)] * 2, dict(model_type="falcon")),  # the 7B has one head for all queries
        ([(71, 64, 64, 71, True)] * 2, dict(model_type="falcon", multi_query=False)),
        ([(8, 64, 64, 71, True)] * 2, FALCON_40B),
        ([(24, 80, 80, 24, True)] * 2, dict(  # as many heads as queries, hidden_size / heads wide
            model_type="phi3", num_attention_heads=24, hidden_size=24 * 80,
        )),
        ([(4, 192, 128, 64, True), (8, 192, 128, 64, True)], dict(model_type="mimo_v2_flash")),
        ([(8, 128, 128, 48, True)] * 2, dict(
            model_type="dbrx", n_heads=48, d_model=6144, attn_config=dict(kv_n_heads=8),
        )),
    ],
)  # fmt: skip
def test_heads_and_widths_of_layers(fields, config):
    assert [layer[2:7] for layer in model_from_config(dict(num_hidden_layers=2) | config)] == fields


def test_compressed_keys_and_values_count_as_they_are_kept():
    model = model_from_config(CONFIGS / "deepseek-v3.json")
    bill = model_bill(model, 1000)
    assert (bill.least, bill.expanded) == (1000 * 61 * 576 * 2, 1000 * 61 * 128 * (192 + 128) * 2)


# What is said about a file


ON = dict(model_type="qwen2", sliding_window=4096, use_sliding_window=True, max_window_layers=32)
GLOBAL = dict(model_type="gemma2", sliding_window=9, num_hidden_layers=1, layer_types=["full_attention"])


@pytest.mark.parametrize(
    "config, says",
    [
        (dict(model_type="gemma2", sliding_window=9), "sliding_window 9 is in effect in 13 of 26 layers."),
        (ON | dict(use_sliding_window=False), "sliding_window 4,096 is switched off by use_sliding_window."),
        (ON, "sliding_window 4,096 is in effect in no layer: max_window_layers names none."),
        (GLOBAL, "sliding_window 9 is in effect in no layer: layer_types names none."),
        (dict(model_type="qwen2", dual_chunk_attention_config=dict(size=9)), "dual_chunk_attention_"),
        (dict(model_type="llama"), "Not in this file, filled in as its family has it: num_hidden_"),
        (dict(model_type="llama", n_layers=9), "Not in this file, filled in as its family has it: num_att"),
        (CONFIGS / "deepseek-v3.json", "Keys and values are kept compressed, 576 numbers a token and layer; "
                                       "an engine that expands them keeps 40,960."),
    ],
)  # fmt: skip
def test_a_file_is_told_what_became_of_its_fields(config, says):
    model = model_from_config(config)
    assert any(note.startswith(says) for note in model.notes), model.notes


@pytest.mark.parametrize(
    "asks, size",
    [
        (dict(kv_cache_scheme=dict(num_bits=8, type="float")), 1),
        (dict(kv_cache_scheme=dict(num_bits=4)), 0.5),
        *[(dict(kv_cache_quant_algo=named), 1) for named in ("FP8", "INT8")],
        (dict(kv_cache_quant_algo=None), 2),
        (dict(kv_cache_scheme=dict(num_bits=3)), 2),  # no format of a cache
    ],
)
def test_a_number_is_stored_as_the_file_asks(asks, size):
    for parts in (dict(model_type="llama"), dict(model_type="gemma3", text_config={})):
        model = model_from_config(parts | dict(quantization_config=asks))
        assert model.number_bytes == size
        told = f"The file asks for keys and values of {8 * size:g} bits."
        assert any(note.startswith(told) for note in model.notes) == (size != 2)


@pytest.mark.parametrize(
    "positions, scaling, longest",
    [
        (32768, dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=32768), 131072),
        (32768, dict(type="yarn", factor=4.0), 131072),
        (131072, dict(rope_type="yarn", factor=32.0, original_max_position_embeddings=4096), 131072),
        (131072, dict(rope_type="linear", factor=8.0), 131072),
        (32768, dict(full_attention=dict(rope_type="yarn", factor=2.0)), 65536),
        (32768, dict(one=dict(type="yarn", factor=2.0), other=dict(type="yarn", factor=1.5)), 65536),
        (32768, dict(rope_type="yarn", factor=None), 32768),
        (32768, None, 32768),
    ],
)
def test_positions_are_stretched_once(positions, scaling, longest):
    for field in ("rope_scaling", "rope_parameters"):
        config = {"model_type": "qwen3", "max_position_embeddings": positions, field: scaling}
        assert model_from_config(config).context == longest


# States and chunks: a number of their own, and no window


def test_states_keep_a_fixed_number_of_bytes_of_their_own():
    model = MODELS["Qwen3.5 27B"]
    matrix, convolution = 48 * 128 * 128, (2 * 16 * 128 + 48 * 128) * 4
    assert model_state_bytes(model) == 48 * (matrix + convolution) * 4
    assert model_cache_bytes(model, 1) == 16 * 4 * 512 * 2
    bill = model_bill(model, 1000, sequences=3)
    assert bill.states == 3 * model_state_bytes(model) == bill.total.states
    assert bill.total.least == 3 * (model_cache_bytes(model, 1000) + model_state_bytes(model))
    for family, attentions in {"falcon_h1": 2, "olmo_hybrid": 1, "longcat_flash": 4}.items():
        few = model_from_config(dict(model_type=family, num_hidden_layers=2))
        assert few.count("global") == attentions and (model_state_bytes(few) > 0) == (attentions < 4), family


def test_influence_through_a_state_needs_an_assumption():
    model = MODELS["Qwen3.5 27B"]
    with pytest.raises(ValueError, match="state_memory .* layer 1 keeps a state"):
        model_influence(model, 0.9, text=100)
    assert model_influence(model, 0.9, text=100, state_memory=20).sum() == pytest.approx(1, abs=1e-12)
    with pytest.raises(ValueError, match="mix attention and a state"):
        model_influence(model_from_config(dict(model_type="falcon_h1")), 0.9, text=100, state_memory=20)


def test_no_window_describes_a_chunk_or_a_state():
    assert model_windows(MODELS["Llama 4 Scout"], 9000)[2:4] == [None, 9000]
    assert model_windows(MODELS["Qwen3.5 27B"], 9000)[2:4] == [None, 9000]
    mixed = model_from_config(dict(model_type="falcon_h1", num_hidden_layers=2))
    assert model_windows(mixed, 9000) == [None] * 2  # attention that a window describes, a state beside it
    for use in (influence, reach):
        with pytest.raises(TypeError, match=r"window\[0\]"):
            use(48, model_windows(MODELS["Llama 4 Scout"], 9000))


def test_chunks_alone_cross_no_edge_and_one_global_layer_does():
    chunk = Layer("chunked", 4, 1, 8, 8, 1)
    alone = Model((chunk,) * 5)
    assert np.flatnonzero(model_influence(alone, 0.5, text=10)).tolist() == [0, 1]  # tokens 8 and 9
    assert model_influence(alone, 0.5, text=9).tolist() == [1.0]  # the first of its chunk sees itself
    assert len(model_influence(Model((chunk._replace(window=10**12),)), 0.5, text=9)) == 9
    assert np.all(model_influence(Model((chunk, Layer("global", None, 1, 8, 8, 1))), 0.5, text=10) > 0)


def test_the_order_of_layers_is_kept_and_the_text_has_a_beginning():
    """Against exact fractions: every token of a text of 7, layer by layer, from the input up."""
    layers = [Layer("windowed", 3, 1, 8, 8), Layer("chunked", 4, 1, 8, 8), Layer("global", None, 1, 8, 8)]
    shares = [[Fraction(i == j) for j in range(7)] for i in range(7)]
    for seen in (
        lambda q: range(max(0, q - 2), q + 1),
        lambda q: range(q - q % 4, q + 1),
        lambda q: range(q + 1),
    ):
        mean = [[sum(shares[i][j] for i in seen(q)) / len(seen(q)) for j in range(7)] for q in range(7)]
        shares = [[(shares[q][j] + mean[q][j]) / 2 for j in range(7)] for q in range(7)]
    found = model_influence(Model(tuple(layers)), 0.5, text=7)
    assert all(relative_error(found[d], *shares[6][6 - d].as_integer_ratio()) < 1e-12 for d in range(7))


# The bill


def test_the_bill_names_what_engines_reserve():
    """Two public reports: gpt-oss-20b, 8,192 tokens, batch 32 (hf-mem 70); starcoder2-3b (vLLM 19029)."""
    for per_number in (2, 34 / 32, 18 / 32):  # bf16, q8_0, q4_0
        numbers = 12 * (128 + 8192) * 2 * 8 * 64
        assert model_cache_bytes(MODELS["gpt-oss-20b"], 8192, per_number) == numbers * per_number
    bill = model_bill(MODELS["gpt-oss-20b"], 8192, sequences=32)
    assert (round(bill.least / 2**30, 2), round(bill.whole_text / 2**30, 2)) == (6.09, 12.00)
    starcoder = model_from_config(dict(model_type="starcoder2", sliding_window=4096))
    bill = model_bill(starcoder, 16384, prefill=8192)
    assert bill.prefill / bill.least == pytest.approx(537 / 179, rel=1e-3)
    short = model_bill(starcoder, 100, prefill=8192)  # nothing to save in a text shorter than the window
    assert short.least == short.prefill == short.whole_text


@pytest.mark.parametrize("name", ["gpt-oss-20b", "Gemma 3 27B", "Qwen3.5 27B", "Llama 4 Scout"])
@pytest.mark.parametrize("sequences, prefill", [(1, 1), (7, 2048)])
def test_the_longest_text_fits_and_one_token_more_does_not(name, sequences, prefill):
    model, memory = MODELS[name], 20 * 2**30

    def total(text):
        bill = model_bill(model, text, sequences, prefill=prefill).total
        return bill.least if prefill == 1 else bill.prefill

    text = text_that_fits(model, memory, sequences, prefill=prefill)
    assert total(text) <= memory < total(text + 1)
    for length in (text, 1):  # one token weighs less than a state
        fits, one = sequences_that_fit(model, memory, length, prefill=prefill), total(length) // sequences
        assert fits * one <= memory < (fits + 1) * one


def test_windows_and_states_alone_fit_any_text_or_none():
    windows = all_windowed(MODELS["gpt-oss-20b"])
    full = model_cache_bytes(windows, 10**6)
    assert text_that_fits(windows, full) == math.inf and text_that_fits(windows, full - 1) == 127
    assert text_that_fits(windows, 10) == 0


def test_models_can_be_made_all_windowed_or_all_global():
    model = MODELS["Gemma 4 31B"]
    wide, narrow = all_global(model), all_windowed(model, 77)
    assert model_cache_bytes(wide, 131072) == 110 * 2**30
    assert kinds(narrow) == (60, 0, 0, 0) and model_windows(narrow) == [77] * 60
    assert kinds(all_windowed(MODELS["Llama 4 Scout"], 8192)) == (48, 0, 0, 0)
    more = more_global(model, 2)
    assert kinds(more) == (48, 0, 0, 12) and more.layers[-3].kind == "global"
    with pytest.raises(ValueError, match="no windowed layer"):
        all_windowed(MODELS["Llama 4 Scout"])
    with pytest.raises(ValueError, match="context must be a number of tokens"):
        model_windows(replace(model, context=None))
