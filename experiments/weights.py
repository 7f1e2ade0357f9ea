"""Measure your own weights: `python weights.py FOLDER TEXT`, a Hugging Face model's folder and a text.

Prints and writes the influence profile, the alpha and lambda that come closest to it, where influence ends,
and a figure. Needs no network. Interrupt it when you like: the same command goes on with the next text.
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
import psutil
import torch
from measure import influence_shares, text_by_text
from theory import SLIGHT, fit_alpha
from torch.utils.checkpoint import checkpoint

from swa_lib import beyond, by_window, horizon, model_from_config, model_windows, reach

LONGEST = 4096  # tokens of a text, if nothing else is asked for
RESAMPLES = 20  # for the error of alpha; a fit of a long hybrid takes seconds
DOUBTFUL, HOPELESS = 0.2, 1.0  # decades: where a fit comes with a warning, and where it is not given at all
PROGRAM = 0.75 * 2**30  # bytes that Python, PyTorch and transformers take before there is any model
DTYPES = {"float32": 4, "bfloat16": 2, "float16": 2, "float64": 8}  # bytes a number


# What is needed, and what is measured --------------------------------------------------------------------


def arrange(folder, length):
    """The folder's config as (windows, length): what each layer sees, and how long the texts are."""
    try:
        model = model_from_config(folder / "config.json")
    except ValueError as error:
        raise SystemExit(f"{folder / 'config.json'}: {error}.") from None
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
    except (OSError, UnicodeDecodeError) as error:
        raise SystemExit(f"{path} is no text file in UTF-8: {error}.") from None
    first = [one for one in tokenizer("a")["input_ids"][:1] if one == tokenizer.bos_token_id]
    tokens = torch.tensor(tokenizer(text, add_special_tokens=False)["input_ids"], dtype=torch.int64)
    wanted = length - len(first)
    if len(tokens) < wanted:
        raise SystemExit(
            f"{path} has {len(tokens):,} tokens, {length:,} are wanted: choose a smaller --length."
        )
    starts = np.unique(np.linspace(0, len(tokens) - wanted, count).astype(int))
    stretches = torch.stack([tokens[start : start + wanted] for start in starts])
    return torch.cat([torch.tensor(first, dtype=torch.int64).expand(len(starts), -1), stretches], dim=1)


def shares(model, tokens, seed, skip=0):
    """Share by distance of each text, from its own random direction: float64 array [texts, length - skip].

    The first `skip` tokens are left out. The model looks the tokens up itself, for some do so again
    (per-layer embeddings, which are not nudged); what it finds is replaced by the embeddings that are nudged.
    """
    lookup = model.get_input_embeddings()

    def hidden(embedded):
        hook = lookup.register_forward_hook(lambda module, given, found: embedded)
        try:
            return model(input_ids=tokens, use_cache=False)
        finally:
            hook.remove()

    found = influence_shares(hidden, lookup(tokens), torch.Generator().manual_seed(seed))
    found = found[:, : found.shape[1] - skip]
    return found / found.sum(1, keepdims=True)


def load(folder, dtype, device, depth):
    """The decoder and its tokenizer, from the folder alone; layers are computed anew on the way back.

    Transformers keeps layers from keeping what they computed in training mode only, which would also switch
    dropout on.
    """
    from transformers import AutoModel, AutoTokenizer

    options = {"experts_implementation": "eager"} if dtype == "float64" else {}  # grouped products know none
    options |= {"local_files_only": True, "dtype": getattr(torch, dtype)}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = AutoModel.from_pretrained(folder, **options)
    except (OSError, ValueError, KeyError) as error:
        raise SystemExit(f"{folder} cannot be loaded: {str(error).splitlines()[0]}") from None
    model = getattr(model, "language_model", model).to(device).eval().requires_grad_(False)
    lists = [module for module in model.modules() if isinstance(module, torch.nn.ModuleList)]
    for layer in next((found for found in lists if len(found) == depth), ()):
        layer.forward = functools.partial(checkpoint, layer.forward, use_reentrant=False)
    return model, tokenizer


def memory_needed(folder, dtype, length):
    """Bytes for program, weights, and one text forward and back, layers checkpointed: no less than is used.

    While weights are read, a file of them is held beside those that are converted.
    """
    config = json.loads((folder / "config.json").read_text())
    config = config.get("text_config", config)
    stored = DTYPES.get(config.get("dtype") or config.get("torch_dtype"), 4)
    files = [file.stat().st_size for kind in ("safetensors", "bin") for file in folder.glob(f"*.{kind}")]
    if not files:
        raise SystemExit(f"{folder} holds no weights, neither *.safetensors nor *.bin.")
    width, heads = config["hidden_size"], config.get("num_attention_heads", 1)
    inner = np.max(config.get("intermediate_size") or 4 * width)
    kept = config["num_hidden_layers"] * width  # one state a layer
    working = 16 * width + 6 * inner + 3 * heads * length  # in the layer that is computed anew
    weights = sum(files) * DTYPES[dtype] / stored
    return PROGRAM + weights + max(files) + length * (kept + working) * max(DTYPES[dtype], 4)


# The result -----------------------------------------------------------------------------------------------


def summary(found, windows, given):
    """What the book asks of a profile, from the shares of all texts [texts, distances]."""
    profile, length = found.mean(0), found.shape[1] + given.skip
    distance = length // 2 if given.distance is None else given.distance
    result = {"windows": windows, "texts": len(found), "length": length, "left_out": given.skip}
    result |= {"tolerance": given.tolerance, "horizon": horizon(profile, given.tolerance)}
    result |= {"distance": distance, "beyond_distance": float(profile[distance + 1 :].sum())}
    result["reach"] = far = length if None in windows else reach(len(windows), windows)
    if far < length - 1:
        result["beyond_reach"] = float(profile[far + 1 :].sum())
    if None in windows:
        result["fit"] = "chunks and states have no window, so no alpha is fitted"
    elif min(windows) >= length:
        result["fit"] = "every layer sees the whole text, so there is nothing to fit by window"
    else:  # a text that is cut where it begins; with tokens left out, theory ends there
        text = length if length <= far and not given.skip else None
        result |= fitted(found[:, : far + 1], windows, text)
    return result | {"profile": [float(f"{share:.4g}") for share in profile]}


def fitted(found, windows, text):
    """Alpha and lambda with standard errors of a bootstrap over texts, and how far to believe them."""

    def fit(rows):
        return fit_alpha(rows.mean(0), len(windows), windows, text=text, above=SLIGHT)

    alpha, decades = fit(found)
    told = f"by window the fit is off by a factor of {10**decades:.2f} on average"
    if decades >= HOPELESS:
        return {"fit": f"{told}: this theory does not describe the profile, and no number of it is given"}
    if decades >= DOUBTFUL:
        told = f"WARNING: {told}, so these numbers do not describe the profile"
    result = {"fit": told, "decades": decades, "alpha": alpha, "lambda": len(windows) * (1 - alpha)}
    if len(found) > 1:
        random = np.random.default_rng(0)
        again = [found[random.integers(len(found), size=len(found))] for _ in range(RESAMPLES)]
        error = float(np.std([fit(rows)[0] for rows in again]))
        result |= {"alpha_error": error, "lambda_error": len(windows) * error}
    return result


def draw(result, path):
    """The profile, with what is left beyond each distance."""
    from matplotlib.figure import Figure

    profile = np.array(result["profile"])
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    axes.semilogy(np.maximum(profile, 1e-30), linewidth=0.8, label="share of the token d back")
    axes.semilogy(np.maximum(beyond(profile), 1e-30), "--", label="share from beyond d")
    axes.axvline(result["horizon"], color="grey", linestyle=":", label=f"horizon at {result['tolerance']:g}")
    least = max(profile[profile > 0].min(), 1e-16)
    axes.set(xlabel="distance d (tokens)", ylabel="share", ylim=(least / 2, 2))
    axes.legend()
    figure.savefig(path, dpi=120)


def sentences(result):
    """The result in words, a line each."""
    windows, length = result["windows"], result["length"]
    width = min([window for window in windows if window and window < length] or [64])
    yield f"{result['texts']} texts of {length:,} tokens; {len(windows)} layers; by {width} tokens:"
    for start, share in enumerate(by_window(result["profile"], width)[:8]):
        yield f"  {start * width} and more back: {share:.3g}"
    for name in ("alpha", "lambda"):
        if name in result:
            error = result.get(f"{name}_error")  # one text has none
            yield f"{name} {result[name]:.4f}" + (f", standard error {error:.4f}" if error else "")
    yield result["fit"]
    if "beyond_reach" in result:
        yield f"share from beyond the reach ({result['reach']:,}): {result['beyond_reach']:.2g}; it must be 0"
    else:
        yield f"the reach is {result['reach']:,}; the texts are no longer, so what is beyond was not tested"
    yield f"horizon at {result['tolerance']:g}: {result['horizon']:,} tokens"
    if max(window or 0 for window in windows) >= length:
        yield "  layers see the whole text, so its beginning sets this horizon, which grows with the text"
    yield f"share from beyond {result['distance']:,} tokens: {result['beyond_distance']:.3g}"


# The command ----------------------------------------------------------------------------------------------


def measure(given):
    """Do what is left of the texts, keeping each one's shares; then the summary."""
    windows, length = arrange(given.folder, given.length)
    if given.skip > length - 2:
        raise SystemExit(f"--skip must be at most {length - 2}, got {given.skip}.")
    needed, free = memory_needed(given.folder, given.dtype, length), psutil.virtual_memory().available
    if "cuda" in given.device:
        free, _ = torch.cuda.mem_get_info(given.device)
    told = f"about {needed / 2**30:.2f} GiB of memory are needed"
    if needed > free:
        raise SystemExit(f"{told}, {free / 2**30:.2f} are free: choose a smaller --length or --dtype.")
    print(told, flush=True)
    model, tokenizer = load(given.folder, given.dtype, given.device, len(windows))
    texts = texts_of(given.text, tokenizer, length, given.texts)
    given.out.mkdir(parents=True, exist_ok=True)
    settings = json.dumps([str(given.folder.resolve()), given.dtype, given.skip, texts.tolist()])
    kept = given.out / f"shares-{hashlib.sha256(settings.encode()).hexdigest()[:12]}.npy"

    def measured(number):
        print(f"text {number + 1} of {len(texts)}", file=sys.stderr, flush=True)
        return shares(model, texts[number : number + 1].to(given.device), number, given.skip)[0]

    return summary(text_by_text(kept, len(texts), measured), windows, given)


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
    add("--device", default="cpu", help="cpu, cuda, cuda:1")
    add("--out", type=Path, default=Path("weights"), help="folder of the results")
    given = parser.parse_args(words)
    for name, least in (("length", 2), ("texts", 1), ("skip", 0), ("distance", 0)):
        value = getattr(given, name)
        if value is not None and value < least:
            parser.error(f"--{name} must be a whole number >= {least}, got {value}")
    return given


def main(words=None):
    given = arguments(words)
    result = {"folder": str(given.folder)} | measure(given)
    (given.out / "profile.json").write_text(json.dumps(result) + "\n")
    draw(result, given.out / "profile.png")
    print("\n".join(sentences(result)))
    print(f"wrote {given.out / 'profile.json'} and {given.out / 'profile.png'}")


if __name__ == "__main__":
    main()
