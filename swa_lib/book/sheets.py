"""The paper that an explorer draws on: drawn once, then moved, and written as SVG.

A frame carries what a reader may ask of it: which curves it holds, where its
axes lie, and where in the picture a control may be grasped. `page/explorer.js`
reads that off the drawing, so every explorer can be read without a line of code.
"""

import html
import json

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from . import svg
from .refusing import refuse
from .style import COLOURS, LINES, VARIABLES, book_style, plain

WIDTH, HEIGHT = 4.4, 3.4  # inches; narrow, so that 11 points are 11 pixels on a phone
BESIDE = (1.12 / WIDTH, 1 - 1.27 / WIDTH)  # the axes' left end and width, with a y axis beside them
ROW = 0.22  # inches of a row of the legend
LEGEND_STYLE = dict(fontsize=10.7, frameon=False, handlelength=1.7, columnspacing=1.2, borderaxespad=0.1)
SHEET_STYLE = svg.STYLE | {
    "font.size": 11,
    "path.simplify_threshold": 0.1,  # pixels; a curve is read off its path
}


class Sheet:
    """One figure that is drawn again and again. What has a name is drawn once, then moved.

    Making axes and labels takes longer than moving a line, so the sheet keeps
    them. What a drawing function does not call for stays out of that frame.

    >>> sheet = Sheet()
    >>> sheet.line("profile", [0, 1, 2], [0.25, 0.5, 0.25])
    >>> sheet.line("profile", [0, 1], [0.5, 0.5])  # the same line, moved
    >>> len(sheet.axes.lines)
    1
    """

    def __init__(self, height=HEIGHT):
        with book_style(**SHEET_STYLE):
            self.figure = Figure(figsize=(WIDTH, height))
            self._bottom, self._top = 0.55 / height, 1 - 0.37 / height  # room for two lines below, one above
            self._across = BESIDE  # from the left, and how wide
            self.axes = self.figure.add_axes((0.1, 0.1, 0.8, 0.8))  # `drawn` gives it its place
        self._things, self._drawn = {}, 0
        self._percent, self._handle = {}, None

    def _thing(self, name, make):
        if name not in self._things:
            self._things[name] = make()
        self._drawn += 1
        self._things[name].set(visible=True, zorder=2 + self._drawn / 1000)  # in the order of the calls
        return self._things[name]

    def title(self, text):
        """The one thing this frame says."""
        self.figure.suptitle(text, x=0.015, y=0.99, ha="left", fontsize=11)

    def axis(self, which, label, low, high, log=False, percent=False):
        """The "x" or "y" axis: its label with the unit, and its two ends. A share may be read in per cent."""
        axis, scale = getattr(self.axes, f"{which}axis"), "log" if log else "linear"
        if axis.get_scale() != scale:
            self.axes.set(**{f"{which}scale": scale})
        times, sign = (100, "%") if percent else (1, "")
        if log:  # plain labels: matplotlib's own, 10 to a power, take half the time of a frame
            axis.set_major_locator(LogLocator(10, numticks=6))
            axis.set_minor_locator(NullLocator())
            axis.set_major_formatter(
                FuncFormatter(lambda value, _: f"{times * value:g}%" if percent else plain(value))
            )
        else:
            axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{times * value:,.10g}{sign}"))
        self.axes.set(**{f"{which}label": label, f"{which}lim": (low, high)})
        self._percent[which] = percent

    def no_y_axis(self):
        """For a strip: nothing to read on the left, and its room for the picture."""
        self._across = (0.05, 0.9)
        self.axes.get_yaxis().set_visible(False)
        self.axes.spines["left"].set_visible(False)

    def line(self, name, x, y, **style):
        """A curve; its name goes into the legend, unless it begins with "_".

        Colour and dashes follow from its place.
        """
        place = self._drawn % len(COLOURS)
        style = {"color": COLOURS[place], "linestyle": LINES[place], "label": name, **style}
        line = self._thing(name, lambda: self.axes.plot([], [])[0])
        line.set(data=(x, y), gid=None, **style)
        upright = np.size(x) and np.min(x) == np.max(x)
        if str(style["label"])[:1] != "_" and style["linestyle"] and not upright:
            line.set_gid(f"curve-{style['label']}")  # one that a reader may read

    def mark(self, name, x, **style):
        """An upright line at x; its name goes into the legend."""
        self.line(name, [x, x], self.axes.get_ylim(), **style)

    def band(self, name, left, right, **style):
        """A shaded stretch from left to right, over the whole height."""
        patch = self._thing(name, lambda: self.axes.axvspan(0, 1))
        patch.set(
            **{"x": left, "width": right - left, "color": "#dddddd", "zorder": 0, "label": name, **style}
        )

    def cells(self, name, edges, colours, bottom=0.0, height=1.0):
        """A row of boxes: one colour for each pair of neighbouring edges."""
        for i, (left, right, colour) in enumerate(zip(edges, edges[1:], colours)):
            box = self._thing(
                (name, i),
                lambda: self.axes.add_patch(Rectangle((0, 0), 1, 1, edgecolor="#bbbbbb", linewidth=0.3)),
            )
            box.set(x=left, y=bottom, width=right - left, height=height, facecolor=to_rgba(colour))

    def text(self, name, x, y, words, **style):
        """Words at a place; the name only says which words they replace."""
        self._thing(name, lambda: self.axes.text(0, 0, "")).set(x=x, y=y, text=words, **style)

    def points(self, name, x, y, **style):
        """Markers without a line."""
        self.line(name, x, y, **{"linestyle": "", "marker": "o", **style})

    def steps(self, name, ends, widths, colour, shades):
        """Straight steps, [[[x, y], [x, y]], ...], each so wide (points) and so opaque (0 to 1)."""
        steps = self._thing(
            name, lambda: self.axes.add_collection(LineCollection([], clip_on=False), autolim=False)
        )
        steps.set(segments=ends, linewidths=widths, colors=to_rgba_array([colour] * len(ends), shades))

    def dots(self, name, x, y, colour, shades, size=13, **style):
        """Discs of `size` points across with a rim of the same colour, each filled so opaquely."""
        dots = self._thing(name, lambda: self.axes.scatter([], [], clip_on=False))
        dots.set(offsets=np.column_stack([x, y]), sizes=[size**2], edgecolors=colour, **style)
        dots.set_facecolors(to_rgba_array([colour] * len(x), shades))

    def handle(self, control, which):
        """The values of a control are places on the "x" or "y" axis: there it may be grasped in the picture.

        Where there is no curve to read, the picture follows the pointer; among curves a grip is drawn.
        """
        self._handle = [control, which]

    def drawn(self, draw, values):
        """The frame `draw(self, **values)` as SVG text, and the sentence that `draw` returned."""
        for thing in self._things.values():
            thing.set_visible(False)
        self._drawn, self._across, self._percent, self._handle = 0, BESIDE, {}, None
        with book_style(**SHEET_STYLE, **{"svg.hashsalt": name_of(draw)}):
            self.title("")
            sentence = draw(self, **values)
            if not isinstance(sentence, str) or not sentence.strip():
                refuse(
                    f"what {name_of(draw)} returns",
                    sentence,
                    "a sentence that says what the frame shows",
                    TypeError,
                )
            shown = [
                t
                for t in self.axes.lines + self.axes.patches
                if t.get_visible() and t.get_label()[:1] not in ("", "_")
            ]
            self._put_legend(shown if len(shown) > 1 else [])
            drawing = svg.written(self.figure, VARIABLES)
        return drawing.replace("<svg", f"<svg {self._asked()}".rstrip(), 1), sentence

    def _put_legend(self, shown):
        """Below the picture, two names a row: it covers nothing, and stands where it stood."""
        rows, left, width = -(-len(shown) // 2), *self._across
        bottom = self._bottom + rows * ROW / self.figure.get_figheight()
        self.axes.set_position((left, bottom, width, self._top - bottom))
        while self.figure.legends:
            self.figure.legends[0].remove()
        if shown:
            self.figure.legend(handles=shown, loc="lower left", ncols=2, **LEGEND_STYLE)

    def _asked(self):
        """An attribute of the frame: where its axes lie and what they measure, and its handle."""
        read = any(line.get_visible() and line.get_gid() for line in self.axes.lines)
        if not read and not self._handle:
            return ""
        (width, height), box = 72 * self.figure.get_size_inches(), self.axes.get_position()
        given = {
            "x": [round(box.x0 * width, 2), round(box.x1 * width, 2), *self._axis("x")],
            "y": [round((1 - box.y0) * height, 2), round((1 - box.y1) * height, 2), *self._axis("y")],
            "handle": self._handle,
        }
        return f'data-frame="{html.escape(json.dumps(given, ensure_ascii=False, separators=(",", ":")))}"'

    def _axis(self, which):
        low, high = getattr(self.axes, f"get_{which}lim")()
        axis = getattr(self.axes, f"{which}axis")
        return [
            float(low),
            float(high),
            axis.get_scale(),
            axis.get_label_text(),
            bool(self._percent.get(which)),
        ]


def name_of(draw):
    """What a drawing function is called; it is the explorer's address."""
    return getattr(draw, "__name__", type(draw).__name__)
