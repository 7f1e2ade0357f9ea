"""The door by which notebooks reach `check`: the questions of all chapters, and what is said of an answer."""

import importlib

from .book.asking import QUESTIONS, expected
from .book.checking import Verdict, check

__all__ = ["QUESTIONS", "Verdict", "check", "expected"]

# A chapter's questions register themselves when it is imported: in the order of the book.
for chapter in ("window", "reach", "blur", "barrier", "horizon", "remedies", "trained", "more"):
    importlib.import_module(f"swa_lib.chapters.{chapter}")
