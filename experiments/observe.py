"""What is measured in each kind of run: every function takes a task and gives numbers for the book."""

import numpy as np
import torch
from coherence import choices_coherence, tokens_coherence
from data import APART, CHOICES, NOTE, pieces, relay_game, repeated, source_text, with_questions
from evidence import averages, verdict
from interventions import average, replaced, spaced
from kernels import stack_kernels
from measure import influence_profile, influence_shares, loss_by_context, losses_by_context, residual_shares
from torch.nn.functional import cross_entropy
from trained import fresh, length_of, trained

from swa_lib import by_window, hops, reach

DIRECTIONS = 4  # of an output, for an influence in double precision
FEWER = 16  # texts for what takes a pass for each replaced byte
FEWEST = 8  # texts for what takes a pass for each choice of layers
LEAST_BYTES = 20_480  # that a loss averages over
MOST_TEXTS = 640  # in which a span recurs


def language(task, out, device, tell):
    """Influence, norms and useful context of a language model, with or without a remedy."""
    held_out, length = source_text()[1], length_of(task)
    at_start = profile_and_norms(fresh(task).to(device), held_out, length, task["measured"], device)
    model, curve = trained(task, out, device, tell)
    return dict(
        length=length,
        parameters=sum(p.numel() for p in model.parameters()),
        curve=short_curve(curve),
        at_start=at_start,
        at_end=profile_and_norms(model, held_out, length, task["measured"], device),
        useful=useful_context(model, held_out, length, 2 * task["measured"], device),
    )


def remedies(task, out, device, tell):
    """The same, and the loss on many bytes: with all of the text, and with the last few bytes only."""
    found = language(task, out, device, tell)
    model = trained(task, out, device, tell)[0]
    contexts = [part * task["window"] for part in (1, 2, 4)]
    least = task.get("loss_bytes", LEAST_BYTES)
    losses = many_losses(model, source_text()[1], found["length"], contexts, device, least)
    return found | {"losses": losses}


def profile_and_norms(model, text, length, count, device):
    """Influence by distance on held-out text, and the residual share of each layer."""
    shape = model.shape
    far = reach(shape.layers, shape.window)
    plain = shape.remedy == "none"
    tokens = far + 1 + shape.window if plain else length  # one window more than any path can cross
    sample = pieces(text, count, tokens, torch.Generator().manual_seed(0)).to(device)
    generator = torch.Generator().manual_seed(1)
    profiles = [
        influence_profile(model.hidden, model.embedding(part), generator) for part in sample.split(64)
    ]
    profile = np.mean(profiles, axis=0)
    nothing_from_beyond(profile, model)
    writers = [block.attention for block in model.blocks]
    norms = residual_shares(lambda: model(sample[:32]), model.blocks, writers)
    return dict(profile=digits(profile[: far + 1] if plain else profile), residual_shares=digits(norms))


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
    sample = pieces(text, count, length + 1, torch.Generator().manual_seed(0)).to(device)
    losses = np.concatenate([loss_by_context(model, part, contexts) for part in sample.split(64)], axis=1)
    excess = losses - losses[-1]  # the same texts at every context, so differences are sharper than losses
    error = excess.std(1) / np.sqrt(losses.shape[1])
    return dict(contexts=contexts, loss=digits(losses.mean(1), 5), excess_error=digits(error, 2))


def many_losses(model, text, length, contexts, device, least=LEAST_BYTES):
    """Losses on the second half of many texts, and what is lost when only the last c bytes are given.

    They average over at least so many bytes. Standard errors are over texts, for the bytes of one text are
    not independent.
    """
    texts = -(-least // (length // 2))
    sample = pieces(text, texts, length + 1, torch.Generator().manual_seed(2)).to(device)
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
    """The evidence, before and after training: kernels, what they compose to, cosines, bytes replaced."""
    model, curve = trained(task, out, device, tell)
    states = {"at_start": fresh(task), "at_end": model.cpu()}
    return {
        when: evidence(state, task["texts"], deep=True) | {"bytes_replaced": bytes_replaced(state, FEWER)}
        for when, state in states.items()
    } | {"last_loss": digits([curve[-1][1]])[0]}


def controls(task, out, device, tell):
    """Kernels of a network that was not trained."""
    return {"at_start": evidence(fresh(task), task["texts"], deep=False)}


def evidence(model, count, deep):
    """Profile, kernels and errors of every rule in double precision; `deep` adds the cosines."""
    model = model.double().requires_grad_(False)
    shape, text = model.shape, source_text()[1]
    far = reach(shape.layers, shape.window)
    sample = pieces(text, count, far + 1 + shape.window, torch.Generator().manual_seed(0))
    generator = torch.Generator().manual_seed(1)
    shares = np.concatenate([
        influence_shares(model.hidden, model.embedding(part), generator, DIRECTIONS)
        for part in sample.split(16)
    ])  # fmt: skip
    nothing_from_beyond(shares, model)
    shares = shares[:, : far + 1]
    by_text = stack_kernels(model, sample)
    kept = averages(by_text)  # [layers] or [layers, window]
    found = dict(
        profile=digits(shares.mean(0)),
        median=digits([np.median(part) for part in windows(shares, shape.window).T]),
        error=digits(standard_error(windows(shares, shape.window).T), 2),
        kernels={
            name: digits(rows) if rows.ndim == 1 else [digits(row) for row in rows]
            for name, rows in kept.items()
        },
        verdict={
            rule: [digits(pair, 3) for pair in pairs]
            for rule, pairs in verdict(by_text, shares, shape.window).items()
        },
    )
    return found | (cosines(model, sample[:FEWEST]) if deep else {})


def windows(shares, window):
    """Shares by window of each text: [texts, windows]."""
    return np.array([by_window(row, window) for row in shares])


def cosines(model, text):
    """Mean cosines with standard errors: between choices of layers, and between tokens on the way."""
    model = model.float()  # cosines need no more
    far = reach(model.shape.layers, model.shape.window)
    generator = torch.Generator().manual_seed(3)
    found = choices_coherence(model, text[:, -far - 1 :], generator)
    found |= tokens_coherence(model, text, generator)
    model.double()
    return {
        "cosines": {
            name: [[float(f"{m:.3f}"), float(f"{e:.2g}")] for m, e in zip(*mean_and_error(values))]
            for name, values in found.items()
        }
    }


def mean_and_error(values):
    """Over texts, [texts, ...]; 0 where a cosine does not exist, because there is one part only."""
    values = np.nan_to_num(values)
    return values.mean(0), standard_error(values.T)


def bytes_replaced(model, count):
    """Another byte at each distance: change of the last state and of the next byte's distribution."""
    model = model.double().requires_grad_(False)
    shape, text = model.shape, source_text()[1]
    distances = spaced(shape.window, shape.layers)
    samples = [
        pieces(text, count, reach(shape.layers, shape.window) + 1, torch.Generator().manual_seed(seed))
        for seed in (4, 5)
    ]
    found = average(replaced(model, *samples, distances))
    kept = {name: {kind: digits(v, 3) for kind, v in values.items()} for name, values in found.items()}
    return {"distances": distances} | kept


def demand(task, out, device, tell):
    """Does text that says things twice leave a longer reach? On ordinary text, and on the recurring span."""
    model, found = copying(task, out, device, tell)
    held_out, lag, length = source_text()[1], task["lag"] * task["window"], length_of(task)
    twice, begin, _ = said_twice(task, task["texts"])
    return found | dict(
        useful=useful_context(model, held_out, length, 512, "cpu"),
        on_ordinary=evidence(model, task["texts"], deep=False),
        on_span=digits(span_profile(model, twice[: task["texts"]], begin[: task["texts"]] + lag - 1)),
    )


def twins(task, out, device, tell):
    """The same texts for a network that sees all of each: can copying be learned here at all?"""
    return copying(task, out, device, tell)[1]


def said_twice(task, least_texts=0):
    """Held-out texts with a span said twice: texts, where it begins again, and its places."""
    lag, length = task["lag"] * task["window"], length_of(task)
    least = task.get("loss_bytes", LEAST_BYTES)
    texts = max(least_texts, min(MOST_TEXTS, -(-least // lag)))
    sample = pieces(source_text()[1], texts, length + 1, torch.Generator().manual_seed(6))
    twice, begin = repeated(sample, 1.0, lag, torch.Generator().manual_seed(7))
    return twice, begin, begin[:, None] + torch.arange(lag)


def copying(task, out, device, tell):
    """A trained network, and its losses: on ordinary text, and on a span that is said for the second time."""
    model, curve = trained(task, out, device, tell)
    model = model.cpu()
    lag, length = task["lag"] * task["window"], length_of(task)
    held_out, least = source_text()[1], task.get("loss_bytes", LEAST_BYTES)
    twice, _, span = said_twice(task, task.get("texts", 0))
    second = span_losses(model, twice, span)
    once = twice.clone()  # the same span, with other bytes where it stood before
    other = pieces(held_out, len(twice), length + 1, torch.Generator().manual_seed(8))
    before = torch.zeros_like(once, dtype=torch.bool).scatter_(1, span - lag, True)
    once = torch.where(before, other, once)
    saved = span_losses(model, once, span) - second
    return model, dict(
        last_loss=digits([curve[-1][1]])[0],
        ordinary=many_losses(model, held_out, length, [task["window"], 2 * task["window"]], "cpu", least),
        span=dict(
            bytes=int(span.numel()),
            loss=digits([second.mean(), standard_error(second)]),
            saved=digits([saved.mean(), standard_error(saved)]),
            saved_by_place=digits(saved_by_place(model, twice, once, span)),
        ),
    )


@torch.no_grad()
def each_loss(model, text):
    """Loss on every byte but the first: float64 array [texts, length - 1]."""
    logits = torch.cat([model(part[:, :-1]) for part in text.split(64)])
    return cross_entropy(logits.transpose(1, 2), text[:, 1:], reduction="none").double()


def span_losses(model, text, span):
    """Mean loss on the bytes of a span, by text."""
    return each_loss(model, text).gather(1, span - 1).mean(1).numpy()


def saved_by_place(model, twice, once, span):
    """By how much the first time lowers the loss, by place in the span, in eighths of it."""
    saved = each_loss(model, once).gather(1, span - 1) - each_loss(model, twice).gather(1, span - 1)
    return [float(part.mean()) for part in saved.chunk(8, dim=1)]


def span_profile(model, text, last):
    """Influence on the last byte but one of each recurring span, by distance, averaged over texts."""
    model = model.double().requires_grad_(False)
    far = reach(model.shape.layers, model.shape.window)
    generator, found = torch.Generator().manual_seed(9), []
    for tokens, end in zip(text, last):
        shares = np.zeros(far + 1)
        seen = tokens[max(0, end - far) : end][None]
        shares[: seen.shape[1]] = influence_shares(model.hidden, model.embedding(seen), generator)[0][
            : far + 1
        ]
        found.append(shares)
    return np.mean(found, axis=0)


def relay(task, out, device, tell):
    """Right answers by the hops that they need, and whose token moves the answer."""
    model, curve = trained(task, out, device, tell) if task["steps"] else (fresh(task).to(device), [])
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
        curve=short_curve(curve),
        accuracy_by_hops=digits([right[needed == k].mean() for k in counts]),
        share_by_hops=digits([pair_share(model, tokens, distance, needed, pairs, k) for k in counts]),
        chance=1 / CHOICES,
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


def texts(task, out, device, tell):
    """How far a network looks that was trained on this text: on held-out source, and on its bytes shuffled."""
    model, curve = trained(task, out, device, tell) if task["steps"] else (fresh(task), [])
    model, far = model.cpu(), reach(task["layers"], task["window"])
    sample = pieces(source_text()[1], task["measured"], far + 1, torch.Generator().manual_seed(0))
    order = torch.rand(sample.shape, generator=torch.Generator().manual_seed(1)).argsort(1)
    found = dict(curve=short_curve(curve), loss=source_loss(model))
    if task["text"].startswith("questions"):
        found["right_by_hops"] = answered(model, task)
    model = model.double().requires_grad_(False)
    for name, tokens in (("profile", sample), ("shuffled", sample.gather(1, order))):
        generator = torch.Generator().manual_seed(2)
        shares = [
            influence_shares(model.hidden, model.embedding(part), generator, DIRECTIONS)
            for part in tokens.split(16)
        ]
        found[name] = digits(np.concatenate(shares).mean(0))
    return found


@torch.no_grad()
def fresh_stream(task, out, device, tell):
    """What a fresh network's gain follows from: the size of its stream on held-out source, layer by layer."""
    model, held_out, window = fresh(task).double(), source_text()[1], task["window"]
    length = reach(task["layers"], window) + 1 + window
    tokens = pieces(held_out, task["texts"], length, torch.Generator().manual_seed(0))
    streams = model.streams(model.embedding(tokens))[:-1]
    seen = pieces(held_out, 4096, window, torch.Generator().manual_seed(1))
    same = (seen[:, :, None] == seen[:, None]).double().mean()
    return dict(stream=digits([one.square().mean().sqrt() for one in streams]), repeats=digits([same])[0])


@torch.no_grad()
def source_loss(model):
    """Loss on held-out source with its standard error over texts, nats a byte."""
    sample = pieces(source_text()[1], 256, 257, torch.Generator().manual_seed(3))
    losses = each_loss(model, sample)[:, 128:].mean(1).numpy()
    return digits([losses.mean(), standard_error(losses)])


@torch.no_grad()
def answered(model, task):
    """Share of right answers to questions in held-out source, by the hops that they need."""
    sample = pieces(source_text()[1], 640, length_of(task), torch.Generator().manual_seed(4))
    generator = torch.Generator().manual_seed(5)
    seen, wanted, asked = with_questions(sample, int(task["text"].split()[1]) / 100, generator)
    notes = slice(NOTE, NOTE + CHOICES)
    guess = NOTE + torch.cat([model(part)[..., notes].argmax(-1) for part in seen.split(64)])
    back = torch.arange(seen.shape[1]) % APART
    needed = torch.as_tensor(hops(back.numpy(), task["window"])).expand_as(seen)
    right = (guess == wanted).double()
    counts = range(1, task["layers"] + 2)
    return digits([right[asked & (needed == count)].mean().item() for count in counts])


def short_curve(curve):
    return [[step, digits([loss])[0]] for step, loss in curve]


def digits(values, count=4):
    """Numbers with so many significant digits: more would be noise, and bytes."""
    return [float(f"{value:.{count}g}") for value in values]


OBSERVED = {
    "language": language,
    "kernels": kernels,
    "controls": controls,
    "remedies": remedies,
    "demand": demand,
    "twins": twins,
    "relay": relay,
    "late": relay,
    "texts": texts,
    "fresh": fresh_stream,
}
