"""The exercises of the book: what `check` says of an answer.

Kinds of answers (`kinds.py`), the questions themselves (`questions/`), answers
with many right forms (`designs.py`), and the check that reads them (`checking.py`).
"""

from .checking import NotRight, Verdict, check, expected, grade

__all__ = ["NotRight", "Verdict", "check", "expected", "grade"]
