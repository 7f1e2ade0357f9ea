"""And real networks? What was measured in networks, drawn. `experiments/` trained them and measured.

Every number follows from `trained.json` beside this file, which `experiments/shown.py` writes: theory is
computed there already. A mark stands at the mean over the seeds, its bar goes from the least to the most.
"""

import functools
import json
from importlib import resources

import numpy as np

from .. import arguments, reach
from ..book.asking import question
from ..book.kinds import Choice
from ..book.marks import Axis, Line, Points, Rule, share_in_words
from ..book.tables import Table
from .stack import back_axis, picture, share_axis, ticks

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

    Returns dict: about, language, composed, texts, games, remedies, real, predicted

    >>> evidence()["about"]["device"]
    'CPU'
    """
    return json.loads((resources.files(__package__) / "trained.json").read_text(encoding="utf-8"))


def measured(part, **settings):
    """What was measured in one setting: the first row of a part of the evidence that has these settings.

    Returns dict, lists with a value a seed. A part has

    - language (layers, window): `before` and `after` training on source the `shares` by window, `within`, the
      windows that hold 99%, `theories`, and from six layers on the `cosine` between what arrives over
      different tokens; `useful` is the useful context in windows
    - composed (when: "before" or "after" training, rule by which the layers' own kernels are put together):
      the `worst` errors of so many `networks`, in decades, by window, of all shares and of those above 1e-5,
      and by token; in how many it `failed`, by all shares and by those; and the `verdict`
    - games (layers, pairs, window, steps, game: "relay", or "late" if only the last window's questions were
      paid for): the answers that were `right`, and the asked pair's `share`, by hops
    - real (setting, tuned): `beyond` each 16 tokens back; `texts`, `loss` and `horizon` at 1%, their errors
      over texts, and the chance of a story's name where it was `told` and where the story told an `other`;
      where measured, `contexts` and `again`, tables whose rows begin with a number of tokens

    >>> measured("language", layers=6, window=32)["useful"]
    [1.0, 1.0, 1.0]
    """
    for row in evidence()[part]:
        if all(row[name] == value for name, value in settings.items()):
            return row
    names = sorted({str(tuple(row[name] for name in settings)) for row in evidence()[part]})
    arguments.refuse(", ".join(settings), (*settings.values(),), f"one of {', '.join(names)}")


def span(values, how):
    """The least and the most in words; one number where they read alike.

    >>> span([0.52, 0.41], ".1f"), span([0.52, 0.51], ".1f")
    ('0.4 to 0.5', '0.5')
    """
    least, most = (format(of(values), how) for of in (min, max))
    return least if least == most else f"{least.removesuffix('%')} to {most}"


def fresh_picture(layers, window):
    """Share by window before training, what the initialiser says of it, and even averaging at its best."""
    found = measured("language", layers=layers, window=window)["before"]
    free, even = found["theories"]["and both"], found["theories"]["even averaging"]
    off_free, off_even = (10 ** np.mean(theory["decades"]) for theory in (free, even))
    middle, words = np.mean(found["shares"], axis=0), NAMES["and both"]
    seeds, back = enumerate(found["shares"]), range(layers)
    return picture(
        "A formula with nothing fitted says how a fresh network looks",
        f"{layers} layers, W = {window}, before training, {len(found['shares'])} seeds. Measured (dots): "
        f"{middle[0]:.0%} from the nearest window, {middle[1]:.0%} from the next, "
        f"{share_in_words(middle[-1])} from the last. Off: [{words}|{words}] by a factor of "
        f"{off_free:.1f}, [even averaging|even averaging] (best α {np.mean(even['alpha']):.3f}) by a "
        f"factor of {off_even:.1f}.",
        Axis("windows back", layers - 0.6, -0.4, ticks=ticks(back)),
        share_axis("share from that window", middle[-1] / 100, 3),
        (
            Line(words, "does", back, free["shares"]),
            Line("even averaging", "could", back, even["shares"], "dash"),
            *(Points(f"measured {seed}", "ink", back, shares, size=4) for seed, shares in seeds),
        ),
        height=300,
    )


def where_table(window):
    """Where 99% of the influence lies before and after training on source, and how much text is of use."""
    rows = []
    for one in evidence()["language"]:
        if one["window"] == window:
            ends = [np.mean(one[when]["within"]) for when in ("before", "after")]
            rows.append((one["layers"], reach(one["layers"], window) / window, *ends, max(one["useful"])))
    caption = f"In windows of {window} bytes, means over seeds; of use, the most of them, is what changes "
    caption += f"the loss by {evidence()['about']['enough']} nats or more"
    columns = {"Layers": "", "Reach": ".1f", "99% within, fresh": ".2f", "99% within, trained": ".2f"}
    return Table(rows, columns | {"Of use": ".1f"}, caption)


def texts_picture():
    """Where 99% of the influence lies, by the text that networks of one shape were trained on."""
    found, marks = evidence()["texts"], []
    places = range(len(found), 0, -1)
    for on, role, off in (("profile", "does", 0.14), ("shuffled", "could", -0.14)):
        rows, heights = [row[on]["within"] for row in found], [place + off for place in places]
        for place, row, height in zip(places, rows, heights):  # from the least seed to the most
            ends = (max(row), min(row)), (height, height)
            marks.append(Line(f"{on} {place}", role, *ends, label="", read=False))
        marks.append(Points(on, role, [np.mean(row) for row in rows], heights, size=5))
    told = ("nothing", "independent", "order 1", "source", "questions 20")
    ends = {TEXTS[row["text"]]: span(row["profile"]["within"], ".1f") for row in found if row["text"] in told}
    parts = [f"{name.removeprefix('nothing: ')} ({within})" for name, within in ends.items()]
    return picture(
        "Training draws in how far a network looks; the text decides by how much",
        "Windows that hold 99% of the influence, 6 layers, W = 16: [profile|on source] and [shuffled|on "
        f"its bytes, shuffled], means and ends of the seeds. On source, by training: {', '.join(parts)}.",
        Axis("windows that hold 99%", 2.6, 0, ticks=ticks((0, 0.5, 1, 1.5, 2, 2.5), "g")),
        Axis("", 0.4, len(found) + 0.6, ticks=tuple(zip(places, (TEXTS[row["text"]] for row in found)))),
        tuple(marks),
        height=300,
    )


GAME = {"pairs": 1, "window": 16, "game": "relay"}


def relay_picture():
    """The asked pair's share of the influence by the hops to it, trained and not."""
    marks, parts = [], []
    for layers, role, dash in ((6, "does", ""), (4, "could", "dash"), (2, "ink", "dot")):
        found = measured("games", **GAME, layers=layers, steps=1500)["share"]
        shares = np.array(found)[:, :-1]  # the last lies beyond the reach
        name, hops = f"{layers} layers", range(1, layers + 1)
        words = "trained: 2, 4 and 6 layers" if layers == 6 else ""  # they lie nearly on one line
        marks += [Line(name, role, hops, shares.mean(0), dash, label=words)]
        marks += [Points(f"{name}, seed {seed}", role, hops, row, size=3) for seed, row in enumerate(shares)]
        parts.append(f"[{name}|{name}] {span(shares[:, -1], '.0%')}")
    fresh = np.mean(measured("games", **GAME, layers=6, steps=0)["share"], 0)[:-1]
    marks += [Line("6 layers, untrained", "muted", range(1, 7), fresh, "dot")]
    return picture(
        "In the game one thing travels the whole reach",
        f"Share of all influence that the asked pair has, at the end of the reach: {', '.join(parts)}; "
        f"[6 layers, untrained|six layers untrained] {share_in_words(fresh[-1])}.",
        Axis("hops to the pair", 6.5, 0.5, ticks=ticks(range(1, 7))),
        share_axis("the pair's share", 1e-9, 3),
        tuple(marks),
        height=280,
    )


def said(one):
    """A setting in words."""
    words = {"full": "full attention", "one in six global": "W = 64, every sixth layer global"}
    return f"{words.get(one['setting'], 'W = ' + one['setting'])}, {'tuned' if one['tuned'] else 'as it was'}"


REAL_LOOKS = {  # full attention, tuned, lies on the one untuned
    ("full", False): ("ink", "", "full attention, as it was"),
    ("64", False): ("could", "dash", "W = 64, as it was"),
    ("64", True): ("does", "", "W = 64, tuned"),
    ("one in six global", True): ("muted", "dot", "1 in 6 global, tuned"),
}


def real_picture():
    """Influence from beyond each distance in the real model, with windows and without."""
    marks, parts, far = [], [], reach(30, 64)
    for (setting, tuned), (role, dash, short) in REAL_LOOKS.items():
        one = measured("real", setting=setting, tuned=tuned)
        name, shares = said(one), np.array(one["beyond"][:-1])
        back = 16 * np.arange(1, len(shares) + 1)
        marks.append(Line(name, role, back, np.maximum(shares, 1e-30), dash, label=short))
        parts.append(f"[{name}|{name}]: {span(one['horizon'], ',')} tokens")
    return picture(
        f"A real model could see {far:,} tokens through its windows, and sees few of them",
        f"Influence from beyond; the line is the [reach|reach] of 30 windows of 64, {far:,} tokens. "
        f"99% within: {'; '.join(parts)}.",
        back_axis(2048, 500),
        share_axis("influence from beyond", 1e-7, 3),
        (Rule("reach", "muted", far, label="the reach"), *marks),
        height=300,
    )


def real_table():
    """The real model, setting by setting: loss and horizon."""
    rows = []
    for one in evidence()["real"]:
        ends = [
            f"{span(one[name], how)} ±{max(one[f'{name} error']):{how}}"
            for name, how in (("loss", ".2f"), ("horizon", ",.0f"))
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
        rows.append((said(one), one["steps"], one["seeds"], *map(" to ".join, ends), *(worth or [None])))
    columns = ["Model", "Steps", "Seeds", "The story named it", "Another name was told"]
    columns.append("Beyond 64 tokens worth (nats)")
    near, far = evidence()["real"][0]["distance"]
    caption = f"Chance of a name told {near:.0f} to {far:.0f} tokens before, geometric mean of ten stories"
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
    windows, full = (_likelier(measured("real", setting=one, tuned=True)) for one in ("64", "full"))
    right = "as with full attention" if windows >= full else "less, but some"
    yield "as if it had not been told" if windows < 1.5 else right
    yield "as with full attention", "So it would be if whatever is reached were used. Reach promises nothing."
    yield "less, but some", "A little influence does come from there. But influence is not use either."


@question("A_trained.ipynb#a-real-model", Choice("reach", "influence", "use"))
def tuning_buys():
    """What tuning changes where every sixth layer is global: reach, influence or use."""
    before, after = (measured("real", setting="one in six global", tuned=tuned) for tuned in (False, True))
    times = {"reach": 1.0, "influence": np.mean(after["horizon"]) / np.mean(before["horizon"])}
    times["use"] = _likelier(after) / _likelier(before)
    yield max(times, key=times.get)
    yield "reach", "Reach is a matter of windows and layers, and tuning changes neither."
    yield "influence", "Look at the table: 99% of the influence lay about as far off before the tuning."
