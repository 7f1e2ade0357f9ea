"""How every figure of the book looks, and what a figure is: a drawing, its claim, its description.

Colours are those of Okabe and Ito, and line style or marker repeats what colour
says. They are said here and nowhere else in Python; tests/test_plots.py holds
the style sheets and scripts of the site to them.
"""

import functools
import io

import matplotlib.style
from matplotlib.figure import Figure
from PIL import Image

BLUE, ORANGE, GREEN, RED, PINK, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#777777"
DARK_RED, DARK_ORANGE = "#a34700", "#8a5a00"  # for words: RED and ORANGE are too pale to read on white
# On a page a colour is a variable: what it is on light paper, in all drawings, and what on a dark page.
ON_DARK = {
    "ink": ("#000000", "#eeeeee"),
    "paper": ("#ffffff", "#121212"),
    "muted": ("#595959", "#b5b5b5"),
    "grey": (GREY, "#a0a0a0"),
    "faint": ("#bbbbbb", "#666666"),
    "shade": ("#dddddd", "#444444"),
    "empty": ("#eeeeee", "#2e2e2e"),
    "blue": (BLUE, "#56b4e9"),
    "orange": (ORANGE, "#f0b429"),
    "green": (GREEN, "#2fc29a"),
    "red": (RED, "#ff8a3d"),
    "pink": (PINK, "#e6a5c8"),
    "dark-red": (DARK_RED, "#ff9d5c"),
    "dark-orange": (DARK_ORANGE, "#f0b429"),
}
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
    "image.cmap": "viridis",
}
PIXELS_PER_INCH, SHOWN_WIDTH = 160, 720


def page_colours():
    """The style sheet that gives each colour of a drawing its two values.

    >>> page_colours().splitlines()[0][:28]
    ':root{--figure-ink: #000000;'
    """
    light, dark = ("".join(f"--figure-{name}: {both[n]};" for name, both in ON_DARK.items()) for n in (0, 1))
    where = 'html[data-theme="dark"],body[data-jp-theme-light="false"],body.vscode-dark'
    return f":root{{{light}}}\n{where}{{{dark}}}\n"


def book_style(**more):
    """Inside `with book_style():`, matplotlib draws as the book does.

    It starts from matplotlib's own defaults, so a reader's matplotlibrc (another
    font, LaTeX, a dark background) changes nothing, and it gives the reader's own
    settings back at the end.
    """
    return matplotlib.style.context(["default", STYLE | more])


class Picture:
    """A figure with a description. Jupyter shows the figure, a terminal the description.

    `setting` says for which values it was drawn ("L = 8, alpha = 0.95"), where its title should.

    >>> Picture(Figure(), "An empty sheet")
    An empty sheet
    """

    def __init__(self, figure, alt, setting=""):
        self.figure, self.alt, self.setting = figure, alt, setting

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

    def _repr_mimebundle_(self, include=None, exclude=None):
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
        @claims(claim)
        @functools.wraps(draw)
        def styled(*args, **options):
            with book_style():
                made = draw(*args, **options)
                title = f"{made.setting}: {claim[0].lower()}{claim[1:]}" if made.setting else claim
                made.figure.suptitle(title, x=0.01, ha="left", fontsize=11)
            return made

        return styled

    return claiming


def sheet(height=3.2, columns=1, rows=1, **options):
    """A figure as wide as the page, and its axes."""
    figure = Figure(figsize=(7.2, height), layout="constrained")
    return figure, figure.subplots(rows, columns, **options)


def label(axes, x, y, panel=""):
    """What the axes show, with units; the panel's own title where a figure has several."""
    axes.set(xlabel=x, ylabel=y)
    axes.set_title(panel, loc="left", fontsize=10)
