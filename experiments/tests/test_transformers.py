"""swa_lib reads configurations as Hugging Face transformers means them: every family that mentions a window.

The oracle is transformers itself. Its configuration classes lay out the layers, its cache says which of them
keep something, and for some families a tiny model with random weights is built: what reaches its last token,
and what its filled cache holds, must be what swa_lib says.
"""

import contextlib
import inspect
import itertools
import json
import warnings
from pathlib import Path

import pytest
import torch
from transformers import CONFIG_MAPPING, AutoModel, DynamicCache
from transformers.cache_utils import get_layer_types_and_kwargs
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

from swa_lib import model_cache_bytes, model_from_config, model_influence, model_state_bytes, model_windows
from swa_lib.costs import token_numbers
from swa_lib.models.configs import TABLE

DEPTHS = [None, 1, 2, 3, 4, 5, 6, 7, 11, 24, 61]  # None: as many layers as the class has by default
KINDS = {"sliding_attention": "windowed", "full_attention": "global", "chunked_attention": "chunked"}
KINDS |= {"linear_attention": "state", "conv": "state", "hybrid": "global"}
# Their modelling code does what no configuration class says: tiny models, here or in the book's own tests.
OWN_CODE = {"dbrx", "falcon", "gpt_bigcode", "gpt_neo", "laguna", "longcat_flash", "mimo_v2_flash"}
OWN_CODE |= {"nemotron_h", "zamba2"}


def family_class(name):
    """The configuration class of a family; None where it needs what is not installed here."""
    with contextlib.suppress(ImportError, AttributeError, KeyError):
        return CONFIG_MAPPING[name]


def built(name, depth, **fields):
    """What a file would say, and the configuration of its own class; None where the class refuses it."""
    cls, family = family_class(name), TABLE["families"][name]
    if family.get("latent"):  # it has fields of its own for these
        fields = {field: value for field, value in fields.items() if "head" not in field or "att" in field}
    if depth is not None:
        fields[getattr(cls, "attribute_map", {}).get("num_hidden_layers", "num_hidden_layers")] = depth
        if family.get("shared"):
            fields["num_kv_shared_layers"] = 0 if depth < 20 else depth // 3
        if "max_window_layers" in family["defaults"]:
            fields["max_window_layers"] = depth // 3
    with warnings.catch_warnings(), contextlib.suppress(Exception):
        warnings.simplefilter("ignore")
        return fields, cls(**fields)
    return fields, None


def as_transformers_lays_it_out(config):
    """Kind, window, query heads, key-value heads, widths, whether it keeps a cache: of every layer.

    Where keys and values are compressed, the numbers that stand for both come last.
    """
    kinds, _ = get_layer_types_and_kwargs(config)
    if config.model_type == "rwkv":
        kinds = ["linear_attention"] * config.num_hidden_layers
    types = getattr(config, "layer_types", None) or kinds
    sizes = {"windowed": "sliding_window", "chunked": "attention_chunk_size"}
    for type_, kept, own in zip(types, kinds, config.per_layer_config, strict=True):
        kind = KINDS[type_]
        if kind == "state":
            yield kind, None, None, 0, 0, 0, True, 0
            continue
        window, heads = getattr(own, sizes.get(kind, ""), None), own.num_attention_heads
        if getattr(own, "kv_lora_rank", None):
            widths = own.qk_nope_head_dim + own.qk_rope_head_dim, own.v_head_dim
            yield kind, None, heads, heads, *widths, True, own.kv_lora_rank + own.qk_rope_head_dim
            continue
        keys = "num_key_value_heads" in type(own).__dataclass_fields__ and own.num_key_value_heads or heads
        width = getattr(own, "head_dim", None) or own.hidden_size // heads
        yield kind, window, heads, keys, width, getattr(own, "v_head_dim", width), kept != "dummy", 0


def as_swa_lib_reads_it(config):
    for layer in model_from_config(config):
        yield layer.kind, layer.window, layer.query_heads, *layer[2:5], layer.cached, layer.latent


@pytest.mark.parametrize("name", sorted(filter(family_class, TABLE["families"].keys() - OWN_CODE)))
def test_a_family_is_laid_out_as_its_own_class_does_it(name):
    tried = 0
    switches = [{}, dict(num_attention_heads=16, num_key_value_heads=2, head_dim=32, hidden_size=512)]
    if "use_sliding_window" in TABLE["families"][name]["defaults"]:
        switches.append(dict(use_sliding_window=True, sliding_window=64))
    for depth, switch in itertools.product(DEPTHS, switches):
        fields, config = built(name, depth, **switch)
        if config is None:
            continue
        expected = list(as_transformers_lays_it_out(config))
        saved = {"said": {"model_type": name} | fields, "saved": config.to_dict()}
        for how, one in (saved | {"what differs": config.to_json_string(use_diff=True)}).items():
            assert list(as_swa_lib_reads_it(one)) == expected, (depth, fields, how)
        tried += 1
    assert tried >= 4, "the class refused nearly every depth"


def test_every_causal_family_that_keeps_a_cache_is_read_or_refused_by_name():
    told = {"read": 0, "refused": 0}
    for name in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
        if (cls := family_class(name)) and "use_cache" in inspect.getsource(cls):
            try:
                model_from_config({"model_type": name})
                told["read"] += 1
            except ValueError as refusal:
                assert name in str(refusal) and "not in the table" not in str(refusal)
                told["refused"] += 1
    assert told["read"] > 100 and told["refused"] < told["read"] / 2


# Tiny models with random weights

SMALL = dict(vocab_size=64, hidden_size=32, intermediate_size=32, num_attention_heads=4, head_dim=8)
SMALL |= dict(num_key_value_heads=2, pad_token_id=0, bos_token_id=1, eos_token_id=2)
TINY = json.loads(Path(__file__).with_name("tiny_models.json").read_text())  # what each has of its own
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


# Layers that share a cache are told about by the tokens, too.
@pytest.mark.parametrize("case", [case for case in TINY if "shared" not in case])
def test_every_layer_and_the_last_token_hear_from_exactly_those_that_are_named(case):
    """Gradients are zero but where a window, a chunk or a state, and the stack's profile, name a token."""
    model, read = tiny(case)
    layers = [part for name, part in model.named_modules() if name.split(".")[-1] in ("layers", "h")][0]
    passed = []

    def keep(module, args, kwargs, output):
        before = args[0] if args else kwargs["hidden_states"]
        passed.append((before, output[0] if isinstance(output, tuple) else output))

    for block in layers:
        block.register_forward_hook(keep, with_kwargs=True)
    text = model.get_input_embeddings()(torch.randint(3, 64, (1, TEXT))).detach().requires_grad_()
    passed.append((text, model(inputs_embeds=text, use_cache=False).last_hidden_state))
    heard = []
    for before, after in passed:
        (found,) = torch.autograd.grad(after.reshape(1, TEXT, -1)[0, -1].sum(), before, retain_graph=True)
        heard.append(found.reshape(TEXT, -1).abs().sum(-1).flip(0).numpy() != 0)
    *counts, whole = [int(one.sum()) for one in heard]
    if any(layer.state_numbers and layer.kind != "state" for layer in read):
        assert whole == TEXT  # layers that mix attention and a state: no profile, and everything is heard
    else:
        profile = model_influence(read, 0.5, TEXT, state_memory=20)
        assert heard[-1].tolist() == [*(profile > 0), *[False] * (TEXT - len(profile))]
    if case == "longcat_flash":  # two attentions a block
        return
    seen = [count for count in counts if count > 1]  # nemotron_h has blocks without attention
    own = {"windowed": lambda layer: layer.window, "chunked": lambda layer: (TEXT - 1) % layer.window + 1}
    own |= {"state": lambda layer: 3} if case == "lfm2" else {}  # a short convolution remembers 3 tokens
    assert seen == [own.get(layer.kind, lambda layer: TEXT)(layer) for layer in read]
    windows = [window for window in model_windows(read, TEXT) if window is not None]
    plain = [layer.kind in ("windowed", "global") and not layer.state_numbers for layer in read]
    assert windows == [count for count, known in zip(seen, plain) if known]


@pytest.mark.parametrize("length", [5, TEXT])
@pytest.mark.parametrize("case", [case for case in TINY if case != "gpt_neo"])  # it keeps the whole text
def test_a_filled_cache_holds_the_bytes_that_are_named(case, length):
    """Between two steps the dynamic cache keeps W-1 tokens of a windowed layer; the W-th is the next one.

    So its bytes, and one token more in each layer that is full, are `model_cache_bytes`.
    """
    model, read = tiny(case)
    fields = {} if case == "minimax" else {"cache": DynamicCache(config=model.config)}
    with torch.no_grad():
        out = model(torch.randint(3, 64, (1, length)), use_cache=True, **fields)
    cache, held = fields["cache"] if fields else out["past_key_values"], 0
    states = [*getattr(cache, "linear_cache", [])]  # minimax has a cache of its own
    for layer in cache.layers:
        if torch.is_tensor(getattr(layer, "keys", None)):
            held += layer.keys.nbytes + layer.values.nbytes
        states += [*getattr(layer, "conv_states", {}).values()]
        states += [*getattr(layer, "recurrent_states", {}).values()]
    for module in model.modules():  # recurrent_gemma keeps its states in its layers
        states += [getattr(module, "recurrent_states", None), getattr(module, "conv1d_state", None)]
    full = [layer for layer in read if layer.cached and layer.window and layer.window <= length]
    to_come = sum(token_numbers(layer) * 8 for layer in full if layer.kind in ("windowed", "chunked"))
    assert held + to_come == model_cache_bytes(read, length, bytes_per_number=8)
    kept = sum(state.numel() for state in states if torch.is_tensor(state))
    assert kept == model_state_bytes(read, bytes_per_number=1)
