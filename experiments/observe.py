"""What is measured in each kind of run: every function takes a task and gives numbers for the book."""

import numpy as np
import torch
from data import APART, CHOICES, NOTE, pieces, relay_game, source_text, with_questions
from kernels import between_tokens, stack_kernels, verdict
from measure import influence_shares, loss_by_context, losses_by_context
from torch.nn.functional import cross_entropy
from trained import fresh, length_of, trained

from swa_lib import hops, reach

DIRECTIONS = 4  # of an output, for an influence in double precision
STREAM_TEXTS = 128  # over which the size of a stream averages
FEWEST = 8  # texts for what takes long


def drawn(text, count, length, seed):
    """`count` stretches of a text, the same for the same seed."""
    return pieces(text, count, length, torch.Generator().manual_seed(seed))


def exact_shares(model, tokens, seed):
    """Influence in double precision: float64 array [texts, length], by distance."""
    generator = torch.Generator().manual_seed(seed)
    parts = (model.embedding(part) for part in tokens.split(16))
    return np.concatenate([influence_shares(model.hidden, part, generator, DIRECTIONS) for part in parts])


def before_and_after(task, out, device, tell):
    """Influence in a language model before and after training, and the model."""
    model = trained(task, out, device, tell)
    states = fresh(task).to(device), model
    profiles = [profile_of(one, length_of(task), task["measured"], device) for one in states]
    return model, {when: {"profile": digits(one)} for when, one in zip(("at_start", "at_end"), profiles)}


def language(task, out, device, tell):
    """Influence and useful context of a language model; and what its gain before training follows from."""
    model, found = before_and_after(task, out, device, tell)
    found["at_start"] |= stream_of(fresh(task))
    return found | {"useful": useful_context(model, length_of(task), 2 * task["measured"], device)}


def remedies(task, out, device, tell):
    """Influence, and the loss on many bytes: with all of the text, and with the last few bytes only."""
    model, found = before_and_after(task, out, device, tell)
    contexts = [part * task["window"] for part in (1, 2, 4)]
    return found | {"losses": many_losses(model, length_of(task), contexts, device, task["loss_bytes"])}


def profile_of(model, length, count, device):
    """Influence by distance on held-out text: a float64 array."""
    shape = model.shape
    far = reach(shape.layers, shape.window)
    plain = shape.remedy == "none"
    tokens = far + 1 + shape.window if plain else length  # one window more than any path can cross
    sample = drawn(source_text()[1], count, tokens, 0).to(device)
    generator = torch.Generator().manual_seed(1)
    shares = [influence_shares(model.hidden, model.embedding(part), generator) for part in sample.split(64)]
    profile = np.mean([part.mean(0) for part in shares], axis=0)
    return within_reach(profile, model) if plain else profile


def within_reach(profile, model):
    """The shares up to the reach; from beyond there must be none."""
    far = reach(model.shape.layers, model.shape.window)
    if np.any(profile[..., far + 1 :]):
        raise AssertionError(f"influence from beyond the reach of {far} tokens: a mask is wrong")
    return profile[..., : far + 1]


def useful_context(model, length, count, device):
    """The loss on the same held-out bytes when the text is cut to the last c."""
    shape = model.shape
    far = reach(shape.layers, shape.window)  # what lies beyond changes nothing
    parts = (0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8)
    contexts = sorted({1, *(max(1, round(part * shape.window)) for part in parts)})
    contexts = [c for c in contexts if c <= far] + [far + 1]
    sample = drawn(source_text()[1], count, length + 1, 0).to(device)
    losses = np.concatenate([loss_by_context(model, part, contexts) for part in sample.split(64)], axis=1)
    return dict(contexts=contexts, loss=digits(losses.mean(1), 5))


def many_losses(model, length, contexts, device, least):
    """Losses on the second half of many texts, and what is lost when only the last c bytes are given.

    They average over at least so many bytes. Standard errors are over texts, for the bytes of one text are
    not independent.
    """
    texts = -(-least // (length // 2))
    sample = drawn(source_text()[1], texts, length + 1, 2).to(device)
    full, cut = losses_by_context(model, sample, contexts)
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
    """Before and after training: what the layers' kernels compose to, and who adds up."""
    states = {"at_start": fresh(task), "at_end": trained(task, out, device, tell).cpu()}
    return {when: evidence(state, task["texts"]) for when, state in states.items()}


def exact_profiles(model, count):
    """Texts of held-out source, longer than the reach, and their profiles in double precision."""
    length = reach(model.shape.layers, model.shape.window) + 1 + model.shape.window
    sample = drawn(source_text()[1], count, length, 0)
    return sample, within_reach(exact_shares(model, sample, 1), model)


def evidence(model, count):
    """Profile, the errors of every rule, what hops weigh, and cosines between tokens on the way."""
    model = model.double().requires_grad_(False)
    sample, shares = exact_profiles(model, count)
    by_text = stack_kernels(model, sample)
    rules = verdict(by_text, shares, model.shape.window)
    hop, stay = by_text["hop"].mean(0), by_text["stay"].mean(0)
    cosines = between_tokens(model.float(), sample[:FEWEST], torch.Generator().manual_seed(3))
    return dict(
        profile=digits(shares.mean(0)),
        verdict={rule: [digits(pair, 3) for pair in pairs] for rule, pairs in rules.items()},
        hop_weight=digits(hop.sum(1) / stay),
        near=digits(hop[:, :3].sum(1) / hop.sum(1)),  # what a hop takes from the token and the two before
        cosines=digits(cosines.mean(0), 3),
    )


def fresh_one(task, out, device, tell):
    """A network of another width or initial scale, which is not trained."""
    model = fresh(task).double().requires_grad_(False)
    return {"profile": digits(exact_profiles(model, task["texts"])[1].mean(0))} | stream_of(model)


@torch.no_grad()
def stream_of(model):
    """What a fresh network's gain follows from: the size of its stream, and how often bytes are the same."""
    model, held_out, window = model.double(), source_text()[1], model.shape.window
    tokens = drawn(held_out, STREAM_TEXTS, reach(model.shape.layers, window) + 1 + window, 0)
    streams = model.streams(model.embedding(tokens))[:-1]
    seen = drawn(held_out, 4096, window, 1)
    same = (seen[:, :, None] == seen[:, None]).double().mean()
    return dict(stream=digits([one.square().mean().sqrt() for one in streams]), repeats=digits([same])[0])


def texts(task, out, device, tell):
    """How far a network looks that this text has trained: on held-out source, and on its shuffled bytes."""
    model = trained(task, out, device, tell).cpu()
    far = reach(task["layers"], task["window"])
    sample = drawn(source_text()[1], task["measured"], far + 1, 0)
    order = torch.rand(sample.shape, generator=torch.Generator().manual_seed(1)).argsort(1)
    found = dict(loss=source_loss(model))
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
    model = trained(task, out, device, tell)
    pairs, asked = task["pairs"], task["asked"]
    generator = torch.Generator().manual_seed(task["seed"] + 1_000_000)
    tokens, answers, distance = relay_game(1024, pairs, asked, generator)
    with torch.no_grad():
        guesses = torch.cat([model(part.to(device))[:, pairs:, :CHOICES] for part in tokens.split(128)])
    right = (guesses.argmax(-1).cpu() == answers).double().numpy()
    needed = hops(distance.numpy(), task["window"])
    counts = [k for k in range(1, task["layers"] + 2) if (needed == k).any()]
    model = model.cpu().double().requires_grad_(False)
    return dict(
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
    "fresh": fresh_one,
    "remedies": remedies,
    "texts": texts,
    "relay": relay,
    "late": relay,
}
