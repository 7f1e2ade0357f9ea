"""Where the output of a cell will be seen: in somebody's hands, on a page, or where nothing can move."""

import os

from IPython import get_ipython

from .refusing import refuse


def place():
    """One of "page", "live" and "still": what SWA_EXPLORERS says, or what one can tell.

    The site's build sets this environment variable to "page" (`pages.py`). Without it, a notebook is
    live where somebody sits at it. A program that runs one (`nbconvert --execute`, `make refresh`, the
    tests) would not pass on a question to a reader: what moves stands still there.
    """
    if chosen := os.environ.get("SWA_EXPLORERS"):
        if chosen not in ("page", "live", "still"):
            refuse("the environment variable SWA_EXPLORERS", chosen, "page, live or still")
        return chosen
    kernel = getattr(get_ipython(), "kernel", None)
    message = kernel.get_parent() if hasattr(kernel, "get_parent") else {}
    return "live" if message.get("content", {}).get("allow_stdin", True) else "still"
