"""What is measured in each kind of run: every function takes a task and gives numbers for the book."""

import numpy as np
import torch
from data import APART, CHOICES, NOTE, pieces, relay_game, source_text, with_questions
from measure import influence_shares, loss_on_last
from theory import SLIGHT, composed, decades_off, mean_and_error
from trained import fresh, length_of, trained

from swa_lib import by_window, hops, reach

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
    """A language model before and after training, and influence in both: two dicts."""
    models = {"at_start": fresh(task), "at_end": trained(task, settings, tell)}
    length = beyond_reach(models["at_end"]) if task["remedy"] == "none" else length_of(task)
    tokens = drawn(settings["measured"], length, 0)
    shares = {when: shares_of(model, tokens, 1, directions=1) for when, model in models.items()}
    return models, {when: {"profile": own.mean(0)} for when, own in shares.items()}


def language(task, settings, tell):
    """Influence, useful context, what the gain before training follows from; and the layers by themselves."""
    models, found = before_and_after(task, settings, tell)
    found["at_start"] |= stream_of(models["at_start"])
    far = reach(task["layers"], task["window"])  # what lies beyond changes nothing
    contexts = sorted({1, *(max(1, round(part * task["window"])) for part in CONTEXTS)})
    contexts = [c for c in contexts if c <= far] + [far + 1]
    sample = drawn(2 * settings["measured"], length_of(task) + 1, 0)
    losses = [loss_on_last(models["at_end"], sample, 1, context).mean() for context in contexts]
    if task["layers"] in settings["deep"]:
        for when, model in models.items():
            sample = drawn(settings["texts"], beyond_reach(model), 0)
            found[when]["cosines"] = cosines(model, sample[:8])  # few, for they take long
            found[when]["composed"] = composed_off(model.double(), sample)
    return found | {"useful": {"contexts": contexts, "loss": losses}}


def passed_on(model, layer, past, read):
    """What a layer makes of a text, if `past` goes past its attention, and attention reads `read`.

    Float tensors [texts, length, width]; in the network they are the same one.
    """
    turned = model.body.rotary_emb(read, torch.arange(read.shape[1])[None])
    seen = [model.shape.window] * model.shape.layers
    added, _ = layer.self_attn(layer.input_layernorm(read), turned, seen=seen)
    return past + added + layer.mlp(layer.post_attention_layernorm(past + added))


def kernels(model, text):
    """How much of a nudge of a token each layer, by itself, passes on to the token d later.

    The norm of the Jacobian, over the square root of the width: by how much a random nudge grows, as a root
    mean square.

    model : Decoder without a remedy
    text : int64 tensor [texts, length], longer than the reach, so that no window is cut

    Returns float64 array [3, texts, layers, window]: past attention, through it, and both ways together
    """
    width, found = model.shape.width, []
    with torch.no_grad():
        streams = model.streams(text)
    for layer, stream in zip(model.body.layers, streams):
        past, read = (stream[:, -model.shape.window :].clone().requires_grad_() for _ in range(2))
        last = passed_on(model, layer, past, read)[:, -1]
        each = torch.eye(width).to(last)[:, None].expand(-1, len(text), -1)  # of the last token's numbers
        ways = torch.stack(torch.autograd.grad(last, (past, read), each, is_grads_batched=True))
        ways = torch.cat([ways, ways.sum(0, keepdim=True)])  # [3, width out, texts, window, width in]
        found.append((ways.square().sum((1, -1)) / width).sqrt().flip(-1))
    return torch.stack(found, 2).double().numpy()


def composed_off(model, text):
    """How far off the profiles are to which the layers' kernels compose: four errors in decades by rule.

    By window, all and only the shares that matter; by token, all and only those.
    """
    profile, window = shares_of(model, text, 1).mean(0), model.shape.window
    own = np.concatenate([kernels(model, part) for part in text.split(8)], axis=1)
    found = {}
    for rule, expected in composed(own).items():
        pairs = (by_window(profile, window), by_window(expected, window)), (profile, expected)
        found[rule] = [decades_off(*pair, above=above) for pair in pairs for above in (0.0, SLIGHT)]
    return found


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
    for first, second, below, above in zip(layers, layers[1:], streams, streams[1:]):
        below, above = below[:, 1 - 2 * window :], above[:, -window:]
        read, between = below.clone().requires_grad_(), above.clone().requires_grad_()
        moved = passed_on(model, first, below, read)[:, -window:]
        out = passed_on(model, second, above, between)[:, -1]
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
    models, found = before_and_after(task, settings, tell)
    model, half = models["at_end"], length_of(task) // 2
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
