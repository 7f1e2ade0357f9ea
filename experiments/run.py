"""Train, measure, and write the data that the book shows: `python run.py --quick`, or `--full` on a GPU.

Each run is one model. Its result is written when it is finished, so an
interrupted experiment goes on where it stopped.
"""

import argparse
import datetime
import json
import multiprocessing
import os
import platform
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import numpy as np
import torch
from data import BYTES, CHOICES, RELAY_VOCABULARY, pieces, relay_game, source_text
from measure import influence_profile, loss_by_context, residual_shares
from model import REMEDIES, Decoder, Shape
from torch.nn.functional import cross_entropy
from train import train

from swa_lib import hops, reach

# What a mode trains. `tokens` is a step's; `measured` the number of texts that a measurement averages over.
QUICK = dict(
    depths=[2, 4], windows=[16], seeds=1, width=64, steps=300, tokens=2048, rate=3e-3, measured=128, remedy_depth=4,
    remedy_window=16, relay_depths=[2, 4], relay_window=16, pairs=[1, 4], relay_steps=300, relay_seeds=1, long_depths=[2], long_pairs=4, long_steps=600,
)  # fmt: skip
STANDARD = QUICK | dict(
    depths=[2, 4, 6, 8], windows=[16, 32, 64], seeds=3, steps=1000, measured=256, remedy_depth=6, relay_depths=[2, 4, 6],
    pairs=[1, 4, 16], relay_steps=1500, long_steps=6000,
)  # fmt: skip
FULL = STANDARD | dict(
    depths=[2, 4, 6, 8, 12],
    width=256,
    steps=10_000,
    tokens=16_384,
    rate=1e-3,
    measured=2048,
    relay_steps=20_000,
    relay_seeds=3,
    long_steps=80_000,
)
MODES = {"quick": QUICK, "standard": STANDARD, "full": FULL}
PARTS = ("language", "remedies", "relay")
RELAY_RATE, RELAY_BATCH = 3e-3, 32


def tasks(settings, parts):
    """Every run of an experiment, first seeds first, so that what is there early covers everything."""
    common = {name: settings[name] for name in ("width", "steps", "tokens", "rate", "measured")}
    found = []
    for seed in range(max(settings["seeds"], settings["relay_seeds"])):
        if "language" in parts and seed < settings["seeds"]:
            found += [
                dict(kind="language", layers=n, window=w, remedy="none", seed=seed, **common)
                for n in settings["depths"]
                for w in settings["windows"]
            ]
        if "remedies" in parts and seed < settings["seeds"]:
            shape = dict(layers=settings["remedy_depth"], window=settings["remedy_window"])
            found += [
                dict(kind="remedies", **shape, remedy=remedy, seed=seed, **common) for remedy in REMEDIES[1:]
            ]
        if "relay" in parts and seed < settings["relay_seeds"]:
            game = dict(kind="relay", width=settings["width"], steps=settings["relay_steps"], seed=seed)
            for pairs in settings["pairs"]:
                for depth in settings["relay_depths"]:
                    asked = (depth + 1) * settings["relay_window"]  # one window more than the reach
                    found.append(
                        game | dict(layers=depth, window=settings["relay_window"], pairs=pairs, asked=asked)
                    )
                # The control: the shallowest model on the longest game, its window as wide as the text.
                found.append(
                    game
                    | dict(
                        layers=min(settings["relay_depths"]), window=pairs + asked, pairs=pairs, asked=asked
                    )
                )
            if seed == 0:  # is it only too few steps?
                long = game | dict(
                    window=settings["relay_window"],
                    pairs=settings["long_pairs"],
                    steps=settings["long_steps"],
                    long=True,
                )
                found += [
                    long | dict(layers=depth, asked=(depth + 1) * settings["relay_window"])
                    for depth in settings["long_depths"]
                ]
    return found


def name_of(task):
    words = [
        task["kind"],
        f"L{task['layers']}",
        f"W{task['window']}",
        task.get("remedy", f"{task.get('pairs')} pairs"),
        f"seed{task['seed']}",
    ]
    return "-".join(words + ["long"] * task.get("long", False)).replace(" ", "_")


def language_run(task, device, tell):
    """Train one language model; measure it at the start and at the end."""
    length = max(256, 8 * task["window"])
    shape = Shape(BYTES, task["layers"], task["window"], task["width"], remedy=task["remedy"])
    model = Decoder(shape).to(device)
    generator = torch.Generator().manual_seed(task["seed"])
    text, held_out = source_text()

    def loss_of(step):
        batch = pieces(text, max(1, task["tokens"] // length), length + 1, generator).to(device)
        return cross_entropy(model(batch[:, :-1]).flatten(0, 1), batch[:, 1:].flatten())

    at_start = measured(model, held_out, length, task["measured"], device)
    curve = train(model, loss_of, task["steps"], task["rate"], tell)
    at_end = measured(model, held_out, length, task["measured"], device)
    contexts = sorted(
        {1, *(max(1, round(part * task["window"])) for part in (0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8)), length}
    )
    if task["remedy"] == "none":  # what lies beyond the reach changes nothing
        contexts = [c for c in contexts if c <= reach(task["layers"], task["window"])] + [
            reach(task["layers"], task["window"]) + 1
        ]
    sample = pieces(held_out, 2 * task["measured"], length + 1, torch.Generator().manual_seed(0)).to(device)
    losses = np.concatenate([loss_by_context(model, part, contexts) for part in sample.split(64)], axis=1)
    excess = losses - losses[-1]  # the same texts at every context, so differences are sharper than losses
    useful = dict(
        contexts=contexts,
        loss=digits(losses.mean(1), 5),
        excess_error=digits(excess.std(1) / np.sqrt(losses.shape[1]), 2),
    )
    return dict(
        length=length,
        parameters=sum(p.numel() for p in model.parameters()),
        curve=curve,
        at_start=at_start,
        at_end=at_end,
        useful=useful,
    )


def measured(model, text, length, count, device):
    """Influence by distance on held-out text, and the residual share of each layer."""
    shape = model.shape
    far = reach(shape.layers, shape.window)
    tokens = (
        length if shape.remedy != "none" else far + 1 + shape.window
    )  # one window more than any path can cross
    sample = pieces(text, count, tokens, torch.Generator().manual_seed(0)).to(device)
    generator = torch.Generator().manual_seed(1)
    profiles = [
        influence_profile(model.hidden, model.embedding(part), generator) for part in sample.split(64)
    ]
    profile = np.mean(profiles, axis=0)
    if shape.remedy == "none" and profile[far + 1 :].any():
        raise AssertionError(f"influence from beyond the reach of {far} tokens: a mask is wrong")
    writers = [block.attention for block in model.blocks]
    shares = residual_shares(lambda: model(sample[:32]), model.blocks, writers)
    return dict(
        profile=digits(profile[: far + 1] if shape.remedy == "none" else profile, 4),
        residual_shares=digits(shares, 4),
    )


def relay_run(task, device, tell):
    """Train one model to remember; count its right answers by the hops that they need."""
    model = Decoder(Shape(RELAY_VOCABULARY, task["layers"], task["window"], task["width"])).to(device)
    generator = torch.Generator().manual_seed(task["seed"])
    pairs, asked = task["pairs"], task["asked"]

    def answered(count, generator):
        tokens, answers, distance = relay_game(count, pairs, asked, generator)
        return model(tokens.to(device))[:, pairs:, :CHOICES], answers.to(device), distance

    def loss_of(step):
        guesses, answers, _ = answered(RELAY_BATCH, generator)
        return cross_entropy(guesses.flatten(0, 1), answers.flatten())

    curve = train(model, loss_of, task["steps"], RELAY_RATE, tell)
    with torch.no_grad():
        guesses, answers, distance = answered(1024, torch.Generator().manual_seed(task["seed"] + 1_000_000))
    right = (guesses.argmax(-1) == answers).double().cpu().numpy()
    needed = hops(distance.numpy(), task["window"])
    by_hops = [float(right[needed == k].mean()) for k in range(1, task["layers"] + 2) if (needed == k).any()]
    return dict(curve=curve, accuracy_by_hops=digits(by_hops, 4), chance=1 / CHOICES)


def digits(values, count):
    """Numbers with so many significant digits: more would be noise, and bytes."""
    return [float(f"{value:.{count}g}") for value in values]


def perform(task, out, device, threads):
    """Do one run and write its result, whole or not at all."""
    torch.set_num_threads(threads)
    torch.manual_seed(task["seed"])
    started, name = time.monotonic(), name_of(task)

    def tell(step, loss):
        print(f"  {name}: step {step} of {task['steps']}, loss {loss:.3f}", file=sys.stderr, flush=True)

    found = (relay_run if task["kind"] == "relay" else language_run)(task, device, tell)
    found["curve"] = [[step, *digits([loss], 4)] for step, loss in found["curve"]]
    path = out / f"{name}.json"
    part = path.with_suffix(".part")
    part.write_text(json.dumps({"task": task, "found": found}))
    part.replace(path)
    return name, time.monotonic() - started


def finished(out, task):
    """Is the result of this very run there? The same name with other settings is refused, not overwritten."""
    path = out / f"{name_of(task)}.json"
    if not path.exists():
        return False
    stored = json.loads(path.read_text())["task"]
    if stored != task:
        differing = sorted(key for key in task.keys() | stored.keys() if task.get(key) != stored.get(key))
        raise SystemExit(
            f"{path} was made with other settings ({', '.join(differing)}): choose another --out, or remove it"
        )
    return True


def collect(out, todo, mode, settings, device):
    """All runs in the form that the book reads (swa_lib/trained.json)."""
    about = dict(
        mode=mode, settings=settings, date=datetime.date.today().isoformat(), python=platform.python_version(), torch=torch.__version__,
        device="GPU" if device == "cuda" else "CPU", text="top-level modules of Python's standard library, every tenth held out",
    )  # fmt: skip
    book = {"about": about} | {kind: [] for kind in PARTS}
    for task in todo:
        stored = json.loads((out / f"{name_of(task)}.json").read_text())
        run = {
            key: value
            for key, value in stored["task"].items()
            if key not in ("kind", "width", "tokens", "rate", "measured")
        }
        if task["kind"] == "relay":
            run.setdefault("long", False)
        book[task["kind"]].append(run | stored["found"])
    return book


def whole(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number >= 1, got {text}")
    return int(text)


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n")[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument(
        "--quick",
        dest="mode",
        action="store_const",
        const="quick",
        default="standard",
        help="minutes on two CPU cores",
    )
    mode.add_argument(
        "--full", dest="mode", action="store_const", const="full", help="wider and longer, for a GPU"
    )
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS), help="what to run")
    for name, value in QUICK.items():  # whatever a mode sets can be set
        many = isinstance(value, list)
        kind = float if isinstance(value, float) else whole
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            type=kind,
            nargs="+" if many else None,
            default=argparse.SUPPRESS,
            help="instead of the mode's",
        )
    parser.add_argument(
        "--out",
        type=Path,
        default=None,
        help="folder of the results; runs/MODE beside this file if not given",
    )
    parser.add_argument(
        "--workers", type=whole, default=os.cpu_count(), help="models trained at once, on a CPU"
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=None,
        help="file to write the whole data to; OUT/trained.json if not given",
    )
    return parser.parse_args()


def main():
    given = vars(arguments())
    mode, parts, workers = given.pop("mode"), given.pop("parts"), given.pop("workers")
    out, data = given.pop("out"), given.pop("data")
    out = out or Path(__file__).parent / "runs" / mode
    settings = MODES[mode] | given
    device = "cuda" if torch.cuda.is_available() else "cpu"
    todo = tasks(settings, parts)
    for task in todo:  # what is wrong is said before anything is trained
        try:
            Shape(BYTES, task["layers"], task["window"], task["width"], remedy=task.get("remedy", "none"))
            relay_game(1, task.get("pairs", 1), 1, torch.Generator())
        except ValueError as error:
            raise SystemExit(f"{name_of(task)}: {error}")
    out.mkdir(parents=True, exist_ok=True)
    left = [task for task in todo if not finished(out, task)]
    print(f"{len(todo)} models, {len(todo) - len(left)} of them done before; results in {out}", flush=True)
    workers = 1 if device == "cuda" else min(workers, max(1, len(left)))
    threads = max(1, os.cpu_count() // workers)
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        jobs = [pool.submit(perform, task, out, device, threads) for task in left]
        for count, job in enumerate(as_completed(jobs), start=1):
            name, seconds = job.result()
            print(f"{count} of {len(left)}: {name}, {seconds:.0f} s", flush=True)
    book = collect(out, todo, mode, settings, device)
    data = data or out / "trained.json"
    data.write_text(json.dumps(book).replace("}, {", "},\n{") + "\n")
    print(f"wrote {data}")


if __name__ == "__main__":
    main()
