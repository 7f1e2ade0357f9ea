"""From marks to shapes: a few primitives in shares of the plot, which is all that a drawer knows.

A shape is a dictionary with what it `is`, the `name` and the `role` of its mark, and lists of `x`, from the
plot's left (0) to its right (1), and of `y`, from its foot to its top. A drawer stretches them to its size.

grid, path
    a polyline, no denser than a screen can show; a path may have dash, thin, read
cells
    rows of two corners each, and for each row the `shades` of its cells, each a `step` wide, or one as wide
edge, dot
    straight edges, two points and a weight of `values` each; circles of a `size` in pixels, with their shades
grip
    a handle, and the `axis` along which it moves
tick, text
    `words` at an `anchor`, moved by `dx` and `dy` pixels

Letters need room, and room depends on the width: which ticks there are and where names stand is worked out
here, for a wide page and for a phone. All else only stretches.
"""

import functools
import itertools
import json
import math
from collections import Counter

import matplotlib.figure
import numpy as np
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.path import Path
from PIL import Image, ImageDraw

from .look import letters
from .marks import Band, Cells, Edges, Grip, Label, Line, Points, Rule, ink

SIZE, ROW = 15, 19  # pixels: letters, and a line of them
EDGE, RIGHT, LOW = 4, 26, 0.75  # pixels left and right of the axes; how high a plot is on a narrow screen
NARROW, PHONE = 500, 358  # pixels: a page below this is low, a phone's
THIN = 0.45  # pixels: how far a curve may move by points left out
GRAIN = 2  # pixels: how finely one looks for room
HIGH, GAPS = 14, (5, 12, 22, 40)  # pixels: capital letters and tails; how far a name stands off its line
# Sides of a point: from -1 on its left or above it to 1 on its right or below.
PARTS = (-1, -0.5, 0, 0.5, 1)
SIDES = [(side, up) for up in PARTS for side in PARTS if 1 in (abs(up), abs(side))]
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
    return [
        {"is": kind, "name": mark.name, "role": mark.role, **_xy(points), **more}
        for mark in figure.marks
        if type(mark) in SHAPES  # a label finds its place with the names; words stand below the picture
        for kind, points, more in SHAPES[type(mark)](figure, mark)
    ]


def _xy(points):
    """Pairs as lists of x and y, as fine as a screen can show."""
    return dict(zip("xy", (np.round(np.reshape(points, (-1, 2)), 4) + 0.0).T.tolist()))  # -0.0 is 0.0


def _places(figure, x, y):
    """Shares of the plot, a row a point."""
    return np.column_stack([figure.x.place(x), figure.y.place(y)])


def _line(figure, mark):
    x, y = np.asarray(mark.x, float), np.asarray(mark.y, float)
    if mark.step:  # level, then upright
        x, y = np.repeat(x, 2)[1:], np.repeat(y, 2)[:-1]
    points = thinned(figure, x, y)
    if len(points):
        yield "path", points, {"dash": mark.dash, "read": mark.read}


def _rule(figure, mark):
    across = mark.axis == "x"
    at = (figure.x if across else figure.y).place(mark.at)
    yield "path", [(at, 0), (at, 1)] if across else [(1, at), (0, at)], {"dash": "dash", "thin": True}


def _band(figure, mark):
    start, stop = figure.x.place([mark.start, mark.stop])
    yield "cells", [(start, 0), (stop, 1)], {"shades": [[0.1]]}


def _cells(figure, mark):
    x = [edge for start, end, _ in mark.rows for edge in (start, end)]
    y = [mark.top - k - down for k in range(len(mark.rows)) for down in (0.92, 0)]  # rows stand apart
    corners, step = _places(figure, x, y), figure.x.place(mark.step) - figure.x.place(0)
    shades = [[round(ink(share, mark.full, mark.decades), 3) for share in row] for *_, row in mark.rows]
    yield "cells", corners, {"role": "tint", "shades": [[1]] * len(shades)}
    yield "cells", corners, {"shades": shades, "step": round(step, 6), "reads": mark.reads}


def _points(figure, mark):
    places = _places(figure, mark.x, mark.y)
    seen = (abs(places - 0.5) < 0.504).all(1)
    shades = np.asarray(mark.shades or np.ones(len(seen)))
    yield "dot", places[seen], {"values": shades[seen].round(3).tolist(), "size": mark.size}


def _edges(figure, mark):
    ends = np.reshape(mark.ends, (-1, 2))
    yield "edge", _places(figure, *ends.T), {"values": np.round(mark.weights, 3).tolist()}


def _grip(figure, mark):
    yield "grip", _places(figure, mark.x, mark.y), {"axis": mark.axis}


SHAPES = {
    Line: _line, Rule: _rule, Band: _band, Cells: _cells, Points: _points, Edges: _edges, Grip: _grip,
}  # fmt: skip


def thinned(figure, x, y):
    """The points of a curve that matter, as far as the picture goes, as shares of the plot."""
    size = np.array([figure.width, figure.height])
    curve = Path(np.clip(_places(figure, x, y) * size, -1e4, 1e4))  # a log axis has no 0
    curve.should_simplify, curve.simplify_threshold = True, THIN
    return curve.cleaned(simplify=True, clip=(-2, -2, *(size + 2))).vertices[:-1] / size  # the last says stop


# On a sheet of a certain width ---------------------------------------------------------------------------


class Sheet:
    """A figure at a width in pixels: `parts` are its shapes there, as both drawers place them."""

    def __init__(self, figure, width):
        self.figure, self.width = figure, width
        wide = max((text_width(words) for _, words in figure.y.ticks), default=0)
        self.left, self.right, self.top = wide + 10 if wide else EDGE, width - RIGHT, 30
        self.bottom = self.top + math.floor(figure.height * (LOW if width < NARROW else 1) + 0.5)
        self.height = self.bottom + (54 if figure.x.label else 32)
        self.corner = self.left, self.bottom
        self.size = np.array([self.right - self.left, self.top - self.bottom])
        self.shapes = shapes(figure)
        axes = list(self._axes())
        self.parts = [part for shape in self.shapes + axes for part in self.placed(shape)]
        self.letters = axes, list(self._names())
        self.parts += [part for shape in self.letters[1] for part in self.placed(shape)]

    def placed(self, shape):
        """(kind, name, role, pixels, shape) of each thing to draw of a shape, as in `page/draw.js`."""
        what = shape["is"], shape["name"], shape["role"]
        n = np.column_stack([shape["x"], shape["y"]]) * self.size + self.corner
        if "shades" in shape:
            for (x, low, end, top), shades in zip(n.reshape(-1, 4).tolist(), shape["shades"]):
                step = shape.get("step", 0) * self.size[0] or end - x
                # On half pixels neighbours share their edge to the last digit, and no seam shows.
                edges = [math.floor(2 * (x + k * step) + 0.5) / 2 for k in range(len(shades) + 1)]
                for one, next_one, shade in zip(edges, edges[1:], shades):
                    if shade >= 0.005:
                        wide = abs(next_one - one)
                        yield *what, (min(one, next_one), top, wide, low - top, shade), shape
        elif "values" in shape:
            each, size = (2, [shape["size"]]) if "size" in shape else (4, [])
            for ends, value in zip(n.reshape(-1, each).tolist(), shape["values"]):
                yield *what, (*ends, *size, value), shape
        elif len(n):
            yield *what, (n + (shape.get("dx", 0), shape.get("dy", 0))).ravel().tolist(), shape

    def _axes(self):
        """Ticks, their lines, and what the axes are."""
        x, y, (wide, high) = self.figure.x, self.figure.y, abs(self.size)
        grid = {"is": "grid", "name": "y", "role": "rule"}
        for at, words in spaced(y, high, lambda words: ROW - 8):
            yield grid | {"x": [0, 1], "y": [at, at]}
            yield _letters("tick", "y", "muted", (0, at), (-8, 5), "end", words)
        for at, words in spaced(x, wide, text_width):
            yield _letters("tick", "x", "muted", (at, 0), (0, 24), "middle", words)
            yield grid | {"name": "x", "x": [at, at], "y": [0, round(-5 / high, 4)]}
        yield grid | {"name": "x", "role": "muted", "x": [0, 1], "y": [0, 0]}
        if x.label:
            words = f"← {x.label}" if x.first > x.last else f"{x.label} →"
            yield _letters("tick", "x", "muted", (1, 0), (0, 46), "end", words)
        if y.label:
            words = y.label if y.label[0] == "↓" else f"↑ {y.label}"
            yield _letters("tick", "y", "muted", (0, 1), (-self.left, -16), "start", words)

    # Names stand beside a point of their line, or beside the place of their label, where they cover least.

    def _names(self):
        taken, lines = self._blank(), {}
        for kind, name, role, n, shape in self.parts:
            if kind == "path":
                lines[name] = n
            elif kind == "edge":
                _trace(taken, n[:4], 20)
            elif kind == "cells" and role != "tint" and n[4] > 0.05:
                _cover(taken, *n[:4], 0.1)
            elif kind in ("dot", "grip"):
                r, weight = (n[2], 20) if kind == "dot" else (12, 40)
                _cover(taken, n[0] - r, n[1] - r, 2 * r, 2 * r, weight)
            elif kind == "tick":
                wide = text_width(shape["words"])
                _cover(taken, n[0] - AHEAD[shape["anchor"]] * wide, n[1] - 14, wide, ROW, 40)
        roles = {mark.name: mark.role for mark in self.figure.marks}
        spots = {mark.name: self._spot(mark) for mark in self.figure.marks if isinstance(mark, Label)}
        labels_first = sorted(self.figure.marks, key=lambda mark: not isinstance(mark, Label))
        for mark in labels_first:  # they cannot move along a line
            line, words = (spots | lines).get(mark.name), getattr(mark, "label", "")
            if words == "" or line is None or not len(beside := self._beside(line)):
                continue
            own, others = self._blank(), self._blank()
            _trace(own, line, 1)
            for name, other in lines.items():
                if name != mark.name:
                    _trace(others, other, 1 if roles[name] == mark.role else 0.4)
            yield self._name(mark, words or mark.name, beside, taken, own, others)

    def _spot(self, label):
        return (_places(self.figure, label.x, label.y) * self.size + self.corner).ravel()

    def _blank(self):
        """A sheet on which is painted what letters should not hide."""
        return Image.new("F", (self.width // GRAIN + 1, self.height // GRAIN + 1))

    def _beside(self, line):
        """Points every 8 pixels of a line, from its far end on, as far as it can be seen."""
        x, y = np.reshape(line, (-1, 2))[::-1].T
        along = np.append(0, np.cumsum(np.hypot(np.diff(x), np.diff(y))))
        x, y = (np.interp(np.arange(0, along[-1] + 1, 8), along, n) for n in (x, y))
        inside = (x >= self.left) & (x <= self.right) & (y >= self.top - 1) & (y <= self.bottom + 1)
        return np.column_stack([x, y])[inside]

    def _name(self, mark, words, beside, taken, own, others):
        """Words beside one of some points, the first ones rather than the last."""
        wide = text_width(words)
        dx, dy, gap = np.array([(*side, gap) for gap in GAPS for side in SIDES]).T
        x = beside[:, :1] + dx * (wide / 2 + gap) - wide / 2  # the left edge of each place that is tried
        y = beside[:, 1:] + dy * (HIGH / 2 + gap) - HIGH / 2  # and the upper one
        outside = (x < self.left - 4) | (x + wide > self.right + 20) | (y < 2) | (y + HIGH > self.bottom)
        cost = 2.0 * np.arange(len(beside))[:, None] + 2 * gap + 5000 * outside
        cost += _within(taken, x, y, wide, 4)
        cost += 80 * _within(own, x, y, wide, 1) + 80 * _within(others, x, y, wide, 3)
        cost += 30 * np.minimum(10, _within(others, x, y, wide, gap + 3))  # whose name would it be?
        at, side = np.unravel_index(np.argmin(cost), cost.shape)
        x, y, (x0, y0) = x[at, side], y[at, side], beside[at]
        _cover(taken, x, y - 2, wide, ROW, 40)
        anchor, left = ("end", x + wide) if x < x0 else ("start", x)
        place, by = (beside[at] - self.corner) / self.size, (left - x0, y + HIGH - 1 - y0)
        return _letters("text", mark.name, mark.role, place, by, anchor, words)


def _trace(sheet, line, weight):
    """Paint a line, so many pixels of the picture to one of the sheet."""
    ImageDraw.Draw(sheet).line([n / GRAIN for n in np.ravel(line)], weight)


def _cover(sheet, x, y, wide, high, weight):
    """Paint a box."""
    corners = x, y, x + wide - GRAIN, y + high - GRAIN
    ImageDraw.Draw(sheet).rectangle([n / GRAIN for n in corners], weight)


def _within(sheet, x, y, wide, more):
    """What is painted in each box of letters, and so many pixels around it."""
    sums = np.pad(np.asarray(sheet).cumsum(0).cumsum(1), ((1, 0), (1, 0)))  # above and left of each corner
    rows, columns = sums.shape
    top, bottom = (np.clip(n / GRAIN, 0, rows - 1).astype(int) for n in (y - more, y + HIGH + more))
    left, right = (np.clip(n / GRAIN, 0, columns - 1).astype(int) for n in (x - more, x + wide + more))
    return sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]


def _letters(kind, name, role, place, by, anchor, words):
    dx, dy = (round(float(n)) for n in by)
    more = {"dx": dx, "dy": dy, "anchor": anchor, "words": words}
    return {"is": kind, "name": name, "role": role, **_xy(place), **more}


def spaced(axis, length, size):
    """(share, words) of as many ticks as have room: every one, every second, ... from the first on."""
    ticks = [(round(float(axis.place(value)), 4), words) for value, words in axis.ticks]
    for every in range(1, len(ticks) + 1):
        some = ticks[::every]
        if all(
            abs(a - b) * length > (size(one) + size(two)) / 2 + 8
            for (a, one), (b, two) in itertools.pairwise(some)
        ):
            return some
    return ()


# What a page gets ----------------------------------------------------------------------------------------


def packed(data):
    """Data as lines of JSON: {"$": n} stands for what line n says; the last line is the whole.

    >>> print(packed([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [0]]))
    [0,1,2,3,4,5,6,7,8,9,10]
    [{"$":0},{"$":0},[0]]
    """
    write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    often, lines = Counter(), {}

    def each(thing, act):
        if isinstance(thing, dict):
            return {name: act(part) for name, part in thing.items()}
        return [act(part) for part in thing] if isinstance(thing, (list, tuple)) else thing

    def count(thing):
        often[write(thing)] += 1
        each(thing, count)

    def put(thing):
        short, written = each(thing, put), write(thing)
        if often[written] == 1 or len(written) < 24:
            return short
        return {"$": lines.setdefault(write(short), len(lines))}

    count(data)
    whole = write(put(data))
    return "\n".join([*lines, whole])
