"""Do contributions to the same influence point the same way? Cosines between them.

The gradient of the last state is a sum over choices: which layers hop, and over which tokens. Each part is
computed by itself. The mean cosine between parts, weighted by their norms, is 0 where directions are random,
and 1 where all point the same way.
"""

import itertools

import numpy as np
import torch


def cosine(parts):
    """Mean cosine between parts [parts, distances, width], weighted by the product of their norms.

    |sum|^2 - sum|c|^2, over (sum|c|)^2 - sum|c|^2, each summed over the distances; 0 where there is one part.
    """
    parts = parts.double()
    squares = parts.square().sum(-1)
    own, norms = squares.sum(), squares.sqrt().sum(0).square().sum()
    pairs = norms - own
    return float((parts.sum(0).square().sum() - own) / pairs) if pairs > 1e-9 * norms else 0.0


def gated(model, embedded, gates):
    """Last states where in each layer only one way passes a gradient: attention's (gate 1), or past it.

    Values are as ever: `embedded` is [batch, length, width], gates bool [batch, layers].
    """
    x, place = embedded, torch.arange(embedded.shape[1])
    for block, gate in zip(model.blocks, gates.T):
        gate = gate[:, None, None]
        added = block.attention(block.before_attention(x), None, place)
        x = block.after(torch.where(gate, x.detach(), x) + torch.where(gate, added, added.detach()))
    return model.norm(x)[:, -1]


def between_choices(model, text, generator):
    """Cosines between the contributions of different choices of layers, window by window.

    Parameters
    ----------
    model : Decoder without a remedy
    text : int64 tensor [texts, reach + 1]
    generator : torch.Generator, of one random direction a text

    Returns
    -------
    float64 array [texts, layers]; the farthest window holds the farthest token, too
    """
    shape, found = model.shape, []
    gates = torch.tensor(list(itertools.product([False, True], repeat=shape.layers)))
    for tokens in text:
        direction = torch.randn(shape.width, generator=generator).to(model.norm.weight)
        parts = []
        for some in gates.split(32):
            embedded = model.embedding(tokens).detach().repeat(len(some), 1, 1).requires_grad_()
            out = (gated(model, embedded, some) * direction).sum()
            parts.append(torch.autograd.grad(out, embedded)[0].flip(1))
        found.append([cosine(some) for some in torch.cat(parts).split(shape.window, dim=1)][: shape.layers])
    return np.array(found)


def between_tokens(model, text, generator):
    """Cosines between ways through the same two neighbouring layers, over different tokens between them.

    Parameters as for `between_choices`. Returns a float64 array [texts, layers - 1], from the lowest pair up.
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
    out = block.after(seen[:, -1] + block.attention.last(block.before_attention(read))[0])
    return torch.autograd.grad((out * direction).sum(), read)[0]
