"""From marks to shapes: a few primitives in the units of the axes, which is all that a drawer knows.

A shape is a dictionary with what it `is`, the `name` and the `role` of its mark, and:

grid, path
    x, y : a polyline, no denser than a screen can show; a path may have dash, thin, read
cells
    rows, step, top, tall, full, decades : rows of boxes from `top` down, each (start, end, shares): its
    ground, and a box for each `step` from `start` on, as dark as `ink` says
edge
    ends, weights : straight edges (x0, y0, x1, y1)
dot
    x, y, shades, size : circles
tick, text
    x, y, dx, dy, anchor, words : moved by pixels from the place on the axes
grip
    x, y, axis : a handle

Letters need room, and room depends on the width: which ticks there are and where names stand is
worked out here for a wide page and for a phone. Lines and cells lie where the axes put them.
"""

import functools
import itertools
import json
import math
from collections import Counter
from dataclasses import asdict, replace

import matplotlib.figure
import numpy as np
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.path import Path

from .look import letters
from .marks import Band, Cells, Edges, Grip, Label, Line, Points, Rule, Words, ink, shares_in_short

SIZE, ROW = 15, 19  # pixels: letters, and a line of them
EDGE, RIGHT, LOW = 4, 26, 0.75  # pixels left and right of the axes; how high a plot is on a narrow screen
WIDEST, NARROW, PHONE = 1104, 500, 358  # pixels: the widest picture, a page below this is low, a phone's
THIN = 0.35  # pixels: how far a curve may move by points left out
HIGH, GAPS = (
    14,
    (5, 12, 22, 40, 70),
)  # pixels: capital letters and tails, and how far a name stands off its line
CELL = 2  # pixels: the cells by which names keep off what they would hide; finer ones cost four times as long
# Sides of a point: from -1 on its left or above it to 1 on its right or below.
SIDES = [(side, up) for up in (-1, 0, 1) for side in (-1, -0.5, 0, 0.5, 1) if up or abs(side) == 1]
AHEAD = {"start": 0, "middle": 0.5, "end": 1}  # how much of the letters stands before their place
_measuring = FigureCanvasAgg(matplotlib.figure.Figure(dpi=72)).get_renderer()


@functools.cache
def text_width(words, size=SIZE, weight="normal"):
    """How wide words are, in pixels: measured large, for a small measure is a whole number."""
    font = font_manager.FontProperties(family=letters(), size=20 * size, weight=weight)
    return _measuring.get_text_width_height_descent(words, font, False)[0] / 20


# Marks ---------------------------------------------------------------------------------------------------


def shapes(figure):
    """The shapes of a figure's marks, without their names and the axes."""
    return [shape for mark in figure.marks for shape in SHAPES[type(mark)](figure, mark)]


def _shape(kind, mark, **numbers):
    return {"is": kind, "name": mark.name, "role": mark.role, **numbers}


def _line(figure, mark):
    x, y = np.asarray(mark.x, float), np.asarray(mark.y, float)
    if mark.step:  # level, then upright
        x, y = np.repeat(x, 2)[1:], np.repeat(y, 2)[:-1]
    else:
        x, y = thinned(figure, x, y)
    look = {"dash": mark.dash} if mark.dash else {}
    yield _shape("path", mark, **_rounded(figure, x, y), **look, read=mark.read)


def _rule(figure, mark):
    x, y = ((mark.at,) * 2, _ends(figure.y)) if mark.axis == "x" else (_ends(figure.x)[::-1], (mark.at,) * 2)
    yield _shape("path", mark, x=x, y=y, dash="dash", thin=True)


def _band(figure, mark):
    rows = [(mark.start, mark.stop, [0.1])]
    look = {"step": mark.stop - mark.start, "top": figure.y.last, "tall": figure.y.last - figure.y.first}
    yield _shape("cells", mark, rows=rows, **look, full=1, decades=0)


def _cells(figure, mark):
    rows = [(start, end, shares_in_short(shares)) for start, end, shares in mark.rows]
    look = {"step": mark.step, "top": mark.top, "tall": 1, "full": mark.full, "decades": mark.decades}
    yield _shape("cells", mark, rows=rows, **look, **({"reads": mark.reads} if mark.reads else {}))


def _points(figure, mark):
    places = figure.x.place(mark.x), figure.y.place(mark.y)
    seen = np.all([(place > -0.004) & (place < 1.004) for place in places], axis=0)
    x, y, shades = (np.asarray(n, float)[seen] for n in (mark.x, mark.y, mark.shades or np.ones(len(seen))))
    yield _shape("dot", mark, **_rounded(figure, x, y), shades=shares_in_short(shades), size=mark.size)


def _edges(figure, mark):
    yield _shape("edge", mark, ends=mark.ends, weights=np.round(mark.weights, 3).tolist())


def _grip(figure, mark):
    yield _shape("grip", mark, x=mark.x, y=mark.y, axis=mark.axis)


def _nothing(figure, mark):
    """A label finds its place with the names; words stand below the picture."""
    return ()


SHAPES = {
    Line: _line, Rule: _rule, Band: _band, Cells: _cells, Points: _points, Edges: _edges, Grip: _grip,
    Label: _nothing, Words: _nothing,
}  # fmt: skip


def _ends(axis):
    return axis.first, axis.last


def _rounded(figure, x, y):
    return {"x": figure.x.rounded(x, WIDEST), "y": figure.y.rounded(y, figure.height)}


def thinned(figure, x, y):
    """The points of a curve that matter, as far as the picture goes."""
    width, height = figure.width, figure.height
    up = np.clip(figure.y.place(y) * height, -1e4, 1e4)  # a log axis has no 0
    curve = Path(np.column_stack([figure.x.place(x) * width, up]))
    curve.should_simplify, curve.simplify_threshold = True, THIN
    clip = (-2, -2, width + 2, height + 2)
    across, up = curve.cleaned(simplify=True, clip=clip).vertices[:-1].T  # the last one says stop
    return figure.x.value(across / width), figure.y.value(up / height)


# On a sheet of a certain width ---------------------------------------------------------------------------


class Sheet:
    """A figure at a width in pixels: `parts` are its shapes there, as both drawers place them."""

    def __init__(self, figure, width, before=None):
        self.figure, self.width = figure, width
        self.left, self.right, self.top = left_of(figure), width - RIGHT, 30
        self.bottom = self.top + math.floor(figure.height * (LOW if width < NARROW else 1) + 0.5)
        self.height = self.bottom + (54 if figure.x.label else 32)
        self.shapes = shapes(figure)
        self.parts = self.placed(self.shapes)
        self.stood = {}  # where each name stands, for the next frame
        axes = list(self._axes())
        self.letters = axes, list(self._names(axes, before or {}))
        self.parts += self.placed(itertools.chain(*self.letters))

    def px(self, x):
        """Pixels from the left of values of x."""
        return self.left + self.figure.x.place(x) * (self.right - self.left)

    def py(self, y):
        """Pixels from the top of values of y, not far outside of the picture."""
        high = self.bottom - self.figure.y.place(y) * (self.bottom - self.top)
        return np.clip(high, -2 * self.bottom, 3 * self.bottom)

    def placed(self, shapes):
        """(kind, name, role, pixels, shape) of each thing to draw, step by step as in `page/draw.js`."""
        parts = []
        for shape in shapes:
            kind, name, role = shape["is"], shape["name"], shape["role"]
            if kind == "cells":
                for i, (start, end, shares) in enumerate(shape["rows"]):
                    top, below = (self.py(shape["top"] - n * shape["tall"]) for n in (i, i + 1))
                    high = below - top - min(1.5, (below - top) / 4)
                    boxes = [("bar", "tint", start, end, 1)]
                    for j, share in enumerate(shares):
                        ends = (start + step * shape["step"] for step in (j, j + 1))
                        shade = ink(share, shape["full"], shape["decades"])
                        boxes += [("cell", role, *ends, shade)] if shade >= 0.005 else []
                    for is_, role_, a, b, shade in boxes:
                        a, b = sorted((self.px(a), self.px(b)))
                        parts.append((is_, name, role_, (a, top, b - a, high, shade), shape))
            elif kind == "edge":
                for (x0, y0, x1, y1), weight in zip(shape["ends"], shape["weights"]):
                    ends = self.px(x0), self.py(y0), self.px(x1), self.py(y1)
                    parts.append((kind, name, role, (*ends, weight), shape))
            elif kind == "dot":
                for x, y, shade in zip(shape["x"], shape["y"], shape["shades"]):
                    parts.append((kind, name, role, (self.px(x), self.py(y), shape["size"], shade), shape))
            elif kind in ("grid", "path"):
                points = np.column_stack([self.px(shape["x"]), self.py(shape["y"])])
                parts.append((kind, name, role, tuple(points.ravel()), shape))
            else:
                x, y = self.px(shape["x"]) + shape.get("dx", 0), self.py(shape["y"]) + shape.get("dy", 0)
                parts.append((kind, name, role, (x, y), shape))
        return [(*part[:3], tuple(map(float, part[3])), part[4]) for part in parts]

    def _axes(self):
        """Ticks, their lines, and what the axes are."""
        x, y, high = self.figure.x, self.figure.y, self.bottom - self.top
        for at, words in spaced(x.ticks, self.px, text_width):
            yield _letters("tick", "x", "muted", at, y.first, 0, 24, "middle", words)
            below = float(y.value(-5 / high))
            yield {"is": "grid", "name": "x", "role": "rule", "x": (at, at), "y": (y.first, below)}
        for at, words in spaced(y.ticks, self.py, lambda words: ROW - 8):
            yield {"is": "grid", "name": "y", "role": "rule", "x": _ends(x), "y": (at, at)}
            yield _letters("tick", "y", "muted", x.first, at, -8, 5, "end", words)
        yield {"is": "grid", "name": "x", "role": "muted", "x": _ends(x), "y": (y.first, y.first)}
        if x.label:
            words = f"← {x.label}" if x.first > x.last else f"{x.label} →"
            yield _letters("tick", "x", "muted", x.last, y.first, 0, 46, "end", words)
        if y.label:
            words = y.label if y.label[0] == "↓" else f"↑ {y.label}"
            yield _letters("tick", "y", "muted", x.first, y.last, -self.left, -16, "start", words)

    # Names: labels where they were put, a line's name beside it, where it covers least.

    def _names(self, axes, before):
        self.covered = np.zeros(
            (self.height // CELL + 1, self.width // CELL + 1)
        )  # what letters should not hide
        curves = {}
        for kind, name, _, n, shape in self.parts + self.placed(axes):
            if kind == "path":
                curves[name] = self._seen(n)
            elif kind == "edge":
                self.covered += 10 * self._dotted(self._seen(n[:4]))
            elif kind == "cell":
                self._cover(*n[:4], 0.02 * (n[4] > 0.05))
            elif kind == "dot":
                self._cover(n[0] - n[2], n[1] - n[2], 2 * n[2], 2 * n[2], 5)
            elif kind == "grip":
                self._cover(n[0] - 12, n[1] - 12, 24, 24, 10)
            elif kind == "tick":
                wide = text_width(shape["words"])
                self._cover(n[0] - AHEAD[shape["anchor"]] * wide, n[1] - 14, wide, ROW, 10)
        yield from (self._label(mark) for mark in self.figure.marks if isinstance(mark, Label))
        roles = {mark.name: mark.role for mark in self.figure.marks}
        dotted = {name: self._dotted(curve) for name, curve in curves.items()}
        for mark in self.figure.marks:
            words = mark.label if isinstance(mark, (Line, Rule)) else ""
            words = mark.name if words is None else words
            if words and len(curves[mark.name]):
                lines = [dotted[mark.name], 0 * self.covered, 0 * self.covered]  # own, all others, and alike
                for name in dotted.keys() - {mark.name}:
                    lines[1] += dotted[name]
                    lines[2] += dotted[name] * (1 if roles[name] == mark.role else 0.25)
                yield self._name(mark, words, curves[mark.name], map(_sums, lines), before)

    def _seen(self, points):
        """Points every 2 pixels of a path, as far as it can be seen."""
        x, y = sampled(points)
        inside = (x >= self.left) & (x <= self.right) & (y >= self.top - 1) & (y <= self.bottom + 1)
        return np.column_stack([x, y])[inside]

    def _dotted(self, points):
        """How many of some points lie in each cell."""
        grid = np.zeros_like(self.covered)
        np.add.at(grid, tuple(points.astype(int).T[::-1] // CELL), 1)
        return grid

    def _cover(self, x, y, wide, high, weight):
        """Letters should stay off a box."""
        left, top, right, bottom = (max(0, int(n)) for n in (x, y, x + wide + CELL, y + high + CELL))
        self.covered[top // CELL : bottom // CELL, left // CELL : right // CELL] += weight * CELL**2

    def _label(self, mark):
        """Words at their place, inside of the picture."""
        wide = text_width(mark.text)
        ahead = AHEAD[mark.anchor] * wide
        x = self.px(mark.x) + mark.dx - ahead
        inside = min(max(x, 0), self.width - wide)
        self._cover(inside, self.py(mark.y) + mark.dy - 14, wide, ROW, 10)
        dx = mark.dx + inside - x
        return _letters("text", mark.name, mark.role, mark.x, mark.y, dx, mark.dy, mark.anchor, mark.text)

    def _name(self, mark, words, curve, lines, before):
        """A line's name beside one of its points: not far from the far end or from where it stood before."""
        wide, curve = text_width(words), curve[::-4]
        own, others, alike = lines
        sides = [(dx, dy, gap) for gap in GAPS for dx, dy in SIDES]
        dx, dy, gap = np.array(sides).T
        x = curve[:, :1] + dx * (wide / 2 + gap) - wide / 2  # the left edge of each place that is tried
        y = curve[:, 1:] + dy * (HIGH / 2 + gap) - HIGH / 2  # and the upper
        cost = 2.0 * np.arange(len(curve))[:, None] + gap
        cost += 5000 * (
            (x < self.left - 4) | (x + wide > self.right + 20) | (y < 2) | (y + HIGH > self.bottom)
        )
        cost += _within(_sums(self.covered), x, y, wide, 4) + 20 * _within(own, x, y, wide, 1)
        cost += 20 * _within(others, x, y, wide, 3) + 30 * np.minimum(10, _within(alike, x, y, wide, gap + 3))
        if mark.name in before:
            was = before[mark.name]
            cost += np.minimum(40, np.hypot(x - was[0], y - was[1]))
        at, side = np.unravel_index(np.argmin(cost), cost.shape)
        x, y, (x0, y0) = x[at, side], y[at, side], curve[at]
        self._cover(x, y - 2, wide, ROW, 10)
        self.stood[mark.name] = (x, y)
        axis, up = self.figure.x, self.figure.y
        (across,) = axis.rounded([axis.value((x0 - self.left) / (self.right - self.left))], WIDEST)
        (high,) = up.rounded([up.value((self.bottom - y0) / (self.bottom - self.top))], self.figure.height)
        anchor, dx = ("end", x - x0 + wide) if x < x0 else ("start", x - x0)
        return _letters("text", mark.name, mark.role, across, high, dx, y + HIGH - 1 - y0, anchor, words)


def _sums(grid):
    """The sum of all cells above and left of each corner."""
    return np.pad(grid.cumsum(0).cumsum(1), ((1, 0), (1, 0)))


def _within(sums, x, y, wide, more):
    """What lies in each box of letters, and so many pixels around it."""
    rows, columns = sums.shape
    top, bottom = (np.clip(edge // CELL, 0, rows - 1).astype(int) for edge in (y - more, y + HIGH + more))
    left, right = (np.clip(edge // CELL, 0, columns - 1).astype(int) for edge in (x - more, x + wide + more))
    return sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]


def left_of(figure):
    """Pixels to the left of the axes: room for what stands at the ticks."""
    wide = max((text_width(words) for _, words in figure.y.ticks), default=0)
    return wide + 10 if wide else EDGE


def _letters(kind, name, role, x, y, dx, dy, anchor, words):
    more = {"dx": round(float(dx)), "dy": round(float(dy)), "anchor": anchor, "words": words}
    return {"is": kind, "name": name, "role": role, "x": x, "y": y, **more}


def spaced(ticks, place, size):
    """As many ticks as have room: every one, every second, every third ... from the first on."""
    for every in range(1, len(ticks) + 1):
        some = [(float(place(value)), words) for value, words in ticks[::every]]
        if all(
            abs(a - b) > (size(one) + size(two)) / 2 + 8 for (a, one), (b, two) in itertools.pairwise(some)
        ):
            return ticks[::every]
    return ()


def sampled(points):
    """x and y of points every 2 pixels of a path (x0, y0, x1, y1, ...)."""
    x, y = np.reshape(points, (-1, 2)).T
    along = np.concatenate([[0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    at = np.arange(0, along[-1], 2) if along[-1] else along[:1]
    at = np.append(at, along[-1])
    return np.interp(at, along, x), np.interp(at, along, y)


# What a page gets ----------------------------------------------------------------------------------------


def frame_data(figure, sheets):
    """What `page/draw.js` gets of a figure, from its sheets for a page and for a phone."""
    wide, narrow = sheets
    words = replace(figure.text, shares=shares_in_short(figure.text.shares)) if figure.text else None
    return {
        "claim": figure.claim,
        "x": asdict(replace(figure.x, ticks=())),
        "y": asdict(replace(figure.y, ticks=())),
        "high": figure.height,
        "foot": wide.height - wide.bottom,
        "left": round(wide.left, 1),
        "shapes": wide.shapes,
        "letters": [wide.letters, narrow.letters],
        "words": words and asdict(words),
    }


def pooled(data):
    """Data as JSON values, with what occurs more than once written once: {"$": n} is the n-th of the pool.

    >>> pooled([[1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]])
    {'data': [{'$': 0}, {'$': 0}], 'pool': [[1, 2, 3, 4, 5, 6]]}
    """
    pool, place = [], {}

    def every(thing):
        if isinstance(thing, (list, dict)):
            yield json.dumps(thing)
            for part in thing.values() if isinstance(thing, dict) else thing:
                yield from every(part)

    def put(thing):
        if not isinstance(thing, (list, dict)):
            return thing
        words = json.dumps(thing)
        if words in place:
            return {"$": place[words]}
        named = isinstance(thing, dict)
        inner = {name: put(part) for name, part in thing.items()} if named else [put(part) for part in thing]
        if count[words] == 1 or len(words) < 16:
            return inner
        place[words] = len(pool)
        pool.append(inner)
        return {"$": place[words]}

    data = json.loads(json.dumps(data))  # tuples are lists
    count = Counter(every(data))
    return {"data": put(data), "pool": pool}
