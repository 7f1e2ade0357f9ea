"""The list of runs: what each mode trains and measures. One run is one network."""

from model import REMEDIES

from swa_lib.chapters.trained import TEXTS

STANDARD = dict(depths=[2, 4, 6, 8], windows=[16, 32, 64], seeds=3, width=64)
STANDARD |= dict(steps=1000, tokens=2048, rate=3e-3)  # `tokens` are a step's
STANDARD |= dict(measured=256, texts=128, loss_bytes=20_480)  # texts, and bytes, that a measurement averages
STANDARD |= dict(deep=[6, 8], fresh_stds=[0.01, 0.02, 0.04], fresh_widths=[32, 128])
STANDARD |= dict(depth=6)  # of the parts with one shape; their window is the first
STANDARD |= dict(relay_depths=[2, 4, 6], pairs=[1, 4], relay_steps=1500)

QUICK = STANDARD | dict(depths=[2, 4], windows=[16], seeds=1, steps=100)
QUICK |= dict(measured=64, texts=32, loss_bytes=2048)
QUICK |= dict(deep=[4], fresh_stds=[0.02], fresh_widths=[])
QUICK |= dict(depth=4, relay_depths=[2], pairs=[1], relay_steps=200)

PARTS = ("language", "fresh", "remedies", "relay", "late", "texts")
GAMES = ("relay", "late")


def tasks(settings, parts=PARTS):
    """Every run of an experiment, first seeds first, so that what is there early covers everything."""
    found = []
    for seed in range(settings["seeds"]):
        lists = readers(settings) | players(settings, first=seed == 0)
        found += [
            {"kind": part, "seed": seed} | run for part in PARTS if part in parts for run in lists[part]
        ]
    return found


def readers(settings):
    """The networks that read bytes, part by part. Equal settings and seeds are equal networks."""
    plain = {"remedy": "none", "width": settings["width"], "steps": settings["steps"]}
    shapes = [plain | {"window": window} for window in settings["windows"]]
    one = shapes[0] | {"layers": settings["depth"]}
    fresh = [shapes[0] | {"steps": 0, "std": std} for std in settings["fresh_stds"]]
    fresh += [shapes[0] | {"steps": 0, "std": 0.02, "width": width} for width in settings["fresh_widths"]]
    return {
        "language": [shape | {"layers": n} for shape in shapes for n in settings["depths"]],
        "fresh": [control | {"layers": n} for n in settings["deep"] for control in fresh],
        "remedies": [one | {"remedy": remedy} for remedy in REMEDIES],
        "texts": [one | {"text": text} | ({"steps": 0} if text == "nothing" else {}) for text in TEXTS],
    }


def players(settings, first):
    """The networks that play, part by part. Controls, and games of several pairs, have the first seed only.

    Relay: asked for one window more than the reach; untrained, too; as controls with full attention, a game
    as long as that of the most layers. Late: asked for in the last window only, as far as the stack reaches.
    """
    window, depths = settings["windows"][0], settings["relay_depths"]
    common = {"width": settings["width"], "steps": settings["relay_steps"]}
    stacks = [common | {"layers": n, "window": window, "asked": (n + 1) * window} for n in depths]
    games = settings["pairs"][: None if first else 1]
    relay = [stack | {"pairs": pairs} for pairs in games for stack in stacks]
    relay += [stack | {"pairs": 1, "steps": 0} for stack in stacks]
    longest = stacks[-1]["asked"]
    for pairs in settings["pairs"] if first else []:
        full = {"pairs": pairs, "window": pairs + longest, "asked": longest}
        relay += [common | full | {"layers": n} for n in sorted({depths[0], depths[-1]})]
    late = [stack | {"pairs": 1, "asked": stack["layers"] * (window - 1)} for stack in stacks]
    return {"relay": relay, "late": late}


def name_of(task):
    """The name of a run in the data."""
    words = [task["kind"], f"L{task['layers']}", f"W{task['window']}"]
    if task["kind"] in GAMES:
        words += [f"{task['pairs']}pairs"] + ["untrained"] * (not task["steps"])
    elif task["kind"] == "fresh":
        words.append(f"width{task['width']}-std{task['std']:g}")
    else:
        words.append(task.get("text", task["remedy"]).replace(" ", "_"))
    return "-".join([*words, f"seed{task['seed']}"])
