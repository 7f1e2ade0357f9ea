"""Measure your own weights: `python weights.py FOLDER TEXT`, a Hugging Face model's folder and a text.

Prints and writes the influence profile, the alpha (or g) that comes closest to
it, where influence ends, and a figure. Needs no network. Interrupt it when you
like: the same command goes on with the next text.
"""

import argparse
import functools
import hashlib
import json
import os
import sys
from pathlib import Path

os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}  # before transformers is imported

import numpy as np
import torch
from measure import shares_of_gradient
from theory import fit_alpha
from torch.utils.checkpoint import checkpoint

from swa_lib import beyond, by_window, horizon, model_from_config, model_windows, reach

LONGEST = 4096  # tokens of a text, if nothing else is asked for
RESAMPLES = 20  # for the error of alpha; a fit of a long hybrid takes seconds
ENOUGH = 1e-5  # shares by window that are not larger are left out of a fit: small numbers underflow
DOUBTFUL, HOPELESS = 0.2, 1.0  # decades: where a fit comes with a warning, and where it is not given at all
PROGRAM = 0.75 * 2**30  # bytes that Python, PyTorch and transformers take before there is any model
DTYPES = {"float32": 4, "bfloat16": 2, "float16": 2, "float64": 8}  # bytes a number


class Refused(Exception):
    """Something is not as it must be; one sentence says what."""


# What is measured -----------------------------------------------------------------------------------------


def arrange(folder, length):
    """The folder's config as (windows, length): what each layer sees, and how long the texts are."""
    if not folder.is_dir():
        raise Refused(f"{folder} is no folder.")
    if not (folder / "config.json").exists():
        raise Refused(f"{folder} holds no config.json: it is not a folder that save_pretrained wrote.")
    try:
        model = model_from_config(folder / "config.json")
    except ValueError as error:
        raise Refused(f"{folder / 'config.json'}: {error}.") from None
    if length is None:
        length = min(LONGEST, model.context or LONGEST)
        windows = model_windows(model, length)
        if None not in windows:  # one window more than any path can cross
            length = min(length, reach(len(windows), windows) + 1 + min(windows))
    return model_windows(model, length), length


def texts_of(path, tokenizer, length, count):
    """`count` stretches of the file, evenly spread: int64 tensor [count, length].

    Each begins with the token that the tokenizer puts before every text, if it does.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise Refused(f"There is no text file {path}.") from None
    except UnicodeDecodeError:
        raise Refused(f"{path} is not text in UTF-8.") from None
    first = tokenizer("a")["input_ids"][:1]
    first = first if tokenizer.bos_token_id in first else []
    tokens = torch.tensor(tokenizer(text, add_special_tokens=False)["input_ids"], dtype=torch.int64)
    wanted = length - len(first)
    if len(tokens) < wanted:
        raise Refused(
            f"{path} has {len(tokens):,} tokens, a text of {length:,} is wanted: choose a smaller --length."
        )
    starts = np.unique(np.linspace(0, len(tokens) - wanted, count).astype(int))
    stretches = torch.stack([tokens[start : start + wanted] for start in starts])
    return torch.cat([torch.tensor(first, dtype=torch.int64).expand(len(starts), -1), stretches], dim=1)


def gradients(model, tokens, direction, mask=None):
    """Gradient of the last state along a direction, by every token's embedding: like the embeddings.

    The model gets tokens, not embeddings, because some look them up again (per-layer embeddings, which are
    not nudged). `mask` is 0 where a text was padded, on its left.
    """
    kept = []

    def nudge(module, given, embedded):
        kept.append(embedded.detach().requires_grad_())
        return kept[0]

    hook = model.get_input_embeddings().register_forward_hook(nudge)
    try:
        state = model(input_ids=tokens, attention_mask=mask, use_cache=False).last_hidden_state[:, -1]
    finally:
        hook.remove()
    return torch.autograd.grad((state * direction.to(state)).sum(), kept[0])[0]


def shares(model, tokens, seed, skip=0, mask=None):
    """Share by distance of each text, from its own random direction: float64 array [texts, length - skip].

    The first `skip` tokens are left out. Where a text was padded there is nothing.
    """
    generator = torch.Generator().manual_seed(seed)
    direction = torch.randn(len(tokens), model.config.hidden_size, generator=generator)
    gradient = gradients(model, tokens, direction, mask)
    counted = torch.ones_like(tokens, dtype=torch.bool) if mask is None else mask.bool()
    counted = counted & (counted.cumsum(1) > skip)
    return shares_of_gradient(gradient, counted)[:, : tokens.shape[1] - skip]


def checkpoint_layers(model, depth):
    """Recompute each layer on the way back, instead of keeping what it computed.

    Transformers does so only in training mode, which would also switch dropout on.
    """
    lists = [module for module in model.modules() if isinstance(module, torch.nn.ModuleList)]
    layers = next((found for found in lists if len(found) == depth), None)
    for layer in layers or ():
        layer.forward = functools.partial(checkpoint, layer.forward, use_reentrant=False)


# Memory ---------------------------------------------------------------------------------------------------


def memory_needed(folder, dtype, batch, length):
    """Bytes for program, weights, and one batch forward and back, layers checkpointed: no less than is used.

    While weights are read, a file of them is held beside those that are converted.
    """
    config = json.loads((folder / "config.json").read_text())
    config = config.get("text_config", config)
    stored = DTYPES.get(config.get("dtype") or config.get("torch_dtype"), 4)
    files = [file.stat().st_size for kind in ("safetensors", "bin") for file in folder.glob(f"*.{kind}")]
    if not files:
        raise Refused(f"{folder} holds no weights, neither *.safetensors nor *.bin.")
    size = DTYPES[dtype]
    weights = sum(files) * size / stored
    width, heads = config["hidden_size"], config.get("num_attention_heads", 1)
    inner = config.get("intermediate_size") or 4 * width
    inner = max(inner) if isinstance(inner, list) else inner
    kept = config["num_hidden_layers"] * width  # one state a layer
    working = 16 * width + 6 * inner + 3 * heads * length  # in the layer that is computed anew
    return PROGRAM + weights + max(files) + batch * length * (kept + working) * max(size, 4)


def memory_free(device):
    """Bytes that are free on a device, or None if nobody says."""
    if device.startswith("cuda"):
        return torch.cuda.mem_get_info(device)[0]
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))


def check_memory(needed, device):
    free = 2**63 if device == "auto" else memory_free(device)
    known = "" if free is None or device == "auto" else f"; {free / 2**30:.2f} GiB are free"
    print(f"memory needed: about {needed / 2**30:.2f} GiB{known}", flush=True)
    if free is not None and needed > free:
        raise Refused(
            f"About {needed / 2**30:.2f} GiB are needed and {free / 2**30:.2f} are free: choose a smaller "
            "--length or --batch, a smaller --dtype, or --device auto, which spreads the model."
        )


# The result -----------------------------------------------------------------------------------------------


def summary(found, windows, length, skip, tolerance, distance):
    """What the book asks of a profile, from the shares of all texts [texts, distances]."""
    profile = found.mean(0)
    result = {"texts": len(found), "length": length, "tolerance": tolerance}
    result |= {"horizon": horizon(profile, tolerance), "distance": distance}
    result["beyond_distance"] = float(beyond(profile)[distance]) if distance < len(profile) else 0.0
    result["global_layers"] = sum(window is not None and window >= length for window in windows)
    if None in windows:
        result["fit"] = "chunks and states have no window, so no alpha is fitted"
    elif min(windows) >= length:
        result["fit"] = "every layer sees the whole text, so there is nothing to fit by window"
    else:
        result |= fitted(found, windows, length, skip)
    return result | {"profile": [float(f"{share:.4g}") for share in profile]}


def fitted(found, windows, length, skip):
    """Alpha and lambda, and g where all windows are the same, with errors of a bootstrap over texts."""
    layers, far = len(windows), reach(len(windows), windows)
    inside, result = found[:, : far + 1], {"reach": far}
    if far < length - 1:
        result["beyond_reach"] = float(found.mean(0)[far + 1 :].sum())
    # A text that is shorter than the reach is cut where it begins; with tokens left out, theory ends there.
    text = length if length <= far and not skip else None

    def alpha_of(rows):
        return fit_alpha(rows.mean(0), layers, windows, text=text, above=ENOUGH)

    alpha, result["decades"] = alpha_of(inside)
    if result["decades"] < HOPELESS:
        error = bootstrap(inside, lambda rows: alpha_of(rows)[0])
        result |= {"alpha": alpha, "alpha_error": error}
        result |= {"lambda": layers * (1 - alpha), "lambda_error": error and layers * error}
    if len(set(windows)) == 1 and far < length:

        def gain_of(rows):
            share = fit_alpha(rows.mean(0), layers, windows[0], "layer choices", above=ENOUGH)
            return (1 - share[0]) / share[0], share[1]

        gain, result["g_decades"] = gain_of(inside)
        if result["g_decades"] < HOPELESS:
            result |= {"g": gain, "g_error": bootstrap(inside, lambda rows: gain_of(rows)[0])}
    return result


def bootstrap(rows, statistic):
    """Standard error of a statistic of the texts; None for a single text."""
    if len(rows) < 2:
        return None
    random = np.random.default_rng(0)
    samples = [rows[random.integers(len(rows), size=len(rows))] for _ in range(RESAMPLES)]
    return float(np.std([statistic(sample) for sample in samples]))


def shortest(windows, length):
    """The shortest window, or 64 tokens where there is none: what a profile is summed up by."""
    return min([window for window in windows if window and window < length] or [64])


def draw(result, windows, path):
    """The profile by window, with what is left beyond each distance."""
    from matplotlib.figure import Figure

    profile, window = np.array(result["profile"]), shortest(windows, result["length"])
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    axes.semilogy(np.maximum(profile, 1e-30), linewidth=0.8, label="share of the token d back")
    axes.semilogy(np.maximum(beyond(profile), 1e-30), "--", label="share from beyond d")
    axes.axvline(result["horizon"], color="grey", linestyle=":", label=f"horizon at {result['tolerance']:g}")
    least = max(profile[profile > 0].min(), 1e-16)
    axes.set(
        xlabel=f"distance d (tokens); the shortest window is {window}", ylabel="share", ylim=(least / 2, 2)
    )
    axes.legend()
    figure.savefig(path, dpi=120)


def sentences(result, windows):
    """The result in words, a line each."""
    width = shortest(windows, result["length"])
    yield f"{result['texts']} texts of {result['length']:,} tokens; {len(windows)} layers; by {width} tokens:"
    for start, share in enumerate(by_window(result["profile"], width)[:8]):
        yield f"  {start * width} and more back: {share:.3g}"
    if "fit" in result:
        yield result["fit"]
    for name, theory in (("alpha", "decades"), ("lambda", "decades"), ("g", "g_decades")):
        if name in result:
            error = result[f"{name}_error"]
            yield f"{name} {result[name]:.4f}" + ("" if error is None else f" +- {error:.4f}")
        if theory in result and name != "lambda":
            yield f"  {trusted(result[theory])}"
    if "beyond_reach" in result:
        yield f"share from beyond the reach ({result['reach']:,}): {result['beyond_reach']:.2g}; it must be 0"
    elif "reach" in result:
        yield f"the reach is {result['reach']:,}; the texts are no longer, so what is beyond was not tested"
    yield f"horizon at {result['tolerance']:g}: {result['horizon']:,} tokens"
    if result["global_layers"]:
        yield (
            f"  {result['global_layers']} of {len(windows)} layers see the whole text: this horizon is set "
            "by where the text begins, and grows with it"
        )
    yield f"share from beyond {result['distance']:,} tokens: {result['beyond_distance']:.3g}"


def trusted(decades):
    """How far a fit is to be believed, in words."""
    off = f"by window the fit is off by a factor of {10**decades:.2f} on average"
    if decades < DOUBTFUL:
        return off
    if decades < HOPELESS:
        return f"WARNING: {off}, so this number does not describe the profile"
    return f"{off}: this theory does not describe the profile, and no number of it is given"


# The command ----------------------------------------------------------------------------------------------


def load(folder, dtype, device, depth):
    """The decoder and its tokenizer, from the folder alone."""
    from transformers import AutoModel, AutoTokenizer

    options = {"device_map": "auto"} if device == "auto" else {}
    if dtype == "float64":  # PyTorch's grouped products, for experts, know smaller numbers only
        options["experts_implementation"] = "eager"
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = AutoModel.from_pretrained(
            folder, local_files_only=True, dtype=getattr(torch, dtype), **options
        )
    except (OSError, ValueError, KeyError) as error:
        raise Refused(f"{folder} cannot be loaded: {str(error).splitlines()[0]}") from None
    model = getattr(model, "language_model", model)
    model = (model if device == "auto" else model.to(device)).eval().requires_grad_(False)
    checkpoint_layers(model, depth)
    return model, tokenizer


def measure(folder, text, given):
    """Do what is left of the texts, keeping each batch's shares; then the summary."""
    windows, length = arrange(folder, given.length)
    check_memory(memory_needed(folder, given.dtype, given.batch, length), given.device)
    model, tokenizer = load(folder, given.dtype, given.device, len(windows))
    texts = texts_of(text, tokenizer, length, given.texts)
    given.out.mkdir(parents=True, exist_ok=True)
    settings = json.dumps(
        [str(folder.resolve()), given.dtype, length, given.skip, given.seed, texts.tolist()]
    )
    kept = given.out / f"shares-{hashlib.sha256(settings.encode()).hexdigest()[:12]}.npy"
    found = np.load(kept) if kept.exists() else np.empty((0, length - given.skip))
    device = model.get_input_embeddings().weight.device
    while len(found) < len(texts):
        batch = texts[len(found) : len(found) + given.batch].to(device)
        found = np.concatenate([found, shares(model, batch, given.seed + len(found), given.skip)])
        part = kept.with_suffix(".part.npy")
        np.save(part, found)
        part.replace(kept)
        print(f"{len(found)} of {len(texts)} texts", file=sys.stderr, flush=True)
    distance = given.distance or length // 2
    result = summary(found, windows, length, given.skip, given.tolerance, distance)
    return {"folder": str(folder), "windows": windows, "dtype": given.dtype, "left_out": given.skip} | result


def arguments(words=None):
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n")[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    add = parser.add_argument
    add("folder", type=Path, help="what save_pretrained wrote: config.json, weights, tokenizer")
    add("text", type=Path, help="a text file in UTF-8")
    add("--length", type=int, help=f"tokens of a text; up to {LONGEST}, or one window more than the reach")
    add("--texts", type=int, default=32, help="stretches of the file to average over")
    add("--skip", type=int, default=0, help="first tokens to leave out of the profile: sinks, BOS")
    add("--distance", type=int, help="share from beyond how many tokens; half a text if not given")
    add("--tolerance", type=float, default=0.01, help="influence that counts as nothing")
    add("--dtype", choices=DTYPES, default="float32")
    add("--device", default="cpu", help="cpu, cuda, cuda:1; auto spreads the model over all there are")
    add("--batch", type=int, default=1, help="texts at once")
    add("--seed", type=int, default=0, help="of the random directions")
    add("--out", type=Path, default=Path("weights"), help="folder of the results")
    return parser.parse_args(words)


def main(words=None):
    given = arguments(words)
    try:
        for name, least in (("length", 2), ("texts", 1), ("batch", 1), ("distance", 0)):
            value = getattr(given, name)
            if value is not None and value < least:
                raise Refused(f"--{name} must be a whole number >= {least}, got {value}.")
        if given.length and not 0 <= given.skip < given.length - 1:
            raise Refused(f"--skip must be from 0 to {given.length - 2}, got {given.skip}.")
        result = measure(given.folder, given.text, given)
    except Refused as error:
        raise SystemExit(str(error)) from None
    except KeyboardInterrupt:
        raise SystemExit("Stopped; the same command goes on with what is left.") from None
    (given.out / "profile.json").write_text(json.dumps(result) + "\n")
    draw(result, result["windows"], given.out / "profile.png")
    print("\n".join(sentences(result, result["windows"])))
    print(f"wrote {given.out / 'profile.json'} and {given.out / 'profile.png'}")


if __name__ == "__main__":
    main()
