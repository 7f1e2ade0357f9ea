"""What a student opens is the student's notebook: on the site, on a hub, in Binder and in Colab.

Sphinx loads this (`_config.yml`): below a page's download button lies the student's copy, and the teaching
guide names this repository. Run as a program it commits the student's copies to the branch `student`, with
what they need to run, and nothing else of the book; a hub, Binder and Colab open that branch:

    python course/handout.py

GitHub does so after every push that passes its tests (`.github/workflows/book.yml`).
"""

import shutil
import sys
import tempfile
from pathlib import Path

import deck
import forms
import nbformat
import notebooks
import questions
from repository import ROOT, git, on_github, repository, site, source, wheel, wheel_name

BRANCH = "student"
FORK = "YOU/YOUR-BOOK"  # what the guide calls a repository that is not known
README = """# Notebooks for students

Made from the book by `course/handout.py`: change the chapters, not these. `pip install -r requirements.txt`
installs what they need.
"""
START = f"""Python 3.11 or newer is all that you need. In this folder, type

    pip install {{needs}} {wheel_name()}
    {{start}}
"""
WEIGHTS = ["weights.py", "measure.py", "theory.py", "requirements.txt"]


def raw(html):
    """HTML for a page that is written in Markdown."""
    return f"```{{raw}} html\n{html}\n```"


def sources():
    """Where a teacher gets the book's folder, in Markdown."""
    if repository():
        return f"The folder is [the book's repository]({repository()})."
    return "This copy of the site names no repository: ask whoever gave it to you for the folder."


# Comment in a page -> what stands there on the site.
MADE = {
    "the lecture: course/lecture.ipynb": deck.table,
    "the map: course/questions.py": questions.table,
    "the rubrics: course/questions.py": questions.rubrics,
    "the sources": sources,
    "the worksheet: course/questions.py": lambda: raw(questions.worksheet()),
    "the test: before": lambda: raw(forms.fields("before")),
    "the test: after": lambda: raw(forms.fields("after")),
}


# The site --------------------------------------------------------------------------------------------------


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
    """Write what is made from elsewhere where a page has a comment that names it, and the repository's name.

    It stands in the guide's links; where it is not known, so does what a reader must put in its place.
    """
    for comment, make in MADE.items():
        source[0] = source[0].replace(f"<!-- {comment} -->", make()) if comment in source[0] else source[0]
    if page == "reference/teaching" and on_github():
        for slash in ("/", "%2F"):
            source[0] = source[0].replace(FORK.replace("/", slash), on_github().replace("/", slash))


def hand_out_copies(app, error):
    """Put the student's copy of a notebook where Sphinx has put the notebook itself, and the wheel beside."""
    if error or app.builder.name != "html":
        return
    wheel(app.outdir / "_static")
    pack(app.outdir / "_static")
    for copy in (app.outdir / "_sources").rglob("*.ipynb"):
        notebook = nbformat.read(ROOT / copy.relative_to(app.outdir / "_sources"), as_version=4)
        nbformat.write(notebooks.student(notebook), copy)


def pack(folder):
    """Pack what one saves in one piece: all that students run, and what measures a model's weights."""
    with tempfile.TemporaryDirectory() as made:
        student, weights = Path(made) / "student", Path(made) / "weights"
        notebooks.write(Path(made), [notebooks.student])
        start = START.format(needs="jupyterlab", start="jupyter lab 01_window.ipynb")
        (student / "START.txt").write_text(start, encoding="utf-8")
        weights.mkdir()
        for path in [*(ROOT / "experiments" / name for name in WEIGHTS), student / wheel_name()]:
            shutil.copy(path, weights)
        start = START.format(needs="-r requirements.txt", start="python weights.py FOLDER TEXT")
        (weights / "START.txt").write_text(start, encoding="utf-8")
        for what in (student, weights):
            shutil.make_archive(str(folder / what.name), "zip", made, what.name)


# The branch ------------------------------------------------------------------------------------------------


def complete(folder, repository, commit):
    """Put beside the student's notebooks in a folder how to run them; the branch holds nothing else."""
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    needed = [line for line in lock if line != "-e ."] + [source(repository, commit)]
    (folder / "requirements.txt").write_text("\n".join(needed) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(README, encoding="utf-8")
    shutil.copy(ROOT / "runtime.txt", folder)
    (folder / wheel_name()).unlink()  # they install it from the repository


def commit(folder, git):
    """Commit a folder as all that the branch holds, on top of what it held; True if that changes anything."""
    with tempfile.TemporaryDirectory() as elsewhere:
        index = {"GIT_INDEX_FILE": str(Path(elsewhere) / "index")}
        git(f"--work-tree={folder}", "add", "--all", "--force", ".", env=index)
        tree = git("write-tree", env=index)
    before = git("for-each-ref", "--format=%(objectname)", f"refs/heads/{BRANCH}")  # the first time none
    if before and git("rev-parse", f"{before}^{{tree}}") == tree:
        return False
    parent = ["-p", before] if before else []
    made = git("commit-tree", tree, *parent, "-m", "The student's notebooks, made from the chapters")
    git("update-ref", f"refs/heads/{BRANCH}", made)
    return True


def main():
    """Commit the student's notebooks to their branch."""
    if not repository():
        raise SystemExit(
            "Where is the book's repository? Give its address to book_repository in _config.yml: the "
            "notebooks on the branch install the book's package from there."
        )
    try:
        with tempfile.TemporaryDirectory() as folder:
            notebooks.write(Path(folder), [notebooks.student])
            complete(Path(folder) / "student", repository(), git("rev-parse", "HEAD"))
            changed = commit(Path(folder) / "student", git)
    except OSError as error:  # who commits is not known, this is an unpacked archive, there is no git
        raise SystemExit(f"Nothing is handed out, for this failed: {error}") from error
    print(
        f"The branch {BRANCH} {'has a new commit' if changed else 'is as it was'}: git push origin {BRANCH}"
    )


if __name__ == "__main__":
    sys.exit(main())
