"""A notebook alone in an empty folder: it says what is missing, and runs from the wheel."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from book import CHAPTERS, SITE, code_cells, read_notebook


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """A fresh environment with what the book needs but the package itself, in an empty folder."""
    folder = tmp_path_factory.mktemp("elsewhere")
    run([sys.executable, "-m", "venv", "--without-pip", folder / "env"])
    python = folder / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    packages = run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]).strip()
    # A path in a .pth file adds what lies there, but not what the .pth files there add: no editable swa_lib.
    (Path(packages) / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    return folder, python


def run(command, cwd=None):
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHONPATH", "SWA_"))}
    done = subprocess.run(list(map(str, command)), cwd=cwd, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_without_the_package_the_first_cell_says_how_to_get_it(elsewhere, path):
    first = code_cells(read_notebook(path))[0].source
    assert "from swa_lib.exercises import check" in first
    if path.stem == "01_window":  # the same in every chapter
        folder, python = elsewhere
        with pytest.raises(AssertionError, match="swa_lib is missing. Run %pip install"):
            run([python, "-c", first], cwd=folder)
    assert first == code_cells(read_notebook(CHAPTERS[0]))[0].source


EXECUTE = """
import os, sys, nbclient, nbformat
os.environ["SWA_EXPLORERS"] = "still"  # figures that move print their sentence, as git stores them
notebook = nbformat.read(sys.argv[1], as_version=4)
nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
nbformat.write(notebook, sys.argv[2])
"""


def said(path):
    cells = code_cells(read_notebook(path))
    return [output.get("text") or output.data.get("text/plain") for cell in cells for output in cell.outputs]


def test_one_chapter_alone_runs_from_the_site_s_wheel(elsewhere):
    folder, python = elsewhere
    (wheel,) = SITE.glob("_static/swa_lib-*.whl")
    run([sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", wheel])
    where = run([python, "-c", "import swa_lib; print(swa_lib.__file__)"], cwd=folder)
    assert Path(where.strip()).is_relative_to(folder / "env")
    run([python, "-c", EXECUTE, CHAPTERS[1], folder / "alone.ipynb"], cwd=folder)
    assert said(folder / "alone.ipynb") == said(CHAPTERS[1])
