"""Train and measure: `python run.py --quick` in minutes, without it the runs that the book shows, in hours.

Each run is one model. Its result is written when it is finished, so an interrupted experiment goes on where
it stopped. `--into measured.json` puts finished runs into the book's data; `shown.py` writes what it shows.
"""

import argparse
import datetime
import json
import multiprocessing
import os
import platform
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import torch
from data import APART
from observe import OBSERVED
from tasks import PARTS, QUICK, STANDARD, name_of, tasks
from theory import rounded


def perform(task, settings, out):
    """Do one run and write its result, whole or not at all."""
    torch.set_num_threads(1)
    started, name = time.monotonic(), name_of(task)

    def tell(step, loss):
        if step % 100 == 0:
            print(f"  {name}: step {step} of {task['steps']}, loss {loss:.3f}", file=sys.stderr, flush=True)

    found = rounded(OBSERVED[task["kind"]](task, settings, tell), 5)
    part = out / f"{name}.part"
    part.write_text(json.dumps({"task": task, "settings": settings, "found": found}))
    part.replace(out / f"{name}.json")
    return name, time.monotonic() - started


def finished(task, settings, out):
    """The result of this very run, or None. One of other settings is refused, not overwritten."""
    path = out / f"{name_of(task)}.json"
    if not path.exists():
        return None
    stored = json.loads(path.read_text())
    if (stored["task"], stored.get("settings")) != (task, settings):
        raise SystemExit(f"{path} was made with other settings: choose another --out")
    return stored["found"]


def merged(data, results, settings):
    """The book's data with these runs in them: an old one of the same name is replaced.

    data : dict with `about`, when and with what they were measured, and `runs`; or an empty one
    results : list of (task, what was found)
    settings : dict, those of the mode; data of other settings are refused
    """
    about = data.get("about", {})
    if about and about["settings"] != settings:
        raise SystemExit("the data were measured with other settings")
    described = {
        "torch": torch.__version__,
        "python": platform.python_version(),
        "device": "CPU",
        "dates": sorted({*about.get("dates", []), datetime.date.today().isoformat()}),
        "text": "top-level modules of Python's standard library, every tenth held out",
        "settings": settings,
        "note_every": APART,  # bytes, in source with questions
    }
    return {
        "about": described,
        "runs": data.get("runs", {}) | {name_of(t): t | found for t, found in results},
    }


def as_text(about, runs):
    """Data as text: one run a line, so that a change of one run is a change of one line."""
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(found)}" for name, found in runs.items())
    return f'{{"about": {json.dumps(about)},\n"runs": {{\n{lines}\n}}}}\n'


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small networks, short training")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS), help="what to run")
    parser.add_argument(
        "--out", type=Path, help="folder of the results; runs/MODE beside this file if not given"
    )
    parser.add_argument("--into", type=Path, metavar="DATA", help="only put what is finished into this file")
    given = parser.parse_args()
    settings, mode = (QUICK, "quick") if given.quick else (STANDARD, "standard")
    out = given.out or Path(__file__).parent / "runs" / mode
    out.mkdir(parents=True, exist_ok=True)
    results = [(task, finished(task, settings, out)) for task in tasks(settings, given.parts)]
    left = [task for task, found in results if found is None]
    print(f"{len(results)} runs, {len(left)} of them to be done; results in {out}", flush=True)
    if given.into:
        data = json.loads(given.into.read_text()) if given.into.exists() else {}
        data = merged(data, [pair for pair in results if pair[0] not in left], settings)
        given.into.write_text(as_text(**data))
        return
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        jobs = [pool.submit(perform, task, settings, out) for task in left]
        for count, job in enumerate(as_completed(jobs), start=1):
            name, seconds = job.result()
            print(f"{count} of {len(left)}: {name}, {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
