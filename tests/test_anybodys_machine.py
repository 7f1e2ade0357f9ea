"""What a reader has set up for other work changes nothing in the book."""

import matplotlib

from swa_lib import scenes
from swa_lib.explorers import Explorer
from swa_lib.figures import plots

# A matplotlibrc made for papers and dark slides.
HOSTILE = {
    "text.usetex": True,
    "font.family": "serif",
    "axes.facecolor": "black",
    "lines.linewidth": 9,
    "savefig.dpi": 30,
    "savefig.transparent": True,
    "svg.fonttype": "path",
}


def drawn():
    explorer = Explorer(scenes.token_strip, token=[100], window=[10])
    return plots.mask_picture(10, 3).png(), explorer.frame(**explorer.first)


def test_a_matplotlibrc_changes_no_figure_and_keeps_its_own_settings():
    expected = drawn()
    with matplotlib.rc_context(HOSTILE):
        assert drawn() == expected
        assert {name: matplotlib.rcParams[name] for name in HOSTILE} == HOSTILE | {"font.family": ["serif"]}
