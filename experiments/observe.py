"""What is measured in each kind of run: every function takes a task and gives numbers for the book."""

import numpy as np
import torch
from coherence import between_choices, between_tokens
from data import APART, CHOICES, NOTE, pieces, relay_game, source_text, with_questions
from kernels import stack_kernels, verdict
from measure import influence_shares, loss_by_context, losses_by_context
from torch.nn.functional import cross_entropy
from trained import fresh, length_of, trained

from swa_lib import by_window, hops, reach

DIRECTIONS = 4  # of an output, for an influence in double precision
FEWEST = 8  # texts for what takes a pass for each choice of layers


def drawn(text, count, length, seed):
    """`count` stretches of a text, the same for the same seed."""
    return pieces(text, count, length, torch.Generator().manual_seed(seed))


def exact_shares(model, tokens, seed):
    """Influence in double precision: float64 array [texts, length], by distance."""
    generator = torch.Generator().manual_seed(seed)
    parts = (model.embedding(part) for part in tokens.split(16))
    return np.concatenate([influence_shares(model.hidden, part, generator, DIRECTIONS) for part in parts])


def language(task, out, device, tell):
    """Influence and useful context of a language model, with or without a remedy."""
    held_out, length = source_text()[1], length_of(task)
    at_start = profile_of(fresh(task).to(device), held_out, length, task["measured"], device)
    model, curve = trained(task, out, device, tell)
    return dict(
        length=length,
        parameters=sum(p.numel() for p in model.parameters()),
        last_loss=digits([curve[-1][1]])[0],
        at_start=at_start,
        at_end=profile_of(model, held_out, length, task["measured"], device),
        useful=useful_context(model, held_out, length, 2 * task["measured"], device),
    )


def remedies(task, out, device, tell):
    """The same, and the loss on many bytes: with all of the text, and with the last few bytes only."""
    found = language(task, out, device, tell)
    model = trained(task, out, device, tell)[0]
    contexts = [part * task["window"] for part in (1, 2, 4)]
    losses = many_losses(model, source_text()[1], found["length"], contexts, device, task["loss_bytes"])
    return found | {"losses": losses}


def profile_of(model, text, length, count, device):
    """Influence by distance on held-out text."""
    shape = model.shape
    far = reach(shape.layers, shape.window)
    plain = shape.remedy == "none"
    tokens = far + 1 + shape.window if plain else length  # one window more than any path can cross
    sample = drawn(text, count, tokens, 0).to(device)
    generator = torch.Generator().manual_seed(1)
    shares = [influence_shares(model.hidden, model.embedding(part), generator) for part in sample.split(64)]
    profile = np.mean([part.mean(0) for part in shares], axis=0)
    nothing_from_beyond(profile, model)
    return {"profile": digits(profile[: far + 1] if plain else profile)}


def nothing_from_beyond(profile, model):
    far = reach(model.shape.layers, model.shape.window)
    if model.shape.remedy == "none" and np.any(profile[..., far + 1 :]):
        raise AssertionError(f"influence from beyond the reach of {far} tokens: a mask is wrong")


def useful_context(model, text, length, count, device):
    """The loss on the same held-out bytes when the text is cut to the last c."""
    shape = model.shape
    parts = (0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8)
    contexts = sorted({1, *(max(1, round(part * shape.window)) for part in parts), length})
    if shape.remedy == "none":  # what lies beyond the reach changes nothing
        far = reach(shape.layers, shape.window)
        contexts = [c for c in contexts if c <= far] + [far + 1]
    sample = drawn(text, count, length + 1, 0).to(device)
    losses = np.concatenate([loss_by_context(model, part, contexts) for part in sample.split(64)], axis=1)
    return dict(contexts=contexts, loss=digits(losses.mean(1), 5))


def many_losses(model, text, length, contexts, device, least):
    """Losses on the second half of many texts, and what is lost when only the last c bytes are given.

    They average over at least so many bytes. Standard errors are over texts, for the bytes of one text are
    not independent.
    """
    texts = -(-least // (length // 2))
    full, cut = losses_by_context(model, drawn(text, texts, length + 1, 2).to(device), contexts)
    excess = cut - full
    return dict(
        bytes=texts * (length // 2),
        loss=digits([full.mean()], 5)[0],
        error=digits([standard_error(full)], 2)[0],
        contexts=contexts,
        excess=digits(excess.mean(1)),
        excess_error=digits(standard_error(excess), 2),
    )


def standard_error(values):
    """Of the mean over the last axis."""
    return np.std(values, axis=-1, ddof=1) / np.sqrt(values.shape[-1])


def kernels(task, out, device, tell):
    """The evidence, before and after training: what the layers' kernels compose to, and who adds up."""
    model, curve = trained(task, out, device, tell)
    states = {"at_start": fresh(task), "at_end": model.cpu()}
    found = {when: evidence(state, task["texts"], deep=True) for when, state in states.items()}
    return found | {"last_loss": digits([curve[-1][1]])[0]}


def controls(task, out, device, tell):
    """The same of a network that was not trained."""
    return {"at_start": evidence(fresh(task), task["texts"], deep=False)}


def evidence(model, count, deep):
    """Profile, and the errors of every rule, in double precision; `deep` adds the cosines."""
    model = model.double().requires_grad_(False)
    shape = model.shape
    far = reach(shape.layers, shape.window)
    sample = drawn(source_text()[1], count, far + 1 + shape.window, 0)
    shares = exact_shares(model, sample, 1)
    nothing_from_beyond(shares, model)
    shares, by_text = shares[:, : far + 1], stack_kernels(model, sample)
    by_text_and_window = np.array([by_window(row, shape.window) for row in shares])
    hop, stay = by_text["hop"].mean(0), by_text["stay"].mean(0)
    found = dict(
        profile=digits(shares.mean(0)),
        median=digits(np.median(by_text_and_window, axis=0)),
        verdict={
            rule: [digits(pair, 3) for pair in pairs]
            for rule, pairs in verdict(by_text, shares, shape.window).items()
        },
        hop_weight=digits(hop.sum(1) / stay),
        near=digits(hop[:, :3].sum(1) / hop.sum(1)),  # what a hop takes from the token and the two before
    )
    return found | ({"cosines": cosines(model, sample[:FEWEST])} if deep else {})


def cosines(model, text):
    """Mean cosines over texts: between choices of layers, by window, and between tokens on the way."""
    model = model.float()  # cosines need no more
    far = reach(model.shape.layers, model.shape.window)
    generator = torch.Generator().manual_seed(3)
    choices = between_choices(model, text[:, -far - 1 :], generator)[
        :, :-1
    ]  # the last has next to one choice
    tokens = between_tokens(model, text, generator)
    model.double()
    return {"choices": digits(choices.mean(0), 3), "tokens": digits(tokens.mean(0), 3)}


@torch.no_grad()
def fresh_stream(task, out, device, tell):
    """What a fresh network's gain follows from: the size of its stream on held-out source, layer by layer."""
    model, held_out, window = fresh(task).double(), source_text()[1], task["window"]
    tokens = drawn(held_out, task["texts"], reach(task["layers"], window) + 1 + window, 0)
    streams = model.streams(model.embedding(tokens))[:-1]
    seen = drawn(held_out, 4096, window, 1)
    same = (seen[:, :, None] == seen[:, None]).double().mean()
    return dict(stream=digits([one.square().mean().sqrt() for one in streams]), repeats=digits([same])[0])


def texts(task, out, device, tell):
    """How far a network looks that this text has trained: on held-out source, and on its shuffled bytes."""
    model, curve = trained(task, out, device, tell)
    model, far = model.cpu(), reach(task["layers"], task["window"])
    sample = drawn(source_text()[1], task["measured"], far + 1, 0)
    order = torch.rand(sample.shape, generator=torch.Generator().manual_seed(1)).argsort(1)
    found = dict(loss=source_loss(model))
    if curve:
        found["last_loss"] = digits([curve[-1][1]])[0]
    if task["text"].startswith("questions"):
        found["right_by_hops"] = answered(model, task)
    model = model.double().requires_grad_(False)
    found["profile"] = digits(exact_shares(model, sample, 2).mean(0))
    return found | {"shuffled": digits(exact_shares(model, sample.gather(1, order), 2).mean(0))}


@torch.no_grad()
def source_loss(model):
    """Loss on the second half of held-out texts with its standard error over them, nats a byte."""
    text = drawn(source_text()[1], 256, 257, 3)
    logits = torch.cat([model(part[:, :-1]) for part in text.split(64)])
    losses = cross_entropy(logits.transpose(1, 2), text[:, 1:], reduction="none").double()
    losses = losses[:, 128:].mean(1).numpy()
    return digits([losses.mean(), standard_error(losses)])


@torch.no_grad()
def answered(model, task):
    """Share of right answers to questions in held-out source, by the hops that they need."""
    generator = torch.Generator().manual_seed(5)
    sample = drawn(source_text()[1], 640, length_of(task), 4)
    seen, wanted, asked = with_questions(sample, int(task["text"].split()[1]) / 100, generator)
    notes = slice(NOTE, NOTE + CHOICES)
    guess = NOTE + torch.cat([model(part)[..., notes].argmax(-1) for part in seen.split(64)])
    back = np.arange(seen.shape[1]) % APART
    needed = torch.as_tensor(hops(back, task["window"])).expand_as(seen)
    right = (guess == wanted).double()
    return digits([right[asked & (needed == k)].mean().item() for k in range(1, task["layers"] + 2)])


def relay(task, out, device, tell):
    """Right answers by the hops that they need, and whose token moves the answer."""
    model, curve = trained(task, out, device, tell)
    pairs, asked = task["pairs"], task["asked"]
    generator = torch.Generator().manual_seed(task["seed"] + 1_000_000)
    tokens, answers, distance = relay_game(1024, pairs, asked, generator)
    with torch.no_grad():
        guesses = torch.cat([model(part.to(device))[:, pairs:, :CHOICES] for part in tokens.split(128)])
    right = (guesses.argmax(-1).cpu() == answers).double().numpy()
    needed = hops(distance.numpy(), task["window"])
    counts = [k for k in range(1, task["layers"] + 2) if (needed == k).any()]
    model = model.cpu().double().requires_grad_(False)
    found = {"last_loss": digits([curve[-1][1]])[0]} if curve else {}
    return found | dict(
        accuracy_by_hops=digits([right[needed == k].mean() for k in counts]),
        share_by_hops=digits([pair_share(model, tokens, distance, needed, pairs, k) for k in counts]),
    )


def pair_share(model, tokens, distance, needed, pairs, count):
    """Share of the influence on an answer that the asked pair has, where the answer needs `count` hops.

    Mean over up to 64 games, one question each.
    """
    found = []
    generator = torch.Generator().manual_seed(count)
    for game, back, hop in zip(tokens, distance, needed):
        asked = np.flatnonzero(hop == count)
        if len(asked) and len(found) < 64:
            question = int(asked[len(asked) // 2])
            seen = game[None, : pairs + question + 1]
            shares = influence_shares(model.hidden, model.embedding(seen), generator)[0]
            found.append(shares[int(back[question])])
    return float(np.mean(found))


def digits(values, count=4):
    """Numbers with so many significant digits: more would be noise, and bytes."""
    return [float(f"{value:.{count}g}") for value in values]


OBSERVED = {
    "language": language,
    "kernels": kernels,
    "controls": controls,
    "fresh": fresh_stream,
    "remedies": remedies,
    "texts": texts,
    "relay": relay,
    "late": relay,
}
