"""A figure that moves: described once, alive in a notebook and on a page without a kernel.

An `Explorer` is a drawing function and the values each of its controls may
take. Its HTML and its script, `page/explorer.js`, are the same in both lives.
On the static site all frames are in the page, and the script picks one. In a
live notebook it is an anywidget, and each frame is drawn when it is asked for.
The page "Make your own explorer" shows how.

What becomes of it where is said in `lives.py`: git stores the first frame's sentence
and no frames ("text"); an export without a reader shows the first frame as a picture,
and its sentence ("still").
"""

import functools
import html
import itertools
import json
from pathlib import Path

import anywidget
import traitlets
from IPython.display import display

from .lives import life
from .refusing import refuse
from .sheets import HEIGHT, Sheet, name_of
from .style import Picture, page_colours

MAX_FRAMES = 150  # on one page, about 1 KB each compressed
PAGE = Path(__file__).parent / "page"  # what a browser needs

# Names that the book uses everywhere, as a reader sees them: label, unit.
LABELS = {
    "layers": ("Layers L", "layers"),
    "window": ("Window W", "tokens"),
    "alpha": ("Residual share α", ""),
    "tolerance": ("Tolerance ε", ""),
    "token": ("Token", ""),
    "distance": ("Distance D", "tokens"),
    "back": ("Token", "back"),
    "passed": ("Layers passed", "layers"),
}


def bundle(figure):
    """What a figure with `widget`, `page()` and `still()` gives to Jupyter: see the top of this module."""
    place, words = life(), {"text/plain": repr(figure)}
    if place == "live":  # the HTML is what an export shows, or a viewer without a kernel
        svg, sentence = figure.still()
        static = f"<figure>{svg}<figcaption>{html.escape(sentence)}</figcaption></figure>"
        view = {"version_major": 2, "version_minor": 0, "model_id": figure.widget.model_id}
        return {"application/vnd.jupyter.widget-view+json": view, "text/html": static, **words}
    if place == "page":
        return {"text/html": figure.page(), **words}
    if place == "still":  # an output of its own: exports show one kind of an output, the sentence is another
        sentence = figure.still()[1]
        picture, look = Picture(figure.sheet.figure, sentence)._repr_mimebundle_()
        display({"image/png": picture["image/png"]}, metadata=look, raw=True)
    return words


class Live(anywidget.AnyWidget):
    """The explorer in a notebook: the page's own script, and a kernel that draws what it asks for."""

    _esm = (PAGE / "explorer.js").read_text(
        encoding="utf-8"
    ) + "export default { render: startLiveExplorer };"
    _css = page_colours() + (PAGE / "explorer.css").read_text(encoding="utf-8")
    page = traitlets.Unicode().tag(sync=True)
    places = traitlets.List(traitlets.Int()).tag(sync=True)  # of each control's value among its values
    shown = traitlets.List(traitlets.Unicode()).tag(sync=True)  # SVG and sentence


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
            refuse("draw", draw, "a function that draws one frame", TypeError)
        if not controls:
            refuse("controls", controls, "at least one name=[values]")
        self.draw, self.name = draw, name_of(draw)
        self.controls = {name: _choices(name, values) for name, values in controls.items()}
        self.size = 1
        for values in self.controls.values():
            self.size *= len(values)
        if self.size > MAX_FRAMES:
            raise ValueError(f"controls must give at most {MAX_FRAMES} frames, these give {self.size}")
        names = f"one of {', '.join(self.controls)}"
        if play is not None and play not in self.controls:
            refuse("play", play, names)
        self.play = play
        self.labels = {name: (labels or {}).get(name, LABELS.get(name, (name, ""))) for name in self.controls}
        self.first = {name: values[0] for name, values in self.controls.items()}
        for name, value in (start or {}).items():
            if name not in self.controls:
                refuse("a name in start", name, names)
            if value not in self.controls[name]:
                refuse(f"start[{name!r}]", value, f"one of {self.controls[name]}")
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
        """The explorer as an anywidget."""
        first = [values.index(self.first[name]) for name, values in self.controls.items()]
        live = Live(page=self._html(frames=None), places=first, shown=list(self.still()))

        def show(change):
            values = {name: self.controls[name][at] for name, at in zip(self.controls, change["new"])}
            try:
                live.shown = list(self.frame(**values))
            except Exception as error:  # it would otherwise go to a log that nobody reads
                live.shown = ["", f"No such frame. {type(error).__name__}: {error}"]

        live.observe(show, names="places")
        return live

    def page(self):
        """The explorer as HTML with all its frames; it moves by `page/explorer.js`."""
        return self._html(
            [
                self.frame(**dict(zip(self.controls, values)))
                for values in itertools.product(*self.controls.values())
            ]
        )

    def _html(self, frames):
        """The first frame, the controls, and what the script must know."""
        svg, sentence = self.still()
        data = {
            "controls": {name: [str(value) for value in values] for name, values in self.controls.items()},
            "readouts": {
                name: [self.readout(name, value) for value in values]
                for name, values in self.controls.items()
            },
            "play": self.play,
        }
        if frames:
            data |= {"frames": [frame for frame, _ in frames], "sentences": [says for _, says in frames]}
        data = json.dumps(data, ensure_ascii=False).replace("</", "<\\/")  # no tag may end inside the script
        rows = "".join(self._control(name) for name in self.controls)
        play = '<button type="button" class="explorer-play">Play</button>' if self.play else ""
        reading = reader = ""
        if "data-curve" in svg:
            reading = f'<output class="explorer-reading" for="{self.name}-reader"></output>'
            reader = (
                f'<div class="explorer-read"><label for="{self.name}-reader">Read the curves at</label>'
                f'<input type="range" id="{self.name}-reader" max="100" step="0.1" value="50"></div>'
            )
        return (
            f'<figure class="explorer" id="{self.name}">'
            f'<div class="explorer-picture" role="img" aria-labelledby="{self.name}-says">{svg}</div>'
            f"{reading}"
            f'<figcaption id="{self.name}-says" aria-live="polite">{html.escape(sentence)}</figcaption>'
            f'<div class="explorer-controls" hidden>{rows}'
            f'{reader}<p>{play}<button type="button" class="explorer-link">Copy link</button></p></div>'
            f'<script type="application/json">{data}</script></figure>'
        )

    def _control(self, name):
        """A slider over numbers, a menu of words."""
        at, values = self.controls[name].index(self.first[name]), self.controls[name]
        ident, label = f"{self.name}-{name}", html.escape(self.labels[name][0])
        shown = [html.escape(self.readout(name, value)) for value in values]
        if all(isinstance(value, str) for value in values):
            options = "".join(
                f'<option value="{n}"{" selected" * (n == at)}>{words}</option>'
                for n, words in enumerate(shown)
            )
            menu = f'<select id="{ident}" name="{name}">{options}</select>'
            return f'<div><label for="{ident}">{label}</label>{menu}</div>'
        return (
            f'<div><label for="{ident}">{label}</label>'
            f'<input type="range" id="{ident}" name="{name}" min="0" max="{len(values) - 1}" value="{at}" '
            f'aria-valuetext="{shown[at]}"><output for="{ident}">{shown[at]}</output></div>'
        )


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
