"""Every figure of the book: one function, one claim, one description in words.

Each function returns a `Picture`: a matplotlib figure and its alt text, whose
numbers are computed from the same arrays as the drawing. `style.py` says how
they look, and puts the claim on top.
"""

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.patches import Rectangle

from ..barrier import hop_distribution
from ..blur import drift, gaussian, spread
from ..book.style import (
    BLUE,
    COLOURS,
    FADING,
    GREY,
    INK,
    LINES,
    MARKERS,
    ORANGE,
    PARTING,
    RED,
    Picture,
    label,
    picture,
    plain,
    sheet,
)
from ..horizons import horizon, rule_horizon
from ..paths import reach
from ..profile import influence
from ..window import mask


def _floor(values):
    """For log axes and alt text: what is too small to draw becomes missing."""
    return np.where(np.asarray(values) > 0, values, np.nan)


# Chapter 1


@picture("A layer sees the token itself and W-1 tokens before it")
def mask_picture(length, window):
    """Who sees whom in one layer: a band as wide as the window."""
    seen = mask(length, window)
    figure, axes = sheet(3.8)
    axes.imshow(np.where(seen, 0.7, 0.06), cmap=FADING, vmin=0, vmax=1, interpolation="none")
    axes.plot(np.arange(length), np.arange(length), ".", color=ORANGE, label="the token itself")
    label(axes, "position seen (key)", "position asking (query)")
    axes.legend()
    return Picture(
        figure,
        f"Square grid of {length} by {length} positions. A band below the diagonal marks what each token "
        f"sees: itself and up to {window - 1} tokens before it, {int(seen.sum())} of {length * length} "
        "cells.",
        setting=f"W = {window}",
    )


@picture("A window caps what a token costs")
def cost_picture(window, contexts):
    """Tokens one layer reads for the next token: full attention grows, a window does not."""
    contexts = np.asarray(contexts)
    figure, axes = sheet()
    axes.loglog(contexts, contexts, LINES[0], color=RED, marker="o", label="full attention")
    axes.loglog(
        contexts,
        np.minimum(contexts, window),
        LINES[1],
        color=BLUE,
        marker="s",
        label=f"window of {window:,}",
    )
    label(axes, "tokens in the text", "tokens one layer keeps and reads")
    axes.legend()
    return Picture(
        figure,
        f"Two lines on log axes. Full attention keeps and reads as many tokens as the text has, up to "
        f"{contexts[-1]:,}. A window of {window:,} stops there: {contexts[-1] / window:,.0f} times less at "
        "the end.",
    )


# Chapter 2


@picture("Reach runs ahead, influence stays behind")
def cone_picture(layers, window, alpha=0.0):
    """Layer by layer: the reach grows like a ray, the influence stays behind."""
    rows = np.full((layers + 1, reach(layers, window) + 1), np.nan)
    for depth in range(layers + 1):
        profile = influence(depth, window, alpha)
        rows[depth, : len(profile)] = np.log10(_floor(profile))
    figure, axes = sheet()
    axes.imshow(rows, aspect="auto", origin="lower", vmin=-8, vmax=0, cmap=FADING, interpolation="none")
    depths = np.arange(layers + 1)
    edges = np.repeat(depths * (window - 1) + 0.5, 2)  # of the bars, which are one layer high
    axes.plot(edges, np.repeat(depths, 2) + np.tile([-0.5, 0.5], layers + 1), "--", color=RED, label="reach")
    axes.plot(
        [drift(n, window, alpha) for n in depths], depths, "-", color=INK, label="mean of the influence"
    )
    for power in (-2, -4, -6):
        axes.fill_between([], [], color=BLUE, alpha=1 + power / 8, label=f"share {plain(10.0**power)}")
    axes.set_xlim(right=rows.shape[1] + 1)  # room for the last piece of the reach
    axes.legend()
    label(axes, "tokens back", "layers")
    return Picture(
        figure,
        f"Heat map of influence by tokens back and layers, for windows of {window} tokens. After {layers} "
        f"layers the reach is {reach(layers, window)} tokens, the mean of the influence "
        f"{drift(layers, window, alpha):.0f}.",
    )


# Chapter 3


@picture("The Gaussian is good in the middle, wrong far from it")
def gaussian_picture(layers, window):
    """The Gaussian fits the middle and fails far from it."""
    profile, bell = influence(layers, window), gaussian(layers, window)
    middle, width = drift(layers, window), spread(layers, window)
    back = np.arange(len(profile))
    near = np.abs(back - middle) <= 6 * width
    off = (bell[near] / _floor(profile[near]) - 1) * 100
    figure, (left, right) = sheet(columns=2)
    left.plot(back, profile, color=BLUE, label="exact")
    left.plot(back, bell, "--", color=ORANGE, label="Gaussian")
    half = window * np.sqrt(layers) / 2
    left.axvspan(middle - half, middle + half, color=GREY, alpha=0.2, label="width W√L")
    left.set_xlim(0, len(profile))
    left.legend(fontsize=8)
    right.plot((back[near] - middle) / width, off, color=BLUE)
    right.axhline(0, color=GREY, linewidth=0.8)
    label(left, "tokens back", "share of the output", panel=f"Exact and Gaussian, L = {layers}")
    label(right, "spreads from the mean", "error (%)", panel="The error of the Gaussian")
    at = {
        n: (np.interp(middle + n * width, back, bell) / np.interp(middle + n * width, back, profile) - 1)
        for n in (1, 3, 5)
    }
    inside = profile[np.abs(back - middle) <= half].sum()
    return Picture(
        figure,
        f"Left: the exact profile and its Gaussian overlap, mean {middle:,.0f}, spread {width:.1f} tokens; "
        f"a band as wide as the blur, {2 * half:,.0f} tokens, holds {inside:.1%}. Right: the Gaussian's "
        f"error is {at[1]:.2%} at one spread, {at[3]:.2%} at three, {at[5]:.1%} at five.",
    )


@picture("Spread grows like √L, drift and reach like L")
def growth_picture(depths, window):
    """The law, measured: mean and standard deviation of the profiles themselves, against depth."""
    depths = np.asarray(depths)
    means, spreads = np.array([_moments(influence(n, window)) for n in depths]).T
    lines = {"reach": [reach(n, window) for n in depths], "drift (mean)": means, "spread": spreads}
    figure, axes = sheet()
    slopes = []
    for i, (name, values) in enumerate(lines.items()):
        slope = np.polyfit(np.log(depths), np.log(values), 1)[0]
        axes.loglog(
            depths, values, LINES[i], color=COLOURS[i], marker=MARKERS[i], label=f"{name}, slope {slope:.2f}"
        )
        slopes.append(f"{name} {slope:.2f}")
    label(axes, "layers", "tokens")
    axes.legend()
    return Picture(
        figure,
        f"Three straight lines on log axes against layers, W = {window}, measured on the profiles. "
        f"Slopes: {', '.join(slopes)}.",
    )


def _moments(profile):
    """Mean and standard deviation of a profile, in tokens."""
    back = np.arange(len(profile))
    mean = (profile * back).sum()
    return mean, np.sqrt((profile * (back - mean) ** 2).sum())


# Chapter 4


@picture("Deeper stacks hop more often")
def hops_picture(depths, alpha):
    """Deeper stacks hop more often: the number of hops is binomial."""
    figure, axes = sheet()
    parts = []
    for i, layers in enumerate(depths):
        chance, mean = hop_distribution(layers, alpha)[:16], layers * (1 - alpha)
        axes.plot(
            chance,
            LINES[i],
            color=COLOURS[i],
            marker=MARKERS[i],
            label=f"L = {layers}",
        )
        parts.append(f"{layers} layers make {mean:.2g} hops on average, and {chance[0]:.2f} made none")
    label(axes, "hops k", "share of the output")
    axes.legend()
    return Picture(
        figure,
        f"Share of the output by its number of hops, alpha {alpha}. {'; '.join(parts)}.",
        setting=f"alpha = {alpha}",
    )


# Chapter 5


@picture("The rule falls short when layers are many")
def parting_picture(window, alphas, depths, tolerance):
    """Where the rule of thumb holds: the exact horizon divided by the rule's, over depth and alpha."""
    ratio = np.array(
        [
            [horizon(influence(n, window, a), tolerance) / rule_horizon(window, a, tolerance) for n in depths]
            for a in alphas
        ]
    )
    figure, axes = sheet(3.6)
    axes.imshow(
        ratio, aspect="auto", origin="lower", cmap=PARTING, norm=LogNorm(1 / 8, 8), interpolation="none"
    )
    for (row, column), value in np.ndenumerate(ratio):
        axes.text(column, row, f"{value:.1f}", ha="center", va="center")
    axes.set_xticks(range(len(depths)), depths)
    axes.set_yticks(range(len(alphas)), alphas)
    axes.fill_between([], [], color=BLUE, alpha=0.5, label="exact horizon / the rule's above 1")
    axes.fill_between([], [], color=ORANGE, alpha=0.6, label="below 1")
    axes.legend()
    label(axes, "layers", "alpha")
    best = ratio[np.abs(ratio - 1) < 0.25]
    return Picture(
        figure,
        f"Grid of the exact horizon divided by the rule's, tolerance {tolerance}. It runs from "
        f"{ratio.min():.1f} to {ratio.max():.1f}; {len(best)} of {ratio.size} cells are within a quarter "
        "of 1.",
        setting=f"Tolerance {tolerance}",
    )


# Chapter 6


@picture("Every remedy is another kernel")
def kernels_picture(kernels):
    """Each remedy as what one layer looks at: name -> kernel."""
    figure, rows = sheet(0.55 * len(kernels) + 0.7, rows=len(kernels), sharex=True)
    parts = []
    for axes, (name, kernel) in zip(rows, kernels.items()):
        axes.vlines(np.flatnonzero(kernel), 0, kernel[kernel > 0] / kernel.max(), color=BLUE, linewidth=1.2)
        axes.set(yticks=[], ylim=(0, 1.15))
        axes.set_title(name, loc="left", fontsize=9)
        parts.append(f"{name} to {np.flatnonzero(kernel)[-1]}")
    rows[-1].set_xlabel("tokens back that one layer looks at (each row scaled to its highest)")
    return Picture(
        figure, f"Kernels of one layer, one row each, with the farthest token seen: {', '.join(parts)}."
    )


# Landing page


@picture("What could arrive, and what does")
def strip_picture(layers, window, alpha, tolerance):
    """A strip of tokens: what a stack could reach, what it said it reaches, what influences it."""
    profile = influence(layers, window, alpha)
    seen, far = horizon(profile, tolerance), reach(layers, window)
    bins = np.add.reduceat(profile, np.arange(0, far + 1, window))
    figure, axes = sheet(2.4)
    shade = np.log10(np.maximum(bins, 1e-6))[::-1]
    axes.imshow(shade[None, :], aspect="auto", extent=(-far, 0, 0, 1), vmin=-6, vmax=0, cmap="Blues")
    axes.add_patch(Rectangle((-far, 0), far, 1, fill=False, edgecolor=GREY))
    axes.annotate("", (-far, 1.2), (0, 1.2), arrowprops={"arrowstyle": "->", "color": RED, "linewidth": 1.8})
    axes.text(-far / 2, 1.3, f"could reach: {far:,} tokens back", ha="center", color=RED)
    axes.annotate(
        "", (-seen, -0.2), (0, -0.2), arrowprops={"arrowstyle": "->", "color": BLUE, "linewidth": 1.8}
    )
    axes.text(
        -seen,
        -0.3,
        f"{1 - tolerance:.0%} of the output comes from the last {seen:,} ",
        ha="right",
        va="center",
        color=BLUE,
    )
    axes.text(0, -0.55, "now", ha="right", va="center")
    axes.set(xlim=(-1.01 * far, 0.01 * far), ylim=(-0.7, 1.6))
    axes.axis("off")
    return Picture(
        figure,
        f"A strip of tokens that fades to white from right to left. {layers} layers with windows of "
        f"{window:,} tokens could reach {far:,} tokens back; {1 - tolerance:.0%} of the output comes from "
        f"the last {seen:,} ({seen / far:.1%} of the reach; alpha {alpha}).",
        setting=f"{layers} layers, windows of {window:,} tokens",
    )
