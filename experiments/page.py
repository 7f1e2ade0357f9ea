"""The page of all tables, `reference/evidence.md`: words from `evidence.md`, numbers from the data."""

import json

import numpy as np
from shown import FITTED, HERE, REAL, RULES, gains, runs, shapes
from theory import decades_off, fit_alpha, layer_choices

from swa_lib import by_window, horizon, reach
from swa_lib.chapters.trained import TEXTS, game_table, real_table, story_table, texts_table
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
        done=done(found),
        fresh=fresh(found),
        controls=controls(data),
        judged=judged(found),
        every_network=every_network(data),
        fitted=fitted(found),
        adds_up=adds_up(found),
        weights=weights(found),
        moves=moves(found),
        texts=texts_table(),
        losses=losses(found),
        game=game_table(),
        worth=worth(found),
        real=real_table(),
        story=story_table(),
        again=again(found),
        predicted=predicted(),
        spread=spread(found),
    )
    words = WORDS.read_text(encoding="utf-8")
    return words.format_map({name: markdown(table) for name, table in tables.items()})


def done(found):
    about = found["about"]
    rows = [(kind, have, about["wanted"][kind], seeds) for kind, (have, seeds) in about["there"].items()]
    made = (
        f"PyTorch {about['torch']}, Python {about['python']}, {about['device']}, {', '.join(about['dates'])}"
    )
    return Table(rows, ["Part", "Runs measured", "Runs planned", "Seeds"], made)


def shape(one):
    return f"{one['layers']} × {one['window']}"


def theories(found, when, names, caption):
    rows = []
    for one in found["language"]:
        if one["layers"] >= 4:  # with two layers every theory fits
            own = [np.mean(one[when]["theories"][name]["decades"]) for name in names]
            rows.append((shape(one), *own))
    return Table(rows, {"Layers × window": ""} | dict.fromkeys(names, ".3f"), caption)


def fresh(found):
    names = [*FITTED, *(name for name in found["language"][-1]["before"]["theories"] if name not in FITTED)]
    names.remove("rule of thumb")
    return theories(
        found, "before", names, "Errors by window before training; the first three with one number fitted"
    )


def fitted(found):
    return theories(found, "after", list(FITTED), "Errors by window after training on source")


def controls(data):
    rows = []
    groups = {}
    for run in runs(data, "controls"):
        groups.setdefault((run["layers"], run["width"], run["std"]), []).append(run)
    for (layers, width, std), them in sorted(groups.items()):
        cells = []
        for run in them:
            own = dict(layers=layers, window=run["window"], seed=run["seed"], width=width, std=std)
            (stream,) = runs(data, "fresh", **own)
            profile, every = run["at_start"]["profile"], gains(stream, width, std)
            alpha = fit_alpha(profile, layers, run["window"], "layer choices")[0]
            cell = [1 / alpha - 1, every["g from the initialiser"][0], np.mean(every["and both"])]
            for gain in (every["g from the initialiser"], every["and both"]):
                expected = layer_choices(layers, run["window"], gain)
                cell.append(decades_off(by_window(profile, 16), by_window(expected, 16)))
            cells.append([*cell, horizon(profile, 0.01) / run["window"]])
        rows.append((layers, width, f"{std:.2f}", *np.mean(cells, axis=0)))
    columns = {"Layers": "", "Width": "", "Initial scale": ""}
    columns |= dict.fromkeys(["g fitted", "g, stream as it begins", "g, growing: mean of layers"], ".3f")
    columns |= dict.fromkeys(["Error, begins", "Error, growing"], ".3f") | {"99% within (windows)": ".2f"}
    return Table(rows, columns, "Other initial scales and widths, W = 16; before training, means over seeds")


def judged(found):
    rows = [tuple(one.values()) for one in found["verdict"]]
    columns = {"Training": "", "Rule": "", "Shares": "", "By window": ".2f", "By token": ".2f"}
    networks = found["kernels"]["networks"]
    return Table(
        rows, columns | {"Failed in": "", "Verdict": ""}, f"The largest errors of {networks} networks"
    )


def every_network(data):
    rows = []
    for layers, window in shapes(data, "kernels"):
        for run in runs(data, "kernels", layers=layers, window=window):
            pairs = [run["at_end"]["verdict"][rule][0] for rule in RULES]
            last = run["at_end"]["median"][-1] / by_window(run["at_end"]["profile"], window)[-1]
            cells = [f"{error:.2f} ±{spread:.2f}" for error, spread in pairs]
            rows.append((f"{shape(run)}, seed {run['seed']}", *cells, f"{last:.0%}"))
    columns = ["Network", *RULES, "Last window: median text's share of the mean"]
    return Table(
        rows, columns, "Errors by window after training, with a bootstrap's standard error over texts"
    )


def spanned(ends, digits=2):
    return f"{ends[0]:.{digits}f} to {ends[1]:.{digits}f}"


def adds_up(found):
    rows = [
        (what, *(spanned(found["kernels"]["cosines"][f"{between} {when}"]) for when in ("before", "after")))
        for what, between in (
            ("Different choices of layers", "choices"),
            ("Different tokens, same layers", "tokens"),
        )
    ]
    columns = ["Mean cosine between", "Before training", "After training"]
    return Table(rows, columns, f"The least and the most of {found['kernels']['networks']} networks")


def weights(found):
    own = found["kernels"]
    rows = [("A hop against staying, first layer", spanned(own["first layer"]))]
    rows += [("The same, later layers, at most", f"{own['later layers']:.2f}")]
    rows += [(f"From the token and the two before it, W = {w}", spanned(ends)) for w, *ends in own["near"]]
    return Table(rows, ["After training", "Least and most network"], "What a layer's kernel says")


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
        rows.append((TEXTS[row["text"]], min(row["loss"]), max(row["loss"]), *right))
    columns = {"Trained on": "", "Loss, least": ".3f", "most": ".3f"}
    columns |= {f"{k} hop{'s' * (k > 1)}": ".0%" for k in range(1, 8)}
    return Table(rows, columns, "Nats a byte on source; right answers by hops, the last beyond the reach")


def again(found):
    rows = []
    for one in found["real"]:
        for part in ("again", "again, overwritten"):
            name = f"{one['setting']}, tuned{part.removeprefix('again')}"
            rows += [
                (name, int(n), *(f"{each:.1g}" if each > 1e-7 else "below 10⁻⁷" for each in numbers))
                for n, *numbers in one.get(part, [])
            ]
    columns = ["Windows", "Tokens read again", "Change of the next 16 tokens (nats)", "Standard error"]
    columns += ["Change of the next one", "Influence from beyond"]
    return Table(
        rows, columns, "Reading again after a lost cache; global layers keep theirs, or it is overwritten"
    )


def predicted():
    told = json.loads(REAL.read_text())
    rows = [(name, worst, word) for name, (word, worst) in told["judged"].items()]
    columns = {"Theory, one number fitted on half of the texts": "", "Worst, times the measured": ".2f"}
    runs_judged = len({row[0] for row in told["verdict"]})
    caption = f"The 1% horizon on the other half of the texts, so far in {runs_judged} of 12 runs"
    return Table(rows, columns | {"So far": ""}, caption)


def worth(found):
    rows = []
    for row in found["remedies"]:
        for seed, (loss, cuts) in enumerate(zip(row["loss"], row["worth"])):
            cells = [f"{value:z.5f} ±{error:.5f}" for value, error in cuts[1:]]
            rows.append((f"{row['remedy']}, seed {seed}", row["bytes"], f"{loss:.3f}", *cells))
    columns = ["Network", "Bytes", "Loss", "Text beyond 2 W", "Text beyond 4 W"]
    return Table(rows, columns, "Nats a byte")


def spread(found):
    rows = []
    for row in found["remedies"]:
        ends = [np.mean(row[f"{what} {when}"]) for what in ("within", "far") for when in ("before", "after")]
        rows.append((row["remedy"], *ends))
    columns = {"Remedy": ""} | dict.fromkeys(["99% within (windows), before", "after"], ".1f")
    columns |= dict.fromkeys(["Beyond 2 W, before", "after "], ".1%")
    return Table(rows, columns, "Where influence lies; means over the seeds")
