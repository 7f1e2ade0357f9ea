"""Where a figure or a table finds itself: in somebody's hands, on a page, in an export, or in git.

The environment variable SWA_EXPLORERS says which: "live", "page" (`pages.py`
sets it for the site), or "text" for what git stores (`make refresh`). When it is
not set, a notebook is live where somebody sits at it; where nobody does (`nbconvert
--execute`), nobody could move a slider, and what moves is "still".
"""

import os

from IPython import get_ipython

from .refusing import refuse


def life():
    """One of "live", "page", "still" and "text"."""
    chosen = os.environ.get("SWA_EXPLORERS", "live" if _somebody_is_there() else "still")
    if chosen not in ("live", "page", "still", "text"):
        refuse("the environment variable SWA_EXPLORERS", chosen, "live, page, still or text")
    return chosen


def _somebody_is_there():
    """Whether the cell that is running was sent by a program that would pass on a question to a reader."""
    kernel = getattr(get_ipython(), "kernel", None)
    message = kernel.get_parent() if hasattr(kernel, "get_parent") else {}
    return message.get("content", {}).get("allow_stdin", True)
