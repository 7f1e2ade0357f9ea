"""Draws a `Figure` where nothing moves: PNG for a notebook, SVG for paper and pages without JavaScript.

`shapes` says what lies where, in pixels from the top left corner. It does so step by step as
`page/draw.js` does; a test holds the two together.
"""

import functools
import html
import io
import itertools
import math

import matplotlib
import matplotlib.figure
import matplotlib.style
import numpy as np
from matplotlib import font_manager, patheffects
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.patches import Circle, Rectangle
from PIL import Image

from .look import COLOURS, letters
from .marks import Band, Cells, Edges, Grip, Label, Line, Points, Rule, Words, ink

SIZE, ROW = 15, 19  # pixels: letters, and a line of them
EDGE, RIGHT, LOW = 4, 26, 0.75  # pixels left and right of the axes; how high a plot is on a narrow screen
NARROW = 500  # pixels: below this a screen is narrow
DASHES = {"": "-", "dash": (0, (7, 4)), "dot": (0, (1.5, 4))}
LAYERS = ("grid", "bar", "cell", "edge", "path", "dot", "tick", "text", "grip")  # from back to front
_measuring = FigureCanvasAgg(matplotlib.figure.Figure(dpi=72)).get_renderer()


@functools.cache
def text_width(words, size=SIZE, weight="normal"):
    """How wide words are, in pixels: measured large, for a small measure is a whole number."""
    font = font_manager.FontProperties(family=letters(), size=20 * size, weight=weight)
    return _measuring.get_text_width_height_descent(words, font, False)[0] / 20


class Paper:
    """Where things lie in a picture of a certain width, and what has been put there."""

    def __init__(self, figure, width):
        self.figure = figure
        wide = max((text_width(words) for _, words in figure.y.ticks), default=0)
        self.left = wide + 10 if wide else EDGE
        self.right, self.top = width - RIGHT, 30
        self.bottom = self.top + math.floor(figure.height * (LOW if width < NARROW else 1) + 0.5)
        self.height = self.bottom + (50 if figure.x.label else 28)
        self.parts, self.curves, self.names, self.taken, self.shaded = [], [], [], [], []

    def px(self, x):
        """Pixels from the left of values of x."""
        return self.left + self.figure.x.place(x) * (self.right - self.left)

    def py(self, y):
        """Pixels from the top of values of y, not far outside of the picture."""
        high = self.bottom - self.figure.y.place(y) * (self.bottom - self.top)
        return np.clip(high, -2 * self.bottom, 3 * self.bottom)

    def add(self, kind, mark, numbers, **more):
        """Put one shape down: `mark` is a mark, or the name and the role of one."""
        name, role = mark if isinstance(mark, tuple) else (mark.name, mark.role)
        self.parts.append((kind, name, role, [float(n) for n in np.ravel(numbers)], more))

    def axes(self):
        """Ticks and their lines."""
        x, y = self.figure.x, self.figure.y
        for at, words in spaced(x.ticks, self.px, text_width):
            self.add("tick", ("x", "muted"), (at, self.bottom + 20), words=words, anchor="middle")
            self.add("grid", ("x", "rule"), (at, self.bottom, at, self.bottom + 5))
        for at, words in spaced(y.ticks, self.py, lambda words: ROW - 8):
            self.add("grid", ("y", "rule"), (self.left, at, self.right, at))
            self.add("tick", ("y", "muted"), (self.left - 8, at + 5), words=words, anchor="end")
        self.add("grid", ("x", "muted"), (self.left, self.bottom, self.right, self.bottom))
        if x.label:
            words, at = f"← {x.label}" if x.first > x.last else f"{x.label} →", (self.right, self.bottom + 42)
            self.add("tick", ("x", "muted"), at, words=words, anchor="end")
        if y.label:
            words = y.label if y.label[0] == "↓" else f"↑ {y.label}"
            self.add("tick", ("y", "muted"), (0, 14), words=words, anchor="start")

    def curve(self, mark, points, **look):
        """A path, as far as it can be seen, with its name at its end."""
        seen = [
            (x, y)
            for x, y in sampled(points)
            if self.left <= x <= self.right and self.top - 1 <= y <= self.bottom + 1
        ]
        self.curves.append(seen)
        label = mark.name if mark.label is None else mark.label
        if label and seen:
            self.names.append((mark, label, seen, False))
        self.add("path", mark, points, **look)

    def line(self, mark):
        points = np.column_stack([self.px(mark.x), self.py(mark.y)])
        if mark.step:  # level, then upright
            points = np.repeat(points, 2, axis=0)
            points = np.column_stack([points[1:, 0], points[:-1, 1]])
        self.curve(mark, points, dash=mark.dash)

    def rule(self, mark):
        if mark.axis == "x":
            ends = [[self.px(mark.at), self.bottom], [self.px(mark.at), self.top]]
        else:
            ends = [[self.right, self.py(mark.at)], [self.left, self.py(mark.at)]]
        self.curve(mark, ends, dash="dash", thin=True)

    def band(self, mark):
        a, b = sorted((self.px if mark.axis == "x" else self.py)(end) for end in (mark.start, mark.stop))
        high, wide = self.bottom - self.top, self.right - self.left
        box = (a, self.top, b - a, high) if mark.axis == "x" else (self.left, a, wide, b - a)
        self.add("cell", mark, (*box, 0.14))

    def cells(self, mark):
        for i, (start, end, shares) in enumerate(mark.rows):
            y, below = self.py(mark.top - i), self.py(mark.top - i - 1)
            high = below - y - min(1.5, (below - y) / 4)
            a, b = sorted((self.px(start), self.px(end)))
            self.add("bar", (mark.name, "tint"), (a, y, b - a, high, 1))
            far = a if self.px(start) < self.px(end) else b
            for j, share in enumerate(shares):
                shade = ink(share, mark.full, mark.decades)
                if shade < 0.005:
                    continue
                a, b = sorted(self.px(start + step * mark.step) for step in (j, j + 1))
                self.add("cell", mark, (a, y, b - a, high, shade))
                far = a if shade > 0.05 else far
            self.shaded.append((min(far, self.px(start)), y, abs(far - self.px(start)), high))

    def points(self, mark):
        words, shades = mark.words or [""] * len(mark.x), mark.shades or [1] * len(mark.x)
        across, up = np.atleast_1d(self.px(mark.x)), np.atleast_1d(self.py(mark.y))
        for x, y, name, shade in zip(across, up, words, shades):
            if self.top - 1 <= y <= self.bottom + 1 and self.left - 1 <= x <= self.right + 1:
                self.taken.append((x - mark.size, y - mark.size, 2 * mark.size, 2 * mark.size))
                self.add("dot", mark, (x, y, mark.size, shade))
                if name:
                    self.names.append((mark, name, [(x, y)], True))

    def edges(self, mark):
        for (x0, y0, x1, y1), weight in zip(mark.ends, mark.weights):
            self.add("edge", mark, (self.px(x0), self.py(y0), self.px(x1), self.py(y1), weight))

    def label(self, mark):
        wide = text_width(mark.text)
        x, y = self.px(mark.x) + mark.dx, self.py(mark.y) + mark.dy
        x -= {"start": 0, "middle": wide / 2, "end": wide}[mark.anchor]
        self.taken.append((x, y - 14, wide, ROW))
        self.add("text", mark, (x, y), words=mark.text)

    def grip(self, mark):
        x, y = self.px(mark.x), self.py(mark.y)
        self.taken.append((x - 12, y - 12, 24, 24))
        self.add("grip", mark, (x, y), axis=mark.axis)

    def put_names(self):
        """Names last, each where it covers least; a dot's name only where there is room."""
        for mark, words, seen, optional in self.names:
            wide = text_width(words)
            cost, x, y = self.best_place(seen, wide)
            if optional and cost >= 1000:
                continue
            self.taken.append((x, y - 14, wide, ROW))
            self.add("text", mark, (x, y), words=words)

    def best_place(self, seen, wide):
        """Near the far end of a curve, on no other name, on as little of curves and shades as can be."""
        best = (math.inf, self.left + 4, self.top + 14)
        for back in range(0, min(len(seen), 60), 4):
            x, y = seen[-1 - back]
            for gap, (side, drop) in itertools.product((8, 45, 90), ((0, -5), (1, 15), (0, 15), (1, -5))):
                a, b = x + gap if side else x - wide - gap, y + drop
                if a < self.left or a + wide > self.right + 20 or b - 14 < 0 or b + 5 > self.bottom:
                    continue
                box = (a, b - 14, wide, ROW)
                cost = back + gap + 1000 * _meeting(box, self.taken, 4) + 60 * _meeting(box, self.shaded, 0)
                for curve in self.curves:
                    cost += 20 * sum(a - 3 < u < a + wide + 3 and b - 14 < v < b + 5 for u, v in curve)
                if cost < best[0]:
                    best = (cost, a, b)
        return best


DRAW = {
    Line: Paper.line, Rule: Paper.rule, Band: Paper.band, Cells: Paper.cells, Points: Paper.points,
    Edges: Paper.edges, Label: Paper.label, Grip: Paper.grip, Words: lambda paper, mark: None,
}  # fmt: skip


def shapes(figure, width):
    """What to draw, (kind, name, role, numbers in pixels, more) for each shape; and its `Paper`."""
    paper = Paper(figure, width)
    paper.axes()
    for mark in figure.marks:
        DRAW[type(mark)](paper, mark)
    paper.put_names()
    return paper.parts, paper


def _meeting(box, others, gap):
    """How many other boxes a box meets."""
    x, y, wide, high = box
    return sum(x < u + w + gap and u < x + wide + gap and y < v + h and v < y + high for u, v, w, h in others)


def spaced(ticks, place, size):
    """As many ticks as have room: every one, every second, every third ... from the first on."""
    for every in range(1, len(ticks) + 1):
        some = [(float(place(value)), words) for value, words in ticks[::every]]
        if all(
            abs(a - b) > (size(one) + size(two)) / 2 + 8 for (a, one), (b, two) in itertools.pairwise(some)
        ):
            return some
    return []


def sampled(points):
    """Points every 4 pixels of a path."""
    points = [(float(x), float(y)) for x, y in points]
    out = []
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        n = max(1, int(math.hypot(x1 - x0, y1 - y0) / 4))
        out += [(x0 + (x1 - x0) * i / n, y0 + (y1 - y0) * i / n) for i in range(n)]
    return [*out, points[-1]]


# As part of a page ---------------------------------------------------------------------------------------


def svg(figure, width, place):
    """An SVG in the layers and classes of `draw.js`, so that one style sheet dresses both."""
    parts, paper = shapes(figure.thinned(), width)
    layers = {kind: {} if kind in ("bar", "cell") else [] for kind in LAYERS}
    for kind, _name, role, numbers, more in parts:
        n = [f"{v:.1f}".removesuffix(".0") for v in numbers]
        look = " ".join(filter(None, (role, more.get("dash"), "thin" if more.get("thin") else "")))
        if kind in ("path", "grid", "edge"):
            d = "L".join(map(" ".join, zip(n[::2], n[1::2])))
            wide, strong = edge_look(numbers[4]) if kind == "edge" else (0, 0)
            style = f' style="stroke-width:{wide:.1f};stroke-opacity:{strong:.2f}"' if wide else ""
            layers[kind].append(f'<path class="{look}"{style} d="M{d}"/>')
        elif kind in ("bar", "cell"):  # cells of one shade are one path: a tenth of the letters
            x, y, w, h = n[:4]
            begin = f'<path class="fill {look}" fill-opacity="{numbers[4]:.2g}" d="'
            layers[kind].setdefault(begin, []).append(f"M{x} {y}h{w}v{h}h-{w}z")
        elif kind in ("dot", "grip"):
            more = 'class="knob {}" r="11"' if kind == "grip" else 'class="{}" r="{}" style="--shade:{:.0%}"'
            more = more.format(look, *numbers[2:])
            layers[kind].append(f'<circle cx="{n[0]}" cy="{n[1]}" {more}/>')
        else:
            words, anchor = html.escape(more["words"]), more.get("anchor", "start")
            layers[kind].append(
                f'<text class="{look}" x="{n[0]}" y="{n[1]}" text-anchor="{anchor}">{words}</text>'
            )
    for kind in ("bar", "cell"):
        layers[kind] = [f'{begin}{"".join(boxes)}"/>' for begin, boxes in layers[kind].items()]
    inner = "".join(f'<g class="{kind}">{"".join(drawn)}</g>' for kind, drawn in layers.items() if drawn)
    return (
        f'<svg class="still {place}" viewBox="0 0 {width} {paper.height}" role="img" '
        f'aria-label="{html.escape(figure.claim)}">{inner}</svg>'
    )


def edge_look(weight):
    """How wide and how strong an edge of a weight is."""
    return 0.6 + 9 * weight, min(0.9, 0.2 + 2 * weight)


# As a picture in a notebook --------------------------------------------------------------------------------


def png(figure, dark=False):
    """The picture between its claim and its sentence, twice as fine as a screen, in 256 colours."""
    drawn, packed = io.BytesIO(), io.BytesIO()
    own = {"font.family": letters(), "path.simplify": False, "lines.scale_dashes": False}
    with matplotlib.style.context(["default", own]):  # whatever a reader's matplotlibrc says
        canvas = Canvas(figure, dark)
        canvas.figure.savefig(drawn, format="png", dpi=144)
    image = Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    image.save(packed, format="png", optimize=True)
    return packed.getvalue()


class Canvas:
    """A matplotlib figure, one unit a pixel: claim, plot, words, sentence from top to bottom."""

    def __init__(self, figure, dark=False):
        self.colour = {role: both[dark] for role, both in COLOURS.items()}
        self.width = figure.width
        parts, self.paper = shapes(figure.thinned(), self.width)
        claim = broken(figure.claim.split(" "), self.width, 17, itertools.repeat("bold"))
        text = next((mark for mark in figure.marks if isinstance(mark, Words)), None)
        words = broken(text.text, self.width, 18) if text else []
        sentence = coloured_words(figure)
        lines = broken([word for word, _ in sentence], self.width, SIZE)
        below = self.paper.height + 8
        total = below + 27 * len(words) + 21 * len(lines) + 10
        self.figure = matplotlib.figure.Figure(
            figsize=(self.width / 72, (total + 24 * len(claim) + 4) / 72),
            dpi=72,
            facecolor=self.colour["paper"],
        )
        limits = {"xlim": (0, self.width), "ylim": (total, -24 * len(claim) - 4)}
        self.axes = self.figure.add_axes((0, 0, 1, 1), **limits)
        self.axes.axis("off")
        for i, line in enumerate(claim):
            shown = " ".join(word for word, _ in line)
            self.write(0, 24 * (i - len(claim)) + 18, shown, "ink", 17, weight="bold")
        for part in parts:
            self.draw(*part)
        self.story(text, words, below)
        below += 27 * len(words)
        roles = iter(role for _, role in sentence)
        for row, line in enumerate(lines):
            for (word, x), role in zip(line, roles):
                self.write(x, below + 21 * row + 16, word, role, SIZE)

    def story(self, text, lines, top):
        """The words below the picture, each in its ink; what is out of reach is an empty box."""
        shown = iter(inks(text) if text else ())
        for row, line in enumerate(lines):
            y = top + 27 * row
            for (word, x), (dark, how) in zip(line, shown):
                wide = text_width(word, 18)
                if how == "out":
                    box = Rectangle((x, y + 4), wide, 20, fill=False, edgecolor=self.colour["rule"])
                    self.axes.add_patch(box)
                elif how == "veiled":
                    self.axes.plot(
                        [x, x + wide], [y + 24] * 2, color=self.colour["ink"], linestyle=DASHES["dash"]
                    )
                self.write(x, y + 20, word, "ink", 18, alpha=dark)

    def write(self, x, y, words, role, size, **look):
        self.axes.text(x, y, words, size=size, color=self.colour[role], zorder=5, parse_math=False, **look)

    def draw(self, kind, name, role, n, more):
        """One shape."""
        colour, look = self.colour[role], {"gid": name, "zorder": 1 + LAYERS.index(kind) / 10}
        paper = self.paper
        if kind in ("bar", "cell"):
            self.axes.add_patch(Rectangle(n[:2], *n[2:4], color=colour, alpha=n[4], linewidth=0, **look))
        elif kind in ("grid", "edge", "path"):
            wide, strong = edge_look(n[4]) if kind == "edge" else (1.25 if more.get("thin") else 2.25, 1)
            ends = n[:4] if kind == "edge" else n
            line = self.axes.plot(ends[::2], ends[1::2])[0]
            line.set(color=colour, alpha=strong, linewidth=1 if kind == "grid" else wide, **look)
            line.set(linestyle=DASHES[more.get("dash", "")], solid_joinstyle="round")
            if kind == "path":
                wide, high = paper.right - paper.left + 4, paper.bottom - paper.top + 4
                clip = Rectangle((paper.left - 2, paper.top - 2), wide, high, transform=self.axes.transData)
                line.set_clip_path(clip)
        elif kind == "dot":
            for face, shade in ((self.colour["paper"], 1), (colour, n[3])):
                dot = Circle(
                    n[:2], n[2], facecolor=to_rgba(face, shade), edgecolor=colour, linewidth=1.5, **look
                )
                self.axes.add_patch(dot)
        elif kind == "grip":
            face = self.colour["paper"]
            self.axes.add_patch(Circle(n, 9, facecolor=face, edgecolor=colour, linewidth=2.25, **look))
        else:
            align = {"end": "right", "middle": "center"}.get(more.get("anchor"), "left")
            around = [patheffects.withStroke(linewidth=4, foreground=self.colour["paper"])]
            effects = {"path_effects": around} if kind == "text" else {}
            self.write(*n, more["words"], role, SIZE, ha=align, gid=name, **effects)


def coloured_words(figure):
    """The sentence as (word, role): what follows a coloured word without a blank belongs to it."""
    roles, words, glued = {mark.name: mark.role for mark in figure.marks}, [], False
    for part in figure.parts():
        name, bar, shown = part.partition("|")
        shown, role = (shown, roles[name]) if bar else (part, "muted")
        new = [(word, role) for word in shown.split(" ") if word]
        if glued and new and not shown[0].isspace():
            words[-1] = (words[-1][0] + new.pop(0)[0], words[-1][1])
        words += new
        glued = not shown[-1].isspace()
    return words


def broken(words, width, size, weights=None):
    """Words set in lines no wider than `width`: each line a list of (word, where it begins)."""
    lines, x, blank = [[]], 0, text_width("n n", size) - text_width("nn", size)
    for word, weight in zip(words, weights or itertools.repeat("normal")):
        wide = text_width(word, size, weight)
        if lines[-1] and x + wide > width:
            lines.append([])
            x = 0
        lines[-1].append((word, x))
        x += wide + blank
    return lines


def inks(text):
    """For each word of a text, first to last, (ink, how): "", "veiled", "out" of reach, or "unseen"."""
    for back in reversed(range(len(text.text))):
        if back < text.unseen:
            yield 0, "unseen"
        elif back >= len(text.shares) or text.shares[back] == 0:
            yield 0, "out"
        else:
            dark = ink(text.shares[back], text.full, text.decades)
            yield (dark, "veiled") if back == text.veiled else (max(dark, 0.1), "")
