"""How every figure of the book looks, and what a figure is: a drawing, its claim, its description.

A figure is drawn for where it is read. A notebook stores it as an image. The page
has it twice, as SVG in the theme's colours: as wide as the page, and for a phone
with its panels one below the other; a style sheet shows one of them.

Colours are those of Okabe and Ito, and line style or marker repeats what colour
says. They are said here and nowhere else in Python; tests/test_plots.py holds
the style sheets and scripts of the site to them.
"""

import functools
import html
import io
import textwrap
from contextvars import ContextVar
from dataclasses import dataclass

import matplotlib.style
from cycler import cycler
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, LogFormatter, LogLocator, NullFormatter, ScalarFormatter
from PIL import Image

from . import look, svg
from .place import place

BLUE, ORANGE, GREEN, RED, PINK, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#777777"
MUTED = "#595959"  # for words beside GREY lines
BROWN, INK = "#7a4b1e", "#000000"  # where a chart has more series than COLOURS
DARK_RED, DARK_ORANGE = "#a34700", "#8a5a00"  # for words: RED and ORANGE are too pale to read on white
# On a page a colour is a variable: what it is on light paper, in all drawings, and what on a dark page.
ON_DARK = {
    "ink": ("#000000", "#eeeeee"),
    "paper": ("#ffffff", "#121212"),
    "muted": (MUTED, "#b5b5b5"),
    "grey": (GREY, "#a0a0a0"),
    "faint": ("#bbbbbb", "#666666"),
    "shade": ("#dddddd", "#444444"),
    "empty": ("#eeeeee", "#2e2e2e"),
    "blue": (BLUE, "#56b4e9"),
    "orange": (ORANGE, "#f0b429"),
    "green": (GREEN, "#2fc29a"),
    "red": (RED, "#ff8a3d"),
    "pink": (PINK, "#e6a5c8"),
    "brown": (BROWN, "#c49a6c"),
    "dark-red": (DARK_RED, "#ff9d5c"),
    "dark-orange": (DARK_ORANGE, "#f0b429"),
}
VARIABLES = {light.lower(): name for name, (light, _) in ON_DARK.items()}
COLOURS = [BLUE, ORANGE, GREEN, RED, PINK]
LINES = ["-", "--", "-.", ":", (0, (1, 1))]
MARKERS = "osDv^<>P"
STYLE = {
    "figure.facecolor": "white",
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "axes.prop_cycle": cycler(color=COLOURS),
}
# What fades into the paper, white or dark: from nothing to blue; from orange over nothing to blue.
FADING = LinearSegmentedColormap.from_list("fading", [to_rgba(BLUE, 0), to_rgba(BLUE, 1)])
PARTING = LinearSegmentedColormap.from_list(
    "parting",
    [(0, to_rgba(ORANGE, 0.9)), (0.5, to_rgba(ORANGE, 0)), (0.5, to_rgba(BLUE, 0)), (1, to_rgba(BLUE, 0.7))],
)
PIXELS_PER_INCH, SHOWN_WIDTH = 160, 720


def page_colours():
    """The style sheet that gives each colour of a drawing its two values.

    >>> page_colours().splitlines()[0][:28]
    ':root{--figure-ink: #000000;'
    """
    light, dark = ("".join(f"--figure-{name}: {both[n]};" for name, both in ON_DARK.items()) for n in (0, 1))
    where = 'html[data-theme="dark"],body[data-jp-theme-light="false"],body.vscode-dark'
    return f":root{{{light}}}\n{where}{{{dark}}}\n" + look.page_colours()


def book_style(**more):
    """Inside `with book_style():`, matplotlib draws as the book does.

    It starts from matplotlib's own defaults, so a reader's matplotlibrc (another
    font, LaTeX, a dark background) changes nothing, and it gives the reader's own
    settings back at the end.
    """
    return matplotlib.style.context(["default", STYLE | more])


@dataclass(frozen=True)
class Layout:
    """How wide a figure is drawn (inches), its letters and the smallest (points), panels in a column."""

    name: str
    width: float
    letters: float
    smallest: float
    column: bool = False


NOTEBOOK = Layout("notebook", 7.2, 10, 8)
# A page shows `wide` from 576 pixels on, `narrow` from 328: 11 points or more are 11 pixels or more.
WIDE, NARROW = Layout("wide", 7.2, 10.5, 10), Layout("narrow", 4.4, 11, 10.7, column=True)
LAYOUT = ContextVar("LAYOUT", default=NOTEBOOK)  # of the figure that is being drawn


class Picture:
    """A figure with a description. Jupyter shows the figure, a terminal the description.

    `setting` says for which values it was drawn ("L = 8, alpha = 0.95"), where its title should.
    `title` and `again`, which draws it once more for another `Layout`, come from `@picture`.

    >>> Picture(Figure(), "An empty sheet")
    An empty sheet
    """

    def __init__(self, figure, alt, setting=""):
        self.figure, self.alt, self.setting = figure, alt, setting
        self.title, self.again = "", None

    def __repr__(self):
        return self.alt

    def png(self):
        """The figure as PNG bytes: opaque, 256 colours (a third of the size of full colour)."""
        drawn, packed = io.BytesIO(), io.BytesIO()
        with book_style():
            self.figure.savefig(drawn, format="png", dpi=PIXELS_PER_INCH, facecolor="white")
        image = Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE)
        image.save(packed, format="png", optimize=True)
        return packed.getvalue()

    def page(self):
        """The figure as HTML: its title, and a drawing for a wide page and one for a phone."""
        if self.again:
            drawn = [(f"picture-{layout.name}", self.again(layout)) for layout in (WIDE, NARROW)]
        else:
            drawn = [("picture-any", self._svg("any"))]
        drawings = "".join(f'<div class="{name}">{drawing}</div>' for name, drawing in drawn)
        title = f"<figcaption>{html.escape(self.title)}</figcaption>" if self.title else ""
        return (
            f'<figure class="picture">{title}<div role="img" aria-label="{html.escape(self.alt)}">'
            f"{drawings}</div></figure>"
        )

    def _svg(self, name):
        with book_style(**svg.STYLE, **{"svg.hashsalt": f"{name} {self.title} {self.alt}"}):
            return svg.written(self.figure, VARIABLES, digits=1)

    def _repr_mimebundle_(self, include=None, exclude=None):
        if place() == "page":
            return {"text/html": self.page(), "text/plain": self.alt}
        bundle = {"image/png": self.png(), "text/plain": self.alt}
        return bundle, {"image/png": {"alt": self.alt, "width": SHOWN_WIDTH}}


def claims(claim):
    """Say what a drawing function's figure claims: the title of its slide.

    >>> @claims("A window caps what a token costs")
    ... def scene(sheet, window):
    ...     return f"With {window} tokens."
    >>> scene.claim
    'A window caps what a token costs'
    """

    def claiming(draw):
        draw.claim = claim
        return draw

    return claiming


def picture(claim):
    """Let a function that returns a `Picture` draw in the book's style, under its claim.

    The claim is the title of the figure, after its setting ("L = 8: ..."), and of its slide.
    """

    def claiming(draw):
        def laid_out(layout, args, options):
            before = LAYOUT.set(layout)
            try:
                with book_style(**{"font.size": layout.letters, "axes.titlesize": layout.letters}):
                    made = draw(*args, **options)
                    settle(made.figure, layout)
            finally:
                LAYOUT.reset(before)
            made.title = f"{made.setting}: {claim[0].lower()}{claim[1:]}" if made.setting else claim
            return made

        @claims(claim)
        @functools.wraps(draw)
        def styled(*args, **options):
            made = laid_out(NOTEBOOK, args, options)
            with book_style():
                made.figure.suptitle(made.title, x=0.01, ha="left", fontsize=11)
            made.again = lambda layout: laid_out(layout, args, options)._svg(layout.name)
            return made

        return styled

    return claiming


def sheet(height=3.2, columns=1, rows=1, **options):
    """A figure as wide as the page, and its axes; on a phone all panels stand in one column."""
    layout = LAYOUT.get()
    if layout.column and columns > 1:
        height, rows, columns = 0.85 * height * columns, rows * columns, 1
        options.pop("width_ratios", None)
    figure = Figure(figsize=(layout.width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, **options)


def label(axes, x, y, panel=""):
    """What the axes show, with units; the panel's own title where a figure has several."""
    axes.set(xlabel=x, ylabel=y)
    axes.set_title(panel, loc="left")


# What every figure gets when it has been drawn ----------------------------------------------------------


def settle(figure, layout):
    """One legend below all panels, plain numbers at the ticks, no letter too small, no label too long."""
    put_legend_below(figure, layout)
    for axes in figure.axes:
        plain_ticks(axes.xaxis)
        plain_ticks(axes.yaxis)
        if layout.column and not axes.get_ylabel():
            axes.set_ylabel(figure.axes[0].get_ylabel())
    for text in figure.findobj(Text):
        text.set_fontsize(max(text.get_fontsize(), layout.smallest))
        if text.get_color() == GREY:  # good for lines, too pale for words
            text.set_color(MUTED)
    if layout.column:
        figure.get_layout_engine().set(h_pad=0.09)
        letter = 0.6 * layout.letters / 72  # inches
        tall = figure.get_figheight() / len(figure.axes) - 0.5
        for axes in figure.axes:
            axes.set_xlabel(textwrap.fill(axes.get_xlabel(), int((layout.width - 0.5) / letter)))
            axes.set_ylabel(textwrap.fill(axes.get_ylabel(), max(int(tall / letter), 12)))


def put_legend_below(figure, layout):
    """The legends of all panels as one, below them: it covers nothing."""
    shown = {}
    for axes in figure.axes:
        if axes.get_legend():
            axes.get_legend().remove()
            handles, names = axes.get_legend_handles_labels()
            shown = dict(zip(names, handles)) | shown
    if not shown:
        return
    size = max(layout.smallest, layout.letters - 1)
    longest = max(map(len, shown))
    fit = int(72 * layout.width / size / (0.58 * longest + 4))  # names a row; a letter is 0.58 of its size
    columns = min(max(fit, 1), len(shown), 4)
    rows = -(-len(shown) // columns)
    figure.set_figheight(figure.get_figheight() + rows * size / 50)
    figure.legend(
        shown.values(), shown, loc="outside lower left", ncols=columns, fontsize=size, columnspacing=1.2
    )


def plain_ticks(axis):
    """131,072 and 0.001 as they are, 10⁻⁶ where zeros would have to be counted."""
    if isinstance(axis.get_major_formatter(), LogFormatter):
        low, high = sorted(axis.get_view_interval())
        axis.set_major_formatter(FuncFormatter(plain))
        axis.set_minor_formatter(NullFormatter())
        if high < 50 * low:
            axis.set_major_locator(LogLocator(10, subs=(1, 2, 5)))
    elif isinstance(axis.get_major_formatter(), ScalarFormatter):
        axis.set_major_formatter(FuncFormatter(plain))


def plain(value, _=None):
    """A tick as a reader says it.

    >>> plain(131072), plain(0.001), plain(1e-6), plain(-2.5)
    ('131,072', '0.001', '10⁻⁶', '−2.5')
    """
    if value and not 1e-3 <= abs(value) < 1e6 and f"{value:.0e}"[0] == "1":
        power = int(f"{value:.0e}".partition("e")[2])
        return "10" + str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{value:,.10g}".replace("-", "−")
