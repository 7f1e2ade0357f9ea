"""What a reader has set up for other work changes nothing in the book."""

import matplotlib
import notebooks
import pytest
from book import read_notebook

from swa_lib import scenes
from swa_lib.chapters import plots
from swa_lib.explorers import Explorer

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


@pytest.mark.parametrize("make", [notebooks.student, notebooks.instructor])
def test_a_copy_asks_for_no_kernel_of_the_machine_its_chapter_was_saved_on(make):
    chapter = read_notebook(notebooks.CHAPTERS[0])
    chapter.metadata.kernelspec.name = "python3117jvsc74a57bd0916dbcbb3f70747c"  # as VS Code stores it
    chapter.metadata.language_info = {"name": "python", "version": "3.11.7"}
    assert make(chapter).metadata == notebooks.KERNEL
