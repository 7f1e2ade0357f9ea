"""What one block does: how much a nudge of the token d back moves a token, past attention and through it.

Exact Jacobian norms, one backward pass for each number of the output. Composed by a rule of theory.py, they
are held against the measured profile; nothing is fitted. And whether contributions over different tokens
point the same way.
"""

import numpy as np
import torch
from theory import RULES, decades_off, expected_by

from swa_lib import by_window

MATTERS = 1e-5  # a share that is not larger changes nothing
MEASURES = ("by window", "by window, what matters", "by token", "by token, what matters")
RESAMPLES = 200


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
    through = seen.detach().requires_grad_()  # what attention reads
    past = seen[:, -1].detach().requires_grad_()  # what goes past it
    attended = block.attention.last(block.before_attention(through))[0]
    out = block.after(past + attended)
    width = out.shape[1]
    stay, hop, itself = (seen.new_zeros(shape) for shape in (len(seen), seen.shape[:2], len(seen)))
    for number in range(width):
        to_past, to_through = torch.autograd.grad(out[:, number].sum(), [past, through], retain_graph=True)
        stay += to_past.square().sum(-1)
        hop += to_through.square().sum(-1)
        itself += (to_past + to_through[:, -1]).square().sum(-1)
    found = {"stay": stay, "hop": hop.flip(1), "itself": itself}
    return {name: (value / width).sqrt().numpy() for name, value in found.items()}


@torch.no_grad()
def norm_kernels(block, seen):
    """What norms and attention's weights say of the same: alpha [texts], weights by distance [texts, window].

    Alpha is |x| / (|x| + |what attention adds|) of the last token; the weights are averaged over heads.
    """
    attended, weights = block.attention.last(block.before_attention(seen))
    stream, added = seen[:, -1].norm(dim=-1), attended.norm(dim=-1)
    return {
        "alpha": (stream / (stream + added)).numpy(),
        "weights": weights.mean(1).flip(1).numpy(),
    }


def stack_kernels(model, text):
    """The kernels of all blocks on the same texts, in float64.

    Parameters
    ----------
    model : Decoder without a remedy, in float64
    text : int64 tensor [texts, length], longer than the reach, so that no window is cut

    Returns
    -------
    dict of float64 arrays, by text: `stay` and `itself` and `alpha` [texts, layers], `hop` and `weights`
    [texts, layers, window]
    """
    window = model.shape.window
    with torch.no_grad():
        streams = model.streams(model.embedding(text))
    found = []
    for block, stream in zip(model.blocks, streams):
        seen = stream[:, -window:]
        parts = [block_kernels(block, part) | norm_kernels(block, part) for part in seen.split(32)]
        found.append({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})
    return {name: np.stack([layer[name] for layer in found], axis=1) for name in found[0]}


def averages(kernels, chosen=slice(None)):
    """Means over texts, and roots of the mean squares, of what `stack_kernels` gives for each text."""
    means = {name: values[chosen].mean(0) for name, values in kernels.items()}
    squares = {
        f"{name}_rms": np.sqrt(np.square(kernels[name][chosen]).mean(0)) for name in ("stay", "hop", "itself")
    }
    return means | squares


def errors(profile, theory, window):
    """The error of a theory in decades, by each of MEASURES."""
    windows = by_window(profile, window), by_window(theory, window)
    pairs = [windows, windows, (profile, theory), (profile, theory)]
    return [decades_off(*pair, above=above) for pair, above in zip(pairs, [0.0, MATTERS] * 2)]


def verdict(kernels, shares, window, seed=0):
    """Every rule's errors on one model.

    Parameters
    ----------
    kernels : what `stack_kernels` gives
    shares : float64 array [texts, reach + 1], of the same texts
    window : int
    seed : int, of the bootstrap

    Returns
    -------
    dict: rule -> list of [error, its standard error] by MEASURES, decades
    """
    random, texts = np.random.default_rng(seed), len(shares)
    samples = [random.integers(texts, size=texts) for _ in range(RESAMPLES)]
    found = {rule: [] for rule in RULES}
    for chosen in [np.arange(texts), *samples]:
        average, profile = averages(kernels, chosen), shares[chosen].mean(0)
        for rule in RULES:
            found[rule].append(errors(profile, expected_by(rule, average), window))
    return {rule: np.column_stack([rows[0], np.std(rows[1:], axis=0)]) for rule, rows in found.items()}


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
    out = block.after(seen[:, -1] + block.attention.last(block.before_attention(read))[0])
    return torch.autograd.grad((out * direction).sum(), read)[0]
