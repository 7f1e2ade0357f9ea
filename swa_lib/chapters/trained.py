"""And real networks? What was measured in networks, drawn. `experiments/` trained them and measured.

Every number follows from `trained.json` beside this file, which `experiments/shown.py` writes: theory is
computed there already. A mark stands at the mean over the seeds, its bar goes from the least to the most.

What notebooks call:

| call | shows |
|---|---|
| `fresh_picture(layers, window)` | shares by window before training, and theories |
| `texts_picture()` | how far networks look, by the text that they were trained on |
| `relay_picture()` | the game: right answers, and the asked pair's share, by hops |
| `errors_table()`, `where_table(window)` | how far theories are off; where influence lies |
| `remedies_table()` | shortcuts |
| `real_picture()`, `story_table()` | a real pretrained model, with windows and without |
| `network(layers, window)`, `game(...)`, `real(...)`, `evidence()` | the numbers themselves |
"""

import functools
import json
from importlib import resources

import numpy as np

from .. import arguments
from ..book.asking import question
from ..book.explorer import Picture
from ..book.kinds import Choice
from ..book.marks import Axis, Figure, Label, Line, Points, Rule, raised, share_in_words
from ..book.tables import Table
from ..paths import reach

NAMES = {"and both": "choices of layers, nothing fitted"}  # where the data's name needs its table
TEXTS = {  # the data's name of a training text, and the page's
    "nothing": "nothing: untrained",
    "independent": "independent bytes",
    "order 1": "1 byte decides",
    "order 2": "2 bytes decide",
    "order 4": "4 bytes decide",
    "source": "Python source",
    "questions 1": "source, 1% questions",
    "questions 5": "source, 5% questions",
    "questions 20": "source, 20% questions",
}


@functools.cache
def evidence():
    """What the book shows of the experiment, as experiments/README.md describes it; do not change it.

    Returns
    -------
    dict: about, language, verdict, kernels, texts, games, remedies, real

    >>> evidence()["about"]["device"]
    'CPU'
    """
    return json.loads((resources.files(__package__) / "trained.json").read_text(encoding="utf-8"))


def network(layers, window):
    """The networks of one shape that were trained on source code, one a seed.

    Parameters
    ----------
    layers, window : int, of a shape that was trained

    Returns
    -------
    dict: `before` and `after` training each have `shares` by window and `within`, the windows that hold 99%,
    a row a seed, and `theories`; `useful` is the useful context in windows, one a seed

    >>> network(6, 32)["useful"]
    [1.0, 1.0, 1.0]
    """
    found = {(one["layers"], one["window"]): one for one in evidence()["language"]}
    if (layers, window) not in found:
        arguments.refuse("layers, window", (layers, window), f"one of {', '.join(map(str, found))}")
    return found[layers, window]


def span(values, how):
    """The least and the most in words; one number where they read alike.

    >>> span([0.52, 0.41], ".1f"), span([0.52, 0.51], ".1f")
    ('0.4 to 0.5', '0.5')
    """
    least, most = (format(of(values), how) for of in (min, max))
    return least if least == most else f"{least.removesuffix('%')} to {most}"


def _shares(decades, label):
    """A log axis from a little above 1 down, with a tick for every second factor of ten."""
    ticks = [(10.0**-k, "1" if k == 0 else f"10{raised(-k)}") for k in range(0, decades + 1, 2)]
    return Axis(label, 10.0**-decades, 3, True, tuple(ticks), reads="share")


def fresh_picture(layers, window):
    """Share by window before training, what the initialiser says of it, and even averaging at its best."""
    found, marks, parts = network(layers, window)["before"], [], []
    for name, role, dash in (("and both", "does", ""), ("even averaging", "could", "dash")):
        expected, words = found["theories"][name], NAMES.get(name, name)
        marks.append(Line(words, role, range(layers), expected["shares"], dash))
        best = f" (best α {np.mean(expected['alpha']):.3f})" if name == "even averaging" else ""
        parts.append(f"[{words}|{words}]{best} by a factor of {10 ** np.mean(expected['decades']):.1f}")
    for seed, shares in enumerate(found["shares"]):
        marks.append(Points(f"measured {seed}", "ink", range(layers), shares, size=4))
    middle = np.mean(found["shares"], axis=0)
    return Picture(
        Figure(
            "A formula with nothing fitted says how a fresh network looks",
            f"{layers} layers, W = {window}, before training, {len(found['shares'])} seeds. Measured (dots): "
            f"{middle[0]:.0%} from the nearest window, {middle[1]:.0%} from the next, "
            f"{share_in_words(middle[-1])} from the last. Off: {', '.join(parts)}.",
            Axis("windows back", layers - 0.6, -0.4, ticks=tuple((k, str(k)) for k in range(layers))),
            _shares(int(-np.log10(middle[-1])) + 2, "share from that window"),
            tuple(marks),
            height=300,
        )
    )


def errors_table():
    """By what factor theories are off before and after training: the least and the most shape."""
    found = [one for one in evidence()["language"] if one["layers"] >= 4]  # with two layers every theory fits
    rows = []
    for name in ("and both", "choices of layers", "Poisson hops", "even averaging", "rule of thumb"):
        row = [NAMES.get(name, name)]
        for when in ("before", "after"):
            own = [one[when]["theories"].get(name) for one in found]
            factors = [10 ** np.mean(theory["decades"]) for theory in own if theory]
            row.append(span(factors, ".1f") if factors else None)
        rows.append(row)
    caption = (
        "By what factor theories are off, for 4 to 8 layers and windows of 16 to 64. "
        "All but the first have one number fitted"
    )
    return Table(rows, ["Theory", "before training", "after training"], caption)


def where_table(window):
    """Where 99% of the influence lies before and after training on source, and how much text is of use."""
    rows = []
    for one in evidence()["language"]:
        if one["window"] == window:
            ends = [np.mean(one[when]["within"]) for when in ("before", "after")]
            rows.append((one["layers"], reach(one["layers"], window) / window, *ends, max(one["useful"])))
    caption = f"In windows of {window} bytes, means over seeds; of use is what changes the loss by "
    caption += f"{evidence()['about']['enough']} nats or more"
    columns = {"Layers": "", "Reach": ".1f", "99% within, fresh": ".2f", "99% within, trained": ".2f"}
    return Table(rows, columns | {"Of use": ".1f"}, caption)


def texts_picture():
    """Where 99% of the influence lies, by the text that networks of one shape were trained on."""
    found, marks, parts = evidence()["texts"], [], []
    places = range(len(found), 0, -1)
    for on, role, off in (("profile", "does", 0.14), ("shuffled", "could", -0.14)):
        rows = [row[on]["within"] for row in found]
        for place, row in zip(places, rows):  # from the least seed to the most
            ends, level = (max(row), min(row)), (place + off, place + off)
            marks.append(Line(f"{on} {place}", role, ends, level, label="", read=False))
        middle = [np.mean(row) for row in rows]
        marks.append(Points(on, role, middle, [place + off for place in places], size=5))
    for row in found:
        if row["text"] in ("nothing", "independent", "order 1", "source", "questions 20"):
            name = TEXTS[row["text"]].removeprefix("nothing: ")
            parts.append(f"{name} ({span(row['profile']['within'], '.1f')})")
    return Picture(
        Figure(
            "Training draws in how far a network looks; the text decides by how much",
            "Windows that hold 99% of the influence, 6 layers, W = 16: [profile|on source] and [shuffled|on "
            f"its bytes, shuffled], means and ends of the seeds. On source, "
            f"by training: {', '.join(parts)}.",
            Axis("windows that hold 99%", 2.6, 0, ticks=tuple((k / 2, f"{k / 2:g}") for k in range(6))),
            Axis("", 0.4, len(found) + 0.6, ticks=tuple(zip(places, (TEXTS[row["text"]] for row in found)))),
            tuple(marks),
            height=300,
        )
    )


def game(layers, pairs=1, kind="relay", steps=1500, window=16):
    """One game's right answers and shares of the asked pair, by hops, a row a seed.

    Parameters
    ----------
    layers, pairs, window : int
    kind : "relay", or "late" where only the last window's questions were paid for
    steps : int, of training; 0 for networks that were not trained

    Returns
    -------
    dict: `right` and `share`

    >>> len(game(2)["share"])
    3
    """
    wanted = dict(layers=layers, pairs=pairs, game=kind, steps=steps, window=window)
    for one in evidence()["games"]:
        if all(one[name] == value for name, value in wanted.items()):
            return one
    arguments.refuse("the game", wanted, "one that was trained")


def relay_picture():
    """The asked pair's share of the influence by the hops to it, trained and not."""
    looks, marks, parts = {6: ("does", ""), 4: ("could", "dash"), 2: ("ink", "dot")}, [], []
    for layers, (role, dash) in looks.items():
        shares = np.array(game(layers)["share"])[:, :-1]  # the last lies beyond the reach
        name, hops = f"{layers} layers", range(1, layers + 1)
        words = "trained: 2, 4 and 6 layers" if layers == 6 else ""  # they lie nearly on one line
        marks += [Line(name, role, hops, shares.mean(0), dash, label=words)]
        marks += [Points(f"{name}, seed {seed}", role, hops, row, size=3) for seed, row in enumerate(shares)]
        parts.append(f"[{name}|{name}] {span(shares[:, -1], '.0%')}")
    fresh = np.mean(game(6, steps=0)["share"], 0)[:-1]
    marks += [Line("6 layers, untrained", "muted", range(1, 7), fresh, "dot")]
    return Picture(
        Figure(
            "In the game one thing travels the whole reach",
            "Share of all influence that the asked pair has, at the end of the reach: "
            f"{', '.join(parts)}; "
            f"[6 layers, untrained|six layers untrained] {share_in_words(fresh[-1])}.",
            Axis("hops to the pair", 6.5, 0.5, ticks=tuple((k, str(k)) for k in range(1, 7))),
            _shares(9, "the pair's share"),
            tuple(marks),
            height=280,
        )
    )


def remedies_table():
    """What the text beyond two and four windows is worth with each remedy, least and most seed."""
    rows = []
    for row in evidence()["remedies"]:
        worth = np.array(row["worth"])[:, :, 0]  # by seed and context
        ends = [span(worth[:, row["contexts"].index(context)], "z.3f") for context in (32, 64)]
        rows.append((row["remedy"], len(worth), *ends))
    columns = ["Six layers, W = 16", "Seeds", "Beyond 32 bytes", "Beyond 64 bytes"]
    return Table(
        rows, columns, f"Nats a byte that far text is worth; windows alone reach {reach(6, 16)} bytes"
    )


# A setting, tuned or not: role and dashes; its name, a share beside which it stands, on which side, how far.
# Full attention, tuned, lies on the one untuned.
REAL_LOOKS = {
    ("full", False): ("ink", "", "full attention, as it was", 0.05, "start", 0, -24),
    ("64", False): ("could", "dash", "W = 64, as it was", 1e-4, "end", -14, 0),
    ("64", True): ("does", "", "W = 64, tuned", 1e-6, "start", 12, 0),
    ("one in six global", True): ("muted", "dot", "1 in 6 global, tuned", 0.012, "start", 12, 24),
}


def real(setting, tuned):
    """What was measured of the real model in one setting, or None where that is missing.

    Parameters
    ----------
    setting : "full", "32", "64", "128" or "one in six global"
    tuned : bool, after training with that setting, or as it was

    Returns
    -------
    dict or None: `beyond` each 16 tokens back; one a seed `texts`, `loss` and `horizon` at 1%, their errors
    over texts, and the chance of a story's name where it was `told` and where the story told an `other`;
    `contexts` and `again`, tables whose rows begin with a number of tokens

    >>> real("64", False)["window"]
    64
    """
    found = [one for one in evidence()["real"] if (one["setting"], one["tuned"]) == (setting, tuned)]
    return found[0] if found else None


def said(one):
    """A setting in words."""
    words = {"full": "full attention", "one in six global": "W = 64, every sixth layer global"}
    return f"{words.get(one['setting'], 'W = ' + one['setting'])}, {'tuned' if one['tuned'] else 'as it was'}"


def real_picture():
    """Influence from beyond each distance in the real model, with windows and without."""
    marks, parts, far = [Rule("reach", "muted", reach(30, 64), label="")], [], reach(30, 64)
    for (setting, tuned), (role, dash, short, share, anchor, dx, dy) in REAL_LOOKS.items():
        one = real(setting, tuned)
        if one:
            name, shares = said(one), np.array(one["beyond"][:-1])
            back = 16 * np.arange(1, len(shares) + 1)
            marks.append(Line(name, role, back, np.maximum(shares, 1e-30), dash, label=""))
            place = int(back[np.argmax(shares < share)]), share
            marks.append(Label(f"{name}: name", role, short, *place, anchor, dx, dy))
            parts.append(f"[{name}|{name}]: {span(one['horizon'], ',')} tokens")
    return Picture(
        Figure(
            f"A real model could see {far:,} tokens through its windows, and sees few of them",
            f"Influence from beyond; the line is the [reach|reach] of 30 windows of 64, {far:,} tokens. "
            f"99% within: {'; '.join(parts)}.",
            Axis("tokens back", 2048, 0, ticks=tuple((k, f"{k:,}") for k in range(0, 2001, 500))),
            _shares(7, "influence from beyond"),
            (*marks, Label("edge", "muted", "the reach", far, 1e-4, "start", dx=8)),
            height=300,
        )
    )


def _with_error(means, errors, how):
    """The least and the most seed, and the largest standard error over texts: "2.70 to 2.74 ±0.12"."""
    return f"{span(means, how)} ±{max(errors):{how}}"


def real_table():
    """The real model, setting by setting: loss and horizon."""
    rows = []
    for one in evidence()["real"]:
        ends = [
            _with_error(one["loss"], one["loss error"], ".2f"),
            _with_error(one["horizon"], one["horizon error"], ",.0f"),
        ]
        rows.append((said(one), one["steps"], one["seeds"], span(one["texts"], ""), *ends))
    columns = ["Model", "Steps", "Seeds", "Texts", "Loss (nats)", "99% within (tokens)"]
    caption = "SmolLM2-135M, held-out texts of 2,048 tokens: least and most seed, ± the error over texts"
    return Table(rows, columns, caption)


def story_table():
    """What chance the real model gives a story's name, and what text beyond 64 tokens is worth to it."""
    rows = []
    for one in evidence()["real"]:
        ends = [{share_in_words(of(one[name])): 0 for of in (min, max)} for name in ("told", "other")]
        worth = [f"{more:z.2f} ±{error:.2f}" for n, more, error in one.get("contexts", []) if n == 64]
        if worth and one["contexts: texts"] != one["texts"]:
            worth[0] += f", {span(one['contexts: texts'], '')} texts"
        rows.append((said(one), one["steps"], one["seeds"], *map(" to ".join, ends), *(worth or [None])))
    columns = ["Model", "Steps", "Seeds", "The story named it", "Another name was told"]
    columns.append("Beyond 64 tokens worth (nats)")
    near, far = evidence()["real"][0]["distance"]
    caption = f"Chance of a name told {near:.0f} to {far:.0f} tokens before, geometric mean of ten stories"
    return Table(rows, columns, caption)


def again_table():
    """What changes where the caches are dropped and only the last tokens are read again."""
    one = real("64", True)
    rows = [(int(row[0]), row[1], row[2], row[-1]) for row in one["again"] if row[0] <= 192]
    columns = {"Read again (tokens)": "", "Change (nats)": ".4f", "Standard error": ".4f"}
    columns |= {"Influence from beyond": ".4f"}
    caption = f"W = 64, tuned: how far the next tokens' distribution moves; exact from {reach(30, 64):,} on. "
    caption += f"{one['seeds']} seed{'s' * (one['seeds'] > 1)}, {span(one['again: texts'], '')} texts"
    return Table(rows, columns, caption)


# Questions


def _likelier(one):
    """How many times likelier a name is where the story told it than where it told another."""
    return np.exp(np.mean(np.log(one["told"])) - np.mean(np.log(one["other"])))


@question(
    "A_trained.ipynb#a-real-model",
    Choice("as with full attention", "less, but some", "as if it had not been told"),
)
def name_in_reach():
    """What chance a name told more than two windows before gets in the tuned model, W = 64."""
    windows, full = (_likelier(real(setting, True)) for setting in ("64", "full"))
    right = "as with full attention" if windows >= full else "less, but some"
    yield "as if it had not been told" if windows < 1.5 else right
    yield "as with full attention", "So it would be if whatever is reached were used. Reach promises nothing."
    yield "less, but some", "A little influence does come from there. But influence is not use either."


@question("A_trained.ipynb#a-real-model", Choice("reach", "influence", "use"))
def tuning_buys():
    """What tuning changes where every sixth layer is global: reach, influence or use."""
    before, after = (real("one in six global", tuned) for tuned in (False, True))
    times = {"reach": 1.0, "influence": np.mean(after["horizon"]) / np.mean(before["horizon"])}
    times["use"] = _likelier(after) / _likelier(before)
    yield max(times, key=times.get)
    yield "reach", "Reach is a matter of windows and layers, and tuning changes neither."
    yield "influence", "Look at the table: 99% of the influence lay about as far off before the tuning."
