"""The machinery of the figures: nothing in here computes a number of the book.

`plots` and `trained_plots` hold one function a figure, `scenes` one function a
figure that moves, `explorers` and `calculator` what makes them move, in a notebook
and on a page; `pages` is the site's side. None of it is loaded before it is asked for.
"""
