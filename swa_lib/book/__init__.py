"""How a book looks and answers: figures that move, tables, questions and their checks, the site's side.

Nothing in here knows a window, a layer or a chapter; it would serve any Jupyter Book.
"""
