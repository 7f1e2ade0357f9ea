"""The hop diagram: the paths through a small stack, drawn one by one.

Tokens across, layers upward, the output at the top right. A path starts at a
token of the text and climbs one layer a step; each step stays or hops nearer
to the output. The light cone holds every step that some path to the output
takes. Chapter 2 shows it without a residual path, chapter 4 with one. A path is told
token by token, so an upright step is one step, whichever side of the layer it takes.
"""

import numpy as np

from ..book.style import BLUE, GREY, RED, claims
from ..paths import hops, reach
from ..profile import influence

LAYERS, WINDOW = 3, 4  # few enough to see every path: 64 of them


def carried(layers, window, alpha):
    """What each step of the cone carries to the output.

    Parameters
    ----------
    layers : int >= 1
    window : int >= 1, tokens
    alpha : float in [0, 1)

    Returns
    -------
    float64 array [layers, reach+1, reach+1]: share of the output that steps, into
    layer l+1, from the token `back` tokens back to the one `to` tokens back, at [l, back, to]

    Each layer's steps sum to 1: everything passes every layer.

    Source: chapters 2 and 4.

    >>> carried(1, 2, 0.5)
    array([[[0.75, 0.  ],
            [0.25, 0.  ]]])
    """
    size, one = reach(layers, window) + 1, influence(1, window, alpha)
    step = np.zeros((size, size))
    for d, share in enumerate(one):
        step += share * np.eye(size, k=-d)  # from `to + d` to `to`
    above = [influence(layers - layer, window, alpha) for layer in range(1, layers + 1)]
    return np.array([step * np.append(up, np.zeros(size - len(up))) for up in above])


def carried_from(distance, layers, window, alpha):
    """As `carried`, for the paths of one token: shares of that token's influence.

    >>> carried_from(1, 1, 2, 0.5)
    array([[[0., 0.],
            [1., 0.]]])
    """
    size = reach(layers, window) + 1
    below = np.zeros((layers, size))
    for layer in range(layers):
        arrived = influence(layer, window, alpha)[: distance + 1]
        below[layer, distance - np.arange(len(arrived))] = arrived
    return carried(layers, window, alpha) * below[:, :, None] / influence(layers, window, alpha)[distance]


@claims("Many paths lead to the middle, one to the edge")
def hop_diagram(sheet, back, passed):
    """Chapter 2: the paths of the token `back` tokens back, lit as far as the layers they have passed."""
    return residual_hops(sheet, back, passed, alpha=0.0)


@claims("With a residual path the cone fades and the uprights thicken")
def residual_hops(sheet, back, passed, alpha):
    """Chapter 4: the same with a residual path, which keeps what it carries where it is."""
    farthest, share = reach(LAYERS, WINDOW), influence(LAYERS, WINDOW, alpha)[back]
    sheet.axis("x", "tokens back in the text", farthest + 0.6, -0.6)
    sheet.axis("y", "", -0.45, LAYERS + 0.4)
    sheet.no_y_axis()
    sheet.axes.set_xticks(range(farthest + 1))
    sheet.axes.tick_params(length=0)
    sheet.axes.spines[:].set_visible(False)
    sheet.handle("back", "x")
    _steps(sheet, "cone", carried(LAYERS, WINDOW, alpha), GREY)
    _steps(sheet, "paths", carried_from(back, LAYERS, WINDOW, alpha)[:passed], RED)
    _discs(sheet, alpha)
    sheet.dots("chosen", [back], [0], RED, [0], size=20, linewidths=2.5)
    ways = round(influence(LAYERS, WINDOW)[back] * WINDOW**LAYERS)
    sheet.title(f"{ways} of {WINDOW**LAYERS} paths: {share:.1%} of the output")
    lit = "" if passed == LAYERS else f" Lit: the first {passed} of {LAYERS} layers."
    upright = " (upright: to stay, or to hop by 0)" if alpha else ""
    return (
        f"{_token(back)}: {ways} of {WINDOW**LAYERS} paths{upright}; {_least(hops(back, WINDOW))}. "
        f"{'Its' if ways == 1 else 'Their'} share of the output is {100 * share:.2g}%"
        f"{f' when each layer keeps {alpha:.0%}' if alpha else ''}.{lit}"
    )


def _steps(sheet, name, shares, colour):
    """One line a step, as wide as what it carries; a step that carries nothing is not there."""
    layer, start, end = np.nonzero(shares)
    ends = np.stack([np.column_stack([start, layer]), np.column_stack([end, layer + 1])], axis=1)
    wide = shares[layer, start, end]
    sheet.steps(name, ends, (0.6 + 9 * wide).round(1), colour, np.minimum(0.2 + 2 * wide, 0.9).round(1))


def _discs(sheet, alpha):
    """A disc for every token that the cone meets at a height, darker the more of the output passes it."""
    shares = [influence(LAYERS - height, WINDOW, alpha) for height in range(LAYERS + 1)]
    sizes = [len(row) for row in shares]
    x, y = np.concatenate([np.arange(size) for size in sizes]), np.repeat(np.arange(LAYERS + 1), sizes)
    sheet.dots("discs", x, y, "white", np.ones(len(x)), size=15)  # nothing shines through
    sheet.dots("shades", x, y, BLUE, np.sqrt(np.concatenate(shares)).round(2), size=15)
    for height in range(1, LAYERS + 1):
        words = "output" if height == LAYERS else f"layer {height}"
        sheet.text(words, sizes[height] - 0.3, height, words, ha="right", va="center")


def _token(back):
    return "The current token" if back == 0 else f"{back} token{'s' if back > 1 else ''} back"


def _least(fewest):
    """How many layers must move a path, whatever the others do."""
    if fewest == 0:
        return "no layer has to move it"
    return f"{'all' if fewest == LAYERS else f'at least {fewest} of'} {LAYERS} layers must move it"
