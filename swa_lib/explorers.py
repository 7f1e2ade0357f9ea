"""The door by which notebooks reach `Explorer`; the room behind it is `swa_lib.figures.explorers`."""

from .figures.explorers import Explorer, Sheet

__all__ = ["Explorer", "Sheet"]
