"""And real networks? What was measured in networks, drawn. `experiments/` trained them and measured.

Every number follows from `trained.json` beside this file, which `experiments/shown.py` writes: theory is
computed there already. A mark stands at the mean over the seeds, its bar goes from the least to the most.

What notebooks call:

| call | shows |
|---|---|
| `fresh_picture(layers, window)`, `trained_picture(layers, window)` | shares by window, and theories |
| `texts_picture()` | how far networks look, by the text that they were trained on |
| `relay_picture()` | the game: right answers, and the asked pair's share, by hops |
| `errors_table()`, `where_table(window)`, `judged_table()` | how far theories are off; where influence lies |
| `texts_table()`, `game_table()`, `remedies_table()` | what they were trained on; the game; shortcuts |
| `network(layers, window)`, `evidence()` | the numbers themselves |
"""

import functools
import json
from importlib import resources

import numpy as np

from .. import arguments
from ..book.style import BLUE, COLOURS, GREEN, GREY, LINES, ORANGE, PINK, RED, Picture, label, picture, sheet
from ..book.tables import Table
from ..paths import reach

LOOKS = {  # a theory's colour and dashes
    "even averaging": (BLUE, "-"),
    "rule of thumb": (RED, "--"),
    "choices of layers": (GREEN, "-."),
    "Poisson hops": (PINK, ":"),
    "and both": (GREEN, "-."),
}
NAMES = {"and both": "choices of layers, nothing fitted"}  # where the data's name needs its table
TEXTS = {  # the data's name of a training text, and the page's
    "nothing": "nothing: untrained",
    "independent": "independent bytes",
    "order 1": "1 byte decides the next",
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
    dict: about, language, verdict, kernels, texts, games, remedies

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


def _bars(axes, x, rows, **style):
    """Mean over the seeds (rows), with a bar from the least to the most."""
    rows = np.asarray(rows, float)
    middle = rows.mean(0)
    axes.errorbar(x, middle, yerr=[middle - rows.min(0), rows.max(0) - middle], capsize=3, **style)


def _span(values, how):
    """The least and the most in words, "0.4 to 0.5"; one number where they read alike."""
    least, most = (format(of(values), how) for of in (min, max))
    return least if least == most else f"{least.removesuffix('%')} to {most}"


def _by_window(layers, window, when, names):
    """Measured shares by window, and theories, each with its own best number; now is on the right."""
    found = network(layers, window)[when]
    back = np.arange(layers)
    figure, axes = sheet(3.6)
    parts = []
    for name in names:
        colour, dashes = LOOKS[name]
        expected, words = found["theories"][name], NAMES.get(name, name)
        if name in ("even averaging", "rule of thumb"):
            words += f", best α {np.mean(expected['alpha']):.3f}"
        axes.semilogy(back, expected["shares"], linestyle=dashes, color=colour, label=words)
        parts.append(f"{words}, by a factor of {10 ** np.mean(expected['decades']):.1f}")
    shares = np.array(found["shares"])
    middle = shares.mean(0)
    _bars(axes, back, shares, fmt="D", color="black", label=f"measured, {len(shares)} seeds", zorder=3)
    axes.set(ylim=(middle[-1] / 100, 3), xticks=back)
    axes.invert_xaxis()
    label(axes, "windows back", "share from that window")
    axes.legend()
    return Picture(
        figure,
        f"Measured influence by window on a log scale, {layers} layers, W = {window}, {when} training: "
        f"{middle[0]:.2f} from the nearest window, {middle[1]:.2g} from the next, {middle[-1]:.1e} from the "
        f"last. Each theory is off: {'; '.join(parts)}.",
        setting=f"L = {layers}, W = {window}, {when} training",
    )


@picture("A fresh network obeys a law, with nothing fitted")
def fresh_picture(layers, window):
    """Share by window before training, what its initialiser says, and even averaging at its best."""
    return _by_window(layers, window, "before", ("and both", "even averaging"))


@picture("With a number fitted, choices of layers still come near")
def trained_picture(layers, window):
    """Share by window after training on source, and every theory with its own best number."""
    names = ("choices of layers", "Poisson hops", "even averaging", "rule of thumb")
    return _by_window(layers, window, "after", names)


def errors_table():
    """By what factor theories are off before and after training: the least and the most shape."""
    found = [one for one in evidence()["language"] if one["layers"] >= 4]
    rows = []
    for name in ("and both", "choices of layers", "Poisson hops", "even averaging", "rule of thumb"):
        row = [NAMES.get(name, name)]
        for when in ("before", "after"):
            for depth in (4, 6, 8):
                own = [one[when]["theories"].get(name) for one in found if one["layers"] == depth]
                factors = [10 ** np.mean(theory["decades"]) for theory in own if theory]
                row.append(_span(factors, ".1f") if factors else None)
        rows.append(row)
    heads = [f"{layers} layers, {when}" for when in ("before", "after") for layers in (4, 6, 8)]
    caption = "Off by a factor of; windows of 16 to 64. All but the first have one number fitted"
    return Table(rows, ["Theory", *heads], caption)


def judged_table():
    """Four rules that compose a trained network's own kernels, under the mark that was set before."""
    own = [one for one in evidence()["verdict"] if (one["when"], one["shares"]) == ("after", "all")]
    rows = [(one["rule"], 10 ** one["by window"], one["failed in"], one["verdict"]) for one in own]
    columns = {"Rule": "", "Off by a factor of, at worst": ".1f", "Fails in": "", "Verdict": ""}
    return Table(rows, columns, f"Nothing fitted, {evidence()['kernels']['networks']} trained networks")


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


@picture("A network looks as far as its training text depended")
def texts_picture():
    """Where 99% of the influence lies, by the text that networks of one shape were trained on."""
    found = evidence()["texts"]
    figure, axes = sheet(3.4)
    places, parts = -np.arange(len(found)), []
    looks = {
        "profile": ("on source", BLUE, "o", 0.12),
        "shuffled": ("on its bytes, shuffled", ORANGE, "s", -0.12),
    }
    for on, (words, colour, marker, off) in looks.items():
        rows = [np.array(row[on]["within"]) for row in found]
        middle = np.array([row.mean() for row in rows])
        ends = [middle - [row.min() for row in rows], [row.max() for row in rows] - middle]
        axes.errorbar(middle, places + off, xerr=ends, fmt=marker, color=colour, capsize=3, label=words)
    for row in found:
        both = (np.mean(row[on]["within"]) for on in looks)
        parts.append("{}, {:.2f} and {:.2f}".format(TEXTS[row["text"]], *both))
    axes.set(xlim=(2.6, 0), yticks=places)
    axes.set_yticklabels([TEXTS[row["text"]] for row in found])
    label(axes, "windows that hold 99% of the influence", "")
    axes.legend()
    return Picture(
        figure,
        "Windows that hold 99% of the influence, means over the seeds, on source and on its bytes shuffled, "
        f"by what a network of 6 layers, W = 16, was trained on: {'; '.join(parts)}.",
    )


def texts_table():
    """Numbers of the picture, with what comes from beyond two windows."""
    rows = []
    for row in evidence()["texts"]:
        own = [len(row["loss"])]
        for on in ("profile", "shuffled"):
            own += [np.mean(row[on]["within"]), np.mean(row[on]["beyond"])]
        rows.append((TEXTS[row["text"]], *own))
    columns = {"Trained on": "", "Seeds": "", "99% within (windows)": ".2f", "Beyond 2 W": ".2%"}
    columns |= {"99% within, shuffled": ".2f", "Beyond 2 W, shuffled": ".2%"}
    caption = (
        "6 layers, W = 16, measured on held-out source; means over the seeds. In source with questions a "
    )
    caption += f"note stands every {evidence()['about']['note_every']} bytes"
    return Table(rows, columns, caption)


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


@picture("In the game one thing travels the whole reach")
def relay_picture():
    """The asked pair's share of the influence by hops, trained and not; and right answers."""
    figure, panels = sheet(3.4, columns=2)
    parts = []
    for place, layers in enumerate((2, 4, 6)):
        own, look = game(layers), dict(color=COLOURS[place], linestyle=LINES[place], marker="osD"[place])
        hops = np.arange(1, layers + 2)
        _bars(panels[0], hops, own["right"], label=f"{layers} layers", **look)
        shares = np.array(own["share"])[:, :-1]
        _bars(panels[1], hops[:-1], shares, label=f"{layers} layers", **look)
        right = ", ".join(f"{rate:.0%}" for rate in np.mean(own["right"], axis=0))
        parts.append(f"{layers} layers, right {right}, and the pair's share {layers} hops back "
                     f"{_span(shares[:, -1], '.0%')}")  # fmt: skip
    fresh = np.array(game(6, steps=0)["share"])[:, :-1]
    _bars(
        panels[1], np.arange(1, 7), fresh, label="6 layers, untrained", color=GREY, linestyle=":", marker="^"
    )
    parts.append(f"6 layers untrained, share {', '.join(f'{one:.1g}' for one in fresh.mean(0))}")
    panels[0].set(xticks=range(1, 8), ylim=(0, 1.05))
    panels[1].set(xticks=range(1, 7), yscale="log")
    label(panels[0], "hops needed", "", panel="right answers")
    label(panels[1], "hops needed", "", panel="the asked pair's share of the influence")
    panels[1].legend()
    return Picture(
        figure,
        "Right answers by hops needed, the last number beyond the reach, where one guess in 16 is right: "
        f"{'; '.join(parts)}.",
    )


def game_table():
    """Right answers and the asked pair's share in every game, nearest and farthest hop."""
    rows = []
    for one in evidence()["games"]:
        full = one["window"] != 16
        name = f"{one['pairs']} pair{'s' * (one['pairs'] > 1)}, {one['layers']} layers"
        name += ", full attention" if full else ", last window paid" if one["game"] == "late" else ""
        name += {0: ", untrained", 1500: ""}.get(one["steps"], f", {one['steps']:,} steps")
        inside = slice(None) if full or one["game"] == "late" else slice(None, -1)  # not what lies beyond
        right, share = (np.array(one[what])[:, inside] for what in ("right", "share"))
        ends = [_span(values[:, end], ".2g" if not one["steps"] else ".0%")
                for values in (right, share) for end in (0, -1)]  # fmt: skip
        rows.append((name, len(right), share.shape[1], *ends))
    columns = ["Game", "Seeds", "Hops, at most", "Right, nearest", "Right, farthest", "Share, nearest"]
    return Table(
        rows, [*columns, "Share, farthest"], "The game of pairs, W = 16; the least and the most seed"
    )


def remedies_table():
    """What the text beyond two and four windows is worth with each remedy, least and most seed."""
    rows = []
    for row in evidence()["remedies"]:
        worth = np.array(row["worth"])[:, :, 0]  # by seed and context
        ends = [_span(worth[:, row["contexts"].index(context)], "z.3f") for context in (32, 64)]
        rows.append((row["remedy"], len(worth), *ends))
    columns = ["Six layers, W = 16", "Seeds", "Beyond 32 bytes", "Beyond 64 bytes"]
    return Table(
        rows, columns, f"Nats a byte that far text is worth; windows alone reach {reach(6, 16)} bytes"
    )
