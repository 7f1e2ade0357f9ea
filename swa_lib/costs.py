"""Chapters 1 and 6: what a window costs to keep and to read.

Two numbers a generated token, for the whole stack: the bytes of the KV cache
and the floating-point operations of attention. Weights and MLPs cost the same
whatever the window is, and are left out.
"""

from . import arguments


def tokens_held(layers, window, context):
    """Tokens whose keys and values are cached, summed over layers.

    Parameters
    ----------
    layers : int >= 0
    window : int >= 1, tokens; or one per layer
    context : int >= 1, tokens in the text so far

    Returns
    -------
    int: a layer keeps its window, or the whole text while that is shorter

    Source: chapter 1; Hugging Face transformers keeps W-1 past tokens and the current one.

    >>> tokens_held(2, [10, 1000], 100)
    110
    """
    layers = arguments.depth(layers)
    context = arguments.whole("context", context, 1)
    return sum(min(w, context) for w in arguments.windows(layers, window))


def kv_cache_bytes(tokens, kv_heads, head_dim, bytes_per_number=2):
    """Size of the KV cache for one sequence.

    Parameters
    ----------
    tokens : int >= 0, tokens held, summed over layers (`tokens_held`)
    kv_heads : int >= 1, key-value heads a layer
    head_dim : int >= 1, numbers in a key (and in a value)
    bytes_per_number : int >= 1, 2 for bfloat16

    Returns
    -------
    int, bytes: 2 * tokens * kv_heads * head_dim * bytes_per_number

    Source: chapter 1.

    >>> kv_cache_bytes(tokens_held(32, 4096, 32768), kv_heads=8, head_dim=128) / 2**30
    0.5
    """
    tokens = arguments.whole("tokens", tokens, 0)
    kv_heads = arguments.whole("kv_heads", kv_heads, 1)
    head_dim = arguments.whole("head_dim", head_dim, 1)
    return 2 * tokens * kv_heads * head_dim * arguments.whole("bytes_per_number", bytes_per_number, 1)


def attention_flops(tokens, query_heads, head_dim):
    """Floating-point operations of attention for one generated token.

    Parameters
    ----------
    tokens : int >= 0, tokens read, summed over layers
    query_heads : int >= 1, query heads a layer
    head_dim : int >= 1, numbers in a key (and in a value)

    Returns
    -------
    int: 4 * tokens * query_heads * head_dim, a multiply and an add for each
    number of each key (scores) and of each value (output)

    Source: chapter 1.

    >>> attention_flops(tokens_held(32, 4096, 32768), query_heads=32, head_dim=128)
    2147483648
    """
    tokens = arguments.whole("tokens", tokens, 0)
    query_heads = arguments.whole("query_heads", query_heads, 1)
    return 4 * tokens * query_heads * arguments.whole("head_dim", head_dim, 1)
