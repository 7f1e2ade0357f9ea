"""The page of all tables, `reference/evidence.md`: words from `evidence.md`, numbers from the data."""

import json

import numpy as np
from shown import HERE, REAL, RULES, gains, runs
from theory import decades_off, fit_alpha, layer_choices

from swa_lib import by_window, horizon, reach
from swa_lib.chapters import trained
from swa_lib.tables import Table

WORDS = HERE / "evidence.md"


def markdown(table):
    """A `Table` as Markdown, its caption above it."""
    lines = [table.headings, ["--:" if right else ":--" for right in table.numeric], *table.rows]
    body = "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
    return f"*{table.caption}.*\n\n{body}\n"


def written(data, found):
    """The page as text, from all runs and from what the book draws of them."""
    tables = dict(
        done=done(found["about"]),
        fresh=theories(
            found, "before", "Errors by window before training; the first three have one number fitted"
        ),
        controls=controls(data),
        judged=judged(found),
        every_network=every_network(data),
        fitted=theories(found, "after", "Errors by window after training on source, one number fitted"),
        kernels=kernels(found["kernels"]),
        moves=moves(found),
        texts=texts_table(found),
        losses=losses(found),
        game=game_table(found),
        remedies=remedies(found),
        real=trained.real_table(),
        position=position(),
        contexts=contexts(found),
        story=trained.story_table(),
        again=again(found),
        predicted=predicted(),
    )
    words = WORDS.read_text(encoding="utf-8")
    return words.format_map({name: markdown(table) for name, table in tables.items()})


def done(about):
    rows = [(kind, have, about["wanted"][kind], seeds) for kind, (have, seeds) in about["there"].items()]
    made = [f"PyTorch {about['torch']}", f"Python {about['python']}", about["device"], *about["dates"]]
    return Table(rows, ["Part", "Runs measured", "Runs planned", "Seeds"], ", ".join(made))


def shape(one):
    return f"{one['layers']} × {one['window']}"


def theories(found, when, caption):
    names = list(found["language"][-1][when]["theories"])
    if when == "before":
        names.remove("rule of thumb")
    rows = []
    for one in found["language"]:
        if one["layers"] >= 4:  # with two layers every theory fits
            rows.append((shape(one), *(np.mean(one[when]["theories"][name]["decades"]) for name in names)))
    return Table(rows, {"Layers × window": ""} | dict.fromkeys(names, ".3f"), caption)


def controls(data):
    groups = {}
    for run in runs(data, "fresh"):
        layers, width, std, profile = (run[name] for name in ("layers", "width", "std", "profile"))
        every, alpha = gains(run, layers, width, std), fit_alpha(profile, layers, 16, "layer choices")[0]
        first, both = every["g from the initialiser"], every["and both"]
        cells = [1 / alpha - 1, first[0], np.mean(both)]
        for gain in (first, both):
            cells.append(decades_off(by_window(profile, 16), by_window(layer_choices(layers, 16, gain), 16)))
        groups.setdefault((layers, width, std), []).append([*cells, horizon(profile, 0.01) / 16])
    rows = [(*key, *np.mean(them, axis=0)) for key, them in sorted(groups.items())]
    columns = {"Layers": "", "Width": "", "Initial scale": ".2f"}
    columns |= dict.fromkeys(["g fitted", "g, stream as it begins", "g, growing: mean of layers"], ".3f")
    columns |= dict.fromkeys(["Error, begins", "Error, growing"], ".3f") | {"99% within (windows)": ".2f"}
    return Table(rows, columns, "Other initial scales and widths, W = 16; before training, means over seeds")


def judged(found):
    rows = [tuple(one.values()) for one in found["verdict"]]
    columns = {"Training": "", "Rule": "", "Shares": "", "By window": ".2f", "By token": ".2f"}
    columns |= {"Failed in": "", "Verdict": ""}
    return Table(rows, columns, f"The largest errors of {found['kernels']['networks']} networks")


def every_network(data):
    rows = []
    for run in sorted(runs(data, "kernels"), key=lambda run: (run["window"], run["layers"])):
        pairs = [run["at_end"]["verdict"][rule][0] for rule in RULES]
        cells = [f"{error:.2f} ±{spread:.2f}" for error, spread in pairs]
        rows.append((f"{shape(run)}, seed {run['seed']}", *cells))
    caption = "Errors by window after training, with a bootstrap's standard error over texts"
    return Table(rows, ["Network", *RULES], caption)


def spanned(ends):
    return f"{ends[0]:.2f} to {ends[1]:.2f}"


def kernels(own):
    rows = [("Cosine between different tokens, same layers", *map(spanned, own["cosines"].values()))]
    rows += [("A hop against staying, first layer", None, spanned(own["first layer"]))]
    rows += [("The same, later layers, at most", None, f"{own['later layers']:.2f}")]
    rows += [
        (f"From the token and the two before it, W = {w}", None, spanned(ends)) for w, *ends in own["near"]
    ]
    caption = f"The least and the most of {own['networks']} networks"
    return Table(rows, ["What contributions and kernels say", "Before training", "After training"], caption)


def moves(found):
    rows = []
    for one in found["language"]:
        before, after = (np.mean(one[when]["within"]) for when in ("before", "after"))
        far = reach(one["layers"], one["window"]) / one["window"]
        rows.append((shape(one), far, before, after, after / before, max(one["useful"])))
    heads = ["Reach", "99% within, before", "99% within, after", "After / before", "Useful"]
    caption = "In windows, before and after training on source; means over the seeds"
    return Table(rows, {"Layers × window": ""} | dict.fromkeys(heads, ".2f"), caption)


def losses(found):
    rows = []
    for row in found["texts"]:
        right = np.mean(row["right"], axis=0) if "right" in row else [None] * 7
        rows.append((trained.TEXTS[row["text"]], min(row["loss"]), max(row["loss"]), *right))
    columns = {"Trained on": "", "Loss, least": ".3f", "most": ".3f"}
    columns |= {f"{k} hop{'s' * (k > 1)}": ".0%" for k in range(1, 8)}
    return Table(rows, columns, "Nats a byte on source; right answers by hops, the last beyond the reach")


def remedies(found):
    rows = []
    for row in found["remedies"]:
        for seed, (loss, cuts) in enumerate(zip(row["loss"], row["worth"])):
            cells = [f"{value:z.5f} ±{error:.5f}" for value, error in cuts[1:]]
            ends = [row[f"{what} {when}"][seed] for what in ("within", "far") for when in ("before", "after")]
            rows.append((f"{row['remedy']}, seed {seed}", loss, *cells, *ends))
    columns = {"Network": "", "Loss": ".3f", "Text beyond 2 W worth": "", "Text beyond 4 W worth": ""}
    columns |= dict.fromkeys(["99% within (windows), before", "after"], ".1f")
    columns |= dict.fromkeys(["Beyond 2 W, before", "after "], ".1%")
    return Table(
        rows, columns, f"Nats a byte, on {found['remedies'][0]['bytes']:,} bytes; where influence lies"
    )


# The real model: means over seeds, with the largest standard error over texts ------------------------------


def position():
    groups = {}
    for run in json.loads(REAL.read_text())["runs"]:
        name = trained.said({"setting": run["setting"], "tuned": bool(run["steps"])})
        groups.setdefault((name, run["steps"]), []).append(run["loss by position"])
    rows = []
    for (name, steps), them in groups.items():
        cells = zip(np.mean(them, axis=0), np.max(them, axis=0))
        rows.append((name, steps, *(f"{mean[2]:.2f} ±{most[3]:.2f}" for mean, most in cells)))
    columns = [f"{start:.0f} to {end - 1:.0f}" for start, end, *_ in them[0]]
    return Table(rows, ["Model", "Steps", *columns], "Loss (nats) by the token's place in the text")


def contexts(found):
    them, rows = [one for one in found["real"] if "contexts" in one], []
    for one in them:
        cells = [f"{more:z.2f} ±{error:.2f}" for _, more, error in one["contexts"]]
        rows.append((trained.said(one), one["steps"], trained.span(one["contexts: texts"], ""), *cells))
    columns = ["Model", "Steps", "Texts", *(f"{n:.0f}" for n, *_ in them[0]["contexts"])]
    return Table(rows, columns, "How much more loss (nats) when only so many last tokens are left of 1,024")


def again(found):
    rows = []
    for one in found["real"]:
        for part in ("again", "again, overwritten"):
            name = trained.said(one) + part.removeprefix("again")
            for n, change, error, first, _, more, more_error, beyond in one.get(part, []):
                cells = [f"{each:.1g}" for each in (change, error, first)]
                cells += [f"{more:z.4f} ±{more_error:.4f}", f"{beyond:.1g}"]
                if change > 1e-7:
                    rows.append((name, trained.span(one[f"{part}: texts"], ""), int(n), *cells))
    columns = ["Windows", "Texts", "Tokens read again", "Change of the next 16 tokens (nats)"]
    columns += ["Standard error", "Change of the next one", "More loss", "Influence from beyond"]
    caption = (
        "Reading again after a lost cache; global layers keep theirs, or it is overwritten. With more tokens"
    )
    return Table(rows, columns, f"{caption} read again the change is less than 10⁻⁷")


def predicted():
    """The verdict: ratios over seeds and halves, window by window, as far as runs are there."""
    told = json.loads(REAL.read_text())
    windows, about, groups = ("32", "64", "128"), told["about"], {}
    for window, steps, _, name, *ratios in about["verdict"]:
        groups.setdefault((bool(steps), window), {}).setdefault(name, []).extend(ratios)
    rows = [
        (name, *(trained.span(groups[key][name], ".2f") for key in sorted(groups)), worst, word)
        for name, (word, worst) in about["judged"].items()
    ]
    texts = [run["texts"]["profile"] for run in told["runs"] if run["setting"] in windows]
    wanted = sum(setting in windows for setting, *_ in about["wanted"])
    columns = {"Theory": ""} | {f"W = {window}{', tuned' * tuned}": "" for tuned, window in sorted(groups)}
    columns |= {"Worst": ".2f", "Verdict" if len(texts) == wanted else "So far": ""}
    caption = (
        "Horizon at 1% that one number expects, over that of the other half of the texts: the least and the"
    )
    caption += (
        f" most of seeds and halves. Judged are {len(texts)} of {wanted} runs, on {trained.span(texts, '')}"
    )
    return Table(rows, columns, f"{caption} of {about['texts']} texts")


def texts_table(found):
    """By the training text: numbers of the book's picture, with what comes from beyond two windows."""
    rows = []
    for row in found["texts"]:
        own = [len(row["loss"])]
        right = [seed[0] for seed in row.get("right", [])]
        for on in ("profile", "shuffled"):
            own += [np.mean(row[on]["within"]), np.mean(row[on]["beyond"])]
        rows.append((trained.TEXTS[row["text"]], *own, trained.span(right, ".0%") if right else None))
    columns = {"Trained on": "", "Seeds": "", "99% within (windows)": ".2f", "Beyond 2 W": ".2%"}
    columns |= {"99% within, shuffled": ".2f", "Beyond 2 W, shuffled": ".2%", "Right, 1 hop": ""}
    caption = (
        "6 layers, W = 16, measured on held-out source; means over the seeds. In source with questions a "
    )
    caption += f"note stands every {found['about']['note_every']} bytes"
    return Table(rows, columns, caption)


def game_table(found):
    """Right answers and the asked pair's share in every game, nearest and farthest hop."""
    rows = []
    for one in found["games"]:
        full = one["window"] != 16
        name = f"{one['pairs']} pair{'s' * (one['pairs'] > 1)}, {one['layers']} layers"
        name += ", full attention" if full else ", last window paid" if one["game"] == "late" else ""
        name += {0: ", untrained", 1500: ""}.get(one["steps"], f", {one['steps']:,} steps")
        inside = slice(None) if full or one["game"] == "late" else slice(None, -1)  # not what lies beyond
        right, share = (np.array(one[what])[:, inside] for what in ("right", "share"))
        ends = [trained.span(values[:, end], ".2g" if not one["steps"] else ".0%")
                for values in (right, share) for end in (0, -1)]  # fmt: skip
        rows.append((name, len(right), share.shape[1], *ends))
    columns = ["Game", "Seeds", "Hops, at most", "Right, nearest", "Right, farthest", "Share, nearest"]
    return Table(
        rows, [*columns, "Share, farthest"], "The game of pairs, W = 16; the least and the most seed"
    )
