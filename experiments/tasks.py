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
    kernel_windows=[16, 32, 64],
    texts=128,
    control_window=16,
    control_stds=[0.01, 0.02, 0.04],
    control_widths=[32, 64, 128],
    remedy_depth=6,
    remedy_window=16,
    demand_depth=4,
    demand_window=16,
    demand_lag=2,
    demand_percents=[0, 10, 50],
    demand_steps=2000,
    relay_depths=[2, 4, 6],
    relay_window=16,
    pairs=[1, 4, 16],
    relay_steps=1500,
    relay_seeds=3,
    long_depths=[2, 4],
    long_pairs=4,
    long_steps=6000,
    text_depth=6,
    text_window=16,
)
QUICK = STANDARD | dict(
    depths=[2, 4],
    windows=[16],
    seeds=1,
    steps=100,
    measured=64,
    kernel_depths=[4],
    kernel_windows=[16],
    texts=32,
    control_stds=[0.02],
    control_widths=[64],
    remedy_depth=4,
    demand_percents=[0, 50],
    demand_steps=100,
    relay_depths=[2],
    pairs=[1],
    relay_steps=200,
    relay_seeds=1,
    long_depths=[2],
    long_pairs=1,
    long_steps=300,
    text_depth=4,
    loss_bytes=2048,  # that a loss averages over; without it, as many as LEAST_BYTES of observe.py
)
FULL = STANDARD | dict(
    depths=[2, 4, 6, 8, 12],
    kernel_depths=[6, 8, 12],
    width=256,
    steps=10_000,
    tokens=16_384,
    rate=1e-3,
    measured=2048,
    demand_steps=20_000,
    relay_steps=20_000,
    long_steps=80_000,
)
MODES = {"quick": QUICK, "standard": STANDARD, "full": FULL}
PARTS = ("language", "kernels", "controls", "remedies", "demand", "twins", "relay", "late", "texts", "fresh")
GAMES = ("relay", "late")
# What the networks of the part "texts" are trained on: bytes of source's frequencies, Markov texts of an order,
# source, and source with questions at so many per cent of its places.
TEXTS = ["nothing", "independent", "order 1", "order 2", "order 4", "source"]
TEXTS += ["questions 1", "questions 5", "questions 20"]
TRAINING = ("kind", "layers", "window", "remedy", "width", "std", "seed", "steps", "tokens", "rate")
TRAINING += ("percent", "lag", "pairs", "asked", "long", "text")  # what decides the weights; the rest only measures


def tasks(settings, parts):
    """Every run of an experiment, first seeds first, so that what is there early covers everything."""
    found = []
    for seed in range(max(settings["seeds"], settings["relay_seeds"])):
        for part in PARTS:
            seeds = settings["relay_seeds"] if part in GAMES else settings["seeds"]
            if part in parts and seed < seeds:
                found += [{"kind": part, "seed": seed, **task} for task in LISTS[part](settings, seed)]
    return found


def _common(settings):
    return {"remedy": "none"} | {name: settings[name] for name in ("width", "steps", "tokens", "rate")}


def _bytes(settings):
    return {name: settings[name] for name in ("loss_bytes",) if name in settings}


def _language(settings, seed):
    common = _common(settings) | {"measured": settings["measured"]}
    return [dict(layers=n, window=w, **common) for n in settings["depths"] for w in settings["windows"]]


def _kernels(settings, seed):
    """The same trained models as in the part "language": equal settings give equal weights."""
    common = _common(settings) | {"texts": settings["texts"]}
    return [
        dict(layers=n, window=w, **common)
        for w in settings["kernel_windows"]
        for n in settings["kernel_depths"]
    ]


def _controls(settings, seed):
    """Other initial scales and widths, before training only."""
    common = _common(settings) | {
        "steps": 0,
        "texts": settings["texts"],
        "window": settings["control_window"],
    }
    scales = [dict(std=std) for std in settings["control_stds"]]
    widths = [dict(std=0.02, width=w) for w in settings["control_widths"] if w != settings["width"]]
    return [common | {"layers": n} | own for n in settings["kernel_depths"] for own in scales + widths]


def _remedies(settings, seed):
    common = _common(settings) | {"measured": settings["measured"]} | _bytes(settings)
    shape = {"layers": settings["remedy_depth"], "window": settings["remedy_window"]}
    return [common | shape | {"remedy": remedy} for remedy in REMEDIES]


def _demand(settings, seed):
    common = _common(settings) | {"steps": settings["demand_steps"], "texts": settings["texts"]}
    shape = {"layers": settings["demand_depth"], "window": settings["demand_window"]}
    own = common | shape | {"lag": settings["demand_lag"]} | _bytes(settings)
    return [own | {"percent": percent} for percent in settings["demand_percents"]]


def _twins(settings, seed):
    """The same texts as in the part "demand", for networks whose windows are as wide as a text."""
    return [{name: task[name] for name in task if name != "texts"} for task in _demand(settings, seed)]


def _relay(settings, seed):
    window, depths = settings["relay_window"], settings["relay_depths"]
    game = {"width": settings["width"], "steps": settings["relay_steps"], "long": False}
    found = []
    for pairs in settings["pairs"]:
        asked = [(depth + 1) * window for depth in depths]  # one window more than the reach
        found += [game | dict(layers=n, window=window, pairs=pairs, asked=a) for n, a in zip(depths, asked)]
        # Controls on the longest game, with full attention: the shallowest, and one of equal depth.
        found += [
            game | dict(layers=n, window=pairs + asked[-1], pairs=pairs, asked=asked[-1])
            for n in sorted({depths[0], depths[-1]})
        ]
    long = game | {"window": window, "pairs": settings["long_pairs"], "steps": settings["long_steps"]}
    longer = [long | {"layers": n, "asked": (n + 1) * window, "long": True} for n in settings["long_depths"]]
    # What an untrained network gives the asked pair.
    found += [task | {"steps": 0} for task in found if task["pairs"] == 1 and task["window"] == window]
    return found + longer * (seed == 0)


def _late(settings, seed):
    """One pair, and an answer is asked for in the last window only, as far back as the stack reaches."""
    window = settings["relay_window"]
    game = {"width": settings["width"], "steps": settings["relay_steps"], "long": False, "pairs": 1}
    return [game | dict(layers=n, window=window, asked=n * (window - 1)) for n in settings["relay_depths"]]


def _texts(settings, seed):
    common = _common(settings) | {"measured": settings["measured"]}
    shape = {"layers": settings["text_depth"], "window": settings["text_window"]}
    return [common | shape | {"text": text} | ({"steps": 0} if text == "nothing" else {}) for text in TEXTS]


def _fresh(settings, seed):
    """The networks of "language" and "controls" before training, for what their streams are."""
    plain = {"remedy": "none", "width": settings["width"], "std": 0.02, "steps": 0, "texts": settings["texts"]}
    shapes = [plain | dict(layers=n, window=w) for n in settings["depths"] for w in settings["windows"]]
    others = [task for task in _controls(settings, seed) if (task["width"], task["std"]) != (64, 0.02)]
    own = ("layers", "window", *plain)
    return shapes + [{name: task[name] for name in own} for task in others]


LISTS = {
    "language": _language,
    "kernels": _kernels,
    "controls": _controls,
    "remedies": _remedies,
    "demand": _demand,
    "twins": _twins,
    "relay": _relay,
    "late": _late,
    "texts": _texts,
    "fresh": _fresh,
}


def name_of(task):
    """The name of a run's file, and what is shown while it runs."""
    words = [task["kind"], f"L{task['layers']}", f"W{task['window']}"]
    if task["kind"] in GAMES:
        words += [f"{task['pairs']}pairs"] + ["long"] * task["long"] + ["untrained"] * (not task["steps"])
    elif task["kind"] in ("demand", "twins"):
        words.append(f"{task['percent']}percent")
    elif task["kind"] == "texts":
        words.append(task["text"].replace(" ", "_"))
    elif task["kind"] in ("controls", "fresh"):
        words.append(f"width{task['width']}-std{task['std']:g}")
    else:
        words.append(task["remedy"].replace(" ", "_"))
    return "-".join([*words, f"seed{task['seed']}"])


def training(task):
    """What decides a run's weights: runs that agree in this share them."""
    found = {name: task[name] for name in TRAINING if name in task}
    if task["kind"] in ("kernels", "remedies") and task["remedy"] == "none" or task["kind"] == "controls":
        found["kind"] = "language"
    return found


def shared(todo, number, count):
    """Part `number` of `count` of a list, for as many machines: every count-th task."""
    return todo[number - 1 :: count]
