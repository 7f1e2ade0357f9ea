"""Where the book is: the one setting, and the package as a wheel."""

import functools
import os
import re
import subprocess
from pathlib import Path

import yaml
from flit_core.wheel import make_wheel_in

import swa_lib

ROOT = Path(__file__).parents[1]


def setting(name):
    """What _config.yml says to Sphinx, "" where it leaves it open."""
    return yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["sphinx"]["config"].get(
        name, ""
    )


@functools.cache
def repository():
    """The address of the book's repository, such as https://github.com/OWNER/BOOK, or "" if nobody says it.

    `book_repository` in _config.yml; left empty, what this folder was cloned from. So a fork names itself.
    """
    return setting("book_repository") or address(origin())


def origin():
    """What this folder was cloned from; "" for an unpacked archive, or where there is no git."""
    try:
        asked = ["git", "remote", "get-url", "origin"]
        return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


def address(remote):
    """The address of a git remote as a browser takes it; "" for a folder on a disk.

    >>> address("git@github.com:owner/book.git"), address("../book")
    ('https://github.com/owner/book', '')
    """
    found = re.fullmatch(r"(?:(?:https|ssh)://|git@)(?:[^@/]*@)?([^:/]+)[:/](.+?)(?:\.git)?/?", remote)
    return f"https://{found[1]}/{found[2]}" if found else ""


def on_github():
    """OWNER/BOOK of a repository on GitHub, "" of any other."""
    host, _, name = repository().partition("github.com/")
    return name if host == "https://" else ""


@functools.cache
def site():
    """The address of the built book, such as https://OWNER.github.io/BOOK/, or "" if it has none.

    `html_baseurl` in _config.yml; left empty, where GitHub publishes the pages of the repository.
    """
    owner, _, book = on_github().partition("/")
    return setting("html_baseurl") or (f"https://{owner}.github.io/{book}/" if owner else "")


def wheel_name():
    """The file that pip installs the book's package from."""
    return f"swa_lib-{swa_lib.__version__}-py3-none-any.whl"


def wheel(folder):
    """Build the book's package as a wheel, into a folder: of the same sources, the same file."""
    os.environ.setdefault("SOURCE_DATE_EPOCH", "315532800")
    make_wheel_in(ROOT / "pyproject.toml", folder)
    (folder / wheel_name()).chmod(0o644)  # it is there for everybody
