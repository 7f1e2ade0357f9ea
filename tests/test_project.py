"""The files around the book agree with each other."""

import io
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import numpy as np
import pytest
import yaml
from book import ROOT
from PIL import Image

import swa_lib
from swa_lib.chapters.plots import strip_picture

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / "requirements.txt").read_text().splitlines()


def name(requirement):
    return re.match(r"[\w.-]+", requirement)[0].lower().replace("_", "-")


LOCKED = [line for line in LOCK if line and not line.lstrip().startswith("#") and line != "-e ."]
DECLARED = PROJECT["dependencies"] + sum(PROJECT["optional-dependencies"].values(), [])


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "LICENSE",
        "LICENSE-TEXT",
        "CITATION.cff",
        "Makefile",
        "pyproject.toml",
        "requirements.txt",
        "_config.yml",
        "_toc.yml",
        "index.md",
        "_static/book.css",
        "chapters",
        "reference/references.bib",
        "swa_lib/__init__.py",
        "course/notebooks.py",
        ".ci/run",
    ],
)
def test_layout(path):
    assert (ROOT / path).exists()


def test_lock_installs_the_package():
    assert "-e ." in LOCK


def test_lock_says_how_it_was_made():
    assert any("make lock" in line for line in LOCK[:3])


def test_lock_pins_every_version():
    assert [line for line in LOCKED if not re.match(r"[\w.-]+==[\w.]+( ;|$)", line)] == []


def test_lock_names_no_index():
    assert not re.search(r"https?://|file:|--(extra-)?index-url|--find-links", "\n".join(LOCK))


def test_jupyter_book_is_version_1():
    assert any(line.startswith("jupyter-book==1.") for line in LOCKED)


@pytest.mark.parametrize("requirement", DECLARED, ids=name)
def test_dependency_is_locked(requirement):
    assert name(requirement) in map(name, LOCKED), "run `make lock`"


def test_citation():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(citation)
    assert citation["version"] == PROJECT["version"], "CITATION.cff, and pyproject.toml"
    assert swa_lib.__version__ == PROJECT["version"], "swa_lib/__init__.py, and pyproject.toml"


MACHINE_PATH = re.compile(r"(?<![\w.~/+-])/(home|work|tmp|root|Users|mnt|private|builds)/|\b[A-Z]:\\+Users")


def known_to_git():
    """The project's files, or None where there is no git or no checkout."""
    listed = shutil.which("git") and subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True
    )
    return (
        {ROOT / file for file in listed.stdout.split("\0") if file}
        if listed and not listed.returncode
        else None
    )


def not_ignored():
    """The files that .gitignore does not name: the project's, and whatever else was put beside them."""
    ignored = {ROOT / ".git"} | {ROOT / line.strip("/") for line in IGNORED if line.startswith("/")}
    anywhere = {line.strip("/") for line in IGNORED if not line.startswith("/")}
    for folder, inner, files in os.walk(ROOT):
        inner[:] = [name for name in inner if name not in anywhere and Path(folder) / name not in ignored]
        yield from (Path(folder) / name for name in files)


IGNORED = (ROOT / ".gitignore").read_text().split()


def test_no_file_names_a_place_on_somebodys_machine():
    for path in known_to_git() or not_ignored():
        if path.is_file() and b"\0" not in (content := path.read_bytes()):
            found = MACHINE_PATH.search(content.decode("utf-8"))
            assert not found, f"{path.relative_to(ROOT)}: {found[0]}"


def test_without_git_no_file_of_the_project_is_left_out():
    files = set(not_ignored())
    assert {ROOT / "README.md", Path(__file__), ROOT / ".ci" / "run"} <= files
    assert {path for path in known_to_git() or () if path.is_file()} <= files
    assert not any("site-packages" in path.parts or path.suffix == ".pyc" for path in files)


@pytest.mark.parametrize("text", ["in " + "/home" + "/me/book", '"' + "/tmp" + '/x"', "C:" + r"\Users\me"])
def test_a_place_on_somebodys_machine_is_found(text):
    assert MACHINE_PATH.search(text)


def test_the_readmes_picture_is_fresh_and_described():
    picture = strip_picture(32, 4096, 0.95, 0.01)  # as `make refresh` draws it
    assert f"![{picture.alt}](_static/strip.png)" in (ROOT / "README.md").read_text()
    stored, drawn = Image.open(ROOT / "_static" / "strip.png"), Image.open(io.BytesIO(picture.png()))
    assert stored.size == drawn.size
    difference = np.asarray(stored.convert("L"), float) - np.asarray(drawn.convert("L"), float)
    assert np.abs(difference).mean() < 2  # of 255; another matplotlib may set a letter elsewhere
