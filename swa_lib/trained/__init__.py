"""Networks that were trained: what was measured in them, and the theories held against it.

`measured.py` reads the data of the experiment and fits; `choices.py` derives what
is expected of a network from its layers; `nulls.py` knows neither layers nor windows.
"""

from .choices import COMPOSITIONS, composed, initial_gain, layer_choices
from .measured import (
    THEORIES,
    by_window,
    decades_off,
    expected_by,
    experiment,
    fit_alpha,
    fits,
    runs,
    shapes,
    theory,
)
from .nulls import fit_parabola, fit_power_over_factorial

__all__ = [
    "COMPOSITIONS", "THEORIES", "by_window", "composed", "decades_off", "expected_by", "experiment",
    "fit_alpha", "fit_parabola", "fit_power_over_factorial", "fits", "initial_gain", "layer_choices",
    "runs", "shapes", "theory",
]  # fmt: skip
