"""Real models: published shapes, and any config.json.

`shapes.py` says what a layer and a model are and holds the book's models;
`configs.py` reads a released config.json by the table in `families.json`.
"""

from .shapes import (
    MODELS,
    Layer,
    Model,
    all_global,
    all_windowed,
    checked,
    model_from_config,
    model_influence,
    model_reach,
    model_routes,
    model_windows,
    more_global,
    text_of,
    window_note,
)

__all__ = [
    "MODELS", "Layer", "Model", "all_global", "all_windowed", "checked", "model_from_config",
    "model_influence", "model_reach", "model_routes", "model_windows", "more_global", "text_of",
    "window_note",
]  # fmt: skip
