"""The calculator of chapter 5: what a real model, or any stack, reaches, sees and keeps in a text.

It runs in the reader's browser, on a page and in a live notebook alike: `page/stack.js` is a
port of this package, `page/configs.js` reads a pasted config.json by the package's own table,
and tests hold both to Python. What stands here is the first answer, which shows without
JavaScript, on paper and in an exported notebook.
"""

import functools
import html
import json
import math
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import anywidget
import traitlets

from .. import arguments
from ..book.explorers import Sheet, bundle
from ..book.style import BLUE, GREY, RED, page_colours
from ..costs import model_cache_bytes, model_state_bytes
from ..horizons import beyond, horizon, rule_horizon, share_beyond
from ..models import MODELS, Layer, Model, checked, model_influence, model_reach
from ..planner import plan

PAGE = Path(__file__).parent / "page"
READING = PAGE.parents[1] / "book" / "page" / "reading.js"
SCRIPTS = ("configs.js", "stack.js", "calculator.js")  # in the order in which they need each other

# A page must stay usable: a layer takes a browser about 10 ns a token.
MAX_LAYERS, MAX_TOKENS, MAX_WORK = 1000, 2**20, 200_000_000

# Every field: its label, what may stand in it, and where it belongs. `calculator.js` reads this table, too.
FIELDS = {
    "layers": ("Layers L", "own", "whole", 1, MAX_LAYERS),
    "global_layers": ("Global layers, of these", "own", "whole", 0, MAX_LAYERS),
    "window": ("Window W", "own", "whole", 1, MAX_TOKENS),
    "kv_heads": ("Key-value heads", "own", "whole", 1, 1024),
    "head_dim": ("Numbers in a head (head_dim)", "own", "whole", 1, 65536),
    "alpha": ("Residual share α", "all", "share", 0, 1),
    "tolerance": ("Tolerance ε", "all", "above", 0, 1),
    "text": ("Text length T", "all", "whole", 1, MAX_TOKENS),
    "distance": ("Distance D", "all", "whole", 1, MAX_TOKENS),
    "bytes": ("Bytes a number in the KV cache", "all", "menu", 0, 2),
    "state_memory": ("Tokens that a state remembers", "state", "whole", 2, 2**30),
}
BYTES = {2: "2 (bfloat16, float16)", 1.0625: "1.0625 (q8_0)", 1: "1 (fp8, int8)"}
BYTES |= {0.5625: "0.5625 (q4_0)", 0.5: "0.5 (4 bits, no scales)"}
RESULTS = {
    "note": "Note",
    "reach": "Reach",
    "rule": "Horizon by the rule of thumb",
    "exact": "Exact horizon: at most ε from beyond",
    "alone": "Its windowed layers alone",
    "ratio": "Exact is",
    "far": "From beyond D",
    "cache": "KV cache, one sequence, at least",
    "wide": "KV cache if all layers were global",
    "states": "States, beside it",
}
# What a remedy asks for. Retrieval as a search of the text is the one that an application can imitate.
FINISHED = "works with a finished model, as a search of the text"
NEEDS = {"as it is": "no change", "retrieval": FINISHED}
TRAINING = "needs training"
COLUMNS = ("Remedy", "Setting", "Enough?", "From beyond D", "KV cache", "In practice")


class Asked(NamedTuple):
    """One question to the calculator."""

    model: Model
    name: str  # what the reader calls it; "" for a stack that was typed
    alpha: float
    tolerance: float
    text: int
    distance: int
    state_memory: float | None = None
    bytes_per_number: float = 2


def typed_model(layers, window, global_layers=0, kv_heads=8, head_dim=128):
    """A stack as typed into the fields: its global layers stand evenly, each the last of its group.

    >>> [layer.kind for layer in typed_model(4, 128, global_layers=2)]
    ['windowed', 'global', 'windowed', 'global']
    """
    layers = arguments.whole("layers", layers, 1, MAX_LAYERS)
    window = arguments.whole("window", window, 1, MAX_TOKENS)
    wide = arguments.whole("global_layers", global_layers, 0, layers)
    heads = (arguments.whole("kv_heads", kv_heads, 1), *[arguments.whole("head_dim", head_dim, 1)] * 2)
    places = {-(-(g + 1) * layers // wide) - 1 for g in range(wide)}
    kinds = [("global", None) if i in places else ("windowed", window) for i in range(layers)]
    return Model(tuple(Layer(*kind, *heads) for kind in kinds))


def answers(asked):
    """What the calculator says.

    Parameters
    ----------
    asked : Asked; layers x text at most 200 million

    Returns
    -------
    dict of words, and float64 array, the exact profile

    Source: chapter 5.

    >>> answers(Asked(typed_model(32, 100), "", 0.95, 0.001, 4096, 500))[0]["exact"]
    '383 tokens (3.8 W)'
    """
    model, text = checked(asked.model), arguments.whole("text", asked.text, 1, MAX_TOKENS)
    distance = _distance_in(asked.distance, text)
    if len(model) * text > MAX_WORK:
        raise ValueError(f"layers x text must be at most {MAX_WORK:,} here; swa_lib.influence takes more")
    profile = model_influence(model, asked.alpha, text, asked.state_memory)
    far, exact, window = model_reach(model, text), horizon(profile, asked.tolerance), _one_window(model)
    rule = rule_horizon(model.window, asked.alpha, asked.tolerance) if model.window else math.inf
    size, states = asked.bytes_per_number, model_state_bytes(model)
    every = every_layer_global(model)
    only_windows = model.count("windowed") == len(model)
    words = {
        "for": f"{_shape(asked)}, text of {text:,} tokens, "
        f"α = {asked.alpha:g}, tolerance {asked.tolerance:g}, "
        f"{size:g} byte{'s' if size > 1 else ''} a number:",
        "reach": _reach_words(model, far, text),
        "rule": _rule_words(model, rule, far),
        "exact": f"{exact:,} tokens{f' ({exact / window:.1f} W)' if window else ''}",
        "alone": _alone_words(asked),
        "ratio": f"{exact / rule:.2f} times the rule" if rule < math.inf and only_windows else "",
        "far": f"{share_words(share_beyond(profile, distance))} from beyond {distance:,} tokens",
        "cache": size_words(model_cache_bytes(model, text, size)),
        "wide": size_words(model_cache_bytes(every, text, size)) if every else "",
        "states": f"{size_words(states)}, at 4 bytes a number" if states else "",
        "note": _note(model, text),
    }
    return words, profile


def _distance_in(distance, text):
    distance = arguments.whole("distance", distance, 1)
    if distance >= text:
        raise ValueError(
            f"distance: in a text of {text:,} tokens nothing is farther back than {text - 1:,}; "
            f"ask for half of it, {max(1, text // 2):,}, to see what comes from the first half"
        )
    return distance


def every_layer_global(model):
    """The model as if every layer were global, state layers too; None where no layer has heads to copy."""
    first = next((layer for layer in model if layer.kv_heads), None)
    if first is None:
        return None
    heads = [layer if layer.kv_heads else first._replace(cached=True) for layer in model]
    return Model(tuple(layer._replace(kind="global", window=None) for layer in heads))


def share_words(share):
    """A share as a reader sees it: a true zero and a faint share apart."""
    return "0" if share == 0 else "<0.01%" if share < 1e-4 else f"{share:.2%}"


def _note(model, text):
    if model.context is None or model.context >= text:
        return ""
    return f"this model's positions end at {model.context:,} tokens; the text is longer"


def size_words(size):
    """Bytes as a reader sees them; halves are rounded up, as JavaScript does it."""
    unit, name = (2**30, "GiB") if size >= 2**30 else (2**20, "MiB")
    return f"{math.floor(size / unit * 100 + 0.5) / 100:,.2f} {name}"


def _one_window(model):
    """The window of a stack that has one window and nothing else."""
    only = len({(layer.kind, layer.window) for layer in model}) == 1
    return model.window if only else None


def _shape(asked):
    model = asked.model
    if not asked.name and _one_window(model):
        return f"{len(model)} layer{'s' if len(model) > 1 else ''}, windows of {model.window:,} tokens"
    parts = []
    for kind in ("windowed", "chunked", "global", "state"):
        sizes = sorted({layer.window for layer in model if layer.kind == kind and layer.window})
        sizes = " and ".join(f"{size:,}" for size in sizes)
        if model.count(kind):
            parts.append(f"{model.count(kind)} {kind}{f' ({sizes})' if sizes else ''}")
    return f"{asked.name or 'Your stack'}: {', '.join(parts)}"


def _reach_words(model, far, text):
    if model.count("chunked") == len(model):
        return f"{far:,} tokens: no layer crosses the edge of a chunk"
    whole = ", the whole text" if far == text - 1 else ""
    own = sum(layer.window - 1 for layer in model) if model.count("windowed") == len(model) else far
    return f"{far:,} tokens{whole}{f'; in a longer one {own:,}' if own > far else ''}"


def _alone_words(asked):
    """What the windowed layers of a mixed model would do without the others."""
    windowed = Model(tuple(layer for layer in asked.model if layer.kind == "windowed"))
    if len(windowed) in (0, len(asked.model)):
        return ""
    far, window = model_reach(windowed, asked.text), _one_window(windowed)
    exact = horizon(model_influence(windowed, asked.alpha, asked.text), asked.tolerance)
    return f"reach {far:,}, exact horizon {exact:,} tokens{f' ({exact / window:.1f} W)' if window else ''}"


def _rule_words(model, rule, far):
    if not model.window:
        return "none: it is a rule about windows"
    if rule == math.inf:
        return "none: at α = 0 the rule sees no loss"
    note = "; that is beyond the reach" if rule > far else ""
    mixed = "" if _one_window(model) else ", for its windowed layers"
    return f"{rule:,.0f} tokens ({rule / model.window:.1f} W{mixed}){note}"


def tail_scene(sheet, asked):
    """The exact tail and the rule of thumb, to a thousandth of the tolerance, and where they cross it."""
    words, profile = answers(asked)
    tail, exact = beyond(profile), horizon(profile, asked.tolerance)
    rule = rule_horizon(asked.model.window, asked.alpha, asked.tolerance) if asked.model.window else math.inf
    rules = [rule] if rule < math.inf else []
    end = min(max([1.6 * exact, 10, *(1.2 * r for r in rules)]), max(asked.text - 1, 10))
    floor = asked.tolerance / 1000
    shown = tail[: int(end) + 1 : max(1, int(end) // 400)]
    back = range(0, min(len(tail), int(end) + 1), max(1, int(end) // 400))
    sheet.title("Influence from beyond each distance")
    sheet.axis("x", "tokens back", 0, end)
    sheet.axis("y", "influence from beyond", floor, 1.5, log=True)
    sheet.line("exact", list(back), shown.clip(floor / 10), color=BLUE, linestyle="-")
    for r in rules:
        sheet.line("rule of thumb", [0, 4 * r], [1, asked.tolerance**4], color=RED, linestyle="--")
    sheet.line("tolerance", [0, end], [asked.tolerance] * 2, color=GREY, linestyle=":")
    sheet.points("_horizons", [exact, *rules], [asked.tolerance] * (1 + len(rules)), color="black")
    said = f"{words['for']} reach {words['reach']}; rule of thumb {words['rule']}; exact {words['exact']}."
    ratio = f" Exact is {words['ratio']}." if words["ratio"] else ""
    wide = f", {words['wide']} if all layers were global" if words["wide"] else ""
    return f"{said}{ratio} {words['far']}. KV cache {words['cache']}{wide}."


class LiveCalculator(anywidget.AnyWidget):
    """The calculator in a notebook: the page's own scripts. Nothing is asked of the kernel."""

    page = traitlets.Unicode().tag(sync=True)

    def __init__(self, page):
        sources = [path.read_text(encoding="utf-8") for path in (READING, *(PAGE / name for name in SCRIPTS))]
        self._esm = "\n".join(sources) + "\nexport default { render: startLiveCalculator };"
        self._css = page_colours() + (PAGE / "calculator.css").read_text(encoding="utf-8")
        super().__init__(page=page)


class Calculator:
    """A model and a text in, numbers out; alive in a notebook and on the page.

    Parameters
    ----------
    layers, window, alpha, tolerance, text, distance : the values it starts with, as for `Asked`
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
        self.asked = Asked(shape, model or "", alpha, tolerance, text, distance)
        typed = {"layers": layers, "window": window, "global_layers": 0, "kv_heads": 8, "head_dim": 128}
        self.start = typed | {
            "alpha": alpha,
            "tolerance": tolerance,
            "text": text,
            "distance": distance,
            "bytes": 2,
        }
        self.sheet = Sheet()
        self._svg, self._sentence = self.sheet.drawn(tail_scene, {"asked": self.asked})

    def __repr__(self):
        return self._sentence

    def _repr_mimebundle_(self, include=None, exclude=None):
        return bundle(self)

    def still(self):
        """The first answer, (SVG text, sentence), for what has no browser of its own."""
        return self._svg, self._sentence

    @functools.cached_property
    def widget(self):
        """The calculator as an anywidget."""
        return LiveCalculator(self.page())

    def page(self):
        """The calculator as HTML; without its scripts the first answer stands."""
        words, profile = answers(self.asked)
        far = share_beyond(profile, self.asked.distance)
        table = json.loads(resources.files("swa_lib.models").joinpath("families.json").read_text("utf-8"))
        data = {
            "table": table,
            "models": {name: _packed(model) for name, model in MODELS.items()},
            "contexts": {name: model.context for name, model in MODELS.items()},
            "fields": {
                name: dict(zip(("label", "group", "kind", "low", "high"), f)) for name, f in FIELDS.items()
            },
            "columns": COLUMNS,
            "needs": NEEDS,
            "training": TRAINING,
            "most_work": MAX_WORK,
        }
        data = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
        return (
            '<form class="calculator" id="calculator"><div class="calculator-fields" hidden>'
            f"{self._model_field()}{''.join(map(self._field, FIELDS))}</div>"
            '<p class="calculator-link" hidden>'
            '<button type="button" class="explorer-link">Copy link</button></p>'
            '<p class="calculator-status" role="status"></p>'
            f'<div class="calculator-answer">{_results(words)}<div class="calculator-picture" role="img" '
            f'aria-label="{html.escape(self._sentence)}">{self._svg}</div>'
            f"{_plan_table(self.asked, far)}</div>"
            f'<script type="application/json">{data}</script></form>'
        )

    def _model_field(self):
        models = "".join(
            f"<option{' selected' if name == self.asked.name else ''}>{html.escape(name)}</option>"
            for name in MODELS
        )
        return (
            '<div><label for="calculator-model">Model</label><select id="calculator-model" name="model" '
            f'autocomplete="off"><option value="">your own numbers</option>{models}'
            '<option value="config">a config.json</option></select></div>'
            '<div class="calculator-config" data-group="config" hidden><label for="calculator-config">'
            "Paste it, drop it here, or choose a file:</label>"
            '<input type="file" accept=".json,application/json" aria-label="choose a config.json">'
            '<textarea id="calculator-config" name="config" rows="4" spellcheck="false" autocomplete="off" '
            'aria-describedby="calculator-config-error"></textarea>'
            '<span class="calculator-error" id="calculator-config-error" role="alert"></span>'
            '<span class="calculator-filled" role="status"></span></div>'
        )

    def _field(self, name):
        label, group, kind = FIELDS[name][:3]
        value = self.start.get(name, "")
        shown = f"{value:,}" if isinstance(value, int) else str(value)
        common = f'id="calculator-{name}" name="{name}" autocomplete="off" '
        common += f'aria-describedby="calculator-{name}-error"'
        options = "".join(f'<option value="{size}">{words}</option>' for size, words in BYTES.items())
        hint = f'<span class="calculator-hint" id="calculator-{name}-hint" role="status"></span>'
        field = (
            f"<select {common}>{options}</select>" if kind == "menu" else f'<input {common} value="{shown}">'
        )
        return (
            f'<div data-group="{group}"><label for="calculator-{name}">{label}</label>{field}'
            f'<span class="calculator-error" id="calculator-{name}-error" role="alert"></span>'
            f"{hint if name == 'text' else ''}</div>"
        )


def _packed(model):
    """A model in few bytes: its different layers, and one letter a layer. `calculator.js` unpacks it."""
    different = list(dict.fromkeys(model.layers))
    return {"layers": different, "order": "".join(chr(97 + different.index(layer)) for layer in model)}


def _results(words):
    rows = "".join(
        f"<div{'' if words[name] else ' hidden'}><dt>{label}</dt>"
        f'<dd data-result="{name}">{html.escape(words[name])}</dd></div>'
        for name, label in RESULTS.items()
    )
    return f'<p class="calculator-for">{html.escape(words["for"])}</p><dl aria-live="polite">{rows}</dl>'


def plan_lead(asked, far):
    """What to read before the table; `far` is the share from beyond D as it is."""
    model, beyond_it = asked.model, asked.text - 1 - asked.distance
    share, distance = share_words(far), f"{asked.distance:,}"
    if not model.count("windowed") + model.count("chunked"):
        states = ", and so is what its states remember" if model.count("state") else ""
        lead = f"This model has no windows; nothing here limits it. Its even averaging is assumed{states}."
    elif far >= asked.tolerance:
        lead = (
            f"As it is: enough by this count. {share} comes from beyond {distance} tokens. "
            "A share is not recall: test recall at your length."
        )
    else:
        lead = (
            f"As it is: not enough. {share} comes from beyond {distance} tokens. With a finished model, "
            "retrieve (search the text and put what is found into the prompt) or take another model."
        )
    if beyond_it < asked.text / 100:
        lead += f" Only {beyond_it:,} of the {asked.text:,} tokens lie farther back than D."
    return lead


def plan_caption(asked):
    """What the table's numbers are, and are not."""
    least = f"{100 * asked.tolerance:g}%"
    return (
        f"What it takes so that at least ε = {least} comes from beyond D. "
        f"{least} is a share of the output under even averaging, at an assumed α = {asked.alpha:g}. "
        "It is not use and not recall. What is never enough is shown at its strongest. "
        "A fading state counts at the KV cache's bytes a number. Retrieval is taken to find the right tokens."
    )


def _plan_table(asked, far):
    """The planner's answer as a table: what the model brings from beyond D, and what would bring enough."""
    plans = plan(asked.model, asked.distance, asked.tolerance, asked.alpha, asked.text, asked.state_memory)
    plans[0] = plans[0]._replace(beyond=far)  # exact, where a plan's own is right to 1e-13
    rows = "".join(_plan_row(one, asked.bytes_per_number) for one in plans)
    head = "".join(f'<th scope="col">{name}</th>' for name in COLUMNS)
    return (
        f'<div class="calculator-plans"><p class="calculator-lead">{plan_lead(asked, far)}</p>'
        "<details><summary>All remedies, and what each takes</summary>"
        f'<table class="calculator-plan"><caption>{plan_caption(asked)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></details></div>"
    )


def _plan_row(one, size):
    enough, cache = "yes" if one.enough else "no", size_words(math.ceil(one.cache_bytes * size / 2))
    share = share_words(one.beyond if one.remedy == "as it is" else max(one.beyond, 1e-14))
    cells = (one.setting, enough, share, cache, NEEDS.get(one.remedy, TRAINING))
    cells = "".join(f'<td data-label="{name}">{cell}</td>' for name, cell in zip(COLUMNS[1:], cells))
    return f'<tr><th scope="row">{one.remedy}</th>{cells}</tr>'
