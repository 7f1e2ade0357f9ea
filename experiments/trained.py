"""Models, fresh and trained: AdamW, warm-up, cosine, clipped gradients."""

import math

import torch
from data import BYTES, CHOICES, RELAY_VOCABULARY, markov, pieces, relay_game, source_text, with_questions
from model import Decoder, Shape
from tasks import GAMES
from torch.nn.functional import cross_entropy

RELAY_BATCH = 32  # games of a step
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


def trained(task, settings, tell):
    """The model of a task after training, the same for the same seed: a line up, a cosine down to a tenth."""
    model, steps = fresh(task), task["steps"]
    game = task["kind"] in GAMES
    lost = answers_lost(task, model) if game else bytes_lost(task, settings["tokens"], model)
    matrices = {"params": [p for p in model.parameters() if p.ndim == 2], "weight_decay": 0.1}
    scales = {"params": [p for p in model.parameters() if p.ndim < 2], "weight_decay": 0.0}

    def rate_at(step):
        fall = 0.1 + 0.45 * (1 + math.cos(math.pi * step / steps))
        return settings["rate"] * min((step + 1) / WARM_UP, fall)

    train(model, [matrices, scales], lost, steps, rate_at, tell, clip=1.0)
    return model


def answers_lost(task, model):
    """What training on a game brings down: a function that plays anew and gives the loss on the answers."""
    generator = torch.Generator().manual_seed(task["seed"])
    last = min(task["window"], task["asked"]) if task["kind"] == "late" else task["asked"]  # what counts

    def lost(step):
        tokens, answers, _ = relay_game(RELAY_BATCH, task["pairs"], task["asked"], generator)
        guesses = model(tokens)[:, -last:, :CHOICES]
        return cross_entropy(guesses.flatten(0, 1), answers[:, -last:].flatten())

    return lost


def bytes_lost(task, tokens, model):
    """What training on a text brings down: a function that reads on and gives the loss on the next bytes."""
    generator = torch.Generator().manual_seed(task["seed"])
    kind, _, number = task.get("text", "source").partition(" ")
    text, length = source_text()[0], length_of(task)
    if kind in ("independent", "order"):
        text = markov(text, int(number or 0), MARKOV_BYTES, task["seed"])

    def lost(step):
        batch = pieces(text, max(1, tokens // length), length + 1, generator)
        seen, wanted = batch[:, :-1], batch[:, 1:]
        if kind == "questions":  # an answer is wanted in place of the next byte, and never stands in the text
            seen, answers, asked = with_questions(seen, int(number) / 100, generator)
            wanted = torch.where(asked, answers, wanted)
        return cross_entropy(model(seen).flatten(0, 1), wanted.flatten())

    return lost


def train(model, groups, lost, steps, rate_at, tell, clip=math.inf):
    """Bring a loss down in place, by AdamW: a loop for small networks and for the real one.

    model : Module
    groups : list of dict, of its `params` and their `weight_decay`
    lost, rate_at : functions of the step's number from 0: the loss, a scalar tensor, and the learning rate
    tell : called after each step with how many are done, and the loss
    clip : float, the gradient is shortened to this norm
    """
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.95), fused=True)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate_at(step)
        loss = lost(step)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        tell(step + 1, loss.item())
