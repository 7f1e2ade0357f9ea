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

KEPT_BESIDE = ("tokens", "rate", "measured", "texts", "loss_bytes")  # in the settings, once for all runs
NOT_KEPT = ("curve", "last_loss")  # that early runs have told, and no page shows


def perform(task, out, device, threads):
    """Do one run and write its result, whole or not at all."""
    torch.set_num_threads(threads)
    started, name = time.monotonic(), name_of(task)

    def tell(step, loss):
        print(f"  {name}: step {step} of {task['steps']}, loss {loss:.3f}", file=sys.stderr, flush=True)

    found = OBSERVED[task["kind"]](task, out, device, tell)
    write(out / f"{name}.json", json.dumps({"task": task, "found": found}))
    return name, time.monotonic() - started


def write(path, text):
    part = path.with_name(path.name + ".part")
    part.write_text(text)
    part.replace(path)


def finished(out, task):
    """The result of this very run, or None. The same name with other settings is refused, not overwritten."""
    path = out / f"{name_of(task)}.json"
    if not path.exists():
        return None
    stored = json.loads(path.read_text())
    if stored["task"] != task:
        keys = sorted(key for key in task.keys() | stored["task"] if task.get(key) != stored["task"].get(key))
        raise SystemExit(f"{path} was made with other settings ({', '.join(keys)}): choose another --out")
    return stored["found"]


def whole(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number >= 1, got {text}")
    return int(text)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add = parser.add_argument
    add("--quick", action="store_true", help="small networks, short training")
    add("--parts", nargs="+", choices=PARTS, default=list(PARTS), help="what to run")
    add("--out", type=Path, help="folder of the results; runs/MODE beside this file if not given")
    add("--workers", type=whole, default=os.cpu_count(), help="models trained at once, on a CPU")
    add("--threads", type=whole, help="of each worker; all cores together if not given")
    add("--into", type=Path, metavar="DATA", help="run nothing; put what is finished into this file")
    return parser.parse_args()


def run(left, out, device, workers, threads):
    """Do what is left, several at once, and say how far it is."""
    workers = 1 if device == "cuda" else min(workers, max(1, len(left)))
    threads = threads or max(1, os.cpu_count() // workers)
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        jobs = [pool.submit(perform, task, out, device, threads) for task in left]
        for count, job in enumerate(as_completed(jobs), start=1):
            name, seconds = job.result()
            print(f"{count} of {len(left)}: {name}, {seconds:.0f} s", flush=True)


def merged(data, results, settings):
    """The book's data with these runs in them: an old one of the same name is replaced.

    Parameters
    ----------
    data : dict with `about` and `runs`, or an empty one
    results : list of (task, what was found)
    settings : dict, those of the mode; data of other settings are refused

    Returns
    -------
    dict; `about` says when, with what, and how many runs of each part are wanted
    """
    about, runs = data.get("about", {}), dict(data.get("runs", {}))
    if about and about["settings"] != settings:
        raise SystemExit("the data were measured with other settings")
    for task, found in results:
        told = {name: task[name] for name in task if name not in KEPT_BESIDE} | found
        runs[name_of(task)] = {name: told[name] for name in told if name not in NOT_KEPT}
    wanted = [task["kind"] for task in tasks(settings)]
    described = dict(
        torch=torch.__version__,
        python=platform.python_version(),
        device="GPU" if torch.cuda.is_available() else "CPU",
        dates=sorted({*about.get("dates", []), datetime.date.today().isoformat()}),
        text="top-level modules of Python's standard library, every tenth held out",
        settings=settings,
        note_every=APART,  # bytes, in source with questions
        wanted={kind: wanted.count(kind) for kind in PARTS},
    )
    return {"about": described, "runs": runs}


def as_text(data):
    """One run a line, so that a change of one run is a change of one line."""
    runs = ",\n".join(f"{json.dumps(name)}: {json.dumps(found)}" for name, found in data["runs"].items())
    return f'{{"about": {json.dumps(data["about"])},\n"runs": {{\n{runs}\n}}}}\n'


def main():
    given = arguments()
    out = given.out or Path(__file__).parent / "runs" / ("quick" if given.quick else "standard")
    out.mkdir(parents=True, exist_ok=True)
    settings = QUICK if given.quick else STANDARD
    todo = tasks(settings, given.parts)
    left = [task for task in todo if finished(out, task) is None]
    print(f"{len(todo)} runs, {len(todo) - len(left)} of them done before; results in {out}", flush=True)
    if given.into:
        results = [(task, finished(out, task)) for task in todo if task not in left]
        data = json.loads(given.into.read_text()) if given.into.exists() else {}
        return write(given.into, as_text(merged(data, results, settings)))
    run(left, out, "cuda" if torch.cuda.is_available() else "cpu", given.workers, given.threads)


if __name__ == "__main__":
    main()
