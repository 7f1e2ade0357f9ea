"""What each chapter shows and asks: one module a chapter, with its pictures, explorers and questions.

Chapter 4 is `chapters/04_barrier.ipynb` and `barrier.py` in here.
"""
