"""What a student opens is the student's notebook: on the site, on a hub, in Binder and in Colab.

Sphinx loads this (`_config.yml`): below a page's download button lies the student's copy, and the teaching
guide names this repository. A hub, Binder and Colab open the branch `student`: `make hand-out` writes it, on
GitHub after every push that passes its tests (`.github/workflows/book.yml`).
"""

import functools
import shutil
import tempfile
from pathlib import Path

import deck
import forms
import nbformat
import notebooks
import questions
from repository import ROOT, on_github, repository, site, wheel, wheel_name

BRANCH = "student"
FORK = "YOU/YOUR-BOOK"  # what the guide calls a repository that is not known
WEIGHTS = ["weights.py", "measure.py", "theory.py", "requirements.txt"]
# What stands in a page -> what stands there on the site.
MADE = {
    "<!-- the lecture: course/lecture.ipynb -->": deck.table,
    "<!-- the map: course/questions.py -->": questions.table,
    "<!-- the rubrics: course/questions.py -->": questions.rubrics,
    "<!-- the worksheet: course/questions.py -->": questions.worksheet,
    "<!-- the test: before -->": functools.partial(forms.fields, "before"),
    "<!-- the test: after -->": functools.partial(forms.fields, "after"),
    FORK: lambda: on_github() or FORK,
    FORK.replace("/", "%2F"): lambda: (on_github() or FORK).replace("/", "%2F"),
}


def setup(app):
    """Sphinx: student's copies below the download buttons, and the repository's name in the guide."""
    app.add_config_value("book_repository", "", "html")
    app.connect("html-page-context", link_the_repository, priority=400)  # before what uses it
    app.connect("source-read", fill_in)
    app.connect("build-finished", hand_out_copies)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def link_the_repository(app, page, template, context, doctree):
    """Let the template of every page know the book's addresses, the wheel, and where a notebook opens."""
    context |= {"repository": repository(), "address": site(), "wheel": wheel_name()}
    notebook = f"{page.rpartition('/')[2]}.ipynb"
    if on_github() and page.startswith("chapters/"):
        context["opens"] = {
            "Binder": f"https://mybinder.org/v2/gh/{on_github()}/{BRANCH}?urlpath=lab/tree/{notebook}",
            "Colab": f"https://colab.research.google.com/github/{on_github()}/blob/{BRANCH}/{notebook}",
        }


def fill_in(app, page, source):
    """Write into a page what is made from elsewhere, and the repository's name into the guide's links."""
    for words, make in MADE.items():
        if words in source[0]:
            source[0] = source[0].replace(words, make())


def hand_out_copies(app, error):
    """Put the student's copy of a notebook where Sphinx has put the notebook itself, and what one saves."""
    if error or app.builder.name != "html":
        return
    wheel(app.outdir / "_static")
    for copy in (app.outdir / "_sources").rglob("*.ipynb"):
        notebook = notebooks.read(ROOT / copy.relative_to(app.outdir / "_sources"))
        nbformat.write(notebooks.student(notebook), copy)
    with tempfile.TemporaryDirectory() as made:
        made = Path(made)
        notebooks.write(made / "student", notebooks.student)
        notebooks.begin(made / "weights", "-r requirements.txt", "python weights.py FOLDER TEXT")
        for name in WEIGHTS:
            shutil.copy(ROOT / "experiments" / name, made / "weights")
        for name in ("student", "weights"):
            shutil.make_archive(str(app.outdir / "_static" / name), "zip", made, name)
