"""Colours and letters, said once: for both drawers, for every page, and for a live notebook."""

import functools
import importlib.util
import os
from pathlib import Path

import matplotlib
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
FONT = "fontpkg_source_sans_3"  # a package that holds Source Sans 3; without it matplotlib's own letters do


def page_colours():
    """A style sheet with each role as a variable: light, dark, and light again on paper.

    >>> page_colours()[:23]
    ':root{--paper:#fdfcf9;-'
    """
    light, dark = (";".join(f"--{role}:{both[n]}" for role, both in COLOURS.items()) for n in (0, 1))
    night = 'html[data-theme="dark"],body[data-jp-theme-light="false"],body.vscode-dark'
    return f":root{{{light}}}\n@media not print{{{night}{{{dark}}}}}\n"


@functools.cache
def letters():
    """The families that matplotlib should write in, the first choice first."""
    found = importlib.util.find_spec(FONT)
    if found is None:
        return ["DejaVu Sans"]
    source = Path(found.submodule_search_locations[0]) / "files" / "SourceSans3[wght].ttf"
    for weight, called in ((400, 400), (600, 700)):
        kept = Path(matplotlib.get_cachedir()) / f"book-sans-{weight}.ttf"
        if not kept.exists():
            _instance(source, weight, called, kept)
        font_manager.fontManager.addfont(kept)
    return ["Book Sans", "DejaVu Sans"]


def _instance(source, weight, called, kept):
    """Write one weight of a variable font as a font of its own, which is all that matplotlib reads."""
    # Only here: from the second time on the font is there, and no kernel has to load these.
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    font = TTFont(source)
    part = subset.Subsetter(subset.Options(layout_features=["kern"]))
    part.populate(unicodes=[*range(0x20, 0x250), *range(0x370, 0x400), *range(0x2000, 0x2300)])
    part.subset(font)
    font = instancer.instantiateVariableFont(font, {"wght": weight})
    for entry in font["name"].names:
        if entry.nameID in (1, 4, 16):
            entry.string = "Book Sans"
        elif entry.nameID in (2, 17):
            entry.string = "Bold" if called == 700 else "Regular"
    font["OS/2"].usWeightClass = called
    font["OS/2"].fsSelection = 0x20 if called == 700 else 0x40
    font["head"].macStyle = int(called == 700)
    fresh = kept.with_suffix(f".{os.getpid()}")  # several kernels may begin at once
    font.save(fresh)
    fresh.replace(kept)
