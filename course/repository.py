"""Where the book's source is: the one setting, what pip takes for it, and git."""

import functools
import os
import re
import subprocess
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


@functools.cache
def repository():
    """The address of the book's repository, such as https://github.com/OWNER/BOOK, or "" if nobody says it.

    `book_repository` in _config.yml; left empty, the repository whose GitHub Actions run this, or the one
    that this folder was cloned from. So a fork names itself.
    """
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    server, name = os.environ.get("GITHUB_SERVER_URL", ""), os.environ.get("GITHUB_REPOSITORY", "")
    built = f"{server}/{name}" if server and name else ""
    return config["sphinx"]["config"].get("book_repository") or built or address(_origin())


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


def requirement(repository, commit="HEAD"):
    """What pip takes for the book's package, from its repository; GitHub's needs no git on the machine.

    >>> requirement("https://github.com/owner/book")
    'swa_lib @ https://github.com/owner/book/archive/HEAD.zip'
    """
    if repository.startswith("https://github.com/"):
        return f"swa_lib @ {repository}/archive/{commit}.zip"
    return f"swa_lib @ git+{repository}@{commit}"


def git(*words, text=None, env=None, folder=ROOT):
    """What a git command prints, without the end of its line; OSError says in git's words why it fails."""
    done = subprocess.run(
        ["git", *words], cwd=folder, input=text, env={**os.environ, **(env or {})}, capture_output=True,
        encoding="utf-8",
    )  # fmt: skip
    if done.returncode:
        raise OSError(f"git {words[0]}: {done.stderr.strip()}")
    return done.stdout.strip()
