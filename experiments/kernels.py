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

    block : a Block of model.py
    seen : float tensor [texts, window, width], the stream before the block at the last `window` tokens

    Returns dict of float64 arrays: `stay` [texts], the token's own nudge with attention held still; `hop`
    [texts, window], through attention, by distance; `itself` [texts], the token's own nudge by both ways
    """

    def out(past, through):  # what goes past attention, and what attention reads
        return block.after(past + block.attention.last(block.before_attention(through[None]))[0])

    past, through = vmap(jacrev(out, (0, 1)))(seen[:, -1], seen)  # [texts, width out, (window,) width in]
    ways = {"stay": past, "hop": through.flip(2), "itself": past + through[:, :, -1]}
    return {name: (way.square().sum((1, -1)) / seen.shape[2]).sqrt().numpy() for name, way in ways.items()}


def stack_kernels(model, text):
    """The kernels of all blocks on the same texts.

    model : Decoder without a remedy, in float64
    text : int64 tensor [texts, length], longer than the reach, so that no window is cut

    Returns dict of float64 arrays: `stay` and `itself` [layers] and `hop` [layers, window], means over texts;
    and with "_rms" after their names the roots of the mean squares
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
    """Every rule's errors on one model, in decades: by window and by token, all and where it matters."""
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

    model : Decoder without a remedy
    text : int64 tensor [texts, length], longer than two windows
    generator : torch.Generator, of one random direction a text

    Returns float64 array [texts, layers - 1], from the lowest pair up
    """
    window, found = model.shape.window, []
    with torch.no_grad():
        streams = model.streams(model.embedding(text))
    direction = torch.randn(len(text), model.shape.width, generator=generator).to(streams[0])
    for first, second, below, above in zip(model.blocks, model.blocks[1:], streams, streams[1:]):
        below, above = below[:, 1 - 2 * window :], above[:, -window:]
        read = below.clone().requires_grad_()  # by the first layer's attention
        added = first.attention(first.before_attention(read), None, torch.arange(2 * window - 1))
        moved, parts = first.after(below + added)[:, -window:], []
        for between in range(window):
            seen = torch.where((torch.arange(window) == between)[:, None], moved, above)
            out = second.after(above[:, -1] + second.attention.last(second.before_attention(seen)))
            parts += torch.autograd.grad((out * direction).sum(), read, retain_graph=True)
        found.append([cosine(own) for own in torch.stack(parts, 1)])
    return np.array(found).T
