"""Models, fresh and trained: AdamW, warm-up, cosine, clipped gradients.

Weights are kept in the folder of the results, and trained only once.
"""

import hashlib
import json
import math

import torch
from data import (
    BYTES,
    CHOICES,
    RELAY_VOCABULARY,
    markov,
    pieces,
    relay_game,
    source_text,
    with_questions,
)
from model import Decoder, Shape
from tasks import GAMES, name_of, training
from torch.nn.functional import cross_entropy

RELAY_RATE, RELAY_BATCH = 3e-3, 32
WARM_UP = 100  # steps
MARKOV_BYTES = 2**21  # about as many as a training of 1,000 steps reads


def fresh(task):
    """The model of a task before training, the same for the same seed."""
    vocabulary = RELAY_VOCABULARY if task["kind"] in GAMES else BYTES
    own = {name: task[name] for name in ("layers", "window", "width", "remedy", "std") if name in task}
    torch.manual_seed(task["seed"])
    return Decoder(Shape(vocabulary, **own))


def length_of(task):
    """Bytes of a text in training."""
    return max(256, 8 * task["window"])


def trained(task, out, device, tell):
    """The model of a task after training; the curve, [[step, loss], ...], stays with its weights."""
    model = fresh(task).to(device)
    if not task["steps"]:
        return model
    wanted = training(task)
    mark = hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()[:8]
    path = out / f"{name_of(task | wanted)}-{mark}.pt"
    if path.exists():
        model.load_state_dict(torch.load(path, map_location=device)["weights"])
        return model
    rate = RELAY_RATE if task["kind"] in GAMES else task["rate"]
    curve = train(model, loss_of(task, model, device), task["steps"], rate, tell)
    part = path.with_suffix(".part")
    torch.save({"task": wanted, "weights": model.state_dict(), "curve": curve}, part)
    part.replace(path)
    return model


def loss_of(task, model, device):
    """What training brings down: a function of the step's number."""
    generator = torch.Generator().manual_seed(task["seed"])
    if task["kind"] in GAMES:
        last = min(task["window"], task["asked"]) if task["kind"] == "late" else task["asked"]  # what counts

        def answers_lost(step):
            tokens, answers, _ = relay_game(RELAY_BATCH, task["pairs"], task["asked"], generator)
            guesses, answers = model(tokens.to(device))[:, -last:, :CHOICES], answers[:, -last:]
            return cross_entropy(guesses.flatten(0, 1), answers.to(device).flatten())

        return answers_lost
    kind, _, number = task.get("text", "source").partition(" ")
    text, length = source_text()[0], length_of(task)
    if kind in ("independent", "order"):
        text = markov(text, int(number or 0), MARKOV_BYTES, task["seed"])

    def bytes_lost(step):
        batch = pieces(text, max(1, task["tokens"] // length), length + 1, generator)
        seen, wanted = batch[:, :-1], batch[:, 1:]
        if (
            kind == "questions"
        ):  # the answer is wanted in place of the next byte, and never stands in the text
            seen, answers, asked = with_questions(seen, int(number) / 100, generator)
            wanted = torch.where(asked, answers, wanted)
        return cross_entropy(model(seen.to(device)).flatten(0, 1), wanted.to(device).flatten())

    return bytes_lost


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
