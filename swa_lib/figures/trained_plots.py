"""Figures of the experiment: what was measured in trained models, and theory beside it.

Every number, in the drawing and in its description, follows from `trained.json`.
A mark stands at the mean over seeds; its bar goes from the smallest to the
largest of them.
"""

import numpy as np

from ..horizons import beyond, horizon
from ..profile import influence
from ..trained import by_window, experiment, fits, runs, theory
from .plots import BLUE, COLOURS, GREEN, GREY, LINES, ORANGE, RED, Picture, _label, _sheet, _styled

LOOKS = {
    "all paths": (BLUE, "-", "o"),
    "one path": (RED, "--", "s"),
    "Gaussian": (ORANGE, ":", "^"),
    "layer choices": (GREEN, "-.", "D"),
}


def _bars(axes, x, values, **style):
    """Mean over the seeds (rows), with a bar from the smallest to the largest."""
    values = np.asarray(values)
    middle = values.mean(0)
    axes.errorbar(x, middle, yerr=[middle - values.min(0), values.max(0) - middle], capsize=3, **style)


@_styled
def measured_picture(layers, window, when="at_end", names=("all paths", "one path", "Gaussian")):
    """Share by window in trained models, and theories, each with its own best alpha."""
    shares = [
        by_window(run[when]["profile"], window) for run in runs("language", layers=layers, window=window)
    ]
    back = np.arange(layers)
    figure, axes = _sheet(3.6)
    parts = []
    for name in names:
        colour, dashes, _ = LOOKS[name]
        alpha, decades = fits(name, layers, window, when).mean(0)
        axes.semilogy(
            back,
            theory(name, layers, window, alpha),
            dashes,
            color=colour,
            label=f"{name}, alpha {alpha:.3f}",
        )
        parts.append(f"{name} (alpha {alpha:.3f}) by {decades:.2f} decades")
    _bars(axes, back, shares, fmt="D", color="black", label=f"measured, {len(shares)} seeds", zorder=3)
    middle = np.mean(shares, axis=0)
    axes.set(ylim=(middle[-1] / 100, 3), xticks=back)
    state = "after training" if when == "at_end" else "before training"
    _label(
        axes,
        f"L = {layers}, W = {window}, {state}: each theory with its best alpha",
        "windows back",
        "share of the influence",
    )
    axes.legend()
    return Picture(
        figure,
        f"Measured influence by window on a log scale, {layers} layers, W = {window}, {state}: {middle[0]:.2f} from the nearest window, "
        f"{middle[1]:.2g} from the next, {middle[-1]:.1e} from the last. Each theory with its best alpha errs: {', '.join(parts)}.",
    )


@_styled
def useful_picture(window):
    """What more context is worth: the loss stops falling long before the reach."""
    depths = sorted({run["layers"] for run in runs("language", window=window)})
    figure, axes = _sheet(3.4)
    parts = []
    for i, layers in enumerate(depths):
        found = [run["useful"] for run in runs("language", layers=layers, window=window)]
        contexts = np.array(found[0]["contexts"])
        excess = np.array([np.array(f["loss"]) - f["loss"][-1] for f in found])
        near = contexts >= window / 4
        style = dict(color=COLOURS[i], linestyle=LINES[i], marker="osDv"[i])
        _bars(
            axes,
            contexts[near] / window,
            excess[:, near],
            label=f"L = {layers}: reach {contexts[-1] - 1}",
            **style,
        )
        at = {n: excess[:, contexts == n * window].mean() for n in (1, 2) if (contexts == n * window).any()}
        parts.append(
            f"L = {layers}: " + ", ".join(f"{value:.4f} nats left at {n} W" for n, value in at.items())
        )
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.set(
        xscale="log",
        xticks=[0.25, 0.5, 1, 2, 4, 8],
        xticklabels=["1/4", "1/2", "1", "2", "4", "8"],
        xlim=(0.2, 9),
    )
    axes.minorticks_off()
    _label(
        axes,
        f"W = {window}: what lies farther back than a window or two is of no use",
        "context given (windows)",
        "loss above the full text's (nats)",
    )
    axes.legend()
    return Picture(
        figure,
        f"Held-out loss above that with the full text, by context in windows of {window}. {'; '.join(parts)}.",
    )


@_styled
def relay_picture():
    """Right answers by hops: one thing goes the whole reach, many do not."""
    found = runs("relay", window=experiment()["about"]["settings"]["relay_window"], long=False)
    depths, counts = sorted({run["layers"] for run in found}), sorted({run["pairs"] for run in found})
    figure, panels = _sheet(3.2, columns=len(depths), sharey=True)
    parts = []
    for axes, layers in zip(panels, depths):
        for i, pairs in enumerate(counts):
            rates = np.array(
                [run["accuracy_by_hops"] for run in found if (run["layers"], run["pairs"]) == (layers, pairs)]
            )
            style = dict(color=COLOURS[i], linestyle=LINES[i], marker="osD"[i])
            _bars(
                axes,
                np.arange(1, layers + 2),
                rates,
                label=f"{pairs} pair{'s' if pairs > 1 else ''}",
                **style,
            )
            parts.append(f"L = {layers}, {pairs}: {', '.join(f'{rate:.0%}' for rate in rates.mean(0))}")
        axes.axvspan(layers + 0.5, layers + 1.5, color="#dddddd", zorder=0)
        axes.axhline(found[0]["chance"], color=GREY, linewidth=0.8)
        axes.set(xticks=range(1, layers + 2), xlim=(0.5, layers + 1.5), ylim=(0, 1.05))
        _label(axes, f"L = {layers}", "hops needed", "share of right answers" if layers == depths[0] else "")
    panels[0].legend(fontsize=8)
    return Picture(
        figure,
        f"Right answers by hops needed; the last number, on grey, lies beyond the reach, and guessing gives {found[0]['chance']:.0%}. "
        f"Layers, pairs: {'; '.join(parts)}.",
    )


@_styled
def remedies_picture():
    """Influence from beyond each distance, with and without a remedy, at equal parameters."""
    shape = {name: experiment()["remedies"][0][name] for name in ("layers", "window")}
    figure, axes = _sheet(3.6)
    far = pure_horizon(0.01)
    parts = []
    for i, remedy in enumerate(["none", "global layer", "dilated heads"]):
        found = runs("language" if remedy == "none" else "remedies", remedy=remedy, **shape)
        tails = np.array([beyond(run["at_end"]["profile"]) for run in found])
        axes.semilogy(
            np.arange(1, tails.shape[1]),
            tails.mean(0)[:-1],
            LINES[i],
            color=COLOURS[i],
            label="windows alone" if remedy == "none" else remedy,
        )
        axes.fill_between(
            np.arange(1, tails.shape[1]),
            tails.min(0)[:-1],
            tails.max(0)[:-1],
            color=COLOURS[i],
            alpha=0.2,
            linewidth=0,
        )
        parts.append(f"{'windows alone' if remedy == 'none' else remedy} {tails.mean(0)[far]:.2%}")
    axes.axvline(far, color=GREY, linestyle="-.", label="1% horizon of windows alone")
    axes.set(ylim=(1e-6, 1.5))
    _label(
        axes,
        "Every remedy brings influence from where windows alone end",
        "distance (bytes)",
        "influence from beyond",
    )
    axes.legend(fontsize=8)
    return Picture(
        figure,
        f"Falling curves on a log scale, {shape['layers']} layers, W = {shape['window']}. From beyond the {far} bytes where windows alone "
        f"have 1% left: {', '.join(parts)}.",
    )


def pure_horizon(tolerance):
    """Horizon measured in the model without a remedy, mean over seeds, in whole tokens."""
    shape = {name: experiment()["remedies"][0][name] for name in ("layers", "window")}
    return round(np.mean([horizon(run["at_end"]["profile"], tolerance) for run in runs("language", **shape)]))
