"""The door by which notebooks reach `Explorer`; the room behind it is `swa_lib.book.explorers`."""

from .book.explorers import Explorer, Sheet

__all__ = ["Explorer", "Sheet"]
