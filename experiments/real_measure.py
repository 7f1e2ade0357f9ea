"""What is measured of a real model: loss by position, useful context, a name in a story, reading again."""

import json
from pathlib import Path

import numpy as np
import torch
from real_model import HYBRID, LENGTH, SETTINGS, windows_of
from torch.nn.functional import cross_entropy, log_softmax
from weights import shares

CONTEXTS = [16, 32, 48, 64, 128, 256, 512, 1024]  # tokens left before the first token that is predicted
CUTS = [1024, 2016]  # where a text is cut; each has the longest context before it
FOLLOW = 16  # tokens predicted after a cut
AGAIN = [1, 2, 3, 4, 6, 8, 12, 16, 20]  # windows that are read again; last comes the full sum
QUOTES = ["", "“", '"']  # what may stand before the name
STORIES = json.loads(Path(__file__).with_name("stories.json").read_text("utf-8"))  # `name`, and `text`


def profile_and_losses(model, text, seed):
    """The share of every token in the last state, by distance, and the loss on each next token.

    float64 array [2, tokens - 1], from one pass; losses in the text's own order, in nats.
    """
    kept = []
    hook = model.model.register_forward_hook(lambda _, given, out: kept.append(out.last_hidden_state))
    found = shares(model.model, text[None, :-1], seed)[0]
    hook.remove()
    lost = cross_entropy(model.lm_head(kept[0].detach())[0], text[1:], reduction="none")
    return np.array([found, lost.double().numpy()])


@torch.no_grad()
def after(model, text, start, at, **caches):
    """Log-probabilities of the FOLLOW tokens from place `at` on, in a text read from `start` on.

    Every token keeps its place; `caches` are those of `attention`. float32 tensor [FOLLOW, vocabulary].
    """
    read = text[None, start : at + FOLLOW - 1]
    given = {"position_ids": torch.arange(start, start + read.shape[1])[None], "use_cache": False} | caches
    return log_softmax(model(input_ids=read, logits_to_keep=FOLLOW, **given).logits[0], -1)


def loss_on(text, at, logs):
    """Loss on the tokens from place `at` on: float64 array [FOLLOW], nats."""
    return -logs.gather(1, text[at : at + FOLLOW, None])[:, 0].double().numpy()


def losses_by_context(model, text):
    """Loss where only the last few tokens before a cut were read: float64 array [CUTS, CONTEXTS, FOLLOW].

    The first token that is predicted has just so many before it, the next one more, and so on.
    """
    return np.array([[loss_on(text, at, after(model, text, at - n, at)) for n in CONTEXTS] for at in CUTS])


def counts(setting):
    """How many tokens are read again: from one window to the full sum of (W-1) over the windowed layers."""
    full = min(sum(window - 1 for window in windows_of(setting) if window), LENGTH - FOLLOW)
    return [n * SETTINGS[setting] for n in AGAIN if n * SETTINGS[setting] < full] + [full]


def read_again(model, text, counts, overwrite=False):
    """What it costs that windowed layers have lost their caches, and only the last n tokens are read again.

    counts : list of n
    overwrite : whether global layers' keys of the tokens that are read again are replaced by new ones

    Returns float64 array [1 + counts, 2, FOLLOW]: nats from the distribution with nothing lost to that after
    reading again, and the loss. First with nothing lost, where the change is 0
    """
    at, held = LENGTH - FOLLOW, {}
    whole = after(model, text, 0, at, held=held)
    found = [(np.zeros(FOLLOW), loss_on(text, at, whole))]
    for lost in [at - count for count in counts]:
        again = after(model, text, lost, at, held=held, lost=lost, end=lost if overwrite else at)
        change = (whole.exp() * (whole - again)).sum(-1).double().numpy()
        found.append((change, loss_on(text, at, again)))
    return np.array(found)


@torch.no_grad()
def chance(model, tokenizer, text, name):
    """The chance that a text goes on with a name, plain or after a quotation mark."""
    found, start = 0.0, tokenizer(text, add_special_tokens=False)["input_ids"]
    for quote in QUOTES:
        more = tokenizer(f" {quote}{name}", add_special_tokens=False)["input_ids"]
        logits = model(input_ids=torch.tensor([start + more]), use_cache=False).logits[0]
        each = log_softmax(logits[len(start) - 1 : -1], -1).gather(1, torch.tensor(more)[:, None])
        found += float(each.double().sum().exp())
    return found


def chances(model, tokenizer, number):
    """Of a story's name the chance, that where another was told, tokens to the end: float64 array [3]."""
    text, name = STORIES[number]["text"], STORIES[number]["name"]
    other = text.replace(name, STORIES[(number + 1) % len(STORIES)]["name"])
    rest = text[text.index(name) + len(name) :]
    distance = len(tokenizer(rest, add_special_tokens=False)["input_ids"]) + 1
    told = [chance(model, tokenizer, said, name) for said in (text, other)]
    return np.array([*told, distance])


def parts(setting, steps, model, texts):
    """What is measured of a model: functions of a text's number, by name."""
    found = {"profile": lambda n: profile_and_losses(model, texts[n], n)}
    if steps and SETTINGS[setting]:
        found["again"] = lambda n: read_again(model, texts[n], counts(setting))
        if setting == HYBRID:
            found["again, overwritten"] = lambda n: read_again(model, texts[n], counts(setting), True)
    if steps or setting == "full":
        found["contexts"] = lambda n: losses_by_context(model, texts[n])
    return found
