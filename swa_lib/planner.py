"""Chapter 6: "I need D tokens at tolerance eps." What does each remedy cost?

For each remedy, the smallest strength at which more than the tolerance comes
from beyond D tokens, and what that strength costs a generated token.
"""

from typing import NamedTuple

from . import arguments
from .costs import attention_flops, kv_cache_bytes
from .profile import influence
from .remedies import Route, influence_through, memory_influence


class Plan(NamedTuple):
    """One remedy at the strength that is just enough, or why none is."""

    remedy: str
    setting: str
    beyond: float  # share of the output from beyond the distance
    cache_bytes: int | None
    flops: int | None


def plan(model, distance, tolerance, alpha):
    """What each remedy needs, and costs, to see beyond a distance.

    Parameters
    ----------
    model : swa_lib.models.Model; its layers, window and head sizes are used, and
        all its layers start as local ones
    distance : int >= 1, tokens D
    tolerance : float in (0, 1): more than this share must come from beyond D
    alpha : float in [0, 1), the residual share; assumed, not published

    Returns
    -------
    list of Plan: the bare stack first, then every remedy. Exact for the kernel
    model. Costs are per sequence (cache) and per generated token (FLOPs) at a
    text of 2 D tokens.

    Source: chapter 6.

    >>> from swa_lib.models import MODELS
    >>> [p.remedy for p in plan(MODELS["Gemma 2 9B"], 32768, 0.001, 0.95)][:3]
    ['window alone', 'wider window', 'softer residual']
    """
    distance = arguments.whole("distance", distance, 1, arguments.MAX_TOKENS // 2)
    tolerance = arguments.tolerance_share(tolerance)
    alpha = arguments.residual_share(alpha)
    layers, window, text = model.layers, min(model.window, distance), 2 * distance
    return [remedy(model, layers, window, text, distance, tolerance, alpha) for remedy in REMEDIES]
