"""What the book shows of the measurements: `python shown.py` writes one small file of data and one page.

`measured.json` and `real.json` hold every run. The book reads `swa_lib/chapters/trained.json`, where theory
is computed already, so that it only draws. `reference/evidence.md` is `evidence.md`, filled. No PyTorch here.
"""

import json
import re
from pathlib import Path

import jinja2
import numpy as np
from theory import THEORIES, decades_off, fit_alpha, initial_gain, layer_choices, profile_of, rounded

from swa_lib import beyond, by_window, horizon, share_beyond
from swa_lib.book.tables import as_people_write
from swa_lib.chapters import trained

HERE = Path(__file__).parent
DATA = HERE.parent / "swa_lib" / "chapters" / "trained.json"
PAGE = HERE.parent / "reference" / "evidence.md"
STATES = {"at_start": "before", "at_end": "after"}
ERRORS = {"loss by position": [3], "contexts": [2], "again": [2, 4, 6], "again, overwritten": [2, 4, 6]}
MARK, FAILURE = (0.1, 0.1, 0.15, 0.15), 0.3  # decades: by window, by token; when it was set: evidence.md
ENOUGH = 0.005  # nats: a loss as near as that to the full text's counts as equal


def measured():
    """All data, as run.py and real.py write them: two dicts with `about` and `runs`, the first by name."""
    return [json.loads((HERE / name).read_text()) for name in ("measured.json", "real.json")]


def runs(data, kind):
    """The runs of one kind: list of dicts, in the order of the data, which is by seed."""
    return [run for run in data["runs"].values() if run["kind"] == kind]


def grouped(found, *names):
    """Runs that agree in these settings, together: dict of a tuple of the settings -> list of runs."""
    groups = {}
    for run in found:
        groups.setdefault(tuple(run[name] for name in names), []).append(run)
    return groups


def chosen(data, real):
    """All that the book draws, as one dictionary."""
    return {
        "about": data["about"] | {"enough": ENOUGH},
        "language": [
            language(them, *shape)
            for shape, them in sorted(grouped(runs(data, "language"), "window", "layers").items())
        ],
        "composed": composed(data),
        "texts": texts(data),
        "games": games(data),
        "remedies": remedies(data),
        "real": real_model(real["runs"]),
        "predicted": predicted(real["about"]["verdict"]),
    }


# Language ------------------------------------------------------------------------------------------------


def language(found, window, layers):
    """Networks of one shape, before and after training on source: a row a seed everywhere."""
    before = fresh([run["at_start"] for run in found], layers, window)
    after = state([run["at_end"] for run in found], layers, window)
    even = before["theories"]["even averaging"]  # drawn beside the law
    even["shares"] = by_window(profile_of("even averaging", layers, window, even["alpha"].mean()), window)
    useful = [enough(run["useful"]) / window for run in found]
    return rounded({"layers": layers, "window": window, "useful": useful, "before": before, "after": after})


def state(found, layers, window):
    """Shares by window, where 99% lie, the theories, each with its own best number, and the mean cosine."""
    theories, profiles = {}, [run["profile"] for run in found]
    for name in THEORIES:
        fits = np.array([fit_alpha(one, layers, window, name) for one in profiles])
        theories[name] = {"alpha": fits[:, 0], "decades": fits[:, 1]}
    return {
        "shares": [by_window(one, window) for one in profiles],
        "within": [horizon(one, 0.01) / window for one in profiles],
        "theories": theories,
        "cosine": [np.mean(run["cosines"]) for run in found if "cosines" in run],
    }


def fresh(found, layers, window, width=64, std=0.02):
    """Before training: beside the theories with one number, choices of layers whose g is not fitted."""
    own = state(found, layers, window)
    for run in found:
        stream, same = np.array(run["stream"]), run["repeats"]
        gains = {
            "g from the initialiser": initial_gain(layers, width, std, std),
            "and the text's embedding": initial_gain(layers, width, std, stream[0]),
            "and a growing stream": initial_gain(layers, width, std, std, same),
            "and both": initial_gain(layers, width, std, stream[0], same),
            "the stream as measured": initial_gain(1, width, std, stream) / np.sqrt(layers),
        }
        for name, gain in gains.items():
            theory = own["theories"].setdefault(name, {"g": [], "decades": [], "shares": 0.0})
            expected = by_window(layer_choices(layers, window, gain), window)
            theory["g"].append(np.mean(gain))
            theory["decades"].append(decades_off(by_window(run["profile"], window), expected))
            theory["shares"] += expected / len(found)
    return own


def composed(data):
    """What the layers' own kernels compose to, by three rules, under the mark: a row a rule and state.

    The worst errors of all networks, in decades, are by window, of all shares and of those that matter, and
    by token; `failed` counts networks, by all shares and by those.
    """
    rows, found = [], [run for run in runs(data, "language") if "composed" in run["at_end"]]
    for when, name in STATES.items():
        for rule in found[0][when]["composed"]:
            errors = np.array([run[when]["composed"][rule] for run in found])
            failed = (errors >= FAILURE).reshape(-1, 2, 2).any(1).sum(0).tolist()
            word = "predicts" if (errors <= MARK).all() else "fails" if any(failed) else "neither"
            row = {"when": name, "rule": rule, "networks": len(found), "worst": errors.max(0)}
            rows.append(row | {"failed": failed, "verdict": word})
    return rounded(rows)


def controls(data):
    """Fresh networks of other initial scales and widths."""
    found, own = [], ("layers", "width", "std", "window")
    for key, them in sorted(grouped(runs(data, "fresh"), *own).items()):
        layers, width, std, window = key
        found.append(dict(zip(own, key)) | fresh(them, layers, window, width, std))
    return found


def enough(useful):
    """The fewest bytes of context from which on the loss is within ENOUGH of the full text's."""
    off = np.abs(np.array(useful["loss"]) - useful["loss"][-1]) >= ENOUGH
    return useful["contexts"][np.flatnonzero(off)[-1] + 1]


# What they were trained on -------------------------------------------------------------------------------


def texts(data):
    """Where influence lies in networks of one shape, by their training text; a number a seed."""
    found, groups = [], grouped(runs(data, "texts"), "text", "window")
    for (name, window), them in groups.items():
        row = {"text": name, "loss": [run["loss"][0] for run in them]}
        for on in ("profile", "shuffled"):
            row[on] = {
                "within": [horizon(run[on], 0.01) / window for run in them],
                "beyond": [share_beyond(run[on], 2 * window) for run in them],
            }
        row |= {"right": [run["right_by_hops"] for run in them]} if "right_by_hops" in them[0] else {}
        found.append(row)
    return rounded(found)


def games(data):
    """The game of remembering: right answers and the asked pair's share, by the hops that it needs."""
    own, found = ("pairs", "layers", "window", "steps", "asked"), []
    for kind in ("relay", "late"):
        for key, them in sorted(grouped(runs(data, kind), *own).items()):
            row = dict(zip(own, key), game=kind, right=[run["accuracy_by_hops"] for run in them])
            found.append(row | {"share": [run["share_by_hops"] for run in them]})
    return rounded(found, 3)


def remedies(data):
    """Where influence lies with each remedy, and what the text beyond is worth in nats; a row a seed."""
    found, groups = [], grouped(runs(data, "remedies"), "remedy", "window")
    for (remedy, window), them in groups.items():
        row = {"remedy": "windows alone" if remedy == "none" else remedy}
        for when, name in STATES.items():
            profiles = [run[when]["profile"] for run in them]
            row[f"within {name}"] = [horizon(one, 0.01) / window for one in profiles]
            row[f"far {name}"] = [share_beyond(one, 2 * window) for one in profiles]
        row["loss"] = [run["losses"]["loss"] for run in them]
        row["worth"] = [list(zip(r["losses"]["excess"], r["losses"]["excess_error"])) for r in them]
        found.append(row | {name: them[0]["losses"][name] for name in ("bytes", "contexts")})
    return rounded(found)


# The real model ------------------------------------------------------------------------------------------


def real_model(measured):
    """The real model, setting by setting; `texts` and what follows it have a number or a row a seed.

    Tables of rows are means over the seeds, with the largest of their standard errors over texts.
    """
    found = []
    for (setting, steps), them in grouped(measured, "setting", "steps").items():
        shares = np.mean([run["shares"]["bins"] for run in them], axis=0)
        row = {"setting": setting, "window": them[0]["window"], "tuned": bool(steps), "steps": steps}
        tail = beyond(shares / shares.sum())
        row |= {"seeds": len(them), "beyond": np.where(tail > 1e-9, tail, 0.0)}  # no picture shows less
        row["texts"] = [run["texts"] for run in them]
        row["loss"], row["loss error"] = zip(*(run["loss"] for run in them))
        row["horizon"] = [run["shares"]["horizon"] for run in them]
        row["horizon error"] = [run["shares"]["horizon's error"] for run in them]
        for part, errors in ERRORS.items():
            tables = np.array([run[part] for run in them if part in run])
            if len(tables):
                row[part] = tables.mean(0)
                row[part][:, errors] = tables.max(0)[:, errors]
        row["distance"] = [of(them[0]["story"]["distance"]) for of in (min, max)]
        for name in ("told", "other"):
            row[name] = [float(np.exp(np.log(run["story"][name]).mean())) for run in them]
        found.append(row)
    return rounded(found)


def predicted(verdict):
    """For each theory the least and the most of its ratios of horizons: by window as it was, then tuned."""
    found = {}
    for window, steps, _, name, *ratios in sorted(verdict, key=lambda row: (row[1], row[0])):
        found.setdefault(name, {}).setdefault((steps, window), []).extend(ratios)
    return {name: [[min(own), max(own)] for own in groups.values()] for name, groups in found.items()}


# The file, and the page ----------------------------------------------------------------------------------


def main():
    data, real = measured()
    found = chosen(data, real)
    DATA.write_text(written(found), encoding="utf-8")
    PAGE.write_text(page(data, real, found), encoding="utf-8")
    print(f"wrote {DATA}, {DATA.stat().st_size:,} bytes, and {PAGE}")


def written(found):
    """The book's data as text, a part a line."""
    return "{\n" + ",\n".join(f'"{name}": {json.dumps(part)}' for name, part in found.items()) + "\n}\n"


def page(data, real, found):
    """The page as text: `evidence.md`, filled. Tables of the book are those of the file as it lies there."""
    template = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True).from_string(
        (HERE / "evidence.md").read_text(encoding="utf-8")
    )
    known = {"grouped": grouped, "markdown": markdown, "mean": np.mean, "with_error": with_error}
    known |= {"trained": trained, "span": trained.span, "judged": real["about"]["judged"]}
    known |= {"mark": MARK, "failure": FAILURE}
    text = template.render(known | found, runs=data["runs"].values(), controls=controls(data))
    return re.sub(r"\d\.?\d*e-\d+", lambda number: as_people_write(number[0]), text)


def markdown(table):
    """A `Table` as Markdown, its caption above it."""
    lines = [table.headings, ["--:" if right else ":--" for right in table.numeric], *table.rows]
    body = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"*{table.caption}.*\n\n{body}\n"


def with_error(both, how=".2f"):
    """A mean and its standard error."""
    return " ±".join(format(one, f"z{how}").replace("-", "−") for one in both)


if __name__ == "__main__":
    main()
