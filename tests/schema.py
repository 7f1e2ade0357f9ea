"""What the experiment's data (trained.json) must look like; the experiment's own tests ask the same."""

import numpy as np

RUN = {"layers": int, "window": int, "seed": int, "steps": int, "curve": list}
LANGUAGE = RUN | {
    "remedy": str,
    "length": int,
    "parameters": int,
    "at_start": dict,
    "at_end": dict,
    "useful": dict,
}
RELAY = RUN | {"pairs": int, "long": bool, "asked": int, "accuracy_by_hops": list, "chance": float}
KERNELS = {name: value for name, value in RUN.items() if name != "curve"} | {
    "remedy": str,
    "width": int,
    "at_start": dict,
    "at_end": dict,
    "last_loss": float,
}
CONTROLS = {name: KERNELS[name] for name in ("layers", "window", "seed", "width", "at_start")} | {
    "std": float
}
DEMAND = {name: KERNELS[name] for name in ("layers", "window", "seed", "steps", "last_loss")} | {
    "percent": int,
    "lag": int,
    "ordinary": dict,
    "span": dict,
    "useful": dict,
    "on_ordinary": dict,
    "on_span": list,
}
TWINS = {name: value for name, value in DEMAND.items() if name not in ("useful", "on_ordinary", "on_span")}
ABOUT = {"mode": str, "settings": dict, "date": str, "python": str, "torch": str, "device": str, "text": str}
ABOUT |= {"wanted": dict, "merged": list}
LATER = ("losses", "share_by_hops", "width", "remedy", "std", "steps")  # what not every run has
RULES = ("amplitudes", "squares", "layer choices", "norms")


def faults(data):
    """Everything that is wrong with the data, in words; an empty list if it is as it should be."""
    if set(data) != {"about", *KINDS}:
        return [f"the parts are {sorted(data)}"]
    found = fields("about", data["about"], ABOUT)
    for kind, (wanted, check) in KINDS.items():
        for number, run in enumerate(data[kind]):
            here = f"{kind}[{number}]"
            found += fields(here, run, wanted, LATER) or check(here, run)
    return found


def fields(here, value, wanted, also=()):
    missing = [f"{here} has no {name}" for name in wanted if name not in value]
    extra = [f"{here} has {name}, which is not known" for name in value if name not in (*wanted, *also)]
    kinds = [
        f"{here}.{name} is {value[name]!r}, not {kind.__name__}"
        for name, kind in wanted.items()
        if name in value and type(value[name]) is not kind
    ]
    return missing + extra + kinds


def language_faults(here, run):
    found, far = [], run["layers"] * (run["window"] - 1)
    for when in ("at_start", "at_end"):
        profile, shares = run[when]["profile"], run[when]["residual_shares"]
        if len(profile) != (far + 1 if run["remedy"] == "none" else run["length"]):
            found.append(f"{here}.{when}: a profile of {len(profile)} entries")
        if abs(sum(profile) - 1) > 1e-3 or min(profile) < 0:
            found.append(f"{here}.{when}: the shares sum to {sum(profile):.4f}")
        if len(shares) != run["layers"] or not all(0 < share < 1 for share in shares):
            found.append(f"{here}.{when}: residual shares {shares}")
    useful = run["useful"]
    if not len(useful["contexts"]) == len(useful["loss"]) == len(useful["excess_error"]) > 2 or useful[
        "contexts"
    ] != sorted(set(useful["contexts"])):
        found.append(f"{here}.useful: contexts {useful['contexts']}")
    return found + curve_faults(here, run)


def relay_faults(here, run):
    accuracy = run["accuracy_by_hops"]
    ok = 1 <= len(accuracy) <= run["layers"] + 1 and all(0 <= share <= 1 for share in accuracy)
    return curve_faults(here, run) + ([] if ok else [f"{here}: accuracy {accuracy}"])


def curve_faults(here, run):
    steps = [step for step, _ in run["curve"]]
    ok = steps and steps == sorted(set(steps)) and steps[-1] <= run["steps"]
    return [] if ok else [f"{here}: a training curve at steps {steps}"]


def evidence_faults(here, run):
    """Kernels and what they compose to, in each state of a model."""
    found, layers, window = [], run["layers"], run["window"]
    for when in ("at_start", "at_end", "on_ordinary"):
        state = run.get(when)
        if state is None:
            continue
        profile, kernels = state["profile"], state["kernels"]
        if len(profile) != layers * (window - 1) + 1 or abs(sum(profile) - 1) > 1e-3 or min(profile) < 0:
            found.append(f"{here}.{when}: a profile of {len(profile)} entries that sum to {sum(profile):.4f}")
        shapes = {name: np.shape(values) for name, values in kernels.items()}
        if any(shape not in ((layers,), (layers, window)) for shape in shapes.values()):
            found.append(f"{here}.{when}: kernels of shapes {shapes}")
        if set(state["verdict"]) != set(RULES) or any(
            np.shape(v) != (4, 2) for v in state["verdict"].values()
        ):
            found.append(f"{here}.{when}: a verdict on {sorted(state['verdict'])}")
    return found


KINDS = {
    "language": (LANGUAGE, language_faults),
    "kernels": (KERNELS, evidence_faults),
    "controls": (CONTROLS, evidence_faults),
    "remedies": (LANGUAGE, language_faults),
    "demand": (DEMAND, evidence_faults),
    "twins": (TWINS, lambda here, run: []),
    "relay": (RELAY, relay_faults),
    "late": (RELAY, relay_faults),
}
