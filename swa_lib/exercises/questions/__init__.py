"""The questions of the six chapters: what is right, and what each misreading gives. One module a chapter.

A question is a function without arguments that returns the right answer and a
list of misreadings: a wrong answer and the sentence that names what led to it.
All are computed when the first check asks. The decorator names the section
that explains it and the kind of answer; the function's name is the question's.
"""

from . import chapter_1, chapter_2, chapter_3, chapter_4, chapter_5, chapter_6
from .asking import QUESTIONS

__all__ = ["QUESTIONS", "chapter_1", "chapter_2", "chapter_3", "chapter_4", "chapter_5", "chapter_6"]
