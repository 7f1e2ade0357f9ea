"""Measure a real pretrained model, as it is and with windows: `make experiment-real`.

What is asked: how far does SmolLM2-135M look, how far does it look through windows, before and after it was
tuned with them, and of how much use is what it sees? A control with full attention is tuned on the same
tokens in the same order. Results are kept text by text in --out, so the same command goes on where it was
stopped. Judged by the rule in README.md, "A real model".
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch
from measure import text_by_text
from real_measure import CONTEXTS, STORIES, chances, counts, parts
from real_model import LAYERS, LENGTH, PAIRS, SETTINGS, build, described, held_out, load, tune
from theory import SLIGHT, THEORIES, fit_alpha, mean_and_error, profile_of, rounded

from swa_lib import beyond, by_window, horizon

HERE = Path(__file__).parent
BIN = 16  # tokens; profiles are stored so, and every window is a whole number of them
PLACES = [0, 32, 64, 128, 256, 512, 1024, LENGTH]  # loss by position is averaged between these
TOLERANCE = 0.01  # of the horizons
LEAST = 4  # texts: two of each kind, of which one goes into each half


# Runs -----------------------------------------------------------------------------------------------------


def runs(steps, seeds):
    """What is measured, in this order: (setting, steps, seed); untuned models have no seed."""
    untuned = [(setting, 0, None) for setting in SETTINGS]
    return untuned + [(setting, steps, seed) for seed in range(seeds) for setting in SETTINGS]


def name_of(run):
    """The folder of a run."""
    setting, steps, seed = run
    return setting.replace(" ", "-") + (f"-{steps}-steps-seed-{seed}" if steps else "-untuned")


def measure(run, weights, out, count):
    """Do what is left of a run, text by text; a part's file holds the texts that are done."""
    setting, steps, _ = run
    folder = out / name_of(run)

    def tell(text):
        print(f"{folder.name}: {text}", file=sys.stderr, flush=True)

    if steps:
        tuned = out / "models" / folder.name
        tune(weights, tuned, *run, tell)
        weights = tuned
    model, tokenizer = load(weights, setting)
    folder.mkdir(parents=True, exist_ok=True)
    text_by_text(folder / "story.npy", len(STORIES), lambda n: chances(model, tokenizer, n))
    texts = held_out(tokenizer)[:count]
    for part, measured in parts(setting, steps, model, texts).items():
        tell(part)
        text_by_text(folder / f"{part}.npy", len(texts), measured)


# The data -------------------------------------------------------------------------------------------------


def halves(found):
    """The texts in two halves, with as many of each kind: source and prose take turns."""
    first = np.arange(len(found)) % 4 < 2
    return found[first], found[~first]


def told_shares(found):
    """A profile over texts [texts, LENGTH]: in bins, with the error of where influence ends."""
    random = np.random.default_rng(0)
    again = [found[random.integers(len(found), size=len(found))].mean(0) for _ in range(200)]
    return {
        "bins": by_window(found.mean(0), BIN),
        "halves": [by_window(half.mean(0), BIN) for half in halves(found)],
        "horizon": horizon(found.mean(0), TOLERANCE),
        "horizon's error": np.std([horizon(one, TOLERANCE) for one in again]),
        "horizon of halves": [horizon(half.mean(0), TOLERANCE) for half in halves(found)],
    }


def told_contexts(found):
    """Loss with the last few tokens, less that with the longest context: rows of tokens, mean, error."""
    more = found - found[:, :, -1:]  # [texts, cuts, contexts, FOLLOW]
    return [[n, *mean_and_error(more[:, :, i])] for i, n in enumerate(CONTEXTS)]


def told_again(found, counts, profile):
    """Rows of tokens read again, change of the distribution (mean, error), the same for the first token
    alone, loss less that with nothing lost (mean, error), and the measured influence from beyond."""
    change, more = found[:, 1:, 0], found[:, 1:, 1] - found[:, :1, 1]  # [texts, counts, FOLLOW]
    rows = []
    for i, n in enumerate(counts):
        means = [mean_and_error(one) for one in (change[:, i], change[:, i, :1], more[:, i])]
        rows.append([n, *sum(means, []), beyond(profile)[n]])
    return rows


def told(run, folder):
    """All that is known of a run, for the data, from its folder; None while too few texts are done.

    Every part counts the same texts, as many in each half.
    """
    setting, steps, seed = run
    found = {file.stem: np.load(file) for file in folder.glob("*.npy") if file.stem != "part"}
    story = found.pop("story", None)
    count = min(map(len, found.values()), default=0) // LEAST * LEAST
    if not count:
        return None
    found = {name: part[:count] for name, part in found.items()}
    result = {"setting": setting, "window": SETTINGS[setting], "steps": steps, "seed": seed, "texts": count}
    profiles, losses = found["profile"].swapaxes(0, 1)
    result["story"] = dict(zip(("told", "other", "distance"), story.T))
    result |= {"shares": told_shares(profiles), "loss": mean_and_error(losses)}
    result["loss by position"] = [[a, b, *mean_and_error(losses[:, a:b])] for a, b in zip(PLACES, PLACES[1:])]
    result |= {"contexts": told_contexts(found["contexts"])} if "contexts" in found else {}
    for part in ("again", "again, overwritten"):
        if part in found:
            result[part] = told_again(found[part], counts(setting), profiles.mean(0))
    return rounded(result)


# The verdict ----------------------------------------------------------------------------------------------


def predicted(bins, window, name):
    """The horizon that a theory expects, from the one number that fits a profile in bins best: tokens."""
    text = min(LENGTH, LAYERS * (window - 1) + 1)
    tokens = np.repeat(np.asarray(bins) / BIN, BIN)[:text]
    alpha, _ = fit_alpha(tokens, LAYERS, window, name, text=LENGTH, above=SLIGHT)
    return horizon(profile_of(name, LAYERS, window, alpha, LENGTH), TOLERANCE)


def verdict(found):
    """Expected over measured horizon: rows of window, steps, seed, theory, and a ratio for each half.

    A theory is fitted to one half of the texts and judged on the other. The null comes last: the horizon of
    one half, taken for that of the other.
    """
    rows = []
    for run in [run for run in found if run["setting"] in ("32", "64", "128")]:
        shares, window = run["shares"], run["window"]
        expected = {name: [predicted(half, window, name) for half in shares["halves"]] for name in THEORIES}
        expected["the other half"] = one, other = shares["horizon of halves"]
        for name, (first, second) in expected.items():
            rows.append([window, run["steps"], run["seed"], name, first / other, second / one])
    return rounded(rows)


def judged(rows):
    """One word for each theory, predicts, fails, or neither, and its worst ratio; nothing without rows."""
    words = {}
    for name in dict.fromkeys(row[3] for row in rows):
        ratios = np.array([row[4:] for row in rows if row[3] == name])
        worst = float(ratios.flat[np.argmax(np.abs(np.log(ratios)))])
        word = "predicts" if (np.abs(ratios - 1) <= 0.2).all() else "neither"
        words[name] = "fails" if max(worst, 1 / worst) >= 1.5 else word, worst
    return words


# The command ----------------------------------------------------------------------------------------------


def arguments(words=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add = parser.add_argument
    add("--quick", action="store_true", help="under ten minutes: four texts, four steps, one window")
    add("--steps", type=int, default=100, help="of tuning")
    add("--seeds", type=int, default=3, help="orders of the texts in tuning")
    add("--texts", type=int, default=2 * PAIRS, choices=range(LEAST, 2 * PAIRS + 1, LEAST), help="held out")
    add("--settings", nargs="+", choices=SETTINGS, default=list(SETTINGS))
    add("--out", type=Path, default=HERE / "runs" / "real")
    add("--data", type=Path, default=None, help="where the data go: real.json here, or in OUT if quick")
    add("--gather", action="store_true", help="measure nothing, only write what there is")
    given = parser.parse_args(words)
    if given.quick:
        given.steps, given.seeds, given.texts, given.settings = 4, 1, LEAST, ["64"]
    return given


def main(words=None):
    given = arguments(words)
    out, wanted = given.out / "quick" if given.quick else given.out, runs(given.steps, given.seeds)
    if not given.gather:
        torch.set_flush_denormal(True)  # gradients that underflow would be slow, and are nothing
        weights = build(given.out)
        for run in wanted:
            if run[0] in given.settings:
                measure(run, weights, out, given.texts)
    found = [one for run in wanted if (one := told(run, out / name_of(run)))]
    rows = verdict(found)
    about = described(given.steps) | {"judged": judged(rows), "verdict": rows}
    lines = ",\n".join(json.dumps(run) for run in found)  # one a line, so that a difference is one
    data = given.data or (out if given.quick else HERE) / "real.json"
    data.write_text(f'{{"about": {json.dumps(about)},\n"runs": [\n{lines}\n]}}\n')
    for name, (word, worst) in about["judged"].items():
        print(f"{name}: {word}; at worst {worst:.2f} of the measured horizon")


if __name__ == "__main__":
    main()
