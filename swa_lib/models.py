"""Published shapes of real models that stack sliding windows.

Only fields that could be read in a source are filled in; `tag` says how.
Shapes are facts about configurations. They say nothing about any alpha: nobody
has published one for these models.
"""

from typing import NamedTuple

from . import arguments
from .costs import kv_cache_bytes, tokens_held


class Model(NamedTuple):
    """One model's attention shape.

    >>> MODELS["Mistral 7B v0.1"].layers
    32
    """

    layers: int
    global_layers: int  # how many of them attend to the whole text
    window: int  # tokens a local layer sees, the current one included
    context: int  # longest text it is made for, tokens
    kv_heads: int
    head_dim: int
    query_heads: int | None  # None where no source could be read
    source: str
    tag: str  # "primary": read in the source itself; "copy": read in a copy of it

    @property
    def windowed_layers(self):
        """How many layers see a window only."""
        return self.layers - self.global_layers


MODELS = {
    "Mistral 7B v0.1": Model(32, 0, 4096, 32768, 8, 128, 32, "https://arxiv.org/abs/2310.06825", "copy"),
    "Gemma 2 9B": Model(42, 21, 4096, 8192, 8, 256, 16, "https://github.com/google/gemma_pytorch", "primary"),
    "Gemma 2 27B": Model(
        46, 23, 4096, 8192, 16, 128, 32, "https://github.com/google/gemma_pytorch", "primary"
    ),
    "Gemma 3 12B": Model(
        48, 8, 1024, 131072, 8, 256, 16, "https://github.com/google/gemma_pytorch", "primary"
    ),
    "Gemma 3 27B": Model(
        62, 10, 1024, 131072, 16, 128, 32, "https://github.com/google/gemma_pytorch", "primary"
    ),
    "gpt-oss-120b": Model(36, 18, 128, 131072, 8, 64, 64, "https://github.com/openai/gpt-oss", "primary"),
    "gpt-oss-20b": Model(24, 12, 128, 131072, 8, 64, None, "https://arxiv.org/abs/2508.10925", "copy"),
    "Olmo 3 7B": Model(32, 8, 4096, 65536, 32, 128, 32, "https://github.com/allenai/OLMo-core", "primary"),
    "Olmo 3 32B": Model(64, 16, 4096, 65536, 8, 128, None, "https://github.com/allenai/OLMo-core", "primary"),
    "EXAONE 4.0 32B": Model(64, 16, 4096, 131072, 8, 128, 40, "https://arxiv.org/abs/2507.11407", "copy"),
}


def checked(model):
    """`model`, if it is a Model whose numbers can be computed with."""
    if not isinstance(model, Model):
        arguments.refuse("model", model, "a swa_lib Model", TypeError)
    arguments.whole("model.layers", model.layers, 1, arguments.MAX_LAYERS)
    arguments.whole("model.global_layers", model.global_layers, 0, model.layers)
    for field in ("window", "context", "kv_heads", "head_dim"):
        arguments.whole(f"model.{field}", getattr(model, field), 1)
    if model.query_heads is not None:
        arguments.whole("model.query_heads", model.query_heads, 1)
    return model


def model_windows(model, context=None):
    """One window per layer: the local ones, then the whole text for the global ones.

    The order does not matter to the profile, because convolution commutes.

    Parameters
    ----------
    model : Model
    context : int >= 1, tokens in the text; the model's own when None

    Returns
    -------
    list of int, tokens

    Source: chapter 5; `model.source` for the shape.

    >>> model_windows(MODELS["gpt-oss-20b"], context=1000)[10:14]
    [128, 128, 1000, 1000]
    """
    model = checked(model)
    context = arguments.whole("context", model.context if context is None else context, 1)
    return [model.window] * model.windowed_layers + [context] * model.global_layers


def model_cache_bytes(model, context=None):
    """KV cache of one sequence in bfloat16, in bytes.

    Parameters
    ----------
    model : Model
    context : int >= 1, tokens in the text; the model's own when None

    Returns
    -------
    int, bytes

    Source: chapter 6; `model.source` for the shape.

    >>> model_cache_bytes(MODELS["Mistral 7B v0.1"]) / 2**30
    0.5
    """
    windows = model_windows(checked(model), context)
    held = tokens_held(model.layers, windows, model.context if context is None else context)
    return kv_cache_bytes(held, model.kv_heads, model.head_dim)
