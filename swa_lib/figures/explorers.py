"""A figure that moves: described once, alive in a notebook and on a page without a kernel.

An `Explorer` is a drawing function and the values each of its controls may
take. In a live notebook it is an ipywidgets figure, drawn anew on every change.
On the static site all its frames are in the page as SVG, and native sliders
pick one (`_static/explorer.js`). The page "Make your own explorer" shows how.

The environment variable SWA_EXPLORERS says which: "live", "page" (`pages.py`
sets it for the site), or "text" for what git stores (`make refresh`): the first
frame's sentence, and no frames. When it is not set, a notebook is live where
somebody sits at it; where nobody does (`nbconvert --execute`), nobody could move
a slider, and it gets a "still": the first frame as a picture, and its sentence.
"""

import functools
import html
import io
import itertools
import json
import os
import re

import ipywidgets
from IPython import get_ipython
from IPython.display import display
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from .. import arguments
from .style import COLOURS, LINES, Picture, book_style

# Text stays text: the browser sets it, and a frame is a tenth of the size.
SVG_STYLE = {"svg.fonttype": "none", "path.simplify_threshold": 0.5}
WIDTH, HEIGHT = 4.4, 3.1  # inches; narrow, so that labels can be read on a phone
MAX_FRAMES = 150  # on one page, about 1 KB each compressed

# Names that the book uses everywhere, as a reader sees them: label, unit.
LABELS = {
    "layers": ("Layers L", "layers"),
    "window": ("Window W", "tokens"),
    "alpha": ("Residual share α", ""),
    "tolerance": ("Tolerance ε", ""),
    "token": ("Token", ""),
    "distance": ("Distance D", "tokens"),
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
        with book_style():
            self.figure = Figure(figsize=(WIDTH, height))
            self._bottom, self._top = 0.53 / height, 1 - 0.37 / height  # room for two lines below, one above
            self.axes = self.figure.add_axes(
                (0.87 / WIDTH, self._bottom, 1 - 1.02 / WIDTH, self._top - self._bottom)
            )
        self._things, self._drawn, self.legend_at = {}, 0, "upper right"

    def _thing(self, name, make):
        if name not in self._things:
            self._things[name] = make()
        self._drawn += 1
        self._things[name].set(visible=True, zorder=2 + self._drawn / 1000)  # in the order of the calls
        return self._things[name]

    def title(self, text):
        """The one thing this frame says."""
        self.figure.suptitle(text, x=0.015, y=0.99, ha="left", fontsize=11)

    def axis(self, which, label, low, high, log=False):
        """The "x" or "y" axis: its label with the unit, and its two ends."""
        axis, scale = getattr(self.axes, f"{which}axis"), "log" if log else "linear"
        if axis.get_scale() != scale:
            self.axes.set(**{f"{which}scale": scale})
        if log:  # plain labels: matplotlib's own, 10 to a power, take half the time of a frame
            axis.set_major_locator(LogLocator(10, numticks=6))
            axis.set_minor_locator(NullLocator())
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        else:
            axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
        self.axes.set(**{f"{which}label": label, f"{which}lim": (low, high)})

    def no_y_axis(self):
        """For a strip: nothing to read on the left, and its room for the picture."""
        self.axes.set_position((0.05, self._bottom, 0.9, self._top - self._bottom))
        self.axes.get_yaxis().set_visible(False)
        self.axes.spines["left"].set_visible(False)

    def line(self, name, x, y, **style):
        """A curve; its name goes into the legend, unless it begins with "_".

        Colour and dashes follow from its place among the curves.
        """
        place = self._drawn % len(COLOURS)
        style = {"color": COLOURS[place], "linestyle": LINES[place], "label": name, **style}
        self._thing(name, lambda: self.axes.plot([], [])[0]).set(data=(x, y), **style)

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
                lambda: self.axes.add_patch(Rectangle((0, 0), 1, 1, edgecolor="#cccccc", linewidth=0.3)),
            )
            box.set(x=left, y=bottom, width=right - left, height=height, facecolor=to_rgba(colour))

    def text(self, name, x, y, words, **style):
        """Words at a place; the name only says which words they replace."""
        self._thing(name, lambda: self.axes.text(0, 0, "")).set(x=x, y=y, text=words, **style)

    def points(self, name, x, y, **style):
        """Markers without a line."""
        self.line(name, x, y, **{"linestyle": "", "marker": "o", **style})

    def drawn(self, draw, values):
        """The frame `draw(self, **values)` as SVG text, and the sentence that `draw` returned."""
        for thing in self._things.values():
            thing.set_visible(False)
        self._drawn, self.legend_at = 0, "upper right"
        with book_style(**SVG_STYLE, **{"svg.hashsalt": _name(draw)}):
            self.title("")
            sentence = draw(self, **values)
            if not isinstance(sentence, str) or not sentence.strip():
                arguments.refuse(
                    f"what {_name(draw)} returns",
                    sentence,
                    "a sentence that says what the frame shows",
                    TypeError,
                )
            shown = [
                t
                for t in self.axes.lines + self.axes.patches
                if t.get_visible() and t.get_label()[:1] not in ("", "_")
            ]
            legend = self.axes.legend(
                handles=shown, loc=self.legend_at, fontsize=9, frameon=True, edgecolor="none"
            )
            legend.set_visible(len(shown) > 1)
            written = io.StringIO()
            self.figure.savefig(
                written, format="svg", metadata=dict.fromkeys(["Creator", "Date", "Format", "Type"])
            )
        return _bare(written.getvalue()), sentence


def bundle(figure):
    """What a figure with `widget`, `page()` and `still()` gives to Jupyter: see the top of this module."""
    life = os.environ.get("SWA_EXPLORERS", "live" if _somebody_is_there() else "still")
    words = {"text/plain": repr(figure)}
    if life == "live":  # the HTML is what an export shows, or a viewer without a kernel
        svg, sentence = figure.still()
        static = f"<figure>{svg}<figcaption>{html.escape(sentence)}</figcaption></figure>"
        return {**figure.widget._repr_mimebundle_(), "text/html": static, **words}
    if life == "page":
        return {"text/html": figure.page(), **words}
    if (
        life == "still"
    ):  # an output of its own: exports show one kind of an output, and the sentence is another
        sentence = figure.still()[1]
        picture, look = Picture(figure.sheet.figure, sentence)._repr_mimebundle_()
        display({"image/png": picture["image/png"]}, metadata=look, raw=True)
        return words
    if life == "text":
        return words
    arguments.refuse("the environment variable SWA_EXPLORERS", life, "live, page, still or text")


def _somebody_is_there():
    """Whether the cell that is running was sent by a program that would pass on a question to a reader."""
    kernel = getattr(get_ipython(), "kernel", None)
    message = kernel.get_parent() if hasattr(kernel, "get_parent") else {}
    return message.get("content", {}).get("allow_stdin", True)


def _name(draw):
    return getattr(draw, "__name__", type(draw).__name__)


def _bare(svg):
    """matplotlib's SVG as part of a page: no header, no size, one font, only the ids that it refers to.

    A style sheet inside an SVG would apply to the whole page, so its two rules
    become attributes of the drawing.
    """
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, count=1, flags=re.DOTALL)
    look = 'font-family="DejaVu Sans, Verdana, sans-serif" stroke-linejoin="round" stroke-linecap="butt"'
    svg = re.sub(r'width="[\d.]+pt" height="[\d.]+pt"', look, svg, count=1)
    svg = re.sub(r" font-family: [^;\"]+;| transform=\"rotate\(-0 [\d. -]+\)\"", "", svg)
    used = set(re.findall(r"#([\w.-]+)", svg))
    svg = re.sub(r' id="([^"]+)"', lambda found: found[0] if found[1] in used else "", svg)
    return re.sub(r"\s*\n\s*", " ", svg).replace("> <", "><")


class Explorer:
    """A drawing function and the values that each of its controls may take.

    Parameters
    ----------
    draw : function of a `Sheet` and one named argument per control; it draws
        one frame and returns the sentence that says, with its numbers, what
        the frame shows
    start : dict or None, control -> value of the first frame; the first value of
        every control it leaves out
    play : str or None, the control that a play button walks through: time, or depth
    labels : dict or None, control -> (label, unit) for names the book does not have
    height : float, inches of the figure; it is 4.4 wide
    **controls : list of values, at least one, no two alike; numbers or words

    Raises
    ------
    ValueError, TypeError : naming the argument; also for more than 150 frames

    Source: the page "Make your own explorer".

    >>> def frame(sheet, layers):
    ...     sheet.line("squares", range(layers), [n * n for n in range(layers)])
    ...     return f"{layers} layers."
    >>> Explorer(frame, layers=[2, 4, 8], start={"layers": 4})
    4 layers.
    """

    def __init__(self, draw, *, start=None, play=None, labels=None, height=HEIGHT, **controls):
        if not callable(draw):
            arguments.refuse("draw", draw, "a function that draws one frame", TypeError)
        if not controls:
            arguments.refuse("controls", controls, "at least one name=[values]")
        self.draw, self.name = draw, _name(draw)
        self.controls = {name: _choices(name, values) for name, values in controls.items()}
        self.size = 1
        for values in self.controls.values():
            self.size *= len(values)
        if self.size > MAX_FRAMES:
            raise ValueError(f"controls must give at most {MAX_FRAMES} frames, these give {self.size}")
        names = f"one of {', '.join(self.controls)}"
        if play is not None and play not in self.controls:
            arguments.refuse("play", play, names)
        self.play = play
        self.labels = {name: (labels or {}).get(name, LABELS.get(name, (name, ""))) for name in self.controls}
        self.first = {name: values[0] for name, values in self.controls.items()}
        for name, value in (start or {}).items():
            if name not in self.controls:
                arguments.refuse("a name in start", name, names)
            if value not in self.controls[name]:
                arguments.refuse(f"start[{name!r}]", value, f"one of {self.controls[name]}")
            self.first[name] = value
        self.sheet = Sheet(height)

    def __repr__(self):
        return self.still()[1]

    def frame(self, **values):
        """One frame as (SVG text, sentence)."""
        return self.sheet.drawn(self.draw, values)

    def still(self):
        """The first frame, as (SVG text, sentence)."""
        return self.frame(**self.first)

    def readout(self, name, value):
        """A control's value as a reader sees it: "32 layers"."""
        shown = (
            f"{value:,}"
            if isinstance(value, int)
            else f"{value:g}"
            if isinstance(value, float)
            else str(value)
        )
        unit = self.labels[name][1]
        return f"{shown} {unit.removesuffix('s') if value == 1 else unit}".rstrip()

    def _repr_mimebundle_(self, include=None, exclude=None):
        return bundle(self)

    @functools.cached_property
    def widget(self):
        """The explorer as an ipywidgets figure."""
        picture, says = ipywidgets.HTML(), ipywidgets.HTML()
        sliders = {
            name: ipywidgets.SelectionSlider(
                options=[(self.readout(name, value), value) for value in values],
                value=self.first[name],
                description=self.labels[name][0],
                style={"description_width": "10em"},
                layout={"width": "36em", "max_width": "100%"},
            )
            for name, values in self.controls.items()
        }

        def show(change=None):
            try:
                svg, sentence = self.frame(**{name: slider.value for name, slider in sliders.items()})
            except Exception as error:  # it would otherwise go to a log that nobody reads
                says.value = f"<b>No such frame.</b> {html.escape(f'{type(error).__name__}: {error}')}"
                return
            picture.value = (
                f'<div role="img" aria-label="{html.escape(sentence)}" style="max-width: 40em">{svg}</div>'
            )
            says.value = html.escape(sentence)

        for slider in sliders.values():
            slider.observe(show, names="value")
        show()
        rows = list(sliders.values())
        if self.play:
            played = sliders[self.play]
            button = ipywidgets.Play(min=0, max=len(played.options) - 1, value=played.index, interval=600)
            ipywidgets.jslink((button, "value"), (played, "index"))
            rows.append(button)
        return ipywidgets.VBox([picture, says, *rows])

    def page(self):
        """The explorer as HTML with all its frames; it moves by `_static/explorer.js`."""
        frames = [
            self.frame(**dict(zip(self.controls, values)))
            for values in itertools.product(*self.controls.values())
        ]
        svg, sentence = self.frame(**self.first)
        data = {
            "controls": {name: [str(value) for value in values] for name, values in self.controls.items()},
            "readouts": {
                name: [self.readout(name, value) for value in values]
                for name, values in self.controls.items()
            },
            "play": self.play,
            "frames": [frame for frame, _ in frames],
            "sentences": [says for _, says in frames],
        }
        data = json.dumps(data, ensure_ascii=False).replace("</", "<\\/")  # no tag may end inside the script
        rows = "".join(self._slider(name) for name in self.controls)
        play = '<button type="button" class="explorer-play">Play</button>' if self.play else ""
        return (
            f'<figure class="explorer" id="{self.name}">'
            f'<div class="explorer-picture" role="img" aria-labelledby="{self.name}-says">{svg}</div>'
            f'<figcaption id="{self.name}-says" aria-live="polite">{html.escape(sentence)}</figcaption>'
            f'<div class="explorer-controls" hidden>{rows}'
            f'<p>{play}<a class="explorer-link" href="#{self.name}">Link to this frame</a></p></div>'
            f'<script type="application/json">{data}</script></figure>'
        )

    def _slider(self, name):
        at, values = self.controls[name].index(self.first[name]), self.controls[name]
        ident, label, readout = (
            f"{self.name}-{name}",
            html.escape(self.labels[name][0]),
            html.escape(self.readout(name, values[at])),
        )
        return (
            f'<div><label for="{ident}">{label}</label>'
            f'<input type="range" id="{ident}" name="{name}" min="0" max="{len(values) - 1}" value="{at}" '
            f'aria-valuetext="{readout}"><output for="{ident}">{readout}</output></div>'
        )


def _choices(name, values):
    allowed = "a list of one or more different numbers or words"
    if not isinstance(values, (list, tuple, range)):
        arguments.refuse(name, values, allowed, TypeError)
    for value in values:
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            arguments.refuse(f"a value of {name}", value, "a number or a word", TypeError)
    if len(values) == 0 or len(set(values)) < len(values):
        arguments.refuse(name, values, allowed)
    return list(values)
