"""What is measured in each kind of run: every function takes a task and gives numbers for the book."""

import numpy as np
import torch
from data import APART, CHOICES, NOTE, pieces, relay_game, source_text, with_questions
from measure import influence_shares, loss_on_last
from theory import mean_and_error
from trained import fresh, length_of, trained

from swa_lib import hops, reach

CONTEXTS = (0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8)  # windows that are left of a text


def drawn(count, length, seed):
    """`count` stretches of held-out source, the same for the same seed."""
    return pieces(source_text()[1], count, length, torch.Generator().manual_seed(seed))


def beyond_reach(model):
    """Bytes of a text that is one window longer than any path can cross."""
    return reach(model.shape.layers, model.shape.window) + 1 + model.shape.window


def shares_of(model, tokens, seed, directions=4):
    """Influence by distance, text by text, up to the reach: float64 array [texts, distances]."""
    generator = torch.Generator().manual_seed(seed)
    parts = (model.embedding(part) for part in tokens.split(64 // directions))
    found = np.concatenate([influence_shares(model.hidden, part, generator, directions) for part in parts])
    if model.shape.remedy != "none":
        return found
    far = reach(model.shape.layers, model.shape.window)
    if found[:, far + 1 :].any():
        raise AssertionError(f"influence from beyond the reach of {far} tokens: a mask is wrong")
    return found[:, : far + 1]


def before_and_after(task, settings, tell):
    """Influence in a language model before and after training, and the model."""
    model, found = trained(task, settings, tell), {}
    plain = task["remedy"] == "none"
    tokens = drawn(settings["measured"], beyond_reach(model) if plain else length_of(task), 0)
    for when, one in {"at_start": fresh(task), "at_end": model}.items():
        found[when] = {"profile": shares_of(one, tokens, 1, directions=1).mean(0)}
    return model, found


def language(task, settings, tell):
    """Influence, useful context and cosines; and what the gain before training follows from."""
    model, found = before_and_after(task, settings, tell)
    found["at_start"] |= stream_of(fresh(task))
    if task["layers"] in settings["deep"]:
        sample = drawn(8, beyond_reach(model), 0)  # few, for they take long
        found["at_start"]["cosines"] = cosines(fresh(task), sample)
        found["at_end"]["cosines"] = cosines(model, sample)
    far = reach(task["layers"], task["window"])  # what lies beyond changes nothing
    contexts = sorted({1, *(max(1, round(part * task["window"])) for part in CONTEXTS)})
    contexts = [c for c in contexts if c <= far] + [far + 1]
    sample = drawn(2 * settings["measured"], length_of(task) + 1, 0)
    losses = [loss_on_last(model, sample, 1, context).mean() for context in contexts]
    return found | {"useful": {"contexts": contexts, "loss": losses}}


def cosines(model, text):
    """Whether contributions over different tokens point the same way: a cosine a pair of neighbouring layers.

    A contribution is the gradient of the last output, in one random direction a text, by what the first
    layer's attention reads, over one of the tokens between the two layers. Means over texts.

    model : Decoder without a remedy
    text : int64 tensor [texts, length], longer than two windows
    """
    window, found, layers = model.shape.window, [], model.body.layers
    with torch.no_grad():
        streams = model.streams(text)
    direction = torch.randn(len(text), model.shape.width, generator=torch.Generator().manual_seed(3))

    def through(layer, past, read):  # what goes past attention, and what attention reads
        turned = model.body.rotary_emb(read, torch.arange(read.shape[1])[None])
        added, _ = layer.self_attn(layer.input_layernorm(read), turned, seen=[window] * len(layers))
        return past + added + layer.mlp(layer.post_attention_layernorm(past + added))

    for first, second, below, above in zip(layers, layers[1:], streams, streams[1:]):
        below, above = below[:, 1 - 2 * window :], above[:, -window:]
        read, between = below.clone().requires_grad_(), above.clone().requires_grad_()
        moved, out = through(first, below, read)[:, -window:], through(second, above, between)[:, -1]
        (pull,) = torch.autograd.grad((out * direction).sum(), between)
        pulls = torch.eye(window)[:, None, :, None] * pull  # by one token each
        (parts,) = torch.autograd.grad(moved, read, pulls, is_grads_batched=True)
        found.append(float(cosine(parts.transpose(0, 1)).mean()))
    return found


def cosine(parts):
    """Mean cosine between parts [texts, parts, distances, width], weighted by the product of their norms.

    0 where directions are random, 1 where all point the same way: |sum|^2 - sum|c|^2, over (sum|c|)^2 -
    sum|c|^2, each summed over the distances. Float64 tensor [texts].
    """
    parts = parts.double()
    squares = parts.square().sum(-1)
    own, norms = squares.sum((1, 2)), squares.sqrt().sum(1).square().sum(1)
    return (parts.sum(1).square().sum((1, 2)) - own) / (norms - own)


def remedies(task, settings, tell):
    """Influence, and the loss on the second half of many texts: with all of it, and with the last bytes only.

    Standard errors are over texts, for the bytes of one text are not independent.
    """
    model, found = before_and_after(task, settings, tell)
    half = length_of(task) // 2
    sample = drawn(-(-settings["loss_bytes"] // half), 2 * half + 1, 2)
    full = loss_on_last(model, sample, half)
    contexts = [part * task["window"] for part in (1, 2, 4)]
    excess = [mean_and_error(loss_on_last(model, sample, half, context) - full) for context in contexts]
    losses = {"bytes": len(sample) * half, "contexts": contexts}
    losses["loss"] = full.mean()
    losses["excess"], losses["excess_error"] = zip(*excess)
    return found | {"losses": losses}


def fresh_one(task, settings, tell):
    """A network of another width or initial scale, which is not trained."""
    model = fresh(task)
    profile = shares_of(model, drawn(settings["texts"], beyond_reach(model), 0), 1).mean(0)
    return {"profile": profile} | stream_of(model)


@torch.no_grad()
def stream_of(model):
    """What a fresh network's gain follows from: the size of its stream, and how often bytes are the same."""
    tokens, seen = drawn(128, beyond_reach(model), 0), drawn(4096, model.shape.window, 1)
    sizes = [float(one.square().mean().sqrt()) for one in model.streams(tokens)]
    return {"stream": sizes, "repeats": float((seen[:, :, None] == seen[:, None]).double().mean())}


def texts(task, settings, tell):
    """How far a network looks that this text has trained: on held-out source, and on its shuffled bytes."""
    model = trained(task, settings, tell)
    found = {"loss": mean_and_error(loss_on_last(model, drawn(256, 257, 3), 128))}
    if task["text"].startswith("questions"):
        found["right_by_hops"] = answered(model, task)
    sample = drawn(settings["measured"], reach(task["layers"], task["window"]) + 1, 0)
    order = torch.rand(sample.shape, generator=torch.Generator().manual_seed(1)).argsort(1)
    for name, tokens in {"profile": sample, "shuffled": sample.gather(1, order)}.items():
        found[name] = shares_of(model, tokens, 2).mean(0)
    return found


@torch.no_grad()
def answered(model, task):
    """Share of right answers to questions in held-out source, by the hops that they need."""
    sample, generator = drawn(640, length_of(task), 4), torch.Generator().manual_seed(5)
    seen, wanted, asked = with_questions(sample, int(task["text"].split()[1]) / 100, generator)
    notes = slice(NOTE, NOTE + CHOICES)
    guess = NOTE + torch.cat([model(part)[..., notes].argmax(-1) for part in seen.split(64)])
    needed = torch.as_tensor(hops(np.arange(seen.shape[1]) % APART, task["window"])).expand_as(seen)
    right = (guess == wanted).double()
    return [float(right[asked & (needed == k)].mean()) for k in range(1, task["layers"] + 2)]


def relay(task, settings, tell):
    """Right answers by the hops that they need, and whose token moves the answer."""
    model, pairs = trained(task, settings, tell), task["pairs"]
    generator = torch.Generator().manual_seed(task["seed"] + 1_000_000)
    tokens, answers, distance = relay_game(1024, pairs, task["asked"], generator)
    with torch.no_grad():
        guesses = torch.cat([model(part)[:, pairs:, :CHOICES].argmax(-1) for part in tokens.split(128)])
    right = (guesses == answers).double().numpy()
    needed = hops(distance.numpy(), task["window"])

    def share(count):
        """Share of the influence on an answer that the asked pair has: mean over up to 64 games."""
        question = np.quantile(np.nonzero(needed == count)[1], 0.5, method="higher")  # in the middle
        games = np.flatnonzero(needed[:, question] == count)[:64]
        seen = model.embedding(tokens[games, : pairs + question + 1])
        shares = influence_shares(model.hidden, seen, torch.Generator().manual_seed(count))
        return shares[np.arange(len(games)), distance[games, question]].mean()

    counts = [k for k in range(1, task["layers"] + 2) if (needed == k).any()]
    right_by_hops = [right[needed == k].mean() for k in counts]
    return {"accuracy_by_hops": right_by_hops, "share_by_hops": [share(k) for k in counts]}


OBSERVED = {"language": language, "fresh": fresh_one, "remedies": remedies, "texts": texts}
OBSERVED |= {"relay": relay, "late": relay}
