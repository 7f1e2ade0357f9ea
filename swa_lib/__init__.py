"""How far back a stack of sliding-window attention layers really sees.

Kernels in, profile out, questions asked of the profile. The letters are the
book's: window W, layers L, residual share alpha, distance d, hops k, tolerance
eps. A window counts the current token.

This folder computes the numbers, one module an idea, and the real models in `models`. The book's machinery
has rooms of its own: `book`, how things look and answer, and `chapters`, what each one shows and asks.
"""

from .barrier import growing_stream, hop_distribution, path_influence
from .costs import (
    Bill,
    attention_flops,
    kv_cache_bytes,
    model_bill,
    model_cache_bytes,
    model_state_bytes,
    sequences_that_fit,
    text_that_fits,
    tokens_held,
    tokens_to_reread,
)
from .horizons import beyond, by_window, horizon, rule_horizon, rule_of_thumb, share_beyond
from .law import drift, gaussian, horizon_bound, horizon_by_hops, horizon_estimate, spread
from .models import (
    MODELS,
    Layer,
    Model,
    all_global,
    all_windowed,
    model_from_config,
    model_influence,
    model_reach,
    model_windows,
    more_global,
)
from .planner import Plan, plan, remedy_curves
from .profile import influence
from .remedies import Chunk, Route, influence_through, memory_influence
from .window import hops, mask, reach, visible

__version__ = "1.0.0"
__all__ = sorted(name for name, what in globals().items() if callable(what) or name == "MODELS")
