"""The door by which notebooks reach `Calculator`; the room behind it is `swa_lib.chapters.calculator`."""

from .chapters.calculator import Calculator

__all__ = ["Calculator"]
