"""The calculator of chapter 5: reach, rule of thumb and exact horizon of any stack.

In a live notebook it computes with this package. On the static site the same
fields are answered by `_static/calculator.js`, a port of `influence` that the
tests hold to this package. Both say what is wrong with a value beside its field.
"""

import functools
import html

import ipywidgets
import numpy as np

from .. import arguments
from ..horizons import beyond, horizon, rule_horizon
from ..models import MODELS
from ..paths import reach
from ..profile import influence
from .explorers import LABELS, Sheet, bundle
from .style import BLUE, GREY, RED

# A page must not freeze: a profile takes about 2 ns x layers x layers x window in a browser.
MAX_LAYERS, MAX_WINDOW, MAX_WORK = 1000, 2**20, 50_000_000
FIELDS = ("layers", "window", "alpha", "tolerance")


def answers(layers, window, alpha, tolerance):
    """What the calculator says: reach, both horizons and their ratio, and the profile they are read from.

    Parameters
    ----------
    layers : int from 1 to 1000
    window : int from 1 to 2**20, tokens; layers x layers x window at most 50 million
    alpha : float in [0, 1)
    tolerance : float in (0, 1)

    Returns
    -------
    dict of words: for, reach, rule, exact, ratio; and float64 array [reach+1], the
    profile they are read from

    Source: chapter 5.

    >>> answers(32, 100, 0.95, 0.001)[0]["exact"]
    '383 tokens (3.8 W)'
    """
    layers = arguments.whole("layers", layers, 1, MAX_LAYERS)
    window = arguments.whole("window", window, 1, MAX_WINDOW)
    if layers**2 * window > MAX_WORK:
        raise ValueError(
            f"layers x layers x window must be at most {MAX_WORK:,} here; swa_lib.influence takes more"
        )
    profile = influence(layers, window, alpha)
    exact = horizon(profile, tolerance)
    rule = rule_horizon(window, alpha, tolerance)
    known = rule < np.inf
    words = {
        "for": f"{layers} layers, windows of {window:,} tokens, α = {alpha:g}, tolerance {tolerance:g}:",
        "reach": f"{reach(layers, window):,} tokens",
        "rule": f"{rule:,.0f} tokens ({rule / window:.1f} W)"
        if known
        else "none: at α = 0 the rule sees no loss",
        "exact": f"{exact:,} tokens ({exact / window:.1f} W)",
        "ratio": f"{exact / rule:.2f} times the rule" if known else "",
    }
    return words, profile


def tail_scene(sheet, layers, window, alpha, tolerance):
    """The exact tail and the rule of thumb, down to a thousandth of the tolerance; where they cross it."""
    words, profile = answers(layers, window, alpha, tolerance)
    tail, exact, rule = beyond(profile), horizon(profile, tolerance), rule_horizon(window, alpha, tolerance)
    rules = [rule] if rule < np.inf else []
    end, floor = max([1.6 * exact, 10, *(1.2 * r for r in rules)]), tolerance / 1000
    back = np.arange(0, min(len(tail), int(end) + 1), max(1, int(end) // 400))
    sheet.title("Influence from beyond each distance")
    sheet.axis("x", "tokens back", 0, end)
    sheet.axis("y", "influence from beyond", floor, 1.5, log=True)
    sheet.line("exact", back, np.maximum(tail[back], floor / 10), color=BLUE, linestyle="-")
    for r in rules:
        sheet.line("rule of thumb", [0, 4 * r], [1, tolerance**4], color=RED, linestyle="--")
    sheet.line("tolerance", [0, end], [tolerance, tolerance], color=GREY, linestyle=":")
    sheet.points("_horizons", [exact, *rules], [tolerance] * (1 + len(rules)), color="black")
    found = f"reach {words['reach']}; rule of thumb {words['rule']}; exact {words['exact']}."
    return f"{words['for']} {found} {words['ratio']}".strip()


class Calculator:
    """Four fields and three answers, alive in a notebook and on the page.

    Parameters
    ----------
    layers, window, alpha, tolerance : the values it starts with, as for `answers`

    >>> print(repr(Calculator(layers=8, window=100, tolerance=0.001)).replace("; ", "\\n"))
    8 layers, windows of 100 tokens, α = 0.95, tolerance 0.001: reach 792 tokens
    rule of thumb 231 tokens (2.3 W)
    exact 202 tokens (2.0 W). 0.88 times the rule
    """

    RESULTS = {
        "reach": "Reach",
        "rule": "Horizon by the rule of thumb",
        "exact": "Exact horizon",
        "ratio": "Exact is",
    }

    def __init__(self, layers=32, window=4096, alpha=0.95, tolerance=0.01):
        self.start = {"layers": layers, "window": window, "alpha": alpha, "tolerance": tolerance}
        self.sheet = Sheet()
        self._svg, self._sentence = self.still()

    def __repr__(self):
        return self._sentence

    def still(self):
        """What it shows at first, as (SVG text, sentence)."""
        return self.sheet.drawn(tail_scene, self.start)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return bundle(self)

    def _list(self, words):
        rows = "".join(
            f'<div><dt>{label}</dt><dd data-result="{name}">{html.escape(words[name])}</dd></div>'
            for name, label in self.RESULTS.items()
        )
        return f'<p class="calculator-for">{html.escape(words["for"])}</p><dl aria-live="polite">{rows}</dl>'

    def _answer(self, values):
        """Words and picture as HTML, in a live notebook."""
        words = self._list(answers(**values)[0])
        svg, sentence = self.sheet.drawn(tail_scene, values)
        return (
            f'{words}<div role="img" aria-label="{html.escape(sentence)}" style="max-width: 38em">{svg}</div>'
        )

    @functools.cached_property
    def widget(self):
        """The calculator as an ipywidgets figure."""
        style = {"description_width": "10em"}
        fields = {
            name: ipywidgets.Text(
                value=f"{value:g}" if isinstance(value, float) else str(value),
                description=LABELS[name][0],
                style=style,
            )
            for name, value in self.start.items()
        }
        complaints = {name: ipywidgets.HTML() for name in FIELDS}
        shown = ipywidgets.HTML()

        def update(change=None):
            values = _read(fields, complaints)
            try:
                shown.value = self._answer(values) if values else ""
            except ValueError as error:  # each is in order, but together they are too much
                complaints["layers"].value, shown.value = html.escape(str(error)), ""

        def preset(change):
            if change["new"]:
                fields["layers"].value, fields["window"].value = (str(n) for n in change["new"])

        models = [("your own values", None)] + [(label, shape) for label, shape in _presets()]
        model = ipywidgets.Dropdown(options=models, description="Model", style=style)
        model.observe(preset, names="value")
        for field in fields.values():
            field.observe(update, names="value")
        update()
        return ipywidgets.VBox(
            [model, *(ipywidgets.HBox([fields[name], complaints[name]]) for name in FIELDS), shown]
        )

    def page(self):
        """The calculator as HTML; without `_static/calculator.js` the first answer stands."""
        words, _ = answers(**self.start)
        models = "".join(
            f'<option value="{shape[0]} {shape[1]}">{html.escape(label)}</option>'
            for label, shape in _presets()
        )
        rows = "".join(_field(name, value) for name, value in self.start.items())
        return (
            f'<form class="calculator" id="calculator" data-max-layers="{MAX_LAYERS}" '
            f'data-max-window="{MAX_WINDOW}" data-max-work="{MAX_WORK}">'
            '<div class="calculator-fields" hidden>'
            '<div><label for="calculator-model">Model</label><select id="calculator-model" name="model">'
            f'<option value="">your own values</option>{models}</select></div>{rows}</div>'
            f'<div class="calculator-answer">{self._list(words)}<div class="calculator-picture" role="img" '
            f'aria-label="{html.escape(self._sentence)}">{self._svg}</div></div></form>'
        )


def _field(name, value):
    """One field of the page, with room for what is wrong with it."""
    return (
        f'<div><label for="calculator-{name}">{LABELS[name][0]}</label>'
        f'<input id="calculator-{name}" name="{name}" inputmode="decimal" autocomplete="off" value="{value}" '
        f'aria-describedby="calculator-{name}-error">'
        f'<span class="calculator-error" id="calculator-{name}-error" role="alert"></span></div>'
    )


def _presets():
    """The windowed layers of every model of the book that has some: label, (layers, window)."""
    for name, model in MODELS.items():
        if model.window:
            local = model.count("windowed")
            yield f"{name}: {local} windowed layers of {len(model)}", (local, model.window)


def _read(fields, complaints):
    """The numbers in the fields of the live notebook, or None; what is wrong is said beside each."""
    values = {}
    for name, field in fields.items():
        complaints[name].value = ""
        try:
            values[name] = _number(name, field.value.strip())
        except ValueError as error:
            complaints[name].value = html.escape(str(error))
    return values if len(values) == len(fields) else None


def _number(name, text):
    """A field's text as a number, or a ValueError that says what it must be."""
    if name in ("layers", "window"):
        plain = text.replace(",", "")
        if not plain.isdecimal():
            arguments.refuse(
                name, text, f"a whole number from 1 to {MAX_LAYERS if name == 'layers' else MAX_WINDOW:,}"
            )
        return arguments.whole(name, int(plain), 1, MAX_LAYERS if name == "layers" else MAX_WINDOW)
    try:
        number = float(text)
    except ValueError:
        arguments.refuse(name, text, "a number in [0, 1)" if name == "alpha" else "a number in (0, 1)")
    return arguments.residual_share(number) if name == "alpha" else arguments.tolerance_share(number)
