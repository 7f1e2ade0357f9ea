"""Real models: a model is a list of layers, each with what it sees and what it keeps.

`MODELS` holds published shapes; `model_from_config` (configs.py) reads one from a
released config.json. Shapes are facts about configurations. They say nothing about
any alpha: none was found published for these models.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import resources
from typing import NamedTuple

from .. import arguments
from ..remedies import Chunk, Route, influence_through
from .configs import loaded, read

KINDS = ("windowed", "global", "chunked", "state")
LEAST = {"kv_heads": 1, "key_width": 1, "value_width": 1, "state_numbers": 0, "latent": 0}


class Layer(NamedTuple):
    """One layer: what a token sees in it, and what it keeps for later tokens.

    `kind` is one of "windowed" (the last `window` tokens, the current one included),
    "global" (the whole text), "chunked" (the text is cut into pieces of `window`
    tokens; a token sees its own piece, up to itself) and "state" (no attention: a
    summary of fixed size). `cached` is False where a layer reads the cache of
    another. `state_numbers` counts what a state keeps, whatever the text's length.
    `latent` counts the numbers that stand for a token's keys and values where these are
    kept compressed, and is 0 elsewhere.

    >>> Layer("windowed", 4096, kv_heads=8, key_width=128, value_width=128)[:5]
    ('windowed', 4096, 8, 128, 128)
    """

    kind: str
    window: int | None = None  # None for a global layer and for a state
    kv_heads: int = 0
    key_width: int = 0  # numbers in a key, a head
    value_width: int = 0
    query_heads: int | None = None  # None where no source could be read
    cached: bool = True
    state_numbers: int = 0
    latent: int = 0


@dataclass(frozen=True)
class Model:
    """A model's attention: its layers in their own order, layer 1 (which reads the text) first.

    `for layer in model` and `len(model)` mean its layers.

    >>> model = MODELS["gpt-oss-20b"]
    >>> len(model), model.count("windowed"), model.count("global"), model.window
    (24, 12, 12, 128)
    """

    layers: tuple[Layer, ...]
    context: int | None = None  # longest text it is made for, tokens; None where nothing says so
    family: str = ""  # the model_type it was read as
    source: str = ""
    tag: str = ""  # "primary": read in the source itself; "copy": read in a copy of it
    notes: tuple[str, ...] = ()  # what its config.json says of windows, positions and formats, in words
    number_bytes: float = 2  # of a key or value; 2 is bfloat16

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    def count(self, kind):
        """How many layers are of this kind."""
        return sum(layer.kind == kind for layer in self.layers)

    @property
    def window(self):
        """The widest window among its windowed layers; None if it has none."""
        return max((layer.window for layer in self.layers if layer.kind == "windowed"), default=None)


def checked(model):
    """`model`, if it is a Model whose numbers can be computed with."""
    if not isinstance(model, Model):
        arguments.refuse("model", model, "a swa_lib Model", TypeError)
    layers = model.layers
    if not isinstance(layers, (list, tuple)) or not all(isinstance(layer, Layer) for layer in layers):
        arguments.refuse("model.layers", layers, "a list of Layer", TypeError)
    arguments.whole("number of model.layers", len(layers), 1, arguments.MAX_LAYERS)
    for i, layer in enumerate(layers):
        _check_layer(f"model.layers[{i}]", layer)
    if model.context is not None:
        arguments.whole("model.context", model.context, 1)
    arguments.check("bytes_per_number", model.number_bytes, called="model.number_bytes")
    return model


def _check_layer(name, layer):
    if not isinstance(layer.kind, str) or layer.kind not in KINDS:
        arguments.refuse(f"{name}.kind", layer.kind, f"one of {', '.join(KINDS)}")
    if layer.kind in ("windowed", "chunked"):
        arguments.whole(f"{name}.window", layer.window, 1)
    elif layer.window is not None:
        arguments.refuse(f"{name}.window", layer.window, f"None in a {layer.kind} layer")
    for field, least in LEAST.items():
        arguments.whole(f"{name}.{field}", getattr(layer, field), 0 if layer.kind == "state" else least)
    if not isinstance(layer.cached, bool):
        arguments.refuse(f"{name}.cached", layer.cached, "True or False", TypeError)
    if layer.query_heads is not None:
        arguments.whole(f"{name}.query_heads", layer.query_heads, 1)


arguments.ALLOWED["model"] = (lambda name, model: checked(model),)


def text_of(model, text, name="text"):
    """`text` as a number of tokens, the model's own context when None."""
    text = model.context if text is None else text
    if text is None:
        arguments.refuse(name, text, "a number of tokens, for this model names no longest text")
    return arguments.whole(name, text, 1)


def model_from_config(config):
    """Read a released config.json: a Model, or a refusal that names the field or the family.

    config : dict, JSON text, or path of a config.json (str or Path), as Hugging Face
        transformers writes them; fields that are missing take its family's defaults

    Returns Model, its layers in their own order. `notes` says which declared window is in effect
    and what switches another off, where positions are stretched, and what was filled in
    Raises ValueError : for a family that is not in the table (families.json), reads text from
        both sides or is no text model, and for a field that cannot be understood
    Source: the configuration classes of Hugging Face transformers 5.24; the
    experiment's tests hold every family of the table to them.

    >>> model = model_from_config({"model_type": "gemma2", "num_hidden_layers": 4})
    >>> model_windows(model, context=8192)
    [4096, 8192, 4096, 8192]
    """
    said = read(loaded(config))
    layers = tuple(Layer(**layer) for layer in said["layers"])
    return checked(Model(**said | {"layers": layers, "notes": tuple(said["notes"])}))


def all_windowed(model, window=None):
    """The same model with windows in every layer: how far would it see without its global layers?

    model : Model
    window : int >= 1, tokens; the model's own widest window when None

    Returns Model: global, chunked and state layers become windowed ones. Every layer takes the
    heads and widths of the first layer with a window, or of the first with a cache.
    Source: chapter 6.

    >>> all_windowed(MODELS["gpt-oss-20b"]).count("windowed")
    24
    """
    model = checked(model)
    window = model.window if window is None else window
    if window is None:
        arguments.refuse("window", window, "given, for this model has no windowed layer")
    window = arguments.check("window", window)
    like = min(model, key=lambda layer: (layer.kind != "windowed", layer.kind == "state"))
    if like.kind == "state":
        arguments.refuse("model", model, "a model with a layer that keeps keys and values")
    plain = like._replace(kind="windowed", window=window, cached=True, state_numbers=0)
    return replace(model, layers=(plain,) * len(model))


def all_global(model):
    """The same model where every windowed or chunked layer sees, and keeps, the whole text.

    model : Model

    Returns Model; heads, widths, shared caches and states stay as they are
    Source: chapter 6.

    >>> all_global(MODELS["gpt-oss-20b"]).count("global")
    24
    """
    return more_global(model, sum(layer.kind in ("windowed", "chunked") for layer in checked(model)))


def more_global(model, layers=1):
    """The same model with more global layers: the last windowed or chunked ones see the whole text.

    model : Model
    layers : int >= 0, how many more, at most as many as there are windowed and chunked layers

    Returns Model; heads, widths, shared caches and states stay as they are
    Source: chapter 6.

    >>> model_windows(more_global(MODELS["gpt-oss-20b"]), context=1000)[-4:]
    [128, 1000, 1000, 1000]
    """
    local = [i for i, layer in enumerate(checked(model)) if layer.kind in ("windowed", "chunked")]
    layers = arguments.whole("layers", layers, 0, len(local))
    changed = list(model.layers)
    for i in local[len(local) - layers :]:
        changed[i] = changed[i]._replace(kind="global", window=None)
    return replace(model, layers=tuple(changed))


def model_windows(model, context=None):
    """One window per layer, in the model's own order, as `influence` and `reach` take them.

    model : Model
    context : int >= 1, tokens in the text; the model's own when None

    Returns list of int, tokens: a global layer is as wide as the text. None stands for a layer
    that no window describes: a chunk ends where its piece of the text does, a state has
    no end (nor has attention with a state beside it). `influence` refuses None;
    `model_influence` takes chunks, and states with an assumption.
    Source: chapter 5; `model.source` for the shape.

    >>> model_windows(MODELS["gpt-oss-20b"], context=1000)[:4]
    [128, 1000, 128, 1000]
    >>> model_windows(MODELS["Llama 4 Scout"], context=100000)[:4]
    [None, None, None, 100000]
    """
    context = text_of(checked(model), context, "context")
    described = [layer.kind in ("windowed", "global") and not layer.state_numbers for layer in model]
    return [(layer.window or context) if known else None for layer, known in zip(model, described)]


def model_influence(model, alpha, text=None, state_memory=None):
    """The exact influence profile of a real model's stack, for the last token of a text.

    model : Model
    alpha : float in [0, 1), the residual share; or one per layer. Assumed: none was found published
    text : int >= 1, tokens in the text; the model's own context when None
    state_memory : float > 1 or None, tokens: what a state is assumed to remember. It
        then weighs each token by 1 - 1/state_memory against the next one

    Returns float64 array [text], or [reach+1] where that is shorter; sums to 1. Chunks are
    counted from the text's beginning, so the last token of a text may sit at the start
    of one and see nothing else in it
    Raises ValueError : without `state_memory` where a layer keeps a state: what flows through
        it, no configuration says
    Source: chapter 5.

    >>> len(model_influence(MODELS["Mistral 7B v0.1"], 0.95, text=16384))
    16384
    """
    text = text_of(checked(model), text)
    return influence_through(model_routes(model, text, state_memory), alpha, text=text)


def model_reach(model, text=None):
    """Farthest distance from which anything can arrive at the last token of a text.

    model : Model
    text : int >= 1, tokens in the text; the model's own context when None

    Returns int, tokens; at most text - 1. A global layer or a state brings the whole text, a
    chunk only what its piece of the text holds
    Source: chapters 2 and 5.

    >>> model_reach(MODELS["Mistral 7B v0.1"], 200000), model_reach(MODELS["Gemma 3 27B"], 200000)
    (131040, 199999)
    """
    text = text_of(checked(model), text)
    far = 0
    for layer in reversed(model.layers):  # from the last token down
        if layer.kind == "windowed":
            far += layer.window - 1
        elif layer.kind == "chunked":
            far += (text - 1 - far) % layer.window
        else:
            far = text - 1
        far = min(far, text - 1)
    return far


def model_routes(model, text, state_memory=None):
    """The layers of a model as routes through a text of so many tokens (see `influence_through`)."""
    states = [i for i, layer in enumerate(checked(model), 1) if layer.kind == "state" or layer.state_numbers]
    if states and state_memory is None:
        arguments.refuse("state_memory", None, f"assumed in tokens, for layer {states[0]} keeps a state")
    if len(states) > model.count("state"):
        known = "without layers that mix attention and a state: their shares are unknown"
        arguments.refuse("model", model.family, known)
    if state_memory is not None:
        state_memory = arguments.check("state_memory", state_memory)
    routes = []
    for layer in model:
        if layer.kind == "chunked":
            routes.append([Chunk(1.0, layer.window)])
        elif layer.kind == "state":
            routes.append([Route(1.0, text, decay=1 - 1 / state_memory)])
        else:
            routes.append([Route(1.0, min(layer.window or text, text))])
    return routes


def _released():
    for name, shape in RELEASED.items():
        model = model_from_config(shape["config"])
        if shape.get("query_heads", True) is None:  # no source could be read, and a default is none
            model = replace(model, layers=tuple(layer._replace(query_heads=None) for layer in model))
        yield name, replace(model, source=shape["source"], tag=shape["tag"])


# The models of the book, from the fields of their released configurations.
RELEASED = json.loads(resources.files(__package__).joinpath("models.json").read_text("utf-8"))
MODELS = dict(_released())
