"""Figures of the appendix: kernels composed with nothing fitted, cosines, bytes replaced.

Every number, in the drawing and in its description, follows from `trained.json`.
"""

import numpy as np

from ..book.style import BLUE, GREEN, GREY, ORANGE, PINK, RED, Picture, label, picture, sheet
from ..trained import (
    by_window,
    decades_off,
    expected_by,
    fit_power_over_factorial,
    fits,
    initial_gain,
    layer_choices,
    runs,
    shapes,
)
from ..trained.verdict import BY_WINDOW, FAILURE

RULES = {  # name in the data: (colour, dashes, marker)
    "amplitudes": (BLUE, "-", "o"),
    "squares": (RED, "--", "s"),
    "layer choices": (GREEN, "-.", "D"),
    "norms": (ORANGE, ":", "^"),
}
STATES = {"at_start": "before training", "at_end": "after training"}


def derived_errors(layers, window):
    """Errors by window of layer choices with g from the initialiser alone, one per seed; nothing fitted."""
    found = runs("language", layers=layers, window=window)
    gain = initial_gain(layers, width=64, std=0.02, embedding_std=0.02)
    expected = by_window(layer_choices(layers, window, 1 / (1 + gain)), window)
    return [decades_off(by_window(run["at_start"]["profile"], window), expected) for run in found]


def fitted_errors(name):
    """Errors before training of a theory with one fitted number: a function of a shape."""
    return lambda layers, window: fits(name, layers, window, "at_start")[:, 1]


def null_errors(layers, window, when="at_start"):
    """Errors by window of x^k/k!, its x fitted to each seed; it knows neither layers nor windows."""
    found = runs("language", layers=layers, window=window)
    shares = [by_window(run[when]["profile"], window) for run in found]
    return [decades_off(one, fit_power_over_factorial(one)[1]) for one in shares]


def _seeds(layers, window):
    return runs("kernels", layers=layers, window=window)


def _names(kinds):
    return [f"L {layers}\nW {window}" for layers, window in kinds]


@picture("Before training, squares over choices of layers fit best")
def untrained_picture():
    """Networks before training: layer choices fit, and need not be fitted."""
    depths = sorted({layers for layers, _ in shapes("language") if layers > 2})
    figure, axes = sheet(3.4)
    parts = []
    curves = {
        "exact profile, alpha fitted": (fitted_errors("all paths"), BLUE, "-", "o"),
        "layer choices, g fitted": (fitted_errors("layer choices"), GREEN, "-.", "D"),
        "layer choices, g from the initialiser": (derived_errors, RED, "--", "s"),
        "the null x^k/k!, x fitted": (null_errors, PINK, ":", "v"),
    }
    for name, (errors_of, colour, dashes, marker) in curves.items():
        errors = [
            np.concatenate([errors_of(*shape) for shape in shapes("language") if shape[0] == n])
            for n in depths
        ]
        middle, low, high = (np.array([of(row) for row in errors]) for of in (np.mean, np.min, np.max))
        style = dict(fmt=marker, linestyle=dashes, color=colour, capsize=3, label=name)
        axes.errorbar(depths, middle, yerr=[middle - low, high - middle], **style)
        parts.append(f"{name} {', '.join(f'{value:.3f}' for value in middle)}")
    axes.set(xticks=depths, ylim=(0, None))
    label(axes, "layers", "error (decades)")
    axes.legend()
    return Picture(
        figure,
        f"Error by window in decades for {', '.join(map(str, depths))} layers, mean over windows of 16, 32 "
        f"and 64 and over seeds, before training: {'; '.join(parts)}.",
    )


@picture("What the measured kernels compose to, before and after training")
def composed_picture(layers, window):
    """Measured shares, and what the measured kernels compose to: before and after training."""
    found = _seeds(layers, window)
    figure, panels = sheet(3.6, columns=2, sharey=True)
    back, parts = np.arange(layers), []
    for axes, (when, state) in zip(panels, STATES.items()):
        measured = np.mean([by_window(run[when]["profile"], window) for run in found], axis=0)
        errors = []
        for rule, (colour, dashes, _) in RULES.items():
            profiles = [expected_by(rule, run[when]["kernels"]) for run in found]
            shares = np.mean([by_window(profile, window) for profile in profiles], axis=0)
            axes.semilogy(back, shares, dashes, color=colour, label=rule)
            errors.append(f"{rule} {np.mean([run[when]['verdict'][rule][0][0] for run in found]):.2f}")
        axes.semilogy(back, measured, "D", color="black", label="measured", zorder=3)
        axes.set(xticks=back, ylim=(measured[-1] / 100, 3))
        label(axes, "windows back", "share of the influence" if when == "at_start" else "", panel=state)
        parts.append(f"{state} {', '.join(errors)}")
    panels[0].legend(fontsize=8)
    return Picture(
        figure,
        f"Shares by window on a log scale, {layers} layers, W = {window}: measured, and composed from the "
        f"layers' kernels with nothing fitted. Errors in decades, mean of {len(found)}: {'; '.join(parts)}.",
    )


@picture("After training, nothing fitted: every rule fails")
def verdict_picture():
    """After training: the error of each rule on each shape, against the lines of the mark."""
    kinds = shapes("kernels")
    figure, axes = sheet(3.6)
    parts = []
    for i, (rule, (colour, _, marker)) in enumerate(RULES.items()):
        all_errors = []
        for place, shape in enumerate(kinds):
            pairs = np.array([run["at_end"]["verdict"][rule][0] for run in _seeds(*shape)])
            x = place + 0.15 * (i - 1.5) + 0.03 * np.arange(len(pairs))
            style = dict(fmt=marker, color=colour, capsize=2, markersize=4)
            axes.errorbar(x, pairs[:, 0], yerr=pairs[:, 1], label=None if place else rule, **style)
            all_errors += list(pairs[:, 0])
        parts.append(f"{rule} {min(all_errors):.2f} to {max(all_errors):.2f}")
    for line, word in ((BY_WINDOW, "predicts"), (FAILURE, "fails")):
        axes.axhline(line, color=GREY, linewidth=0.8)
        axes.annotate(word, (len(kinds) - 0.5, line), va="bottom", ha="right", color=GREY, fontsize=8)
    axes.set(xticks=range(len(kinds)), xticklabels=_names(kinds), ylim=(0, None))
    label(axes, "", "error by window (decades)")
    axes.legend(fontsize=8)
    return Picture(
        figure,
        f"Error by window in decades of {len(runs('kernels'))} trained models, with a bootstrap's standard "
        f"errors: {', '.join(parts)}. Lines at {BY_WINDOW} (predicts, if below everywhere) and {FAILURE} "
        "(fails, if above anywhere).",
    )


def mean_cosines(run, when):
    """Cosines between choices of layers, mean over windows; between tokens on the way, mean over layers."""
    cosines = run[when]["cosines"]
    between_choices = [value for value, _ in cosines["by_window"][:-1]]  # the last has next to one choice
    return float(np.mean(between_choices)), float(np.mean([value for value, _ in cosines["tokens"]]))


@picture("Training parts what comes over different tokens")
def cosines_picture():
    """Who adds up: cosines between choices of layers and between tokens, before and after training."""
    kinds = shapes("kernels")
    figure, axes = sheet(3.2)
    parts = []
    for when, colour in zip(STATES, (BLUE, RED)):
        means = np.array(
            [np.mean([mean_cosines(run, when) for run in _seeds(*shape)], axis=0) for shape in kinds]
        )
        for column, name in enumerate(("choices of layers", "tokens on the way")):
            words = f"{name}, {STATES[when]}"
            style = dict(marker="os"[column], linestyle=["-", ":"][column], color=colour, label=words)
            axes.plot(means[:, column], **style)
            parts.append(f"{words}, {', '.join(f'{value:.2f}' for value in means[:, column])}")
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.set(xticks=range(len(kinds)), xticklabels=_names(kinds), ylim=(-0.15, 1.05))
    label(axes, "", "mean cosine")
    axes.legend(fontsize=8)
    return Picture(figure, f"Mean cosine between contributions, shape by shape: {'; '.join(parts)}.")


@picture("The state follows the gradient; the next byte hardly notices")
def replaced_picture(layers, window):
    """Another byte d back: the state, the next byte's distribution, and the gradient, by distance."""
    found = _seeds(layers, window)
    figure, panels = sheet(3.4, columns=2, sharey=True)
    parts = []
    for axes, (when, state) in zip(panels, STATES.items()):
        replaced = [run[when]["bytes_replaced"] for run in found]
        distances = np.array(replaced[0]["distances"])
        curves = {
            "last state": np.mean([one["state"]["mean"] for one in replaced], axis=0),
            "gradient's share": np.mean([run[when]["profile"] for run in found], axis=0)[distances],
            "next byte (nats)": np.mean([one["nats"]["mean"] for one in replaced], axis=0),
        }
        for (name, values), style in zip(curves.items(), ("-", "--", ":")):
            axes.semilogy(distances / window, values, style, label=name)
        at = int(np.searchsorted(distances, 3 * window))
        parts.append(f"{state} {', '.join(f'{name} {values[at]:.1e}' for name, values in curves.items())}")
        label(axes, "windows back (d / W)", "", panel=state)
    panels[0].legend(fontsize=8)
    return Picture(
        figure,
        f"Falling curves on a log scale against distance, {layers} layers, W = {window}: what another byte d "
        f"back changes. Three windows back: {'; '.join(parts)}.",
    )
