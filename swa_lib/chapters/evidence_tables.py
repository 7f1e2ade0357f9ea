"""Tables of the appendix: what was measured in networks before and after training.

Every number follows from `trained.json`, and a standard error stands where one
was measured. A cell of the appendix is one call.
"""

import numpy as np

from ..book.tables import Table
from ..horizons import horizon, share_beyond
from ..paths import reach
from ..trained import (
    by_window,
    decades_off,
    experiment,
    fit_alpha,
    fit_parabola,
    fit_power_over_factorial,
    fits,
    initial_gain,
    layer_choices,
    runs,
    shapes,
)
from ..trained.verdict import RULES, judged

ENOUGH = 0.005  # nats: a loss as near as that to the full text's counts as equal
SHAPE = "Layers × window"
PAIR = ("accuracy_by_hops", "share_by_hops")  # right answers, and the asked pair's share of the influence
DEEPER = 4  # layers from which a shape stands in the tables: with two of them, every theory fits


def deeper():
    """The shapes with at least DEEPER layers."""
    return [shape for shape in shapes("language") if shape[0] >= DEEPER]


def named(layers, window, seed=None):
    """A shape as the first column of a table, under SHAPE, and a network of it; it breaks nowhere.

    >>> named(8, 64)
    '8×64'
    """
    return f"{layers}×{window}" + ("" if seed is None else f",\N{NO-BREAK SPACE}seed\N{NO-BREAK SPACE}{seed}")


def trained_networks():
    """The networks whose kernels were measured, shape by shape."""
    return sorted(runs("kernels"), key=lambda run: (run["window"], run["layers"], run["seed"]))


def with_error(value, error, digits=2):
    """A measured number with its standard error, both to so many decimals.

    >>> with_error(0.0234, 0.0081, 3)
    '0.023 ±0.008'
    """
    return f"{value:z.{digits}f} ±{error:.{digits}f}"


def done_table():
    """How many runs of each kind there are, of how many wanted, and of how many seeds."""
    wanted = experiment()["about"]["wanted"]
    found = {kind: experiment()[kind] for kind in wanted}
    rows = [
        (kind, len(there), wanted[kind], len({run["seed"] for run in there})) for kind, there in found.items()
    ]
    return Table(rows, ["Part", "Runs measured", "Runs planned", "Seeds"], "What was measured")


def misfits(profile, layers, window):
    """Errors before training: g fitted by window and by token, g from the initialiser likewise."""
    fitted = fit_alpha(profile, layers, window, "layer choices")[0]
    for alpha in (fitted, 1 / (1 + initial_gain(layers, 64, 0.02, 0.02))):
        expected = layer_choices(layers, window, alpha)
        yield decades_off(by_window(profile, window), by_window(expected, window))
        yield decades_off(profile, expected)


def untrained_table():
    """Choices of layers on every shape before training, by window and by token."""
    rows = []
    for layers, window in deeper():
        profiles = [run["at_start"]["profile"] for run in runs("language", layers=layers, window=window)]
        errors = np.mean([list(misfits(one, layers, window)) for one in profiles], axis=0)
        rows.append((named(layers, window), *errors))
    columns = ["g fitted, by window", "by token", "g derived, by window", "by token "]
    caption = "Before training: errors in decades, means over the seeds"
    return Table(rows, {SHAPE: ""} | dict.fromkeys(columns, ".3f"), caption)


def controls_table():
    """g fitted and derived, and where 99% of the influence lies, for other initial scales and widths."""
    rows, window = [], runs("controls")[0]["window"]
    for layers, width, std in dict.fromkeys((r["layers"], r["width"], r["std"]) for r in runs("controls")):
        found = runs("controls", layers=layers, width=width, std=std)
        profiles = [run["at_start"]["profile"] for run in found]
        fitted = [1 / fit_alpha(one, layers, window, "layer choices")[0] - 1 for one in profiles]
        within = np.mean([horizon(one, 0.01) for one in profiles]) / window
        rows.append((layers, width, std, np.mean(fitted), initial_gain(layers, width, std, std), within))
    columns = {"Layers": "", "Width": "", "Initial scale": ".2f", "g fitted": ".3f", "g derived": ".3f"}
    columns["99% within (windows)"] = ".1f"
    return Table(rows, columns, f"What a hop is worth before training, W = {window}; means over the seeds")


def judged_table(when="at_end"):
    """Every rule under the rule of judgement: over all of the reach, and over the shares that matter."""
    rows = []
    for rule in RULES:
        for matters, words in ((False, "all"), (True, "above 0.00001")):
            found = judged(rule, when, matters)
            rows.append((rule, words, *found.values()))
    columns = {
        "Rule": "",
        "Shares": "",
        "By window": ".2f",
        "By token": ".2f",
        "Failed in": "",
        "Verdict": "",
    }
    state = "before" if when == "at_start" else "after"
    caption = f"Largest errors in decades of {len(runs('kernels'))} networks {state} training; nothing fitted"
    return Table(rows, columns, caption)


def every_model_table(place=0):
    """Each trained network's error by rule, with a bootstrap's standard error over the texts."""
    rows = []
    for run in trained_networks():
        pairs = [run["at_end"]["verdict"][rule][place] for rule in RULES]
        rows.append(
            (named(run["layers"], run["window"], run["seed"]), *(with_error(*pair) for pair in pairs))
        )
    return Table(rows, [SHAPE, *RULES], "Errors by window in decades, all of the reach")


def medians_table():
    """The typical text's share beside the mean over texts: second, middle and last window."""
    rows = []
    for run in trained_networks():
        typical = np.array(run["at_end"]["median"]) / by_window(run["at_end"]["profile"], run["window"])
        places = (1, run["layers"] // 2, -1)
        rows.append((named(run["layers"], run["window"], run["seed"]), *typical[list(places)]))
    columns = {SHAPE: ""} | dict.fromkeys(["Second window", "Middle window", "Last window"], ".0%")
    return Table(rows, columns, "Median over texts, as a share of the mean over texts, after training")


def nulls(profile, window):
    """Errors of the two nulls: x^k/k! and the parabola."""
    shares = by_window(profile, window)
    expected = fit_power_over_factorial(shares)[1], fit_parabola(shares)
    return [decades_off(shares, one) for one in expected]


def fitted_table():
    """Theories with one fitted number after training, and nulls with one and with two."""
    rows = []
    for layers, window in deeper():
        profiles = [run["at_end"]["profile"] for run in runs("language", layers=layers, window=window)]
        theories = ("all paths", "one path", "layer choices")
        errors = [fits(name, layers, window)[:, 1].mean() for name in theories]
        errors += list(np.mean([nulls(one, window) for one in profiles], axis=0))
        rows.append((named(layers, window), *errors))
    columns = ["Exact profile", "Rule of thumb", "Layer choices", "x^k/k!", "Parabola"]
    caption = "After training: errors by window in decades, means over the seeds"
    return Table(rows, {SHAPE: ""} | dict.fromkeys(columns, ".2f"), caption)


def mean_with_error(pairs):
    """Mean of measured means, with its standard error from theirs: two floats."""
    means, errors = np.transpose(pairs)
    return float(means.mean()), float(np.sqrt(np.square(errors).sum()) / len(means))


def coherence_table(layers):
    """Cosines and alignment by depth, mean over the networks with so many layers."""
    found = runs("kernels", layers=layers)
    rows = []
    for pair in range(layers - 1):
        cells = [
            with_error(*mean_with_error([run[when]["cosines"][name][pair] for run in found]))
            for name in ("tokens", "aligned")
            for when in ("at_start", "at_end")
        ]
        rows.append((f"{pair + 1} and {pair + 2}", *cells))
    columns = ["Layers", "Cosine before", "Cosine after", "Aligned before", "Aligned after"]
    return Table(rows, columns, f"Two neighbouring layers of {layers}, before and after training")


def replaced_table(layers, window):
    """Another byte d back, beside the gradient: means and medians over texts, seed 0."""
    found = runs("kernels", layers=layers, window=window)[0]["at_end"]
    replaced, rows = found["bytes_replaced"], []
    for back in range(0, reach(layers, window) + 1, window - 1):
        at = replaced["distances"].index(back)
        cells = [replaced[name][kind][at] for name in ("state", "nats") for kind in ("mean", "median")]
        rows.append((back, found["profile"][back], *cells))
    columns = ["Gradient's share", "State, mean", "median", "Nats, mean", "median "]
    return Table(
        rows,
        {"Bytes back": ""} | dict.fromkeys(columns, ".0e"),
        f"What another byte changes, L = {layers}, W = {window}, seed 0, after training",
    )


def enough(useful):
    """The fewest bytes of context from which on the loss is within ENOUGH of the full text's."""
    off = np.abs(np.array(useful["loss"]) - useful["loss"][-1]) >= ENOUGH
    return useful["contexts"][np.flatnonzero(off)[-1] + 1]


def useful_table():
    """Useful context by shape, the largest of the seeds, beside the reach."""
    rows = []
    for layers, window in shapes("language"):
        most = max(enough(run["useful"]) for run in runs("language", layers=layers, window=window))
        rows.append((named(layers, window), most, most / window, reach(layers, window) / window))
    columns = {SHAPE: "", "Bytes enough": "", "in windows": ".1f", "Reach in windows": ".1f"}
    return Table(rows, columns, f"Useful context: within {ENOUGH} nats of the full text, most of the seeds")


def within(layers, window, when):
    """Windows that hold 99% of the measured influence, mean over the seeds."""
    found = runs("language", layers=layers, window=window)
    return np.mean([horizon(run[when]["profile"], 0.01) for run in found]) / window


def pulled_table():
    """Where 99% of the influence lies, in windows, before and after training on ordinary text."""
    rows = []
    for layers, window in shapes("language"):
        before, after = (within(layers, window, when) for when in ("at_start", "at_end"))
        rows.append((named(layers, window), before, after, after / before))
    columns = {SHAPE: "", "Before": ".2f", "After": ".2f", "After / before": ".2f"}
    return Table(rows, columns, "Windows that hold 99% of the influence, means over the seeds")


def lone_null(layers, window):
    """How far x^k/k! errs less than the exact profile after training, in decades, one a seed: array."""
    found = runs("language", layers=layers, window=window)
    null = [nulls(run["at_end"]["profile"], window)[0] for run in found]
    return fits("all paths", layers, window)[:, 1] - null


def first_hops(when="at_end"):
    """A hop's weight against staying, as the kernels give it: each network's first layer, and the most of
    its later ones; array [networks, 2]."""
    kernels = [run[when]["kernels"] for run in trained_networks()]
    weights = [np.sum(one["hop"], axis=1) / one["stay"] for one in kernels]
    return np.array([(one[0], one[1:].max()) for one in weights])


def remedies_reach():
    """Where influence lies before and after training, with each remedy: one row a remedy."""
    shape = {name: runs("remedies")[0][name] for name in ("layers", "window")}
    rows = []
    for remedy in dict.fromkeys(run["remedy"] for run in runs("remedies")):
        alone = remedy == "none"
        found = runs("language", **shape) if alone else runs("remedies", remedy=remedy, **shape)
        profiles = [[run[when]["profile"] for run in found] for when in ("at_start", "at_end")]
        held = [np.mean([horizon(one, 0.01) for one in these]) / shape["window"] for these in profiles]
        far = [np.mean([share_beyond(one, 2 * shape["window"]) for one in these]) for these in profiles]
        rows.append(("windows alone" if alone else remedy, len(found), *held, *far))
    columns = {"Remedy": "", "Seeds": "", "99% within (windows), before": ".1f", "after": ".1f"}
    columns |= {"Beyond 2 W, before": ".1%", "and after": ".1%"}
    return Table(rows, columns, "Influence before and after training on the same text, means over the seeds")


def demand_table():
    """What saying a span twice in training does: the copy's worth, g, influence, useful context."""
    rows = []
    for run in sorted(runs("demand"), key=lambda run: (run["seed"], run["percent"])):
        profile, far = run["on_ordinary"]["profile"], 2 * run["window"]
        share = fit_alpha(profile, run["layers"], run["window"], "layer choices")[0]
        name = f"seed {run['seed']}, {run['percent']}%"
        span = run["span"]
        worth = with_error(*span["saved"], digits=3)
        rows.append(
            (name, span["loss"][0], worth, 1 / share - 1, share_beyond(profile, far), enough(run["useful"]))
        )
    columns = {
        "Said twice": "",
        "Loss on it": ".3f",
        "First time worth": "",
        "g": ".2f",
        "Beyond 2 W": ".2%",
        "Enough (bytes)": "",
    }
    caption = f"Trained for {run['steps']:,} steps on text that says a span twice; losses in nats a byte"
    return Table(rows, columns, caption)


def twins_table():
    """The same texts for a network that sees all of each: can copying be learned in as many steps?"""
    rows = []
    for twin in sorted(runs("twins"), key=lambda run: (run["seed"], run["percent"])):
        (windows,) = runs("demand", seed=twin["seed"], percent=twin["percent"])
        both = [run["span"] for run in (windows, twin)]
        rows.append(
            (
                f"seed {twin['seed']}, {twin['percent']}%",
                *(span["loss"][0] for span in both),
                *(with_error(*span["saved"], digits=3) for span in both),
            )
        )
    columns = {"Said twice": "", "Loss, windows": ".3f", "Loss, all in sight": ".3f"}
    columns |= {"First time worth, windows": "", "First time worth, all in sight": ""}
    trained = f"{twin['layers']} layers, {twin['steps']:,} steps"
    return Table(rows, columns, f"The loss on a span said twice, in nats a byte; {trained}")


def late_table():
    """One pair, asked for in the last window only: right answers and the pair's share, at both ends."""
    found = sorted(runs("late"), key=lambda run: (run["layers"], run["seed"]))
    rows = [
        (f"L = {run['layers']}", run["seed"], *(run[what][end] for what in PAIR for end in (0, -1)))
        for run in found
    ]
    heads = ("Right, nearest", "Right, farthest", "Share, nearest", "Share, farthest")
    columns = {"Network": "", "Seed": ""} | dict.fromkeys(heads, ".0%")
    return Table(
        rows, columns, f"One pair, paid for in the last window only, L hops away; W = {found[0]['window']}"
    )


def relay_table():
    """The asked pair's share of the influence on the answer, and right answers, nearest and farthest hop."""
    inside, games = experiment()["about"]["settings"]["relay_window"], {}
    for run in runs("relay"):
        if "share_by_hops" in run:
            games.setdefault((run["pairs"], run["layers"], run["window"], run["steps"]), []).append(run)
    rows = []
    for (pairs, layers, window, steps), found in sorted(games.items()):
        full = window != inside
        words = "full attention" if full else f"W = {window}"
        name = f"{pairs} pair{'s' if pairs > 1 else ''}, L = {layers}, {words}"
        name += f", {steps:,} steps" if found[0]["long"] else ""
        right, shares = (np.array([run[what] if full else run[what][:-1] for run in found]) for what in PAIR)
        rows.append(
            (name, len(found), shares.shape[1], *map(in_percent, (right[:, -1], shares[:, 0], shares[:, -1])))
        )
    heads = ("Game and network", "Seeds", "Hops, at most", "Right, farthest", "Share, nearest")
    return Table(
        rows, [*heads, "Share, farthest"], "Right answers, and the asked pair's share of the influence"
    )


def in_percent(values):
    """The least and the most of the seeds.

    >>> in_percent([0.449, 0.493]), in_percent([1.0, 1.0])
    ('45 to 49%', '100%')
    """
    least, most = f"{min(values):.0%}", f"{max(values):.0%}"
    return least if least == most else f"{least[:-1]} to {most}"


def losses(remedy):
    """The runs of a remedy whose losses were measured on many bytes."""
    shape = {name: runs("remedies")[0][name] for name in ("layers", "window")}
    found = [run for run in experiment()["remedies"] if run["remedy"] == remedy and "losses" in run]
    return [run for run in found if all(run[name] == value for name, value in shape.items())]


def remedies_table():
    """What remedies are worth: loss on many bytes, and what lies beyond two and four windows."""
    rows = []
    for remedy in dict.fromkeys(run["remedy"] for run in experiment()["remedies"] if "losses" in run):
        for run in losses(remedy):
            found = run["losses"]
            beyond = [with_error(found["excess"][n], found["excess_error"][n], 5) for n in (1, 2)]
            name = "windows alone" if remedy == "none" else remedy
            rows.append((name, run["seed"], found["bytes"], found["loss"], *beyond))
    columns = {"Remedy": "", "Seed": "", "Bytes": "", "Loss": ".3f", "Beyond 2 W": "", "Beyond 4 W": ""}
    return Table(rows, columns, "Losses in nats a byte, and what the text beyond is worth, L = 6, W = 16")
