"""Measure a decoder: influence, and the loss with all of a text or with its end only."""

import numpy as np
import torch
from torch.nn.functional import cross_entropy


def influence_shares(hidden, embedded, generator=None, directions=1):
    """Whose embedding moves the last hidden state, and how much.

    For each text of the batch: the norm of the gradient of the last position's output, along random
    directions, by every position's input; divided by the sum over positions. In the book's linear model this
    is the influence profile itself.

    hidden : function of a float tensor [batch, length, width] that returns hidden states of the same shape,
        or an object with them as `last_hidden_state`
    embedded : float tensor [batch, length, width], embeddings of real text
    generator : torch.Generator or None, for the directions
    directions : int >= 1, how many; their squared norms are added

    Returns float64 array [batch, length], share by distance from the last position; each row sums to 1
    """
    embedded = embedded.detach().requires_grad_()
    out = hidden(embedded)
    out = getattr(out, "last_hidden_state", out)[:, -1]
    squares = 0.0
    for number in range(directions):
        direction = torch.randn(out.shape, generator=generator).to(out)
        more = number + 1 < directions
        (gradient,) = torch.autograd.grad((out * direction).sum(), embedded, retain_graph=more)
        squares = squares + gradient.double().square().sum(-1)
    size = squares.sqrt().flip(1)  # by distance
    return (size / size.sum(1, keepdim=True)).cpu().numpy()


@torch.no_grad()
def loss_on_last(model, text, count, context=None):
    """Loss on the last tokens of each text: with all that stands before them, or with the last few only.

    model : function of tokens [batch, length] that returns logits
    text : int64 tensor [texts, length]
    count : int, how many of the last tokens are predicted
    context : int up to length - count, tokens read before each of them, or None for all

    Returns float64 array [texts], means over the tokens, in nats
    """
    wanted = text[:, -count:]
    if context is None:
        logits = torch.cat([model(part[:, :-1])[:, -count:] for part in text.split(32)])
    else:
        seen = text[:, -count - context : -1].unfold(1, context, 1).flatten(0, 1)
        logits = torch.cat([model(part)[:, -1] for part in seen.split(256)]).unflatten(0, wanted.shape)
    lost = cross_entropy(logits.transpose(1, 2), wanted, reduction="none")
    return lost.double().mean(1).cpu().numpy()


def text_by_text(file, count, measured):
    """What is measured of `count` texts, kept in a file: what was interrupted goes on with the next text.

    file : Path of an .npy file
    measured : function of a text's number that returns an array
    """
    found, part = list(np.load(file)) if file.exists() else [], file.with_name("part.npy")
    for number in range(len(found), count):
        found.append(measured(number))
        np.save(part, np.array(found))
        part.replace(file)  # whole, or not at all
    return np.array(found)
