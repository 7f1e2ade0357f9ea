"""The calculator of chapter 5: what a real model, or any stack, could see, does see, and keeps.

It runs in the reader's browser, on a page and in a live notebook alike. What it finds and says comes from
the package's own code, written as JavaScript (`package_script`); only a profile is computed by a port of
swa_lib's layers, in page/engine.js, and tests hold it to Python. What stands here is the first answer, which
shows without JavaScript, on paper and in an exported notebook.
"""

import functools
import html
import json
import math
from pathlib import Path
from typing import NamedTuple

from .. import arguments
from ..book import reading
from ..book.explorer import Live, texts
from ..book.place import place
from ..book.script import javascript
from ..models import MODELS, RELEASED, Layer, checked
from ..models.configs import TABLE, read
from .verdict import GIB, MAX_TOKENS, MAX_WORK, misfit, numbers, typed_stack, words

PAGES = Path(__file__).parent / "page", Path(__file__).parents[1] / "book" / "page"
# What it needs, in the order in which one needs another.
SCRIPTS = PAGES[1] / "draw.js", PAGES[1] / "reading.js", PAGES[0] / "calculator.js"
STYLES = PAGES[1] / "draw.css", PAGES[0] / "calculator.css"

MAX_LAYERS = 1000  # as many as can be typed


class Field(NamedTuple):
    """A field of the page: its label, when it is there, what may stand in it. The page has it, too."""

    label: str
    group: str
    low: float
    high: float
    start: float | None = None  # what stands in it first; None in one that may be empty
    wanted: str = ""  # what may stand in it, in words; where there are none, a whole number


BELOW_ONE, ABOVE_ZERO = math.nextafter(1, 0), math.nextafter(0, 1)
AMOUNT = f"a number from 0 to {2**20:,}, or nothing"
FIELDS = {
    "layers": Field("Layers L", "own", 1, MAX_LAYERS, 32),
    "window": Field("Window W", "own", 1, MAX_TOKENS, 4096),
    "global_layers": Field("Global layers, of these", "own", 0, MAX_LAYERS, 0),
    "kv_heads": Field("Key-value heads", "own", 1, 1024, 8),
    "head_dim": Field("Numbers in a head (head_dim)", "own", 1, 65536, 128),
    "state_memory": Field("Tokens that a state remembers", "state", 2, 2**30),
    "text": Field("Text length T", "all", 1, MAX_TOKENS, 131072),
    "alpha": Field("Residual share α", "all", 0, BELOW_ONE, 0.95, "a number from 0 to below 1"),
    "tolerance": Field("Tolerance ε", "all", ABOVE_ZERO, BELOW_ONE, 0.01, "a number above 0 and below 1"),
    "distance": Field("Distance D", "all", 1, MAX_TOKENS, 16384),
    "sequences": Field("Sequences at once", "serve", 1, MAX_TOKENS, 1),
    "prefill": Field("Prompt tokens read at once", "serve", 1, MAX_TOKENS, 2048),
    "bytes": Field("Bytes a number in the KV cache", "serve", 0, 2, 2, "a number of the menu"),
    "memory": Field("Memory for the cache, GiB", "serve", 0, 2**20, None, AMOUNT),
}
START = {name: field.start for name, field in FIELDS.items()}
BYTES = {2: "2 (bfloat16, float16)", 1.0625: "1.0625 (q8_0)", 1: "1 (fp8, int8)"}
BYTES |= {0.5625: "0.5625 (q4_0)", 0.5: "0.5 (4 bits, no scales)"}
MENUS = {"bytes": BYTES, "model": {"": "your own numbers"} | {name: name for name in MODELS}}
MENUS["model"]["config"] = "a config.json"
RESULTS = {
    "What it sees": {
        "cut": "Windows",
        "reach": "Reach",
        "exact": "Exact horizon",
        "rule": "Horizon by the rule of thumb",
        "alone": "Its windowed layers alone",
        "far": "From beyond D",
        "reread": "To read again when the windows' cache is lost",
        "note": "Note",
    },
    "What it keeps": {
        "least": "Cache, at least",
        "prefill": "While a prompt is read",
        "whole": "If an engine gives every layer the whole text",
        "expanded": "If it expands compressed keys and values, too",
        "states": "States, in each of these",
        "fits": "Longest text that fits",
        "used": "Of that text",
        "batch": "Sequences of T that fit",
    },
}
FORM = """<form class="calculator" id="calculator" autocomplete="off" novalidate>{verdict}
<div class="calculator-fields" hidden>{model}<div data-group="config" hidden>
<label for="calculator-config">Paste it, drop it here, or choose a file:</label>
<input type="file" accept=".json,application/json" aria-label="choose a config.json">
<textarea id="calculator-config" name="config" rows="4" spellcheck="false"
aria-describedby="calculator-config-said"></textarea>
<span class="calculator-said" id="calculator-config-said"></span></div>
{fields}<details><summary>To serve it: a batch, a prompt, a number format, a memory</summary>
<div class="calculator-fields">{serving}</div></details></div>
<div class="calculator-link explorer-controls"></div><div class="calculator-strange" role="status"></div>
<div class="calculator-status spoken" role="status"></div>
<div class="calculator-answer">{table}<div class="calculator-picture stage" role="img" hidden></div></div>
</form>"""
FIELD = """<div data-group="{group}"><label for="calculator-{name}">{label}</label>{field}
<span class="calculator-said" id="calculator-{name}-said"></span></div>"""
VERDICT = """<div class="calculator-verdict"><div>
<span class="could"><strong data-result="could">{could}</strong>
<span data-result="could_words">{could_words}</span></span>
<span class="does"><strong data-result="does">{does}</strong>
<span data-result="does_words">{does_words}</span></span></div>
<div class="calculator-for" data-result="for">{for}</div></div>"""


def typed_model(layers, window, **more):
    """A stack as typed into the fields (`typed_stack`), where `more` of them have been typed.

    >>> [layer.kind for layer in typed_model(4, 128, global_layers=2)]
    ['windowed', 'global', 'windowed', 'global']
    """
    layers = arguments.whole("layers", layers, 1, MAX_LAYERS)
    window = arguments.whole("window", window, 1, MAX_TOKENS)
    return typed_stack(START | {"layers": layers, "window": window} | more)


def answers(model, alpha, tolerance, text, distance, name="", **serving):
    """The first answer, in words, by the name of the place where each stands.

    model : Model; layers x text at most 200 million
    alpha, tolerance, text, distance : as for `Calculator`
    name : str, what the reader calls it; "" for a stack that was typed
    serving : values for fields to serve it, or for a state, where they are not those of START

    Source: chapter 5.

    >>> answers(typed_model(32, 100), 0.95, 0.001, 4096, 500)["exact"]
    '383 tokens (3.8 W)'
    """
    model, text = checked(model), arguments.whole("text", text, 1, MAX_TOKENS)
    distance = arguments.whole("distance", distance, 1)
    asked = START | serving | {"name": name, "text": text, "distance": distance}
    asked |= {"alpha": alpha, "tolerance": tolerance}
    if found := misfit(asked, len(model)):
        raise ValueError(": ".join(found))
    return words(model, asked, numbers(model, asked))


@functools.cache
def package_script():
    """What the page does by the package's code, as one script: read a config.json, compute, say an answer."""
    needs = "math, refuse, refuse_family, whole, checked, text_of, Model, Layer, Bill, rounded_up, "
    needs += "model_influence, horizon, share_beyond, count, share_in_words"
    gives = "TABLE, LAYER, FIELDS, CONFIGS, read, typed_stack, misfit, numbers, words"
    known = {"TABLE": TABLE, "LAYER": Layer._field_defaults, "MAX_LAYERS": arguments.MAX_LAYERS, "GIB": GIB}
    known |= {"MAX_TOKENS": MAX_TOKENS, "MAX_WORK": MAX_WORK, "LARGEST_WHOLE": arguments.LARGEST_WHOLE}
    known["FIELDS"] = {name: field._asdict() for name, field in FIELDS.items()}
    known["CONFIGS"] = {name: shape["config"] for name, shape in RELEASED.items()}
    values = f"const {{ {', '.join(known)} }} = {json.dumps(known, ensure_ascii=False)};"
    rules = read, typed_stack, misfit, numbers, words
    made = javascript("packageRules", f"{{ {needs} }}", rules, f"{{ {gives} }}", values)
    return made + texts(PAGES[0] / "engine.js")


def setup(app):
    """As an extension of Sphinx: the site gets `package.js`, beside what the book itself makes."""
    made = Path(app.outdir).parent / "made"
    made.mkdir(parents=True, exist_ok=True)
    (made / "package.js").write_text(package_script(), encoding="utf-8")
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _field(name, label, group, value):
    """A field of the form, or its menu, with a place for a word beside it."""
    shown = f"{value:,}" if isinstance(value, int) else "" if value is None else value
    common = f'id="calculator-{name}" name="{name}" aria-describedby="calculator-{name}-said"'
    field = f'<input {common} value="{shown}">'
    if name in MENUS:
        chosen = {value: " selected"}
        options = (
            f'<option value="{choice}"{chosen.get(choice, "")}>{words}</option>'
            for choice, words in MENUS[name].items()
        )
        field = f"<select {common}>{''.join(options)}</select>"
    return FIELD.format(group=group, name=name, label=label, field=field)


class Calculator:
    """A model and a text in, numbers out; alive in a notebook and on the page.

    Parameters
    ----------
    layers, window, alpha, tolerance, text, distance : the values it starts with
    model : str or None, the name of one of MODELS to start with instead of layers and window

    >>> print(repr(Calculator(layers=8, window=100, tolerance=0.001, text=4096, distance=500))[:66])
    8 layers, windows of 100 tokens, text of 4,096 tokens, α = 0.95, t
    """

    def __init__(
        self, layers=32, window=4096, alpha=0.95, tolerance=0.01, *, model=None, text=131072, distance=16384
    ):
        if model is not None and model not in MODELS:
            arguments.refuse("model", model, "None or the name of one of MODELS")
        shape = typed_model(layers, window) if model is None else MODELS[model]
        self.name = model or ""
        self.words = answers(shape, alpha, tolerance, text, distance, self.name)
        self.start = START | {"layers": layers, "window": window, "alpha": alpha, "tolerance": tolerance}
        self.start |= {"text": text, "distance": distance}

    def __repr__(self):
        words = self.words
        return (
            f"{words['for']}: reach {words['could']} tokens; exact horizon {words['exact']}; {words['far']}. "
            f"KV cache {words['least']}, {words['whole']} if every layer keeps the whole text."
        )

    def _repr_mimebundle_(self, include=None, exclude=None):
        where, words = place(), {"text/plain": repr(self)}
        if where == "page":
            return {"text/html": self.page(), **words}
        if where != "live":
            return words
        view, _ = self.widget._repr_mimebundle_()
        return view | {"text/html": f"<div>{self._verdict()}{self._table()}</div>", **words}

    @functools.cached_property
    def widget(self):
        """The calculator as an anywidget. Nothing is asked of the kernel."""
        scripts = package_script() + reading.script() + texts(*SCRIPTS)
        return Live(self.page(), "startCalculator", scripts, texts(*STYLES))

    def page(self):
        """The calculator as HTML; without its scripts the first answer stands."""
        made = {name: _field(name, *field[:2], self.start[name]) for name, field in FIELDS.items()}
        return FORM.format(
            verdict=self._verdict(),
            model=_field("model", "Model", "all", self.name),
            serving="".join(made.pop(name) for name, field in FIELDS.items() if field.group == "serve"),
            fields="".join(made.values()),
            table=self._table(),
        )

    def _verdict(self):
        return VERDICT.format(**{name: html.escape(words) for name, words in self.words.items()})

    def _table(self):
        parts = []
        for part, rows in RESULTS.items():
            parts.append(f'<tbody><tr><th scope="rowgroup" colspan="2">{part}</th></tr>')
            for name, label in rows.items():
                said = html.escape(self.words.get(name, ""))
                parts.append(f'<tr{"" if said else " hidden"}><th scope="row">{label}</th>')
                parts.append(f'<td data-result="{name}">{said}</td></tr>')
            parts.append("</tbody>")
        return f'<table class="calculator-table">{"".join(parts)}</table>'
