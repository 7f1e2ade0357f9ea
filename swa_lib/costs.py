"""Chapters 1 and 6: what a window costs, the bytes of the KV cache and the operations of attention.

Weights and MLPs cost the same whatever the window is, and are left out.

The cache may be cut to the window without losing reach: what a layer stores for a
token was computed from all that this token saw, so it carries its own past. A stack
that decodes from W cached tokens a layer still reaches L(W-1) tokens back.
"""

import math
from fractions import Fraction
from typing import NamedTuple

from .arguments import LARGEST_WHOLE, checked, refuse
from .models import text_of


@checked
def tokens_held(layers, window, context):
    """Tokens whose keys and values are cached, summed over layers.

    layers, window : as for `influence`
    context : int >= 1, tokens in the text so far

    Returns int: a layer keeps its window, or the whole text while that is shorter
    Source: chapter 1; Hugging Face transformers keeps W-1 past tokens and the current one.

    >>> tokens_held(2, [10, 1000], 100)
    110
    """
    return sum(min(width, context) for width in window)


@checked
def kv_cache_bytes(tokens, kv_heads, head_dim, bytes_per_number=2):
    """Size of the KV cache for one sequence.

    tokens : int >= 0, tokens held, summed over layers (`tokens_held`)
    kv_heads : int >= 1, key-value heads a layer
    head_dim : int >= 1, numbers in a key (and in a value)
    bytes_per_number : number > 0; 2 for bfloat16, 1.0625 for q8_0, 0.5625 for q4_0

    Returns int, bytes: 2 * tokens * kv_heads * head_dim * bytes_per_number, rounded up
    Source: chapter 1.

    >>> kv_cache_bytes(tokens_held(32, 4096, 32768), kv_heads=8, head_dim=128) / 2**30
    0.5
    """
    return rounded_up(2 * tokens * kv_heads * head_dim, bytes_per_number)


@checked
def attention_flops(tokens, query_heads, head_dim):
    """Floating-point operations of attention for one generated token.

    tokens, head_dim : as for `kv_cache_bytes`; here the tokens that are read
    query_heads : int >= 1, query heads a layer

    Returns int: 4 * tokens * query_heads * head_dim, a multiply and an add for each
    number of each key (scores) and of each value (output)
    Source: chapter 1.

    >>> attention_flops(tokens_held(32, 4096, 32768), query_heads=32, head_dim=128)
    2147483648
    """
    return 4 * tokens * query_heads * head_dim


@checked
def model_cache_bytes(model, context=None, bytes_per_number=None):
    """KV cache of one sequence, in bytes: the least possible.

    model : Model
    context : int >= 1, tokens in the text; the model's own when None
    bytes_per_number : as for `kv_cache_bytes`; the model's own when None

    Returns int, bytes of keys and values, rounded up; `model_state_bytes` counts what states keep.
    A windowed layer keeps its window, a chunked one at most a chunk, a global one the text; a layer
    that reads another's cache keeps nothing, and compressed keys and values count as they are kept
    Source: chapter 6; `model.source` for the shape.

    >>> model_cache_bytes(MODELS["Mistral 7B v0.1"]) / 2**30
    0.5
    """
    return cache_bytes(model, text_of(model, context, "context"), bytes_per_number)


@checked
def model_state_bytes(model, bytes_per_number=4):
    """What a model's states keep for one sequence, whatever the text's length, in bytes.

    model : Model
    bytes_per_number : number > 0; 4, single precision, is what most states are kept in

    Returns int, bytes, rounded up: the recurrent state and the last inputs of its short convolution
    Source: chapter 6.

    >>> model_state_bytes(MODELS["Qwen3.5 27B"]) / 2**20
    151.5
    """
    return rounded_up(sum([layer.state_numbers for layer in model.layers]), bytes_per_number)


@checked
def tokens_to_reread(model):
    """Fewest last tokens to process again when the windowed layers' cache is lost.

    The next token needs, in the last windowed layer, the keys of the W-1 tokens before it;
    each of these needs, in the windowed layer below, those of W-1 more. So here the reach is
    what you pay. Exact only if the kept keys and values are *not* overwritten by those of the
    tokens read again: the first of these are computed from a context that is incomplete. Where
    they are overwritten and a global layer lies above a windowed one, only the whole text is exact.

    model : Model, without a state beside its windows: a state of the past is gone

    Returns int, tokens before the next one: the sum of (W-1) over the windowed layers with a cache of
    their own, 0 without any. A text that is shorter is read again as a whole
    Source: chapter 6; proved by brute force in the tests.

    >>> tokens_to_reread(MODELS["gpt-oss-20b"]), tokens_to_reread(MODELS["Gemma 3 27B"])
    (1524, 53196)
    """
    windowed = [layer for layer in model.layers if layer.kind == "windowed"]
    states = [layer for layer in model.layers if layer.kind == "state" or layer.state_numbers]
    if windowed and states:
        refuse("model", model.family, "without states beside its windows: they hold no past to start from")
    return sum([0] + [layer.window - 1 for layer in windowed if layer.cached])  # PScript adds no empty list


class Bill(NamedTuple):
    """Cache bytes of a batch: the least possible, and what engines reserve."""

    least: int  # `model_cache_bytes`: windows and nothing else, while tokens are generated one by one
    prefill: int  # the worst case, all sequences at once: a window and the piece of the prompt being read
    whole_text: int  # an engine that gives every layer the whole text
    states: int  # `model_state_bytes`, the same in each case
    expanded: int  # `whole_text` of an engine that expands compressed keys and values, too

    @property
    def total(self):
        """The same bill with the states in every sum."""
        return Bill(*(size + self.states * (name != "states") for name, size in self._asdict().items()))


@checked
def model_bill(model, context=None, sequences=1, bytes_per_number=None, prefill=2048):
    """What a batch of sequences holds: the least possible beside what engines reserve.

    model : Model
    context : int >= 1, tokens in each sequence; the model's own when None
    sequences : int >= 1, sequences in the batch
    bytes_per_number : as for `model_cache_bytes`
    prefill : int >= 1, prompt tokens read at once. The first of them still needs its
        W-1 past tokens while the last is added, so a layer holds W-1 + prefill tokens

    Returns Bill, bytes. Padding is not in it: a batch padded to its longest sequence holds that
    length for each, and tokens padded on the left take up places in a window
    Source: chapter 6; vLLM, pull request 19029; llama.cpp, 13194.

    >>> bill = model_bill(MODELS["gpt-oss-20b"], 8192, sequences=32)
    >>> [round(size / 2**30, 2) for size in (bill.least, bill.prefill, bill.whole_text)]
    [6.09, 7.59, 12.0]
    >>> model_bill(MODELS["Qwen3.5 27B"], 8192).total.least / 2**20
    663.5
    """
    text = text_of(model, context, "context")
    return Bill(
        cache_bytes(model, text, bytes_per_number, sequences),
        cache_bytes(model, text, bytes_per_number, sequences, prefill),
        cache_bytes(model, text, bytes_per_number, sequences, text),  # as if it were read in one piece
        sequences * model_state_bytes(model),
        cache_bytes(model, text, bytes_per_number, sequences, text, True),
    )


@checked
def text_that_fits(model, memory_bytes, sequences=1, bytes_per_number=None, prefill=1):
    """The longest text of which a batch fits into so much memory, cache and states.

    model : Model
    memory_bytes : number >= 0, bytes left for the cache when the weights are loaded; a GiB is 2**30
    sequences : int >= 1, sequences of this length at once
    bytes_per_number, prefill : as for `model_bill`; prefill 1 asks for the least possible

    Returns int, tokens; 0 where not even one fits, and math.inf where no text is too long, because
    every layer has a window, a chunk or a state. The model's positions may end before
    Source: chapter 6.

    >>> text_that_fits(MODELS["Gemma 3 27B"], 12 * 2**30), text_that_fits(MODELS["Mistral 7B v0.1"], 2**30)
    (151961, inf)
    """
    left = memory_bytes - sequences * model_state_bytes(model)
    if cache_bytes(model, LARGEST_WHOLE, bytes_per_number, sequences, prefill) <= left:
        return math.inf
    fits, longer = 0, LARGEST_WHOLE
    while longer - fits > 1:
        text = (fits + longer) // 2
        if cache_bytes(model, text, bytes_per_number, sequences, prefill) <= left:
            fits = text
        else:
            longer = text
    return fits


@checked
def sequences_that_fit(model, memory_bytes, context=None, bytes_per_number=None, prefill=1):
    """How many sequences of this length fit into so much memory, cache and states.

    model, memory_bytes, bytes_per_number, prefill : as for `text_that_fits`
    context : int >= 1, tokens in each sequence; the model's own when None

    Returns int >= 0
    Source: chapter 6.

    >>> sequences_that_fit(MODELS["gpt-oss-20b"], 12 * 2**30, 8192)
    63
    """
    one = cache_bytes(model, text_of(model, context, "context"), bytes_per_number, 1, prefill)
    return int(memory_bytes // max(1, one + model_state_bytes(model)))


def layer_tokens(layer, context, prefill=1):
    """Tokens whose keys and values a layer keeps while `prefill` tokens are read at once."""
    if layer.kind == "state" or not layer.cached:
        return 0
    if layer.kind == "global":
        return context
    return min(layer.window - 1 + prefill, context)


def token_numbers(layer, expanded=False):
    """Numbers that a layer keeps of each token it holds; an engine may expand compressed keys and values."""
    whole = layer.kv_heads * (layer.key_width + layer.value_width)
    return layer.latent if layer.latent and not expanded else whole


def cache_bytes(model, context, bytes_per_number, sequences=1, prefill=1, expanded=False):
    """Bytes of the keys and values of so many sequences, for arguments that have been checked."""
    kept = [layer_tokens(layer, context, prefill) * token_numbers(layer, expanded) for layer in model.layers]
    return rounded_up(sequences * sum(kept), bytes_per_number or model.number_bytes)


def rounded_up(numbers, bytes_per_number):
    """Their size in bytes, exact however many there are."""
    return math.ceil(numbers * Fraction(bytes_per_number))
