"""The door by which notebooks reach `Explorer`; the room behind it is `swa_lib.book.explorer`."""

from .book.explorer import LABELS, Explorer

__all__ = ["Explorer"]

LABELS |= {
    "layers": ("Layers L", "layers"),
    "window": ("Window W", "tokens"),
    "alpha": ("Residual share α", ""),
    "tolerance": ("Tolerance ε", ""),
    "token": ("Word", ""),
    "back": ("Token", "back"),
    "passed": ("Layers passed", "layers"),
}
