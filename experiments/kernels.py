"""What one block does: how much a nudge of the token d back moves a token, past attention and through it.

Exact norms of Jacobians. Composed by a rule of theory.py, they are held against the measured profile; nothing
is fitted. And whether contributions over different tokens point the same way.
"""

import numpy as np
import torch
from theory import RULES, SLIGHT, composed, decades_off
from torch.func import jacrev, vmap

from swa_lib import by_window


def block_kernels(block, seen):
    """How much the last token of each text is moved, by a nudge of itself and of what it sees.

    The norm is that of the Jacobian, divided by the square root of the width: the root mean square by which a
    random nudge grows.

    Parameters
    ----------
    block : a Block of model.py
    seen : float tensor [texts, window, width], the stream before the block at the last `window` tokens

    Returns
    -------
    dict of float64 arrays: `stay` [texts], the token's own nudge with attention held still; `hop`
    [texts, window], through attention, by distance; `itself` [texts], the token's own nudge by both ways
    """

    def out(past, through):  # what goes past attention, and what attention reads
        return block.after(past + block.attention.last(block.before_attention(through[None]))[0])

    past, through = vmap(jacrev(out, (0, 1)))(seen[:, -1], seen)  # [texts, width out, (window,) width in]
    ways = {"stay": past, "hop": through.flip(2), "itself": past + through[:, :, -1]}
    return {name: (way.square().sum((1, -1)) / seen.shape[2]).sqrt().numpy() for name, way in ways.items()}


def stack_kernels(model, text):
    """The kernels of all blocks on the same texts.

    Parameters
    ----------
    model : Decoder without a remedy, in float64
    text : int64 tensor [texts, length], longer than the reach, so that no window is cut

    Returns
    -------
    dict of float64 arrays: `stay` and `itself` [layers] and `hop` [layers, window], means over texts; and
    with "_rms" after their names the roots of the mean squares
    """
    with torch.no_grad():
        streams = model.streams(model.embedding(text))
    layers = []
    for block, stream in zip(model.blocks, streams):
        parts = [block_kernels(block, part) for part in stream[:, -model.shape.window :].split(16)]
        layer = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        means = {name: values.mean(0) for name, values in layer.items()}
        squares = {f"{name}_rms": np.sqrt(np.square(values).mean(0)) for name, values in layer.items()}
        layers.append(means | squares)
    return {name: np.stack([layer[name] for layer in layers]) for name in layers[0]}


def verdict(kernels, profile, window):
    """Every rule's errors on one model, in decades.

    Returns
    -------
    dict: rule -> errors by window, by window where it matters, by token, and by token where it matters
    """
    found = {}
    for rule in RULES:
        expected = composed(kernels, rule)
        pairs = (by_window(profile, window), by_window(expected, window)), (profile, expected)
        found[rule] = [decades_off(*pair, above=above) for pair in pairs for above in (0.0, SLIGHT)]
    return found


def cosine(parts):
    """Mean cosine between parts [parts, distances, width], weighted by the product of their norms.

    0 where directions are random, 1 where all point the same way: |sum|^2 - sum|c|^2, over (sum|c|)^2 -
    sum|c|^2, each summed over the distances.
    """
    parts = parts.double()
    squares = parts.square().sum(-1)
    own, norms = squares.sum(), squares.sqrt().sum(0).square().sum()
    return float((parts.sum(0).square().sum() - own) / (norms - own))


def between_tokens(model, text, generator):
    """Cosines between ways through the same two neighbouring layers, over different tokens between them.

    Parameters
    ----------
    model : Decoder without a remedy
    text : int64 tensor [texts, length], longer than two windows
    generator : torch.Generator, of one random direction a text

    Returns
    -------
    float64 array [texts, layers - 1], from the lowest pair up
    """
    window, width, found = model.shape.window, model.shape.width, []
    with torch.no_grad():
        streams = model.streams(model.embedding(text))
    direction = torch.randn(len(text), width, generator=generator).to(streams[0])
    for lower, (first, second) in enumerate(zip(model.blocks, model.blocks[1:])):
        moved = through_attention(second, streams[lower + 1][:, -window:], direction).flatten(0, 1)
        # Each token between has a window of its own in the layer below.
        seen = streams[lower][:, 1 - 2 * window :].unfold(1, window, 1).transpose(2, 3).flatten(0, 1)
        parts = through_attention(first, seen, moved).unflatten(0, (len(text), window))
        placed = parts.new_zeros(len(text), window, 2 * window - 1, width)
        for between in range(window):
            placed[:, between, between : between + window] = parts[:, between]
        found.append([cosine(some) for some in placed])
    return np.array(found).T


def through_attention(block, seen, direction):
    """Gradient of the last token's output along a direction, by what attention reads; like `seen`."""
    read = seen.detach().requires_grad_()
    out = block.after(seen[:, -1] + block.attention.last(block.before_attention(read)))
    return torch.autograd.grad((out * direction).sum(), read)[0]
