"""The door by which notebooks reach `Calculator`; the room behind it is `swa_lib.figures.calculator`."""

from .figures.calculator import Calculator

__all__ = ["Calculator"]
