"""Colours and letters, said once: for both drawers, for every page, and for a live notebook."""

import functools
import importlib.util
import io
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
MATPLOTLIB = [*range(0x20, 0x250), *range(0x370, 0x400), *range(0x2000, 0x2300)]  # what it may write


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
    for weight, called in ((400, "normal"), (600, "bold")):
        kept = Path(matplotlib.get_cachedir()) / f"sans-{weight}.ttf"
        if not kept.exists():
            fresh = kept.with_suffix(f".{os.getpid()}")  # several kernels may begin at once
            fresh.write_bytes(part_of_font(source, MATPLOTLIB, {"wght": weight}))
            fresh.replace(kept)
        entry = font_manager.FontEntry(fname=str(kept), name="Book Sans", weight=called)
        font_manager.fontManager.ttflist.append(entry)
    return ["Book Sans", "DejaVu Sans"]


def part_of_font(path, characters, axes, flavor=None):
    """A font with these characters alone, as bytes: of a variable one, these axes or places on them."""
    # Only here: a font that is cut is kept, and no other kernel has to load these.
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    font = TTFont(path)
    features = ["kern", "liga", "ccmp", "mark", "tnum", "lnum"]
    part = subset.Subsetter(subset.Options(notdef_outline=True, layout_features=features, hinting=False))
    part.populate(unicodes=characters)
    part.subset(font)
    if axes:
        font = instancer.instantiateVariableFont(font, axes)
    font.flavor, written = flavor, io.BytesIO()
    font.save(written)
    return written.getvalue()
