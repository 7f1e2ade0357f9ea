"""What the explorers of the book show: one drawing function each.

A scene draws one frame on a `Sheet` and returns the sentence that says it. All
numbers come from the same functions as the chapters' own.
"""

import functools

import numpy as np

from ..barrier import path_influence
from ..blur import drift, gaussian, spread
from ..book.style import BLUE, DARK_ORANGE, DARK_RED, GREEN, GREY, ORANGE, RED, claims
from ..horizons import beyond, horizon, rule_horizon, share_beyond
from ..models import MODELS, all_windowed
from ..paths import reach
from ..planner import remedy_curves
from ..profile import influence
from ..window import visible
from .hop_diagram import hop_diagram, residual_hops  # noqa: F401  scenes with a module of their own

WINDOW = 100  # tokens, in the scenes of chapters 3 to 5: the window of the notes


@claims("The window counts the token itself")
def token_strip(sheet, token, window):
    """Chapter 1: which tokens one layer sees from a token."""
    seen = visible(token, window)
    edges = np.array([0, seen[0], token, token + 1, 120]) - 0.5
    sheet.axis("x", "position in the text", -0.5, 119.5)
    sheet.axis("y", "", -0.9, 1.6)
    sheet.no_y_axis()
    sheet.cells("tokens", edges, ["#eeeeee", BLUE, ORANGE, "#eeeeee"])
    sheet.text("asks", token, 1.15, "asks", ha="center", color=DARK_ORANGE)
    sheet.text(
        "seen",
        min(max((seen[0] + seen[-1]) / 2, 12), 106),
        -0.55,
        f"sees {seen[0]} to {seen[-1]}",
        ha="center",
        color=BLUE,
    )
    count = f"{len(seen)} token{'s' if len(seen) > 1 else ''}"
    sheet.title(f"Token {token} sees {count}, itself included")
    cut = (
        f" The text begins at 0, so {window - len(seen)} of the window's places stay empty."
        if len(seen) < window
        else ""
    )
    return f"With a window of {window}, token {token} sees {seen[0]} to {seen[-1]}: {count}.{cut}"


@claims("With every layer the gap opens")
def reach_and_influence(sheet, layers, window):
    """Chapter 2: the reach runs ahead of the influence."""
    profile = influence(layers, window)
    far, most = reach(layers, window), horizon(profile, 0.01)
    sheet.axis("x", "tokens back", 0, 1650)
    sheet.axis("y", "share, in units of its peak", 0, 1.25)
    back = np.append(np.arange(len(profile)), [far, far])
    sheet.line("influence", back, np.append(profile / profile.max(), [0, 0]), color=BLUE, linestyle="-")
    sheet.mark("99% is nearer", most, color=GREEN, linestyle="-.")
    sheet.mark("reach", far, color=RED, linestyle="--")
    sheet.title(f"Reach {far:,}, but 99% from the last {most:,} tokens")
    return (
        f"{_layers(layers)} with windows of {window} tokens could reach {far:,} tokens back; 99% of the "
        f"output comes from the last {most:,}, {most / far:.0%} of that. The farthest token's share is "
        f"{profile[-1]:.1e}."
    )


@claims("The band moves steadily and widens ever more slowly")
def spreading_blur(sheet, layers):
    """Chapter 3: the blur drifts and widens; the Gaussian follows its middle."""
    profile, bell = influence(layers, WINDOW), gaussian(layers, WINDOW)
    middle, width = drift(layers, WINDOW), WINDOW * np.sqrt(layers)
    sheet.axis("x", "tokens back", 0, 2600)
    sheet.axis("y", "share of the output", 0, 0.0125)
    back = np.arange(len(profile))
    sheet.band("width", middle - width / 2, middle + width / 2)
    for depth in (4, 16, 36):  # so that even a frame that does not move shows the drift
        other = influence(depth, WINDOW)
        ends = np.append(np.arange(len(other)), len(other) - 1)
        sheet.line(f"_{depth}", ends, np.append(other, 0), color="#bbbbbb", linestyle="-", linewidth=1)
        sheet.text(
            depth,
            drift(depth, WINDOW),
            other.max() + 0.0005,
            f"L = {depth}",
            ha="center",
            color="#595959",
            fontsize=10.7,
        )
    sheet.line("exact", np.append(back, back[-1]), np.append(profile, 0), color=BLUE, linestyle="-")
    sheet.line("Gaussian", back, bell, color=ORANGE, linestyle="--")
    sheet.title(f"{_layers(layers)}: {middle:,.0f} tokens away, {width:,.0f} wide")
    off = np.abs(bell - profile).max() / profile.max()
    return (
        f"After {_layers(layers)} with windows of {WINDOW} tokens the middle is {middle:,.1f} tokens back, "
        f"the standard deviation {spread(layers, WINDOW):,.1f}, the grey band {width:,.0f} wide. "
        f"The Gaussian is off by at most {off:.2%} of the peak."
    )


@claims("The forecast does not know the depth, the exact line does")
def staircase(sheet, layers, alpha):
    """Chapter 4: the rule of thumb, straight and in whole windows, the exact line, and the barrier."""
    profile = influence(layers, WINDOW, alpha)
    tail = beyond(profile)
    forecast = path_influence(np.arange(1, 9), alpha)  # beyond 1, 2, ... windows
    sheet.axis("x", "windows back (d / W)", 0, 8)
    sheet.axis("y", "influence beyond", 1e-8, 3, log=True)
    back = np.arange(len(tail)) / WINDOW
    sheet.line("exact influence beyond", back, _above(tail, 1e-12), color=BLUE, linestyle="-")
    sheet.line(
        "stairs: (1-α)^k",
        np.arange(9),
        _above([forecast[0], *forecast], 1e-12),
        color=RED,
        linestyle="--",
        drawstyle="steps-pre",
    )
    sheet.line("rule: (1-α)^(d/W)", [0, 8], [1, forecast[-1]], color=RED, linestyle=":", linewidth=1)
    begins = _barrier(tail)
    sheet.mark("barrier begins", begins / WINDOW, color=GREEN, linestyle="-.")
    exact, rule = share_beyond(profile, 2 * WINDOW), forecast[1]
    shown = [share for share in (rule, exact) if share]
    sheet.points("beyond two windows", [2] * len(shown), shown, color="black")
    sheet.title(f"Beyond two windows: exact {exact:.2g}, forecast {rule:.2g}")
    times = f"{float(f'{exact / rule:.2g}'):,.10g}"  # two digits, and no exponent for thousands
    says = f"exact is {exact:.2g}, {times} times that" if exact else "exact is 0: that is out of reach"
    return (
        f"{_layers(layers)}, α = {alpha:g}, windows of {WINDOW} tokens. For the influence beyond two windows "
        f"the rule forecasts {rule:.2g}; {says}. The barrier begins at {begins:,} tokens."
    )


def _barrier(tail):
    """The distance from which one more window divides the influence beyond by ten or more."""
    later = np.append(tail[WINDOW:], np.zeros(WINDOW))
    return int(np.argmax(10 * later <= tail))


@claims("Depth decides how far rule and truth part")
def two_horizons(sheet, alpha, layers, tolerance):
    """Chapter 5: the horizons of the rule of thumb and of the stack itself, and how far they part."""
    profile = influence(layers, WINDOW, alpha)
    tail = beyond(profile)
    exact, rule = horizon(profile, tolerance), rule_horizon(WINDOW, alpha, tolerance)
    sheet.axis("x", "tokens back", 0, 1750)
    sheet.axis("y", "influence beyond", 1e-6, 3, log=True, percent=True)
    sheet.handle("tolerance", "y")
    sheet.line("tolerance", [0, 1750], [tolerance, tolerance], color=GREY, linestyle=":")
    sheet.line("rule of thumb", [0, 8 * rule], [1, tolerance**8], color=RED, linestyle="--")
    sheet.line("exact", np.arange(len(tail)), _above(tail, 1e-12), color=BLUE, linestyle="-")
    sheet.points("horizons", [rule, exact], [tolerance, tolerance], color="black")
    sheet.title(f"Exact {exact:,}, rule {rule:,.0f} tokens: ratio {exact / rule:.2f}")
    far = reach(layers, WINDOW)
    more = ", which the rule's horizon passes" if rule > far else ""
    return (
        f"{_layers(layers)}, α = {alpha:g}, windows of {WINDOW} tokens, tolerance {tolerance:g}. The exact "
        f"horizon is {exact:,} tokens, the rule's {rule:,.1f}: exact is {exact / rule:.2f} times the rule's. "
        f"Reach: {far:,}{more}."
    )


FAR, ENOUGH = 4096, 0.01  # what the scene of chapter 6 asks for: D tokens, and the share from beyond them


@functools.cache
def _curves():
    """Chapter 6's remedies at five strengths each, for the shape of gpt-oss-120b with local layers only."""
    return remedy_curves(all_windowed(MODELS["gpt-oss-120b"]), FAR, ENOUGH, alpha=0.95)


def _prices(plans):
    """For the axes: MiB of cache, and the share from beyond."""
    return [plan.cache_bytes / 2**20 for plan in plans], _above([plan.beyond for plan in plans], 1e-6)


@claims("Every remedy has its price")
def remedy_and_price(sheet, remedy, strength):
    """Chapter 6: what influence from beyond D tokens a remedy gives, and what it costs."""
    curves = {name: plans for name, plans in _curves().items() if name != "as it is"}
    bare = _curves()["as it is"][0]
    sheet.axis("x", "KV cache (MiB)", 4, 1200, log=True)
    sheet.axis("y", f"beyond {FAR:,} tokens", 4e-7, 3, log=True)
    sheet.line("enough: 1%", [4, 1200], [ENOUGH, ENOUGH], color=GREY, linestyle=":")
    for i, plans in enumerate(curves.values()):
        x, y = _prices(plans)
        sheet.line("_" * i + "all remedies", x, y, color="#bbbbbb", linestyle="-", marker=".", linewidth=1)
    plans = curves[remedy]
    chosen = plans[round((strength - 1) / 4 * (len(plans) - 1))]
    x, y = _prices(plans)
    sheet.line("this remedy", x, y, color=BLUE, linestyle="--")
    sheet.points("this strength", *_prices([chosen]), color=RED, markersize=10)
    size = chosen.cache_bytes / 2**20
    share = "less than a millionth" if chosen.beyond < 1e-6 else f"{100 * chosen.beyond:.2g}%"
    sheet.title(f"{remedy.capitalize()}: {share} for {size:,.0f} MiB")
    return (
        f"{remedy.capitalize()}, {chosen.setting}: {share} of the output comes from beyond {FAR:,} tokens, "
        f"{'enough' if chosen.enough else 'not enough'} for the 1% asked. It keeps {size:,.0f} MiB of cache, "
        f"the bare windows {bare.cache_bytes / 2**20:,.0f}."
    )


@claims("What could arrive, and what does")
def strip(sheet, layers, alpha):
    """The landing page: how far a stack could see, and where the output comes from."""
    window, deepest = 4096, 32
    profile = influence(layers, window, alpha)
    seen, far = horizon(profile, 0.01), reach(layers, window)
    source = f"the last {seen:,} tokens" if seen else "the token itself"
    edges = -np.minimum(np.arange(layers + 1) * window, far)
    shares = np.add.reduceat(profile, np.arange(layers) * window)
    shade = 1 + np.log10(np.maximum(shares, 1e-6)) / 6
    whole = deepest * window
    sheet.axis("x", "tokens back (one box is one window)", -1.03 * whole, 0.03 * whole)
    sheet.axis("y", "", -1.1, 2.0)
    sheet.no_y_axis()
    sheet.axes.set_xticks(
        [-131072, -98304, -65536, -32768, 0], ["131,072", "98,304", "65,536", "32,768", "now"]
    )
    sheet.cells("strip", edges[::-1], [(BLUE, share) for share in shade[::-1]])
    sheet.line("_reach", [-far, 0], [1.25, 1.25], color=RED, linestyle="-", marker="|", markersize=10)
    sheet.text("reach", 0, 1.5, f"could reach {far:,} tokens", ha="right", color=DARK_RED)
    sheet.line("_influence", [-seen, 0], [-0.25, -0.25], color=BLUE, linestyle="-", marker="|", markersize=10)
    sheet.text("influence", 0, -0.75, f"99% comes from {source}", ha="right", color=BLUE)
    sheet.title(f"{_layers(layers)}, α = {alpha:g}: 99% comes from {seen / far:.0%} of the reach")
    return (
        f"{_layers(layers)} with windows of {window:,} tokens, each keeping {alpha:.0%} of what it has, "
        f"could reach {far:,} tokens back. 99% of the output comes from {source}: {seen / far:.0%} of the "
        "reach."
    )


def _layers(layers):
    return f"{layers} layer{'s' if layers > 1 else ''}"


def _above(values, floor):
    """For log axes: what is smaller than the floor is drawn at the floor."""
    return np.maximum(values, floor)
