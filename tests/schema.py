"""What swa_lib/trained.json must look like, whoever wrote it: the experiment's own tests ask the same."""

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
ABOUT = {"mode": str, "settings": dict, "date": str, "python": str, "torch": str, "device": str, "text": str}


def faults(data):
    """Everything that is wrong with the data, in words; an empty list if it is as it should be."""
    if set(data) != {"about", "language", "remedies", "relay"}:
        return [f"the parts are {sorted(data)}"]
    found = fields("about", data["about"], ABOUT)
    for kind, wanted in {"language": LANGUAGE, "remedies": LANGUAGE, "relay": RELAY}.items():
        for number, run in enumerate(data[kind]):
            here = f"{kind}[{number}]"
            wrong = fields(here, run, wanted)
            found += wrong or (relay_faults(here, run) if kind == "relay" else language_faults(here, run))
    return found


def fields(here, value, wanted):
    missing = [f"{here} has no {name}" for name in wanted if name not in value]
    extra = [f"{here} has {name}, which is not known" for name in value if name not in wanted]
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
