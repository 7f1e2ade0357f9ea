"""Colours and letters, said once: for both drawers, for every page, and for a live notebook."""

import functools
from pathlib import Path

from matplotlib import font_manager

COLOURS = {  # role: on light paper, on dark
    "paper": ("#fdfcf9", "#101418"),
    "ink": ("#1b2026", "#e9e6df"),
    "muted": ("#58616c", "#a3acb6"),
    "could": ("#a34700", "#ff9d5c"),
    "does": ("#0b5f9e", "#7cc4f5"),
    "right": ("#00694c", "#2fc29a"),  # a right answer; a wrong one has the colour of what could be
    "tint": ("#f3f0e9", "#1b2229"),
    "rule": ("#dcd9d2", "#2b333b"),
}


def page_colours():
    """A style sheet with each role as a variable, light, dark, and light again on paper, and as a class.

    >>> page_colours()[:23]
    ':root{--paper:#fdfcf9;-'
    """
    light, dark = (";".join(f"--{role}:{both[n]}" for role, both in COLOURS.items()) for n in (0, 1))
    night = 'html[data-theme="dark"],body[data-jp-theme-light="false"],body.vscode-dark'
    roles = "".join(f".{role}{{--c:var(--{role})}}" for role in COLOURS)
    return f":root{{{light}}}\n@media not print{{{night}{{{dark}}}}}\n{roles}\n"


@functools.cache
def letters():
    """The families that matplotlib should write in, the first choice first."""
    for path in sorted((Path(__file__).parent / "fonts").glob("*.ttf")):
        font_manager.fontManager.addfont(path)
    return ["Book Sans", "DejaVu Sans"]
