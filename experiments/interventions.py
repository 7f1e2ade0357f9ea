"""Replace the byte d back by another: what becomes of the last state and of the next byte's distribution?"""

import numpy as np
import torch
from torch.nn.functional import log_softmax

from swa_lib import reach


@torch.no_grad()
def replaced(model, text, others, distances, batch=64):
    """The effect of one other byte, by distance.

    Parameters
    ----------
    model : Decoder, in float64: far effects are small
    text : int64 tensor [texts, length]
    others : int64 tensor like `text`, the bytes to put in
    distances : list of int, tokens back from the last

    Returns
    -------
    dict of float64 arrays [texts, distances]: `state`, by how much the last state changes, as a share of its
    norm; `nats`, the Kullback-Leibler divergence of the next byte's distribution from what it was
    """
    state, nats = [], []
    for tokens, other in zip(text, others):
        changed = tokens.repeat(len(distances), 1)
        for row, distance in enumerate(distances):
            changed[row, -1 - distance] = other[-1 - distance]
        before = last_state(model, tokens[None])
        after = torch.cat([last_state(model, part) for part in changed.split(batch)])
        state.append((after - before).norm(dim=-1) / before.norm(dim=-1))
        nats.append(divergence(log_softmax(model.head(before), -1), log_softmax(model.head(after), -1)))
    return {"state": torch.stack(state).numpy(), "nats": torch.stack(nats).numpy()}


def last_state(model, tokens):
    """The last hidden state [batch, width]; what no path reaches is left out."""
    far = reach(model.shape.layers, model.shape.window)
    return model.hidden(model.embedding(tokens[:, -1 - far :]))[:, -1]


def divergence(before, after):
    """Kullback-Leibler divergence of log distributions [.., vocabulary], in nats.

    The plain sum of p (log p - log q) cancels for faint changes. Adding q - p, which sums to nothing, leaves
    terms that are all positive.
    """
    change = after - before
    return (before.exp() * (torch.expm1(change) - change)).sum(-1)


def spaced(window, layers):
    """The distances to try: every one for short reaches, and always the same number of them a window."""
    step = max(1, window // 16)
    return list(range(0, reach(layers, window) + 1, step))


def average(found):
    """Mean, standard error and median over the texts, by distance."""
    return {
        name: {
            "mean": values.mean(0),
            "error": values.std(0, ddof=1) / np.sqrt(len(values)),
            "median": np.median(values, 0),
        }
        for name, values in found.items()
    }
