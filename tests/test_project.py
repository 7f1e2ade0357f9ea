"""The files around the book agree with each other, and name nobody's machine."""

import io
import re
import shutil
import subprocess
import tomllib

import matplotlib
import numpy as np
import pytest
import yaml
from book import ROOT
from PIL import Image

import swa_lib
from swa_lib.book import look
from swa_lib.book.still import png
from swa_lib.chapters.stack import large_stack
from swa_lib.chapters.window import mask_picture

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / "requirements.txt").read_text()
LOCKED = [line for line in LOCK.splitlines() if line and not line.lstrip().startswith("#") and line != "-e ."]
DECLARED = PROJECT["dependencies"] + sum(
    (PROJECT["optional-dependencies"][group] for group in ("book", "test")), []
)


def name(requirement):
    return re.match(r"[\w.-]+", requirement)[0].lower().replace("_", "-")


def test_the_lock_holds_every_dependency_at_one_version_and_names_no_index():
    assert set(map(name, DECLARED)) - set(map(name, LOCKED)) == set(), "run `make lock`"
    assert [line for line in LOCKED if not re.match(r"[\w.-]+==[\w.]+( ;|$)", line)] == []
    assert "-e ." in LOCK.splitlines() and any(line.startswith("jupyter-book==1.") for line in LOCKED)
    assert not re.search(r"https?://|file:|--(extra-)?index-url|--find-links", LOCK)


def test_the_version_is_the_same_everywhere():
    version, citation = PROJECT["version"], yaml.safe_load((ROOT / "CITATION.cff").read_text())
    newest = re.search(r"^## (\d\S*)$", (ROOT / "CHANGELOG.md").read_text(), re.M)[1]
    assert swa_lib.__version__ == version, "swa_lib/__init__.py, and pyproject.toml"
    assert citation["version"] == version, "CITATION.cff, and pyproject.toml"
    assert newest == version, "CHANGELOG.md, and pyproject.toml"
    python = (ROOT / "runtime.txt").read_text().strip()
    assert python == "python-" + PROJECT["requires-python"].removeprefix(">="), (
        "runtime.txt is what Binder takes"
    )


def test_every_colour_is_one_of_the_book():
    """Greys are free."""
    known = {colour.lower() for both in look.COLOURS.values() for colour in both}
    for folder in ("swa_lib", "_static", "course"):
        for path in [path for kind in ("css", "js") for path in (ROOT / folder).rglob(f"*.{kind}")]:
            found = re.findall(r"#[0-9a-fA-F]{6}\b", path.read_text(encoding="utf-8"))
            strange = {colour for colour in found if len({*re.findall("..", colour[1:])}) > 1} - known
            assert not strange, f"{path.name}: {strange} stand not in look.py"


MACHINE = re.compile(r"(?<![\w.~/+-])/(home|work|tmp|root|Users|mnt|private|builds)/|\b[A-Z]:\\+Users")


@pytest.mark.skipif(not shutil.which("git") or not (ROOT / ".git").exists(), reason="no checkout")
def test_no_file_names_a_place_on_somebodys_machine():
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for path in filter(None, files.stdout.split("\0")):
        if (ROOT / path).is_file() and b"\0" not in (content := (ROOT / path).read_bytes()):
            found = MACHINE.search(content.decode("utf-8"))
            assert not found, f"{path}: {found[0]}"


def test_the_readmes_picture_is_fresh_and_described():
    picture = large_stack(32, 0.95)  # as `make refresh` draws it
    assert f"![{picture.said()}](_static/stack.png)" in (ROOT / "README.md").read_text()
    stored, drawn = Image.open(ROOT / "_static" / "stack.png"), Image.open(io.BytesIO(png(picture)))
    assert stored.size == drawn.size
    difference = np.asarray(stored.convert("L"), float) - np.asarray(drawn.convert("L"), float)
    assert np.abs(difference).mean() < 0.1  # of 255; another word is 0.2


def test_a_matplotlibrc_changes_no_figure_and_keeps_its_own_settings():
    """One made for papers and dark slides."""
    hostile = {"text.usetex": True, "axes.facecolor": "black", "lines.linewidth": 9, "savefig.dpi": 30}
    expected = png(mask_picture(10, 3).figure)
    with matplotlib.rc_context(hostile):
        assert png(mask_picture(10, 3).figure) == expected
        assert {key: matplotlib.rcParams[key] for key in hostile} == hostile
