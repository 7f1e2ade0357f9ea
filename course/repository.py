"""Where the book is: the one setting, what pip takes for its package, and git."""

import functools
import os
import re
import subprocess
import tomllib
from pathlib import Path

import yaml
from flit_core.wheel import make_wheel_in

ROOT = Path(__file__).parents[1]


def settings():
    """What _config.yml says to Sphinx."""
    return yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["sphinx"]["config"]


@functools.cache
def repository():
    """The address of the book's repository, such as https://github.com/OWNER/BOOK, or "" if nobody says it.

    `book_repository` in _config.yml; left empty, the repository whose GitHub Actions run this, or the one
    that this folder was cloned from. So a fork names itself.
    """
    server, name = os.environ.get("GITHUB_SERVER_URL", ""), os.environ.get("GITHUB_REPOSITORY", "")
    built = f"{server}/{name}" if server and name else ""
    return settings().get("book_repository") or built or address(_origin())


def _origin():
    """What this folder was cloned from; "" for an unpacked archive, or where there is no git."""
    try:
        return git("remote", "get-url", "origin")
    except OSError:
        return ""


def address(remote):
    """The address of a git remote as a browser takes it; "" for a folder on a disk.

    >>> address("git@github.com:owner/book.git"), address("../book")
    ('https://github.com/owner/book', '')
    """
    remote = re.sub(r"^(?:ssh://)?git@([^:/]+)[:/]", r"https://\1/", remote.strip())
    remote = re.sub(r"(?<=//)[^@/]*@", "", remote).removesuffix("/").removesuffix(".git")
    return remote if remote.startswith("https://") else ""


def on_github():
    """OWNER/BOOK of a repository on GitHub, "" of any other."""
    owner_and_book = repository().removeprefix("https://github.com/")
    return owner_and_book if owner_and_book != repository() else ""


@functools.cache
def site():
    """The address of the built book, such as https://OWNER.github.io/BOOK/, or "" if it has none.

    `html_baseurl` in _config.yml; left empty, where GitHub publishes the pages of the repository.
    """
    owner, _, book = on_github().partition("/")
    return settings().get("html_baseurl") or (f"https://{owner}.github.io/{book}/" if owner else "")


def wheel_name():
    """The file that pip installs the book's package from."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return f"{project['name']}-{project['version']}-py3-none-any.whl"


def wheel(folder):
    """Build the book's package as a wheel, into a folder."""
    make_wheel_in(ROOT / "pyproject.toml", folder)
    (folder / wheel_name()).chmod(0o644)  # it is there for everybody


def requirement(site):
    """What a notebook's first cell hands to pip: the wheel on the site, or the one beside the notebook.

    >>> requirement("https://owner.github.io/book/")[:52]
    '"swa_lib @ https://owner.github.io/book/_static/swa_'
    """
    return f'"swa_lib @ {site}_static/{wheel_name()}"' if site else wheel_name()


def source(repository, commit):
    """What pip takes for the package at a commit of its repository; GitHub's needs no git on the machine.

    >>> source("https://github.com/owner/book", "abc123")
    'swa_lib @ https://github.com/owner/book/archive/abc123.zip'
    """
    if repository.startswith("https://github.com/"):
        return f"swa_lib @ {repository}/archive/{commit}.zip"
    return f"swa_lib @ git+{repository}@{commit}"


def git(*words, env=None, folder=ROOT):
    """What a git command prints, without the end of its line; OSError says in git's words why it fails."""
    env = os.environ | (env or {})
    done = subprocess.run(["git", *words], cwd=folder, env=env, capture_output=True, encoding="utf-8")
    if done.returncode:
        raise OSError(f"git {words[0]}: {done.stderr.strip()}")
    return done.stdout.strip()
