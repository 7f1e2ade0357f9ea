"""A picture that moves: described once, alive in a notebook and on a page without a kernel.

An `Explorer` is a function that returns a `Figure` (marks.py) and the values that each of its
controls may take. The numbers of all frames travel with it, and one script (`page/draw.js`)
draws them on the page and in a live notebook. Where nothing can move, in git, on paper, in an
export, its first frame stands as a picture with its sentence.
"""

import functools
import html
import itertools
from dataclasses import asdict, replace
from pathlib import Path

import anywidget
import traitlets
from IPython.display import display

from .look import page_colours
from .marks import COLOURED
from .place import place
from .refusing import refuse
from .shapes import PHONE, Sheet, packed
from .still import png, svg

MAX_FRAMES = 300  # on one page
PAGE = Path(__file__).parent / "page"  # what a browser needs
LABELS = {}  # control -> (label, unit), for names that a book uses everywhere


class Live(anywidget.AnyWidget):
    """A part of a page in a notebook: its HTML, the page's scripts, and their function that starts it."""

    page = traitlets.Unicode().tag(sync=True)

    def __init__(self, page, start, scripts, styles):
        # JupyterLab would take the keys for its own: as shortcuts, and to walk from cell to cell.
        self._esm = f"""{scripts}
export default {{ render({{ model, el }}) {{
  el.innerHTML = model.get("page");
  el.dataset.lmSuppressShortcuts = "true";
  el.addEventListener("keydown", (event) => event.stopPropagation());
  requestAnimationFrame(() => {start}(el.firstElementChild));
}} }};"""
        self._css = page_colours() + styles
        super().__init__(page=page)


def texts(*paths):
    """What stands in some files, one behind the other."""
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


class Picture:
    """A `Figure` that does not move. A notebook shows an image, the page lines and letters of its own.

    >>> from swa_lib.book.marks import Axis, Figure, Line
    >>> line = Line("flat", "does", (0, 8), (1, 1))
    >>> Picture(Figure("It is level", "[flat|Nothing] changes.", Axis("x", 0, 8), Axis("y", 0, 2), (line,)))
    Nothing changes.
    """

    def __init__(self, figure):
        self.figure = figure

    def __repr__(self):
        return self.figure.said()

    def _repr_mimebundle_(self, include=None, exclude=None):
        if place() == "page":
            return {"text/html": self.page(), "text/plain": repr(self)}
        return self.stored()

    def stored(self):
        """The picture as git stores it, with its sentence, which also describes it."""
        words = repr(self)
        return {"image/png": png(self.figure), "text/plain": words}, {
            "image/png": {"alt": words, "width": 704}
        }

    def page(self):
        """The picture as HTML: drawn for a wide page and for a phone; a style sheet shows one of them."""
        return (
            f'<figure class="picture"><p class="claim">{html.escape(self.figure.claim)}</p>'
            f'<div class="stage">{_drawn(self.figure)}</div>'
            f"<figcaption>{_sentence(self.figure)}</figcaption></figure>"
        )


class Explorer(Picture):
    """A function that returns a `Figure`, and the values that each of its controls may take.

    Parameters
    ----------
    draw : function with one named argument a control; it returns the `Figure` of one frame
    start : dict or None, control -> value of the first frame; the first value of every
        control that it leaves out
    play : str or None, the control that a button walks through: time, or depth
    labels : dict or None, control -> (label, unit) for names the book does not have
    **controls : list of values, at least one, no two alike; numbers or words

    Raises
    ------
    ValueError, TypeError : naming the argument; also for more than 300 frames

    Source: the page "Make your own explorer".

    >>> from swa_lib.book.marks import Axis, Figure, Line
    >>> def squares(layers):
    ...     line = Line("squares", "does", range(layers), [n * n for n in range(layers)])
    ...     says = f"{layers} [squares|squares]."
    ...     return Figure("They grow", says, Axis("n", 0, 8), Axis("", 0, 64), (line,))
    >>> Explorer(squares, layers=[2, 4, 8], start={"layers": 4})
    4 squares.
    """

    def __init__(self, draw, *, start=None, play=None, labels=None, **controls):
        if not callable(draw):
            refuse("draw", draw, "a function that returns a Figure", TypeError)
        if not controls:
            refuse("controls", controls, "at least one name=[values]")
        self.draw, self.name, self.play = draw, draw.__name__, play
        self.controls = {name: _choices(name, values) for name, values in controls.items()}
        size = len(list(itertools.product(*self.controls.values())))
        if size > MAX_FRAMES:
            raise ValueError(f"controls must give at most {MAX_FRAMES} frames, these give {size}")
        names = f"one of {', '.join(self.controls)}"
        if play is not None and play not in self.controls:
            refuse("play", play, names)
        self.labels = {name: (labels or {}).get(name, LABELS.get(name, (name, ""))) for name in self.controls}
        self.first = {name: values[0] for name, values in self.controls.items()}
        for name, value in (start or {}).items():
            if name not in self.controls:
                refuse("a name in start", name, names)
            if value not in self.controls[name]:
                refuse(f"start[{name!r}]", value, f"one of {self.controls[name]}")
            self.first[name] = value

    @functools.cached_property
    def figure(self):
        """The first frame."""
        return self.draw(**self.first)

    @functools.cached_property
    def frames(self):
        """Every frame, the last control changing fastest."""
        return [
            self.draw(**dict(zip(self.controls, values)))
            for values in itertools.product(*self.controls.values())
        ]

    @functools.cached_property
    def widget(self):
        """The explorer as an anywidget."""
        return Live(self.page(), "picture.startExplorer", texts(PAGE / "draw.js"), texts(PAGE / "draw.css"))

    def _repr_mimebundle_(self, include=None, exclude=None):
        if place() != "live":
            return super()._repr_mimebundle_()
        # Without its kernel a widget is gone; this picture stays (draw.css hides it till then).
        picture, look = self.stored()
        display(picture, metadata=look, raw=True)
        view, _ = self.widget._repr_mimebundle_()
        return view | {"text/plain": repr(self)}

    def page(self):
        """The explorer as HTML with the numbers of all its frames; the first stands till the script draws."""
        first = self.figure
        data = {
            "controls": {
                name: {
                    "label": self.labels[name][0],
                    "values": [str(value) for value in values],
                    "readouts": [self.readout(name, value) for value in values],
                    "first": values.index(self.first[name]),
                    "menu": all(isinstance(value, str) for value in values),
                }
                for name, values in self.controls.items()
            },
            "play": self.play,
            "frames": [_frame(figure) for figure in self.frames],
        }
        written = packed(data).replace("</", "<\\/")  # no tag may end inside the script
        # As much room as the longest claim and sentence need, so that nothing moves the controls.
        claim = max((frame.claim for frame in self.frames), key=len)
        says = max((frame.said() for frame in self.frames), key=len)
        return (
            f'<figure class="explorer" id="{self.name}" data-width="{first.width}">'
            f'<p class="claim" data-longest="{html.escape(claim)}">{html.escape(first.claim)}</p>'
            f'<div class="stage">{_drawn(first)}</div>'
            f"{_words(first.text) if first.text else ''}"
            f'<figcaption aria-live="polite" data-longest="{html.escape(says)}">'
            f"{_sentence(first)}</figcaption>"
            f'<script type="application/json">{written}</script></figure>'
        )

    def readout(self, name, value):
        """A control's value as a reader sees it: "32 layers"."""
        kind = {int: ",", float: "g"}.get(type(value), "")
        unit = self.labels[name][1]
        return f"{value:{kind}} {unit.removesuffix('s') if value == 1 else unit}".rstrip()


def _choices(name, values):
    allowed = "a list of one or more different numbers or words"
    if not isinstance(values, (list, tuple, range)):
        refuse(name, values, allowed, TypeError)
    for value in values:
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            refuse(f"a value of {name}", value, "a number or a word", TypeError)
    if len(values) == 0 or len(set(values)) < len(values):
        refuse(name, values, allowed)
    return list(values)


def _frame(figure):
    """What `page/draw.js` gets of a figure: its shapes, and its letters on a wide page and on a phone."""
    wide, narrow = Sheet(figure, figure.width), Sheet(figure, PHONE)
    words = figure.text and asdict(figure.text)
    if words:  # two digits of a share are read, below a thousandth one
        words["shares"] = [float(f"{share:.{2 if share >= 0.00095 else 1}g}") for share in words["shares"]]
    return {
        "claim": figure.claim,
        "sentence": _sentence(figure),
        "x": asdict(replace(figure.x, ticks=())),
        "y": asdict(replace(figure.y, ticks=())),
        "high": figure.height,
        "foot": wide.height - wide.bottom,
        "left": round(wide.left, 1),
        "shapes": wide.shapes,
        "letters": [wide.letters, narrow.letters],
        "words": words,
    }


def _drawn(figure):
    """The figure for a wide page and for a phone; a style sheet shows one of them."""
    return svg(figure, figure.width, "wide") + svg(figure, PHONE, "narrow")


def _sentence(figure):
    """The sentence as HTML: [mark|words] wear the mark's colour."""
    roles = {mark.name: mark.role for mark in figure.marks}

    def coloured(found):
        return f'<b data-mark="{found[1]}" class="{roles[html.unescape(found[1])]}">{found[2]}</b>'

    return COLOURED.sub(coloured, html.escape(figure.sentence, quote=False))


def _words(text):
    """The text of a picture as HTML, every word in its ink, and a slot for the next one."""
    spans = (
        f'<span class="{how}" style="--ink-share:{ink:.2g}"><i>{html.escape(word)}</i></span>'
        for word, (ink, how) in zip(text.text, text.inks())
    )
    told = html.escape(" ".join(text.text))  # what fades for the eye is said whole
    slot = '<span class="slot">?</span>'
    return f'<p class="words" role="img" aria-label="{told}">{" ".join(spans)} {slot}</p>'
