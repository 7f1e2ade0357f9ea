"""The files around the book agree with each other."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

import swa_lib

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / "requirements.txt").read_text().splitlines()


def name(requirement):
    return re.match(r"[\w.-]+", requirement)[0].lower().replace("_", "-")


LOCKED = [line for line in LOCK if line and not line.lstrip().startswith("#") and line != "-e ."]
DECLARED = PROJECT["dependencies"] + sum(PROJECT["optional-dependencies"].values(), [])


@pytest.mark.parametrize(
    "path",
    "README.md LICENSE LICENSE-TEXT CITATION.cff Makefile pyproject.toml requirements.txt _config.yml _toc.yml"
    " index.md _static/book.css chapters reference/references.bib swa_lib/__init__.py .ci/run".split(),
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
    assert citation["version"] == PROJECT["version"] == swa_lib.__version__
