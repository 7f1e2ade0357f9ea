"""Do contributions to the same influence point the same way? Cosines between them.

The gradient of the last state is a sum over choices: which layers hop, and over
which tokens. Each part is computed by itself. The mean cosine between parts,
weighted by their norms, is 0 where directions are random, and 1 where all point
the same way.
"""

import itertools

import numpy as np
import torch


def cosine(total, squares, norms):
    """Mean cosine between parts, weighted by the product of their norms; summed over the last axis.

    `total` is the squared norm of the parts' sum, `squares` the sum of their squared norms, `norms` the sum
    of their norms: |sum|^2 - sum|c|^2, over (sum|c|)^2 - sum|c|^2. Not a number where there are no two parts.
    """
    pairs = (norms**2 - squares).sum(-1)
    return np.divide(
        (total - squares).sum(-1),
        pairs,
        out=np.full(pairs.shape, np.nan),
        where=pairs > 1e-9 * (norms**2).sum(-1),
    )


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


def choices_coherence(model, text, generator):
    """Cosines between the contributions of different choices of layers, to the same token.

    Parameters
    ----------
    model : Decoder without a remedy
    text : int64 tensor [texts, reach + 1]
    generator : torch.Generator, of one random direction a text

    Returns
    -------
    dict of float64 arrays: `by_window` [texts, layers], the mean cosine between all choices;
    `by_hops` [texts, layers + 1], that between the choices with so many hops
    """
    shape = model.shape
    gates = torch.tensor(list(itertools.product([False, True], repeat=shape.layers)))
    by_window, by_hops = [], []
    for tokens in text:
        direction = torch.randn(shape.width, generator=generator).to(model.norm.weight)
        parts = []
        for some in gates.split(32):
            embedded = model.embedding(tokens).detach().repeat(len(some), 1, 1).requires_grad_()
            out = (gated(model, embedded, some) * direction).sum()
            parts.append(torch.autograd.grad(out, embedded)[0].flip(1).double())
        parts = torch.cat(parts)  # by choice and distance
        by_window.append(_windows(_sums(parts), shape.window))
        with_hops = [parts[gates.sum(1) == k] for k in range(shape.layers + 1)]
        by_hops.append([float(cosine(*_sums(some))) for some in with_hops])
    return {"by_window": np.array(by_window), "by_hops": np.array(by_hops)}


def tokens_coherence(model, text, generator):
    """Ways through the same two neighbouring layers, over different tokens between them.

    Parameters as for `choices_coherence`.

    Returns
    -------
    dict of float64 arrays [texts, layers - 1], from the lowest pair up: `tokens`, the mean cosine between the
    ways; `aligned`, by how much more the lower layer's hop moves what the upper one passes down to it than it
    moves random directions of the same norms, in squares; 1 where directions do not matter
    """
    window, width = model.shape.window, model.shape.width
    with torch.no_grad():
        streams = model.streams(model.embedding(text))
    direction = torch.randn(len(text), width, generator=generator).to(streams[0])
    cosines, aligned = [], []
    for lower, (first, second) in enumerate(zip(model.blocks, model.blocks[1:])):
        moved = through_attention(second, streams[lower + 1][:, -window:], direction).flatten(0, 1)
        # Each token between has a window of its own in the layer below.
        seen = streams[lower][:, 1 - 2 * window :].unfold(1, window, 1).transpose(2, 3).flatten(0, 1)
        parts = through_attention(first, seen, moved).unflatten(0, (len(text), window))
        placed = parts.new_zeros(len(text), window, 2 * window - 1, width)
        for between in range(window):
            placed[:, between, between : between + window] = parts[:, between]
        cosines.append([float(cosine(*_sums(some.double()))) for some in placed])
        random = torch.randn(moved.shape, generator=generator).to(moved)
        random *= moved.norm(dim=-1, keepdim=True) / random.norm(dim=-1, keepdim=True)
        other = through_attention(first, seen, random).unflatten(0, (len(text), window))
        squares = (x.double().square().flatten(1).sum(1).numpy() for x in (parts, other))
        aligned.append(np.divide(*squares))
    return {"tokens": np.array(cosines).T, "aligned": np.array(aligned).T}


def through_attention(block, seen, direction):
    """Gradient of the last token's output along a direction, by what attention reads; like `seen`."""
    read = seen.detach().requires_grad_()
    out = block.after(seen[:, -1] + block.attention.last(block.before_attention(read))[0])
    return torch.autograd.grad((out * direction).sum(), read)[0]


def _sums(parts):
    """What `cosine` needs of parts [parts, distances, width], by distance."""
    squares = parts.square().sum(-1)
    return tuple(x.numpy() for x in (parts.sum(0).square().sum(-1), squares.sum(0), squares.sqrt().sum(0)))


def _windows(sums, window):
    """Cosines window by window; the farthest window holds the farthest token, too."""
    starts = range(0, len(sums[0]), window)
    return [float(cosine(*(part[start : start + window] for part in sums))) for start in starts]
