"""The page of all tables, `reference/evidence.md`: words from `evidence.md`, numbers from the data."""

import numpy as np
from shown import HERE, STATES, gains, grouped, runs
from theory import decades_off, fit_alpha, layer_choices

from swa_lib import by_window, horizon
from swa_lib.chapters import trained
from swa_lib.tables import Table


def written(data, real, found):
    """The page as text, from all runs, from those of the real model, and from what the book draws of them."""
    before = "Errors by window before training; the first three have one number fitted"
    after = "Errors by window after training on source, one number fitted"
    tables = {
        "done": [done(**data)],
        "fresh": [theories(found["language"], "before", before)],
        "controls": [controls(runs(data, "fresh"))],
        "fitted": [theories(found["language"], "after", after)],
        "cosines": [cosines(found["language"])],
        "moves": [trained.where_table(window) for window in data["about"]["settings"]["windows"]],
        "texts": [texts(found)],
        "game": [games(found["games"])],
        "remedies": [remedies(found["remedies"])],
        "real": [
            trained.real_table(),
            position(real["runs"]),
            contexts(found["real"]),
            trained.story_table(),
        ],
        "again": [again(found["real"])],
        "predicted": [predicted(real)],
    }
    words = (HERE / "evidence.md").read_text(encoding="utf-8")
    return words.format_map({name: "\n".join(map(markdown, those)) for name, those in tables.items()})


def markdown(table):
    """A `Table` as Markdown, its caption above it."""
    lines = [table.headings, ["--:" if right else ":--" for right in table.numeric], *table.rows]
    body = "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
    return f"*{table.caption}.*\n\n{body}\n"


def with_error(mean, error, how=".2f"):
    return f"{mean:z{how}} ±{error:{how}}"


# Small networks --------------------------------------------------------------------------------------------


def done(about, runs):
    parts = grouped(runs.values(), "kind").items()
    rows = [(part, len(them), len({run["seed"] for run in them})) for (part,), them in parts]
    made = [f"PyTorch {about['torch']}", f"Python {about['python']}", about["device"], *about["dates"]]
    return Table(rows, ["Part", "Runs", "Seeds"], ", ".join(made))


def theories(found, when, caption):
    names = [name for name in found[-1][when]["theories"] if (when, name) != ("before", "rule of thumb")]
    rows = []
    for one in found:
        if one["layers"] >= 4:  # with two layers every theory fits
            errors = [np.mean(one[when]["theories"][name]["decades"]) for name in names]
            rows.append((f"{one['layers']} × {one['window']}", *errors))
    return Table(rows, {"Layers × window": ""} | dict.fromkeys(names, ".3f"), caption)


def controls(fresh):
    rows = []
    for (layers, width, std), them in sorted(grouped(fresh, "layers", "width", "std").items()):
        cells = []
        for run in them:
            profile, gain = run["profile"], gains(run, layers, width, std)
            begins, growing = gain["g from the initialiser"], gain["and both"]
            alpha, _ = fit_alpha(profile, layers, 16, "choices of layers")
            expected = [by_window(layer_choices(layers, 16, g), 16) for g in (begins, growing)]
            errors = [decades_off(by_window(profile, 16), one) for one in expected]
            cells.append([1 / alpha - 1, begins[0], np.mean(growing), *errors, horizon(profile, 0.01) / 16])
        rows.append((layers, width, std, *np.mean(cells, axis=0)))
    columns = {"Layers": "", "Width": "", "Initial scale": ".2f"}
    columns |= dict.fromkeys(["g fitted", "g, stream as it begins", "g, growing: mean of layers"], ".3f")
    columns |= dict.fromkeys(["Error, begins", "Error, growing"], ".3f") | {"99% within (windows)": ".2f"}
    return Table(rows, columns, "Other initial scales and widths, W = 16; before training, means over seeds")


def cosines(found):
    rows = []
    for one in [one for one in found if "cosine" in one["after"]]:
        ends = [trained.span(one[when]["cosine"], ".2f") for when in STATES.values()]
        rows.append((f"{one['layers']} × {one['window']}", *ends))
    columns = ["Layers × window", "Before training", "After training"]
    return Table(rows, columns, "Cosines, the least and the most seed")


def texts(found):
    """By the training text: numbers of the book's picture, with what comes from beyond two windows."""
    rows = []
    for row in found["texts"]:
        own = [trained.TEXTS[row["text"]], len(row["loss"]), trained.span(row["loss"], ".2f")]
        for on in ("profile", "shuffled"):
            own += [np.mean(row[on]["within"]), np.mean(row[on]["beyond"])]
        right = [[seed[hops - 1] for seed in row["right"]] for hops in (1, 3)] if "right" in row else []
        own += [trained.span(one, ".0%") for one in right] or [None, None]
        rows.append(own)
    columns = {"Trained on": "", "Seeds": "", "Loss": "", "99% within (windows)": ".2f", "Beyond 2 W": ".2%"}
    columns |= {"99% within, shuffled": ".2f", "Beyond 2 W, shuffled": ".2%"}
    columns |= {"Right, 1 hop": "", "Right, 3 hops": ""}
    caption = (
        "6 layers, W = 16, measured on held-out source, loss in nats a byte; means over the seeds, or the "
    )
    caption += (
        f"least and the most. In source with questions a note stands every {found['about']['note_every']}"
    )
    return Table(rows, columns, f"{caption} bytes")


def games(found):
    """Right answers and the asked pair's share in every game, nearest and farthest hop."""
    rows = []
    for one in found:
        full, late, untrained = one["window"] != 16, one["game"] == "late", not one["steps"]
        name = f"{one['pairs']} pair{'s' * (one['pairs'] > 1)}, {one['layers']} layers"
        name += ", full attention" * full + ", last window paid" * late + ", untrained" * untrained
        inside = slice(None) if full or late else slice(None, -1)  # not what lies beyond
        right, share = (np.array(one[what])[:, inside] for what in ("right", "share"))
        ends = [values[:, end] for values in (right, share) for end in (0, -1)]
        cells = [trained.span(values, ".2g" if untrained else ".0%") for values in ends]
        rows.append((name, len(right), share.shape[1], *cells))
    columns = ["Game", "Seeds", "Hops, at most", "Right, nearest", "Right, farthest", "Share, nearest"]
    columns += ["Share, farthest"]
    return Table(rows, columns, "The game of pairs, W = 16; the least and the most seed")


def remedies(found):
    rows = []
    for row in found:
        for seed, (loss, cuts) in enumerate(zip(row["loss"], row["worth"])):
            cells = [with_error(*cut, ".5f") for cut in cuts[1:]]
            ends = [row[f"{what} {when}"][seed] for what in ("within", "far") for when in ("before", "after")]
            rows.append((f"{row['remedy']}, seed {seed}", loss, *cells, *ends))
    columns = {"Network": "", "Loss": ".3f", "Text beyond 2 W worth": "", "Text beyond 4 W worth": ""}
    columns |= dict.fromkeys(["99% within (windows), before", "after"], ".1f")
    columns |= dict.fromkeys(["Beyond 2 W, before", "after "], ".1%")
    return Table(rows, columns, f"Nats a byte, on {found[0]['bytes']:,} bytes; where influence lies")


# The real model: means over seeds, with the largest standard error over texts ------------------------------


def position(measured):
    rows = []
    for (setting, steps), them in grouped(measured, "setting", "steps").items():
        tables = np.array([run["loss by position"] for run in them])
        cells = map(with_error, tables.mean(0)[:, 2], tables.max(0)[:, 3])
        rows.append((trained.said({"setting": setting, "tuned": bool(steps)}), steps, *cells))
    columns = ["Model", "Steps", *(f"{start:.0f} to {end - 1:.0f}" for start, end, *_ in tables[0])]
    return Table(rows, columns, "Loss (nats) by the token's place in the text")


def contexts(found):
    rows = []
    for one in [one for one in found if "contexts" in one]:
        tokens, more, errors = np.transpose(one["contexts"])
        texts = trained.span(one["contexts: texts"], "")
        rows.append((trained.said(one), one["steps"], texts, *map(with_error, more, errors)))
    columns = ["Model", "Steps", "Texts", *(f"{n:.0f}" for n in tokens)]
    return Table(rows, columns, "How much more loss (nats) when only so many last tokens are left of 1,024")


def again(found):
    rows = []
    for one in found:
        for part in ("again", "again, overwritten"):
            name = trained.said(one) + part.removeprefix("again")
            for n, change, error, first, _, more, more_error, beyond in one.get(part, []):
                cells = [f"{each:.1g}" for each in (change, error, first)]
                cells += [with_error(more, more_error, ".4f"), f"{beyond:.1g}"]
                if change > 1e-7:
                    rows.append((name, trained.span(one[f"{part}: texts"], ""), int(n), *cells))
    columns = ["Windows", "Texts", "Tokens read again", "Change of the next 16 tokens (nats)"]
    columns += ["Standard error", "Change of the next one", "More loss", "Influence from beyond"]
    caption = "Reading again after a lost cache; global layers keep theirs, or it is overwritten. "
    return Table(rows, columns, f"{caption}With more tokens read again the change is less than 10⁻⁷")


def predicted(real):
    """The verdict: ratios over seeds and halves, window by window, as far as runs are there."""
    windows, about, groups = ("32", "64", "128"), real["about"], {}
    for window, steps, _, name, *ratios in about["verdict"]:
        groups.setdefault((bool(steps), window), {}).setdefault(name, []).extend(ratios)
    rows = [
        (name, *(trained.span(groups[key][name], ".2f") for key in sorted(groups)), worst, word)
        for name, (word, worst) in about["judged"].items()
    ]
    texts = [run["texts"]["profile"] for run in real["runs"] if run["setting"] in windows]
    wanted = sum(setting in windows for setting, *_ in about["wanted"])
    columns = {"Theory": ""} | {f"W = {window}{', tuned' * tuned}": "" for tuned, window in sorted(groups)}
    columns |= {"Worst": ".2f", "Verdict" if len(texts) == wanted else "So far": ""}
    caption = (
        "Horizon at 1% that one number expects, over that of the other half of the texts: the least and "
    )
    caption += f"the most of seeds and halves. Judged are {len(texts)} of {wanted} runs, on "
    return Table(rows, columns, f"{caption}{trained.span(texts, '')} of {about['texts']} texts")
