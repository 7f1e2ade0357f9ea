"""Train, measure, and write the data that the book shows: `python run.py --quick`, or `--full` on a GPU.

Each run is one model. Its result is written when it is finished, so an
interrupted experiment goes on where it stopped.
"""

import argparse
import json
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import torch
from data import relay_game
from gather import about, collect, merge, write
from observe import OBSERVED
from tasks import MODES, PARTS, QUICK, name_of, shared, tasks
from trained import fresh, length_of


def perform(task, out, device, threads):
    """Do one run and write its result, whole or not at all."""
    torch.set_num_threads(threads)
    started, name = time.monotonic(), name_of(task)

    def tell(step, loss):
        print(f"  {name}: step {step} of {task['steps']}, loss {loss:.3f}", file=sys.stderr, flush=True)

    found = OBSERVED[task["kind"]](task, out, device, tell)
    path = out / f"{name}.json"
    part = path.with_suffix(".json.part")
    part.write_text(json.dumps({"task": task, "found": found}))
    part.replace(path)
    return name, time.monotonic() - started


def finished(out, task):
    """Is the result of this very run there? The same name with other settings is refused, not overwritten."""
    path = out / f"{name_of(task)}.json"
    if not path.exists():
        return False
    stored = json.loads(path.read_text())["task"]
    if stored != task:
        differing = sorted(key for key in task.keys() | stored.keys() if task.get(key) != stored.get(key))
        raise SystemExit(
            f"{path} was made with other settings ({', '.join(differing)}): "
            "choose another --out, or remove it"
        )
    return True


def whole(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number >= 1, got {text}")
    return int(text)


def percent(text):
    if not text.isdecimal() or int(text) > 100:
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 to 100, got {text}")
    return int(text)


def share(text):
    number, _, count = text.partition("/")
    if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
        raise argparse.ArgumentTypeError(f"must be I/N with 1 <= I <= N, such as 3/8, got {text}")
    return int(number), int(count)


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n")[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument(
        "--quick",
        dest="mode",
        action="store_const",
        const="quick",
        default="standard",
        help="minutes on a CPU",
    )
    mode.add_argument(
        "--full", dest="mode", action="store_const", const="full", help="wider, longer: on a GPU"
    )
    add = parser.add_argument
    add("--parts", nargs="+", choices=PARTS, default=list(PARTS), help="what to run")
    for name, value in QUICK.items():  # whatever a mode sets can be set
        many = isinstance(value, list)
        first = value[0] if many else value
        kind = percent if name.endswith("percents") else float if isinstance(first, float) else whole
        nargs = "+" if many else None
        option = f"--{name.replace('_', '-')}"
        add(option, type=kind, nargs=nargs, default=argparse.SUPPRESS, help="instead of the mode's")
    add("--out", type=Path, help="folder of the results; runs/MODE beside this file if not given")
    add("--workers", type=whole, default=os.cpu_count(), help="models trained at once, on a CPU")
    add("--threads", type=whole, help="of each worker; all cores together if not given")
    add("--share", type=share, default=(1, 1), metavar="I/N", help="every N-th run from the I-th")
    add("--so-far", action="store_true", help="run nothing; write the data of the runs that are finished")
    add("--merge", type=Path, metavar="FOLDER", help="run nothing; put FOLDER's finished runs into --data")
    add("--data", type=Path, help="file to write the data to; OUT/trained.json if not given")
    return parser.parse_args()


def refuse_impossible(todo):
    """What is wrong is said before anything is trained."""
    for task in todo:
        try:
            fresh(task)
            relay_game(1, task.get("pairs", 1), 1, torch.Generator())
            if task.get("lag", 0) * task["window"] * 2 > length_of(task):
                raise ValueError(f"demand_lag is too long for texts of {length_of(task)} bytes")
        except ValueError as error:
            raise SystemExit(f"{name_of(task)}: {error}") from None


def run(left, out, device, workers, threads):
    """Do what is left, several at once, and say how far it is."""
    workers = 1 if device == "cuda" else min(workers, max(1, len(left)))
    threads = threads or max(1, os.cpu_count() // workers)
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        jobs = [pool.submit(perform, task, out, device, threads) for task in left]
        for count, job in enumerate(as_completed(jobs), start=1):
            name, seconds = job.result()
            print(f"{count} of {len(left)}: {name}, {seconds:.0f} s", flush=True)


def put_into(data, folder, todo, described):
    """Merge what is finished in a folder into data that are there, and say what came."""
    if not folder.is_dir():
        raise SystemExit(f"{folder} is no folder")
    if not (data and data.is_file()):
        raise SystemExit("--merge needs --data, the file to put the runs into")
    done = [task for task in todo if finished(folder, task)]
    book = json.loads(data.read_text())
    try:
        merged = merge(book, folder, done, described)
    except ValueError as error:
        raise SystemExit(f"{data}: {error}") from None
    write(merged, data)
    came = [name for later in merged["about"]["merged"] for name in later["runs"]]
    before = [name for later in book["about"].get("merged", []) for name in later["runs"]]
    print(f"{data}: {len(came) - len(before)} of {len(done)} finished runs are new or changed")


def main():
    given = vars(arguments())
    mode, parts, workers = given.pop("mode"), given.pop("parts"), given.pop("workers")
    out, data, so_far, part = (given.pop(name) for name in ("out", "data", "so_far", "share"))
    threads, merging = given.pop("threads"), given.pop("merge")
    out = merging or out or Path(__file__).parent / "runs" / mode
    settings = MODES[mode] | given
    device = "cuda" if torch.cuda.is_available() else "cpu"
    todo = tasks(settings, parts)
    refuse_impossible(todo)
    if merging:
        return put_into(data, out, todo, about(mode, settings, device))
    out.mkdir(parents=True, exist_ok=True)
    mine = [] if so_far else shared(todo, *part)
    left = [task for task in mine if not finished(out, task)]
    print(f"{len(mine)} runs, {len(mine) - len(left)} of them done before; results in {out}", flush=True)
    run(left, out, device, workers, threads)
    done = [task for task in todo if finished(out, task)]
    if len(done) < len(todo) and not so_far:
        print(f"{len(todo) - len(done)} runs are not finished; no data written")
        return
    data = data or out / "trained.json"
    write(collect(out, done, about(mode, settings, device)), data)
    print(f"wrote {data}: {len(done)} of {len(todo)} runs")


if __name__ == "__main__":
    main()
