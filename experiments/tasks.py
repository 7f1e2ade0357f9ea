"""The list of runs: what each mode trains and measures. One run is one file, with its settings in it."""

from model import REMEDIES

# `tokens` is a training step's; `measured` and `texts` are numbers of texts that a measurement averages over.
STANDARD = dict(
    depths=[2, 4, 6, 8],
    windows=[16, 32, 64],
    seeds=3,
    width=64,
    steps=1000,
    tokens=2048,
    rate=3e-3,
    measured=256,
    kernel_depths=[6, 8],
    texts=128,
    fresh_stds=[0.01, 0.02, 0.04],
    fresh_widths=[32, 128],
    depth=6,  # of the parts with one shape; their window is the first
    loss_bytes=20_480,  # that a loss averages over
    relay_depths=[2, 4, 6],
    pairs=[1, 4],
    relay_steps=1500,
    long_depths=[2, 4],
    long_pairs=4,
    long_steps=6000,
)
QUICK = STANDARD | dict(
    depths=[2, 4],
    windows=[16],
    seeds=1,
    steps=100,
    measured=64,
    kernel_depths=[4],
    texts=32,
    fresh_stds=[0.02],
    fresh_widths=[],
    depth=4,
    loss_bytes=2048,
    relay_depths=[2],
    pairs=[1],
    relay_steps=200,
    long_depths=[2],
    long_pairs=1,
    long_steps=300,
)
PARTS = ("language", "kernels", "fresh", "remedies", "texts", "relay", "late")
GAMES = ("relay", "late")
# What the part "texts" trains on: bytes of source's frequencies, Markov texts of an order, source, and source
# with questions at so many per cent of its places.
TEXTS = ["nothing", "independent", "order 1", "order 2", "order 4", "source"]
TEXTS += ["questions 1", "questions 5", "questions 20"]
TRAINING = ("kind", "layers", "window", "remedy", "width", "std", "seed", "steps", "tokens", "rate")
TRAINING += ("pairs", "asked", "long", "text")  # what decides the weights; the rest only measures


def tasks(settings, parts=PARTS):
    """Every run of an experiment, first seeds first, so that what is there early covers everything."""
    found = []
    for seed in range(settings["seeds"]):
        for part in PARTS:
            if part in parts:
                found += [{"kind": part, "seed": seed, **task} for task in LISTS[part](settings, seed)]
    return found


def _common(settings, *more):
    return {"remedy": "none"} | {name: settings[name] for name in ("width", "steps", "tokens", "rate", *more)}


def _shapes(settings, depths="depths"):
    return [dict(layers=n, window=w) for w in settings["windows"] for n in settings[depths]]


def _one(settings):
    return dict(layers=settings["depth"], window=settings["windows"][0])


def _language(settings, seed):
    return [_common(settings, "measured") | shape for shape in _shapes(settings)]


def _kernels(settings, seed):
    """The same trained models as in the part "language": equal settings give equal weights."""
    return [_common(settings, "texts") | shape for shape in _shapes(settings, "kernel_depths")]


def _fresh(settings, seed):
    """Other initial scales and widths, before training only."""
    common = {"remedy": "none", "steps": 0, "window": settings["windows"][0], "texts": settings["texts"]}
    own = [dict(width=settings["width"], std=std) for std in settings["fresh_stds"]]
    own += [dict(width=width, std=0.02) for width in settings["fresh_widths"]]
    return [common | one | {"layers": n} for n in settings["kernel_depths"] for one in own]


def _remedies(settings, seed):
    common = _common(settings, "measured", "loss_bytes") | _one(settings)
    return [common | {"remedy": remedy} for remedy in REMEDIES]


def _texts(settings, seed):
    common = _common(settings, "measured") | _one(settings)
    return [common | {"text": text} | ({"steps": 0} if text == "nothing" else {}) for text in TEXTS]


def _game(settings, layers, **more):
    window = settings["windows"][0]
    common = {"width": settings["width"], "steps": settings["relay_steps"], "long": False}
    return common | {"layers": layers, "window": window, "asked": (layers + 1) * window} | more


def _relay(settings, seed):
    """Asked for one window more than the reach; with full attention, too, and four times as long."""
    depths, found = settings["relay_depths"], []
    for pairs in settings["pairs"]:
        found += [_game(settings, n, pairs=pairs) for n in depths]
        longest = _game(settings, depths[-1])["asked"]
        wide = dict(window=pairs + longest, pairs=pairs, asked=longest)
        found += [_game(settings, n, **wide) for n in sorted({depths[0], depths[-1]})]
    found += [_game(settings, n, pairs=1, steps=0) for n in depths]
    more = dict(pairs=settings["long_pairs"], steps=settings["long_steps"], long=True)
    return found + [_game(settings, n, **more) for n in settings["long_depths"]] * (seed == 0)


def _late(settings, seed):
    """One pair, and an answer is asked for in the last window only, as far back as the stack reaches."""
    back = settings["windows"][0] - 1
    return [_game(settings, n, pairs=1, asked=n * back) for n in settings["relay_depths"]]


LISTS = {
    "language": _language,
    "kernels": _kernels,
    "fresh": _fresh,
    "remedies": _remedies,
    "texts": _texts,
    "relay": _relay,
    "late": _late,
}


def name_of(task):
    """The name of a run's file, and of its entry in the data."""
    words = [task["kind"], f"L{task['layers']}", f"W{task['window']}"]
    if task["kind"] in GAMES:
        words += [f"{task['pairs']}pairs"] + ["long"] * task["long"] + ["untrained"] * (not task["steps"])
    elif task["kind"] == "texts":
        words.append(task["text"].replace(" ", "_"))
    elif task["kind"] == "fresh":
        words.append(f"width{task['width']}-std{task['std']:g}")
    else:
        words.append(task["remedy"].replace(" ", "_"))
    return "-".join([*words, f"seed{task['seed']}"])


def training(task):
    """What decides a run's weights: runs that agree in this share them."""
    found = {name: task[name] for name in TRAINING if name in task}
    plain = task.get("remedy") == "none" and task.get("text", "source") == "source"
    if plain and task["kind"] in ("kernels", "remedies", "texts"):
        found = {name: value for name, value in found.items() if name != "text"} | {"kind": "language"}
    return found
