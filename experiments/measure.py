"""Measure a decoder that turns embeddings into hidden states: influence, and useful context."""

import torch
from torch.nn.functional import cross_entropy


def influence_shares(hidden, embedded, generator=None, directions=1):
    """Whose embedding moves the last hidden state, and how much.

    For each text of the batch: the norm of the gradient of the last position's output, along random
    directions, by every position's input; divided by the sum over positions. In the book's linear model this
    is the influence profile itself.

    Parameters
    ----------
    hidden : function of a float tensor [batch, length, width] that returns hidden states of the same shape,
        or an object with them as `last_hidden_state`
    embedded : float tensor [batch, length, width], embeddings of real text
    generator : torch.Generator or None, for the directions
    directions : int >= 1, how many; their squared norms are added

    Returns
    -------
    float64 array [batch, length], share by distance from the last position; each row sums to 1
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
def loss_by_context(model, text, contexts):
    """Loss on the last token of each text when the model gets only the last `context` tokens before it.

    Parameters
    ----------
    model : function of tokens [batch, length] that returns logits
    text : int64 tensor [batch, length]; the last token is what is predicted
    contexts : list of int from 1 to length - 1

    Returns
    -------
    float64 array [len(contexts), batch], nats
    """
    losses = []
    for context in contexts:
        logits = model(text[:, -1 - context : -1])[:, -1]
        losses.append(cross_entropy(logits, text[:, -1], reduction="none").double())
    return torch.stack(losses).cpu().numpy()


@torch.no_grad()
def losses_by_context(model, text, contexts, batch=256):
    """Loss on each byte of a text's second half: with all that stands before it, and with the last few only.

    Parameters
    ----------
    model : function of tokens [batch, length] that returns logits
    text : int64 tensor [texts, length + 1]
    contexts : list of int from 1 to half the length

    Returns
    -------
    (full, cut): float64 arrays [texts] and [len(contexts), texts], means over the second half, in nats
    """
    length = text.shape[1] - 1
    predicted = torch.arange(length // 2, length) + 1  # the bytes to predict
    wanted = text[:, predicted]

    def lost(logits):
        return cross_entropy(logits.transpose(1, 2), wanted, reduction="none").double().mean(1)

    full = torch.cat([model(part[:, :-1])[:, length // 2 :] for part in text.split(32)])
    cut = []
    for context in contexts:
        seen = text.unfold(1, context, 1)[:, length // 2 + 1 - context : length + 1 - context].flatten(0, 1)
        logits = torch.cat([model(part)[:, -1] for part in seen.split(batch)])
        cut.append(lost(logits.unflatten(0, wanted.shape)))
    return lost(full).cpu().numpy(), torch.stack(cut).cpu().numpy()
