"""The data that the book reads: the runs of an experiment in one file, and more runs put into that file."""

import datetime
import json
import platform

import torch
from tasks import PARTS, name_of, tasks

# Equal in all runs of a part: the settings say them once.
SAME = ("tokens", "rate", "measured", "texts", "loss_bytes")
# A run replaces another one that agrees in all of these.
IDENTITY = ("layers", "window", "seed", "remedy", "width", "std", "percent", "lag", "pairs", "long", "steps")


def about(mode, settings, device):
    """Where, when and with what an experiment was run, and how many runs of each kind are wanted."""
    wanted = [task["kind"] for task in tasks(settings, PARTS)]
    return dict(
        mode=mode,
        settings=settings,
        date=datetime.date.today().isoformat(),
        python=platform.python_version(),
        torch=torch.__version__,
        device="GPU" if device == "cuda" else "CPU",
        text="top-level modules of Python's standard library, every tenth held out",
        wanted={kind: wanted.count(kind) for kind in PARTS},
        merged=[],
    )


def entry(out, task):
    """The finished run of a task, as the book reads it."""
    stored = json.loads((out / f"{name_of(task)}.json").read_text())
    own = {key: value for key, value in stored["task"].items() if key not in ("kind", *SAME)}
    return own | stored["found"]


def collect(out, done, described):
    """All finished runs, in the order of the list."""
    book = {"about": described} | {kind: [] for kind in PARTS}
    for task in done:
        book[task["kind"]].append(entry(out, task))
    return book


def merge(book, out, done, described):
    """Put finished runs into data that are there: a new run is added, one with the same settings replaced.

    Parameters
    ----------
    book : dict, the data
    out : Path, the folder of the finished runs
    done : list of tasks, those that are finished
    described : dict, what `about` says of the new runs

    Returns
    -------
    dict, the new data; `about` tells of the runs that were there, and `about["merged"]` of what came later
    """
    old, new = book["about"]["settings"], described["settings"]
    differing = [name for name in SAME if old.get(name) != new.get(name)]
    if differing:
        raise ValueError(f"the data were measured with other settings ({', '.join(differing)})")
    merged = {kind: list(book.get(kind, [])) for kind in PARTS}  # older data know fewer parts
    names = []
    for task in done:
        runs, run = merged[task["kind"]], entry(out, task)
        mark = identity(run, new)
        there = [number for number, other in enumerate(runs) if identity(other, old) == mark]
        if there and runs[there[0]] == run:
            continue
        names.append(name_of(task))
        if there:
            runs[there[0]] = run
        else:
            runs.append(run)
    told = {key: described[key] for key in ("date", "python", "torch", "device")} | {"runs": names}
    later = [*book["about"].get("merged", []), told] if names else book["about"].get("merged", [])
    settings = {"settings": new, "wanted": described["wanted"], "merged": later}
    return {"about": book["about"] | settings} | merged


def identity(run, settings):
    """What tells a run from all others of its kind; early data do not say the width of each."""
    known = {"remedy": "none", "width": settings["width"]} | run
    return tuple(known.get(name) for name in IDENTITY)


def write(book, path):
    """One run a line, so that a change of one run is a change of few lines."""
    part = path.with_suffix(".json.part")
    part.write_text(json.dumps(book).replace("}, {", "},\n{") + "\n")
    part.replace(path)
