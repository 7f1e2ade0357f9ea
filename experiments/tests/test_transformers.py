"""swa_lib reads configurations as Hugging Face transformers means them: every family that mentions a window.

The oracle is transformers itself. Its configuration classes lay out the layers, its cache says which of them
keep something, and for some families a tiny model with random weights is built: what reaches its last token,
and what its filled cache holds, must be what swa_lib says.
"""

import contextlib
import inspect
import json
import re
import warnings
from collections import Counter

import numpy as np
import pytest
import torch
from transformers import CONFIG_MAPPING, AutoModel, DynamicCache
from transformers.cache_utils import get_layer_types_and_kwargs
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

from swa_lib import model_cache_bytes, model_from_config, model_influence, model_state_bytes, model_windows
from swa_lib.models.configs import TABLE

WINDOW = re.compile(
    r"sliding_window|attention_chunk_size|attention_window|local_attention|window_size|hybrid_sliding"
)
DEPTHS = [None, 1, 2, 3, 4, 5, 6, 7, 11, 24, 61]  # None: as many layers as the class has by default
KINDS = {
    "sliding_attention": "windowed",
    "full_attention": "global",
    "chunked_attention": "chunked",
    "linear_attention": "state",
    "conv": "state",
    "hybrid": "global",
}


def family_class(name):
    """The configuration class of a family; None where it needs what is not installed here."""
    with contextlib.suppress(ImportError, AttributeError, KeyError):
        return CONFIG_MAPPING[name]


def mentions_a_window(cls):
    return bool(WINDOW.search(inspect.getsource(cls)))


def is_causal_text(name):
    """Whether transformers has a language model for it, or for the wrapper whose text part it is."""
    return bool({name, name.removesuffix("_text"), name + "_text"} & MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.keys())


def declares_a_cache(cls):
    """Whether it, or its text part, has the switch by which generation keeps keys, values and states."""
    return "use_cache" in inspect.getsource(cls) or "text_config" in getattr(cls, "sub_configs", {})


CAUSAL = [
    name
    for name in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
    if (cls := family_class(name)) and declares_a_cache(cls)
]
WINDOWED = [name for name in CONFIG_MAPPING if (cls := family_class(name)) and mentions_a_window(cls)]
FAMILIES = sorted({*CAUSAL, *filter(lambda name: is_causal_text(name), WINDOWED)})
READ = sorted(name for name in TABLE["families"] if family_class(name))


def built(name, depth, **fields):
    """A configuration of this family, by its own class; None where the class itself refuses the depth."""
    cls = family_class(name)
    if name == "dbrx" or TABLE["families"][name].get("latent"):  # they have fields of their own for these
        fields.pop("num_key_value_heads", None), fields.pop("head_dim", None)
    if depth is not None:
        own = getattr(cls, "attribute_map", {}).get("num_hidden_layers", "num_hidden_layers")
        fields[own] = depth
        if name == "gpt_neo":
            fields["attention_types"] = (
                [[["global", "local"], depth // 2]] if depth % 2 == 0 else [[["global"], depth]]
            )
        if TABLE["families"][name].get("shared"):
            fields.setdefault("num_kv_shared_layers", 0 if depth < 20 else depth // 3)
        if "max_window_layers" in TABLE["families"][name]["defaults"]:
            fields["max_window_layers"] = depth // 3
        if name == "nemotron_h":
            fields["hybrid_override_pattern"] = ("M-*E" * depth)[:depth]
            del fields[own]
        if name == "longcat_flash":
            fields = {"num_layers": depth}
        if name == "zamba2":  # its own list is as long as the released model is deep
            fields["layers_block_type"] = (["mamba", "mamba", "hybrid"] * depth)[:depth]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.suppress(Exception):
            config = cls(**fields)
            return fields, config
    return fields, None


def key_value_heads(name, own):
    """As the modelling code of a family reads them: not everything that a saved file says."""
    heads = own.num_attention_heads
    if name in ("falcon", "gpt_bigcode") and own.multi_query:
        return own.num_kv_heads if getattr(own, "new_decoder_architecture", False) else 1
    if name == "falcon":
        return own.num_kv_heads
    if name == "dbrx":
        return own.attn_config.kv_n_heads
    if "num_key_value_heads" not in type(own).__dataclass_fields__:
        return heads
    return own.num_key_value_heads or heads


def as_transformers_lays_it_out(name, config):
    """Kind, window, query heads, key-value heads, widths, whether it keeps a cache: of every layer.

    Where keys and values are compressed, the numbers that stand for both come last.
    """
    kinds, _ = get_layer_types_and_kwargs(config)
    types = getattr(config, "layer_types", None) or kinds
    if name == "gpt_neo":  # its modelling code reads a list of its own
        types = kinds = [
            {"global": "full_attention", "local": "sliding_attention"}[t] for t in config.attention_layers
        ]
    if name == "rwkv":
        types = kinds = ["linear_attention"] * config.num_hidden_layers
    for type_, kept, own in zip(types, kinds, config.per_layer_config, strict=True):
        if type_ in ("moe", "mlp"):
            continue
        kind = KINDS[type_]
        size = {"windowed": "sliding_window", "chunked": "attention_chunk_size"}.get(kind)
        window = getattr(own, "window_size" if name == "gpt_neo" else size) if size else None
        if kind == "state":
            yield kind, None, None, 0, 0, 0, True, 0
            continue
        heads, keys = own.num_attention_heads, key_value_heads(name, own)
        if getattr(own, "kv_lora_rank", None):
            widths = own.qk_nope_head_dim + own.qk_rope_head_dim, own.v_head_dim
            yield kind, None, heads, heads, *widths, True, own.kv_lora_rank + own.qk_rope_head_dim
            continue
        width = getattr(own, "head_dim", None) or own.hidden_size // heads
        if name == "mimo_v2_flash" and kind == "windowed":
            keys *= 2  # MiMoV2FlashAttention: "SWA layers double the kv heads"
        if name == "laguna":
            heads = config.num_attention_heads_per_layer[0]
        yield kind, window, heads, keys, width, getattr(own, "v_head_dim", width), kept != "dummy", 0


def as_swa_lib_reads_it(config):
    for layer in model_from_config(config):
        yield layer.kind, layer.window, layer.query_heads, *layer[2:5], layer.cached, layer.latent


@pytest.mark.parametrize("name", READ)
def test_a_family_is_laid_out_as_its_own_class_does_it(name):
    tried = 0
    switches = [{}, dict(num_attention_heads=16, num_key_value_heads=2, head_dim=32, hidden_size=512)]
    if "use_sliding_window" in TABLE["families"][name]["defaults"]:
        switches.append(dict(use_sliding_window=True, sliding_window=64))
    for depth in DEPTHS:
        for switch in switches:
            fields, config = built(name, depth, **switch)
            if config is None:
                continue
            expected = list(as_transformers_lays_it_out(name, config))
            assert list(as_swa_lib_reads_it({"model_type": name} | fields)) == expected, (depth, fields)
            assert list(as_swa_lib_reads_it(config.to_dict())) == expected, (depth, "saved and read again")
            assert list(as_swa_lib_reads_it(config.to_json_string(use_diff=True))) == expected, (
                depth,
                "what differs",
            )
            tried += 1
    assert tried >= 4, "the class refused nearly every depth"


def test_every_causal_family_that_declares_a_cache_is_read_or_refused_by_name(capsys):
    refused, read = {}, []
    for name in FAMILIES:
        try:
            config = family_class(name)()
        except Exception:  # its parts have to be given
            config = family_class(name)
        said = json.loads(config.to_json_string(use_diff=False)) if not isinstance(config, type) else {}
        try:
            model_from_config(said | {"model_type": name})
            read.append(name)
        except ValueError as refusal:
            assert f"'{name}" in str(refusal) or TABLE["inside"].get(name, "?") in str(refusal)
            refused[name] = str(refusal).split(": ", 1)[1]
    with capsys.disabled():
        print(f"\n{len(FAMILIES)} causal families: {len(read)} are read, {len(refused)} refused:")
        for reason, count in Counter(refused.values()).most_common():
            names = sorted(name for name in refused if refused[name] == reason)
            print(f"  {count} because {reason.split('. ')[0]}: {', '.join(names)}")
    assert not any("not in the table" in reason for reason in refused.values())
    assert len(refused) <= len(FAMILIES) / 3


# Tiny models with random weights

WINDOW_OF_8 = dict(sliding_window=8)
SMALL = dict(
    vocab_size=64,
    hidden_size=32,
    intermediate_size=32,
    num_attention_heads=4,
    num_key_value_heads=2,
    head_dim=8,
    pad_token_id=0,
    bos_token_id=1,
    eos_token_id=2,
)
EXPERTS = dict(num_local_experts=2, num_experts_per_tok=1)
GEMMA_LAYERS = dict(vocab_size_per_layer_input=64, hidden_size_per_layer_input=0)
GATED = dict(linear_num_key_heads=2, linear_num_value_heads=4, linear_key_head_dim=8, linear_value_head_dim=8)
LATENT = dict(
    head_dim=4,
    kv_lora_rank=16,
    q_lora_rank=12,
    qk_nope_head_dim=8,
    qk_rope_head_dim=4,
    v_head_dim=6,
    first_k_dense_replace=2,
    num_key_value_heads=4,
)
TINY = {
    "mistral": dict(num_hidden_layers=4, **WINDOW_OF_8),
    "qwen3": dict(num_hidden_layers=4, use_sliding_window=True, max_window_layers=1, **WINDOW_OF_8),
    "qwen2": dict(num_hidden_layers=3, use_sliding_window=True, max_window_layers=0, **WINDOW_OF_8),
    "gemma2": dict(num_hidden_layers=3, query_pre_attn_scalar=8, **WINDOW_OF_8),
    "gemma3_text": dict(num_hidden_layers=7, query_pre_attn_scalar=8, **WINDOW_OF_8),
    "gemma4_text": dict(
        num_hidden_layers=7,
        global_head_dim=16,
        num_global_key_value_heads=1,
        attention_k_eq_v=True,
        **GEMMA_LAYERS,
        **WINDOW_OF_8,
    ),
    "gemma4_text, shared": dict(
        num_hidden_layers=12,
        num_kv_shared_layers=4,
        vocab_size_per_layer_input=64,
        hidden_size_per_layer_input=8,
        **WINDOW_OF_8,
    ),
    "gpt_oss": dict(num_hidden_layers=3, **EXPERTS, **WINDOW_OF_8),
    "olmo3": dict(num_hidden_layers=4, **WINDOW_OF_8),
    "mimo_v2_flash": dict(
        num_hidden_layers=4,
        v_head_dim=4,
        n_routed_experts=2,
        num_experts_per_tok=1,
        moe_intermediate_size=16,
        **WINDOW_OF_8,
    ),
    "llama4_text": dict(num_hidden_layers=4, attention_chunk_size=8, intermediate_size_mlp=32, **EXPERTS),
    "llama4_text, chunks alone": dict(
        num_hidden_layers=3,
        no_rope_layers=[1] * 3,
        attention_chunk_size=8,
        intermediate_size_mlp=32,
        **EXPERTS,
    ),
    "gpt_neo": dict(num_layers=4, attention_types=[[["global", "local"], 2]], window_size=8, num_heads=4),
    "modernbert-decoder": dict(num_hidden_layers=3, local_attention=16),
    "qwen3_5_text": dict(num_hidden_layers=4, **GATED),
    "lara_mini": dict(
        num_hidden_layers=5,
        num_experts=2,
        num_experts_per_tok=1,
        moe_intermediate_size=16,
        shared_expert_intermediate_size=16,
        **GATED,
        **WINDOW_OF_8,
    ),
    "recurrent_gemma": dict(num_hidden_layers=3, attention_window_size=8, lru_width=32),
    "bamba": dict(
        num_hidden_layers=3,
        attn_layer_indices=[1],
        mamba_n_heads=8,
        mamba_d_state=4,
        mamba_n_groups=1,
        mamba_chunk_size=16,
    ),
    "jamba": dict(
        num_hidden_layers=3,
        attn_layer_period=3,
        attn_layer_offset=1,
        mamba_d_state=4,
        mamba_dt_rank=2,
        num_experts=1,
        use_mamba_kernels=False,
    ),
    "falcon_h1": dict(
        num_hidden_layers=2,
        mamba_d_ssm=64,
        mamba_n_heads=8,
        mamba_d_head=8,
        mamba_d_state=4,
        mamba_chunk_size=16,
    ),
    "lfm2": dict(num_hidden_layers=3, full_attn_idxs=[1]),
    "nemotron_h": dict(
        hybrid_override_pattern="M*-",
        mamba_num_heads=8,
        mamba_head_dim=8,
        ssm_state_size=4,
        n_groups=1,
        chunk_size=16,
    ),
    "minimax": dict(num_hidden_layers=2, block_size=16, **EXPERTS),
    "deepseek_v2": dict(num_hidden_layers=2, n_routed_experts=2, num_experts_per_tok=1, **LATENT),
    "deepseek_v3": dict(
        num_hidden_layers=2, n_routed_experts=4, n_group=2, topk_group=1, num_experts_per_tok=2, **LATENT
    ),
    "minicpm3": dict(num_hidden_layers=2, **LATENT),
    "longcat_flash": dict(
        num_layers=2,
        n_routed_experts=2,
        zero_expert_num=1,
        moe_topk=2,
        ffn_hidden_size=32,
        expert_ffn_hidden_size=16,
        **LATENT,
    ),
    "kimi_linear": dict(
        num_hidden_layers=5,
        linear_head_dim=8,
        linear_num_heads=4,
        num_local_experts=2,
        num_experts_per_tok=1,
        moe_intermediate_size=16,
        **LATENT,
    ),
    "bailing_hybrid": dict(
        num_hidden_layers=3,
        layer_group_size=3,
        num_local_experts=4,
        n_group=2,
        topk_group=1,
        num_experts_per_tok=2,
        moe_intermediate_size=16,
        **LATENT,
    ),
    "olmo_hybrid": dict(num_hidden_layers=4),
    "zamba2": dict(
        num_hidden_layers=3,
        layers_block_type=["mamba", "hybrid", "mamba"],
        mamba_d_state=4,
        n_mamba_heads=8,
        chunk_size=16,
        adapter_rank=4,
    ),
    "zamba": dict(num_hidden_layers=10, mamba_d_state=4, mamba_dt_rank=2, num_key_value_heads=4),
    "falcon_mamba": dict(num_hidden_layers=2, state_size=4, intermediate_size=48, expand=16),
    "jetmoe": dict(
        num_hidden_layers=2, kv_channels=8, num_key_value_heads=2, num_experts_per_tok=1, num_local_experts=2
    ),
    "gpt_bigcode": dict(num_hidden_layers=2),
    "hunyuan_v1_dense": dict(num_hidden_layers=2),
}
TEXT = 37


def tiny(case):
    """A model of this family in double precision, with random weights, and how swa_lib reads its config."""
    name = case.split(",")[0]
    torch.manual_seed(0)
    config = family_class(name)(**SMALL | TINY[case])
    model = AutoModel.from_config(
        config, dtype=torch.float64, attn_implementation="eager", experts_implementation="eager"
    ).eval()
    for weights in model.parameters():  # fresh models start near nothing, in some places at zero
        torch.nn.init.normal_(weights.data, std=0.3)
    return model, model_from_config(config.to_dict())


def blocks(model):
    """The list of its layers, wherever it keeps it."""
    found = [module for name, module in model.named_modules() if name.split(".")[-1] in ("layers", "h")]
    return found[0]


WHOLE = [case for case in TINY if "shared" not in case]  # shared layers are told about by the tokens, too


@pytest.mark.parametrize("case", WHOLE)
def test_the_last_token_hears_from_exactly_those_that_the_profile_names(case):
    model, read = tiny(case)
    text = model.get_input_embeddings()(torch.randint(3, 64, (1, TEXT))).detach().requires_grad_()
    out = model(inputs_embeds=text, use_cache=False).last_hidden_state
    (heard,) = torch.autograd.grad(out[0, -1].sum(), text)
    heard = heard[0].abs().sum(-1).flip(0).numpy() != 0
    if any(layer.state_numbers and layer.kind != "state" for layer in read):
        assert heard.all()  # layers that mix attention and a state: no profile, and everything is heard
        return
    profile = model_influence(read, 0.5, TEXT, state_memory=20)
    expected = np.zeros(TEXT, bool)
    expected[: len(profile)] = profile > 0
    assert heard.tolist() == expected.tolist()


@pytest.mark.parametrize(
    "case", [case for case in WHOLE if case != "longcat_flash"]
)  # two attentions a block
def test_each_layer_hears_from_exactly_its_window(case):
    """What a layer gives the last token hangs on exactly the inputs that its window, chunk or state names."""
    model, read = tiny(case)
    passed = []

    def keep(module, args, kwargs, output):
        passed.append(
            (args[0] if args else kwargs["hidden_states"], output[0] if isinstance(output, tuple) else output)
        )

    for block in blocks(model):
        block.register_forward_hook(keep, with_kwargs=True)
    model(
        inputs_embeds=torch.randn(1, TEXT, model.config.hidden_size, dtype=torch.float64).requires_grad_(),
        use_cache=False,
    )
    seen = []
    for before, after in passed:
        (heard,) = torch.autograd.grad(after.reshape(1, TEXT, -1)[0, -1].sum(), before, retain_graph=True)
        seen.append(int((heard.reshape(TEXT, -1).abs().sum(-1) != 0).sum()))
    seen = [count for count in seen if count > 1]  # nemotron_h has blocks without attention
    chunk = {"windowed": lambda layer: layer.window, "chunked": lambda layer: (TEXT - 1) % layer.window + 1}
    expected = [chunk.get(layer.kind, lambda layer: TEXT)(layer) for layer in read]
    if case.startswith("lfm2"):
        expected = [
            TEXT if layer.kind == "global" else 3 for layer in read
        ]  # a short convolution remembers 3 tokens
    assert seen == expected
    windows = [window for window in model_windows(read, TEXT) if window is not None]
    plain = [layer.kind in ("windowed", "global") and not layer.state_numbers for layer in read]
    assert windows == [count for count, known in zip(seen, plain) if known]


@pytest.mark.parametrize("length", [5, TEXT])
@pytest.mark.parametrize(
    "case", [case for case in TINY if case != "gpt_neo"]
)  # its cache keeps the whole text
def test_a_filled_cache_holds_the_bytes_that_are_named(case, length):
    """Between two steps the dynamic cache keeps W-1 tokens of a windowed layer; the W-th is the next one.

    So its bytes, and one token more in each layer that is full, are `model_cache_bytes`.
    """
    model, read = tiny(case)
    fields = {} if case == "minimax" else {"cache": DynamicCache(config=model.config)}
    with torch.no_grad():
        out = model(torch.randint(3, 64, (1, length)), use_cache=True, **fields)
    cache = fields["cache"] if fields else out["past_key_values"]
    held = states = 0
    for layer in cache.layers:
        if torch.is_tensor(getattr(layer, "keys", None)):
            held += layer.keys.nbytes + layer.values.nbytes
        for state in [
            *getattr(layer, "conv_states", {}).values(),
            *getattr(layer, "recurrent_states", {}).values(),
        ]:
            states += 0 if state is None else state.numel()
    for state in getattr(cache, "linear_cache", []):  # minimax has a cache of its own
        states += state.numel() if torch.is_tensor(state) else 0
    for module in model.modules():  # recurrent_gemma keeps its states in its layers
        for state in (getattr(module, "recurrent_states", None), getattr(module, "conv1d_state", None)):
            states += state.numel() if torch.is_tensor(state) else 0
    full = [
        layer
        for layer in read
        if layer.kind in ("windowed", "chunked") and layer.cached and layer.window <= length
    ]
    to_come = sum(layer.token_numbers * 8 for layer in full)
    assert held + to_come == model_cache_bytes(read, length, bytes_per_number=8)
    assert states == model_state_bytes(read, bytes_per_number=1)
