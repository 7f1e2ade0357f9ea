"""What students are handed: their own notebooks and nothing else, from one address."""

import os
import re
import subprocess

import handout
import nbformat
import notebooks as course
import pytest
import repository
import yaml
from book import ROOT, code_cells, tags

BOOK = "https://github.com/owner/book"


@pytest.fixture
def known(monkeypatch):
    """As in a repository that has an address."""
    monkeypatch.setattr(handout, "repository", lambda: BOOK)
    monkeypatch.setattr(repository, "repository", lambda: BOOK)


@pytest.fixture
def git(tmp_path):
    """git in a new repository that has nothing to do with the book's own."""
    names = {
        f"GIT_{who}_{what}": "teacher@example.org"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }

    def git(*words, env=None):
        return repository.git(*words, env=names | (env or {}), folder=tmp_path)

    if subprocess.run(["git", "init", "-q", tmp_path], capture_output=True).returncode:
        pytest.skip("there is no git")
    return git


@pytest.mark.parametrize(
    "remote, address",
    [
        ("https://github.com/owner/book.git\n", BOOK),
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


def test_the_setting_comes_first_then_who_builds_it(monkeypatch):
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    monkeypatch.setenv("GITHUB_REPOSITORY", "owner/book")
    set_to = yaml.safe_load((ROOT / "_config.yml").read_text())["sphinx"]["config"]["book_repository"]
    assert repository.repository.__wrapped__() == (set_to or BOOK)


@pytest.mark.parametrize(
    "address, pip",
    [(BOOK, f"swa_lib @ {BOOK}/archive/abc.zip"), ("https://a.org/b", "swa_lib @ git+https://a.org/b@abc")],
)
def test_pip_is_told_where_the_package_is(address, pip):
    assert repository.source(address, "abc") == pip


@pytest.mark.parametrize("address, site", [(BOOK, "https://owner.github.io/book/"), ("https://a.org/b", "")])
def test_the_site_is_where_github_publishes_it(address, site, monkeypatch):
    monkeypatch.setattr(repository, "repository", lambda: address)
    assert repository.site.__wrapped__() == site


def test_a_chapter_opens_in_binder_and_colab_where_the_repository_is_known(known):
    context = {}
    handout.link_the_repository(None, "chapters/02_reach", None, context, None)
    assert len(context["opens"]) == 2
    assert all("owner/book" in url and "/student" in url for url in context["opens"].values())
    assert all(url.endswith("02_reach.ipynb") for url in context["opens"].values())


def test_the_branch_holds_the_students_notebooks_and_nothing_else(tmp_path, git, known):
    made = tmp_path / "made" / "student"
    course.write(made.parent)
    handout.complete(made, BOOK, "abc123")
    assert handout.commit(made, git) and not handout.commit(made, git), "a second time changes nothing"
    listed = git("ls-tree", "-r", "--name-only", "student").splitlines()
    assert listed == sorted([*course.copies(course.student), "README.md", "requirements.txt", "runtime.txt"])
    for name in (name for name in listed if name.endswith(".ipynb")):
        notebook = nbformat.reads(git("show", f"student:{name}"), as_version=4)
        assert not any(tags(cell) & course.NOT_FOR_STUDENTS for cell in notebook.cells)
        assert not any(cell.outputs for cell in code_cells(notebook))
    needed = git("show", "student:requirements.txt").splitlines()
    assert needed[-1] == f"swa_lib @ {BOOK}/archive/abc123.zip" and "-e ." not in needed
    assert any(line.startswith("jupyterlab==") for line in needed)


def test_a_change_is_a_commit_on_top_so_that_a_hub_can_merge_it(git, tmp_path_factory):
    made = tmp_path_factory.mktemp("made")
    (made / "a.ipynb").write_text("1")
    assert handout.commit(made, git)
    first = git("rev-parse", "student")
    (made / "a.ipynb").rename(made / "b.ipynb")
    assert handout.commit(made, git)
    assert git("rev-parse", "student~1") == first and git("ls-tree", "--name-only", "student") == "b.ipynb"
    assert git("status", "--porcelain") == "", "nothing is written beside the branch"


def test_without_an_address_nothing_is_handed_out(monkeypatch):
    monkeypatch.setattr(handout, "repository", lambda: "")
    with pytest.raises(SystemExit, match="book_repository in _config.yml"):
        handout.main()


def test_what_is_opened_is_a_students_notebook():
    """The recipe of `make lab`, and every link of the guide to a hub, Binder or Colab."""
    recipe = re.search(r"^lab:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)[1]
    assert "notebooks.py --lab" in recipe and "jupyter lab lab" in recipe and "chapters" not in recipe
    guide = (ROOT / "reference" / "teaching.md").read_text().replace("\n&", "&")
    links = re.findall(r"https://\S*(?:git-pull|mybinder|colab)\S*", guide)
    assert len(links) == 3
    for link in links:
        assert "student" in link and "chapters" not in link and re.search(r"01_window\.ipynb$", link)


def test_the_setting_is_one_for_the_site_and_the_copies(monkeypatch):
    """Sphinx writes the repository into the guide; where it is not known, the placeholder stays."""
    text = [f"https://github.com/{handout.FORK} and YOU%2FYOUR-BOOK"]
    handout.fill_in(None, "reference/teaching", text)
    assert (handout.FORK in text[0]) == (not repository.on_github())
    monkeypatch.setattr(repository, "repository", lambda: BOOK)
    handout.fill_in(None, "reference/teaching", text)
    assert text == [f"{BOOK} and owner%2Fbook"]


def test_what_git_refuses_ends_the_hand_out(git, known, monkeypatch):
    def nameless(*words, env=None):
        return git(*words, env=(env or {}) | {"GIT_COMMITTER_NAME": ""})

    git("commit", "--quiet", "--allow-empty", "--message", "the book")
    monkeypatch.setattr(handout, "git", nameless)
    with pytest.raises(SystemExit, match="git commit-tree: .*empty ident name"):
        handout.main()
    assert git("for-each-ref", "refs/heads/student") == ""


def test_a_folder_without_git_has_no_address(monkeypatch):
    monkeypatch.setenv("PATH", os.devnull)
    assert repository._origin() == ""
