"""What students are handed: their own notebooks and nothing else, from one address."""

import os
import re
import shlex
import subprocess
import sys

import handout
import notebooks as course
import pytest
import repository
from book import ROOT

BOOK = "https://github.com/owner/book"
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "remote, address",
    [
        ("https://github.com/owner/book.git", BOOK),
        ("git@github.com:owner/book.git", BOOK),
        ("ssh://git@github.com/owner/book", BOOK),
        ("https://name:secret@github.com/owner/book/", BOOK),
        ("https://codeberg.org/owner/book", "https://codeberg.org/owner/book"),
        ("../book", ""),
        ("", ""),
    ],
)
def test_a_remote_becomes_an_address_without_anybody_s_password(remote, address):
    assert repository.address(remote) == address


def test_the_setting_comes_first_then_what_it_was_cloned_from(monkeypatch):
    monkeypatch.setattr(repository, "origin", lambda: "git@github.com:owner/book.git")
    assert repository.repository.__wrapped__() == (repository.setting("book_repository") or BOOK)
    monkeypatch.undo()
    monkeypatch.setenv("PATH", os.devnull)
    assert repository.origin() == "", "there is no git"


@pytest.mark.parametrize("address, site", [(BOOK, "https://owner.github.io/book/"), ("https://a.org/b", "")])
def test_the_site_is_where_github_publishes_it(address, site, monkeypatch):
    monkeypatch.setattr(repository, "repository", lambda: address)
    assert repository.site.__wrapped__() == site


def test_the_guide_and_the_links_to_binder_and_colab_name_the_repository_where_it_is_known(monkeypatch):
    """Where it is not known, the placeholder stays in the guide."""
    text, context = [f"https://github.com/{handout.FORK} and YOU%2FYOUR-BOOK"], {}
    handout.fill_in(None, "reference/teaching", text)
    assert (handout.FORK in text[0]) == (not repository.on_github())
    monkeypatch.setattr(repository, "repository", lambda: BOOK)
    handout.fill_in(None, "reference/teaching", text)
    assert text == [f"{BOOK} and owner%2Fbook"]
    handout.link_the_repository(None, "chapters/02_reach", None, context, None)
    assert len(context["opens"]) == 2
    assert all(re.search("owner/book/.*student.*/02_reach.ipynb$", url) for url in context["opens"].values())


def test_the_branch_holds_what_students_need_to_run_and_nothing_else(tmp_path):
    """The recipe of `make hand-out`, in a new repository."""
    names = {f"GIT_{who}": "teacher@example.org" for who in ("COMMITTER_NAME", "COMMITTER_EMAIL")}

    def git(*words):
        done = subprocess.run(["git", *words], cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout

    git("init", "-q")
    course.write(tmp_path / "made", course.student)
    recipe = re.search(r"ghp-import (.*) _build/course/student", MAKEFILE)[1]
    for _ in range(2):
        command = [sys.executable, "-m", "ghp_import", *shlex.split(recipe), "made"]
        subprocess.run(command, cwd=tmp_path, env=os.environ | names, check=True)
    assert git("rev-list", "--count", "student").strip() == "2", "a hub merges: each is on top of the last"
    listed = git("ls-tree", "-r", "--name-only", "student").splitlines()
    others = ["START.txt", "requirements.txt", "runtime.txt", repository.wheel_name()]
    assert sorted(listed) == sorted([*course.copies(course.student), *others])
    needed = git("show", "student:requirements.txt").splitlines()
    assert f"./{repository.wheel_name()}" in needed and "-e ." not in needed
    assert any(line.startswith("jupyterlab==") for line in needed)


def test_what_is_opened_is_a_students_notebook():
    """The recipe of `make lab`, and every link of the guide to a hub, Binder or Colab."""
    recipe = re.search(r"^lab:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)[1]
    assert "notebooks.py --lab" in recipe and "jupyter lab lab" in recipe and "chapters" not in recipe
    guide = (ROOT / "reference" / "teaching.md").read_text(encoding="utf-8").replace("\n&", "&")
    links = re.findall(r"https://\S*(?:git-pull|mybinder|colab)\S*", guide)
    assert len(links) == 3
    for link in links:
        assert "student" in link and "chapters" not in link and re.search(r"01_window\.ipynb$", link)
