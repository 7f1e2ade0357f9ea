"""Train and measure: `python run.py --quick` in minutes, without it the runs that the book shows, in hours.

Each run is one model, and one line of the data, written when it is finished. So an interrupted experiment
goes on where it stopped, and whoever takes a line out of the data has it measured anew.
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
from observe import OBSERVED
from tasks import PARTS, QUICK, STANDARD, name_of, tasks
from theory import rounded


def perform(task, settings):
    """Do one run: its name, its line of the data, and the seconds it took."""
    torch.set_num_threads(1)
    started, name = time.monotonic(), name_of(task)

    def tell(step, loss):
        if step % 100 == 0:
            print(f"  {name}: step {step} of {task['steps']}, loss {loss:.3f}", file=sys.stderr, flush=True)

    found = rounded(OBSERVED[task["kind"]](task, settings, tell), 5)
    return name, task | found, time.monotonic() - started


def read(path, settings):
    """The data that are there, `about` and `runs` by name; those of other settings are refused."""
    data = json.loads(path.read_text()) if path.exists() else {"about": {"settings": settings}, "runs": {}}
    if data["about"]["settings"] != settings:
        raise SystemExit(f"{path} was measured with other settings: choose another --data")
    return data


def write(path, about, runs):
    """The data, whole or not at all: one run a line, in the order of the list of runs."""
    settings = about["settings"]
    described = {
        "torch": torch.__version__,
        "python": platform.python_version(),
        "device": "CPU",
        "dates": sorted({*about.get("dates", []), datetime.date.today().isoformat()}),
        "text": "top-level modules of Python's standard library, every tenth held out",
        "settings": settings,
    }
    names = [name for name in map(name_of, tasks(settings)) if name in runs]
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(runs[name])}" for name in names)
    part = path.with_suffix(".part")
    part.write_text(f'{{"about": {json.dumps(described)},\n"runs": {{\n{lines}\n}}}}\n')
    part.replace(path)


def main(words=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small networks, short training")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS), help="what to run")
    parser.add_argument("--data", type=Path, help="the file of the data; runs/MODE.json if not given")
    given = parser.parse_args(words)
    settings, mode = (QUICK, "quick") if given.quick else (STANDARD, "standard")
    path = given.data or Path(__file__).parent / "runs" / f"{mode}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    data, wanted = read(path, settings), tasks(settings, given.parts)
    left = [task for task in wanted if name_of(task) not in data["runs"]]
    print(f"{len(wanted)} runs, {len(left)} of them to be done; the data are {path}", flush=True)
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        jobs = [pool.submit(perform, task, settings) for task in left]
        for count, job in enumerate(as_completed(jobs), start=1):
            name, data["runs"][name], seconds = job.result()
            write(path, **data)
            print(f"{count} of {len(left)}: {name}, {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
