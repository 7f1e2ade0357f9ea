"""A standard training loop: AdamW, warm-up, cosine, clipped gradients."""

import math

import torch

WARM_UP = 100  # steps


def train(model, loss_of, steps, rate, tell=lambda step, loss: None):
    """Train in place.

    Parameters
    ----------
    model : Decoder
    loss_of : function of the step's number that returns a loss to go down
    steps, rate : int and float, number of updates and the highest learning rate
    tell : called after every twentieth part of the run with (step, mean loss since the last call)

    Returns
    -------
    list of [step, mean loss], the training curve
    """
    decayed = [p for p in model.parameters() if p.ndim == 2]
    others = [p for p in model.parameters() if p.ndim < 2]
    groups = [{"params": decayed, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.95), fused=True)

    def schedule(step):
        return min((step + 1) / WARM_UP, 0.1 + 0.45 * (1 + math.cos(math.pi * step / steps)))

    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule)
    curve, since, every = [], [], max(1, steps // 20)
    for step in range(1, steps + 1):
        loss = loss_of(step)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
        since.append(loss.item())
        if step % every == 0:
            curve.append([step, sum(since) / len(since)])
            tell(*curve[-1])
            since = []
    return curve
