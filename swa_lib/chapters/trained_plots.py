"""Figures of the experiment: what was measured in trained models, and theory beside it.

Every number, in the drawing and in its description, follows from `trained.json`.
A mark stands at the mean over seeds; its bar goes from the smallest to the
largest of them.
"""

import numpy as np

from ..book.style import (
    BLUE,
    COLOURS,
    GREEN,
    GREY,
    LINES,
    MARKERS,
    ORANGE,
    RED,
    Picture,
    label,
    picture,
    sheet,
)
from ..horizons import beyond, horizon
from ..paths import reach
from ..trained import by_window, experiment, fits, runs, shapes, theory

LOOKS = {
    "all paths": (BLUE, "-", "o"),
    "one path": (RED, "--", "s"),
    "Gaussian": (ORANGE, ":", "^"),
    "layer choices": (GREEN, "-.", "D"),
}
WORDS = {"all paths": "even averaging", "one path": "rule of thumb"}  # what readers call these theories
STATES = {"at_start": "before training", "at_end": "after training"}


def _bars(axes, x, values, **style):
    """Mean over the seeds (rows), with a bar from the smallest to the largest."""
    values = np.asarray(values)
    middle = values.mean(0)
    axes.errorbar(x, middle, yerr=[middle - values.min(0), values.max(0) - middle], capsize=3, **style)


def _look(place):
    """Colour, dashes and marker of the n-th series."""
    return dict(color=COLOURS[place], linestyle=LINES[place], marker=MARKERS[place])


def _pairs(count):
    return f"{count} pair{'s' if count > 1 else ''}"


@picture("The measured line bends, the rule cannot")
def measured_picture(layers, window, when="at_end", names=("all paths", "one path", "Gaussian")):
    """Share by window in trained models, and theories, each with its own best alpha."""
    shares = [
        by_window(run[when]["profile"], window) for run in runs("language", layers=layers, window=window)
    ]
    back = np.arange(layers)
    figure, axes = sheet(3.6)
    parts = []
    for name in names:
        colour, dashes, _ = LOOKS[name]
        alpha, decades = fits(name, layers, window, when).mean(0)
        axes.semilogy(
            back,
            theory(name, layers, window, alpha),
            dashes,
            color=colour,
            label=f"{WORDS.get(name, name)}, best alpha {alpha:.3f}",
        )
        parts.append(f"{WORDS.get(name, name)} (alpha {alpha:.3f}) by a factor of {10**decades:.1f}")
    _bars(axes, back, shares, fmt="D", color="black", label=f"measured, {len(shares)} seeds", zorder=3)
    middle = np.mean(shares, axis=0)
    axes.set(ylim=(middle[-1] / 100, 3), xticks=back)
    label(axes, "windows back", "share from that window")
    axes.legend()
    return Picture(
        figure,
        f"Measured influence by window on a log scale, {layers} layers, W = {window}, {STATES[when]}: "
        f"{middle[0]:.2f} from the nearest window, {middle[1]:.2g} from the next, {middle[-1]:.1e} from the "
        f"last. Each theory with its best alpha is off: {', '.join(parts)}.",
        setting=f"L = {layers}, W = {window}, {STATES[when]}",
    )


@picture("Trained to relay, a stack uses its whole reach for one thing")
def relay_picture():
    """Right answers by hops: one thing goes the whole reach, many do not."""
    found = runs("relay", window=experiment()["about"]["settings"]["relay_window"], long=False)
    depths, counts = sorted({run["layers"] for run in found}), sorted({run["pairs"] for run in found})
    figure, panels = sheet(3.2, columns=len(depths), sharey=True)
    parts = []
    for axes, layers in zip(panels, depths):
        for i, pairs in enumerate(counts):
            these = [run for run in found if (run["layers"], run["pairs"]) == (layers, pairs)]
            rates = np.array([run["accuracy_by_hops"] for run in these])
            _bars(axes, np.arange(1, layers + 2), rates, label=_pairs(pairs), **_look(i))
            parts.append(f"L = {layers}, {pairs}: {', '.join(f'{rate:.0%}' for rate in rates.mean(0))}")
        axes.axvspan(layers + 0.5, layers + 1.5, color="#dddddd", zorder=0)
        axes.axhline(found[0]["chance"], color=GREY, linewidth=0.8)
        axes.set(xticks=range(1, layers + 2), xlim=(0.5, layers + 1.5), ylim=(0, 1.05))
        first = layers == depths[0]
        label(axes, "hops needed", "share of right answers" if first else "", panel=f"L = {layers}")
    panels[0].legend(fontsize=8)
    return Picture(
        figure,
        f"Right answers by hops needed; the last number, on grey, lies beyond the reach, and guessing gives "
        f"{found[0]['chance']:.0%}. Layers, pairs: {'; '.join(parts)}.",
    )


@picture("With a remedy, influence comes from beyond the windows' horizon")
def remedies_picture():
    """Influence from beyond each distance, with and without a remedy, at equal parameters."""
    shape = {name: experiment()["remedies"][0][name] for name in ("layers", "window")}
    figure, axes = sheet(3.6)
    far = pure_horizon(0.01)
    parts = []
    measured = {run["remedy"] for run in experiment()["remedies"]}
    shown = [remedy for remedy in ("global layer", "dilated heads", "memory tokens") if remedy in measured]
    for i, remedy in enumerate(["none", *shown]):
        found = runs("language" if remedy == "none" else "remedies", remedy=remedy, **shape)
        name = "windows alone" if remedy == "none" else remedy
        tails = np.array([beyond(run["at_end"]["profile"]) for run in found])
        back, inner = np.arange(1, tails.shape[1]), tails[:, :-1]  # the last entry is 0: no place on log axes
        axes.semilogy(back, inner.mean(0), LINES[i], color=COLOURS[i], label=name)
        few = slice(None, None, 4)  # every byte of a shaded band would be written into the page
        axes.fill_between(
            back[few], inner.min(0)[few], inner.max(0)[few], color=COLOURS[i], alpha=0.2, linewidth=0
        )
        parts.append(f"{name} {tails.mean(0)[far]:.2%}")
    axes.axvline(far, color=GREY, linestyle="-.", label="1% horizon of windows alone")
    axes.set(ylim=(1e-6, 1.5))
    label(axes, "distance (bytes)", "influence from beyond")
    axes.legend(fontsize=8)
    return Picture(
        figure,
        f"Falling curves on a log scale, {shape['layers']} layers, W = {shape['window']}. From beyond the "
        f"{far} bytes where windows alone have 1% left: {', '.join(parts)}.",
    )


def pure_horizon(tolerance):
    """Horizon measured in the model without a remedy, mean over seeds, in whole tokens."""
    shape = {name: experiment()["remedies"][0][name] for name in ("layers", "window")}
    return round(np.mean([horizon(run["at_end"]["profile"], tolerance) for run in runs("language", **shape)]))


def useful_windows(layers, window):
    """Windows of text from which on more text changes the loss by less than 0.005 nats, one per seed."""
    found = [run["useful"] for run in runs("language", layers=layers, window=window)]
    counted = [np.flatnonzero(np.abs(np.array(use["loss"]) - use["loss"][-1]) >= 0.005)[-1] for use in found]
    return [use["contexts"][last + 1] / window for use, last in zip(found, counted)]


def relayed_windows(layers, window):
    """Hops over which one pair is relayed with at least 95% right answers in every seed."""
    found = runs("relay", layers=layers, window=window, pairs=1, long=False)
    worst = np.min([run["accuracy_by_hops"] for run in found], axis=0)
    return int(np.argmin(worst >= 0.95))


@picture("Text leaves two windows, a game uses the whole reach")
def stack_or_text_picture(window):
    """How far the same stacks see: what they could, what a game gets out of them, what text does."""
    depths = sorted({layers for layers, wide in shapes("language") if wide == window})
    games = sorted({run["layers"] for run in runs("relay", window=window, pairs=1)})
    figure, axes = sheet(2.5)
    edge = [reach(layers, window) / window for layers in depths]
    axes.plot(depths, edge, ":", color=GREY, label="the edge: L(W-1)")
    one = [relayed_windows(layers, window) for layers in games]
    gone = [reach(hops, window) / window for hops in one]
    axes.plot(games, gone, linestyle="", marker="s", color=RED, label="trained on the game: answered")
    parts = [f"one pair relayed over {', '.join(map(str, one))} hops by {', '.join(map(str, games))} layers"]
    for place, (when, state) in enumerate({"at_start": "untrained", "at_end": "trained on text"}.items()):
        ends = [
            [
                horizon(run[when]["profile"], 0.01) / window
                for run in runs("language", layers=n, window=window)
            ]
            for n in depths
        ]
        look = dict(color=(GREEN, BLUE)[place], linestyle=("-.", "-")[place], marker="^o"[place])
        _bars(axes, depths, np.transpose(ends), label=f"{state}: 99% of the influence", **look)
        parts.append(f"{state}, 99% of the influence within {', '.join(f'{np.mean(e):.1f}' for e in ends)}")
    needed = [useful_windows(n, window) for n in depths]
    look = dict(color=ORANGE, linestyle="--", marker="D")
    _bars(axes, depths, np.transpose(needed), label="trained on text: useful context", **look)
    parts.append(f"of use for the loss: {', '.join(f'{np.mean(e):.1f}' for e in needed)}")
    axes.set(xticks=depths, ylim=(0, depths[-1] + 0.5))
    label(axes, "layers", "windows back")
    axes.legend(loc="upper left", fontsize=8)
    return Picture(
        figure,
        f"Windows back against {', '.join(map(str, depths))} layers, W = {window}. The edge, L(W-1), grows "
        f"in step; {'; '.join(parts)}.",
        setting=f"W = {window}",
    )
