"""One layer: pass a profile through it, in an endless text or in one that has a beginning.

A layer spreads what each token holds evenly over the tokens it sees. In an endless
text every token sees the same number of them, and a layer is a convolution. A real
text has a beginning: its token q (counted from 0) has only q + 1 tokens to look at,
so it spreads its share over fewer of them. That is the whole difference:

    divide each share by the weight of the tokens that exist, add up over the
    window, and stop at the beginning.

All that is ever added is positive, and `_sum_over` adds in pairs, so that few roundings meet.
"""

from typing import NamedTuple

import numpy as np


class Route(NamedTuple):
    """A share of a layer's attention, and where it looks.

    It sees the distances offset, offset + stride, offset + 2 stride, ... (`window` of them)
    with weights 1, decay, decay^2, ..., scaled to sum to 1. In a text they are scaled over
    the tokens that exist; where there is none (offset only), the share stays where it is.

    share : float from 0 to 1; those of a layer add up to 1
    window : int >= 1, tokens seen
    stride : int >= 1, tokens from one to the next (dilated heads)
    decay : float in (0, 1], what a token is worth against the one before it (a fading state)
    offset : int >= 0, distance of the first (retrieved tokens)

    >>> Route(share=1.0, window=4096)
    Route(share=1.0, window=4096, stride=1, decay=1.0, offset=0)
    """

    share: float
    window: int
    stride: int = 1
    decay: float = 1.0
    offset: int = 0


class Chunk(NamedTuple):
    """A share of a layer's attention that stays within chunks of `size` tokens, counted from the beginning.

    >>> Chunk(share=1.0, size=8192)
    Chunk(share=1.0, size=8192)
    """

    share: float
    size: int


def width(routes):
    """How far back a layer looks."""
    return max(
        route.size - 1 if isinstance(route, Chunk) else route.offset + (route.window - 1) * route.stride
        for route in routes
    )


def through_layers(stack, length, text=None):
    """All shares at the last token, passed through one layer after the other.

    `stack` holds a pair for each layer, the routes of its attention and the share that it
    keeps; the first reads the text. `length` is that of the result at most.
    """
    # From the last token back the last layer comes first. In an endless text any order will do, for
    # convolution commutes, and narrow layers first keep the arrays short for longest.
    stack = sorted(stack, key=lambda layer: (width(layer[0]), layer[1])) if text is None else stack[::-1]
    profile = np.ones(1)
    for routes, keep in stack:
        parts = [(1 - keep) * route.share * seen_along(profile, route, length, text) for route in routes]
        *shorter, profile = sorted([keep * profile, *parts], key=len)
        for part in shorter:
            profile[: len(part)] += part
    return profile


def seen_along(profile, route, length=None, text=None):
    """Pass a profile along one route; the first `length` entries of the result.

    >>> seen_along(np.ones(1), Route(1.0, window=3, stride=2))
    array([0.33333333, 0.        , 0.33333333, 0.        , 0.33333333])
    >>> seen_along(np.array([0.5, 0.5]), Route(1.0, window=3), text=3)  # the middle token sees two tokens
    array([0.16666667, 0.41666667, 0.41666667])
    """
    if isinstance(route, Chunk):
        return seen_in_chunks(profile, route.size, text)[:length]
    _, window, stride, decay, offset = route
    n, far = len(profile), width([route])
    total = min(size for size in (n + far, length, text) if size is not None)
    whole = n if text is None else min(max(text - far, 0), n)  # from here on a part of it does not exist,
    some = n if text is None else min(max(text - offset, 0), n)  # and from here on nothing does
    spread = profile[:some] / _weight(window, decay)
    if whole < some:
        exist = np.arange(text - offset - whole, text - offset - some, -1.0)
        exist = np.ceil(exist / stride) if stride > 1 else exist
        spread[whole:] = profile[whole:some] / _weight(exist, decay)
    seen = _sum_over(spread, window, stride, decay, total, offset)
    seen[some:n] += profile[some:total]
    return seen


def seen_in_chunks(profile, size, text):
    """A layer that cuts the text into chunks (as in Llama 4): a token sees its own chunk, up to itself.

    A chunk is a little text of its own, in which the layer is a global one. Chunks are counted
    from the beginning, so the last token's may be incomplete; the result goes back as far as
    the chunk of the farthest token does.

    >>> seen_in_chunks(np.ones(1), size=4, text=6)  # tokens 4 and 5 are a chunk
    array([0.5, 0.5])
    """
    size = min(size, text)
    to_come = -text % size  # tokens by which the last chunk is incomplete
    chunks = -(-(to_come + len(profile)) // size)
    held = np.zeros(chunks * size)
    held[to_come : to_come + len(profile)] = profile
    rows = held.reshape(chunks, size).T / np.arange(size, 0, -1)[:, None]
    return _sum_over(rows, size, 1, 1.0, size).T.ravel()[to_come:]


def _weight(tokens, decay):
    """1 + decay + decay^2 + ... over so many tokens; expm1 keeps it right where decay is close to 1."""
    return tokens if decay == 1 else np.expm1(tokens * np.log(decay)) / (decay - 1)


def _sum_over(values, window, stride, decay, length, offset=0):
    """values[d - offset] + decay values[d - offset - stride] + ..., `window` terms, d < length.

    Doubling: the sum over 2m tokens is the sum over m, plus the same m strides
    earlier, and one token more where `window` has a 1 bit. That is log2(window)
    additions of whole arrays, up to twice as many for a window of many 1 bits.
    Running sums need fewer, but numpy is slower at them, and their roundings add up.
    """
    tokens = max(-(-(length - offset) // stride), 1)
    if window >= tokens:  # all there are: of a power of two, for it has no more 1 bits
        window = 1 << (tokens - 1).bit_length()
    values = values[: max(length - offset, 0)]
    summed, m = np.zeros((length, *values.shape[1:])), 1
    spare = np.empty_like(summed)  # they take turns
    summed[offset : offset + len(values)] = values
    for bit in bin(window)[3:]:
        summed, spare = _add_shifted(summed, summed, m * stride, decay**m, spare), summed
        m *= 2
        if bit == "1":
            summed, spare = _add_shifted(summed, values, offset + m * stride, decay**m, spare), summed
            m += 1
    return summed


def _add_shifted(summed, values, shift, factor, out):
    """summed[d] + factor * values[d - shift], written to `out`."""
    values = values[: max(len(summed) - shift, 0)]
    end = shift + len(values)
    out[:shift], out[end:] = summed[:shift], summed[end:]
    np.add(summed[shift:end], values if factor == 1 else factor * values, out=out[shift:end])
    return out
