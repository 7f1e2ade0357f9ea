"""What the calculator says, in words, on a page and in a notebook alike.

`words` goes from a question and the numbers of its answer (`calculator.answers`, or on the page
`calculatorAnswer` of page/calculator.js) to what stands at each place. The page runs this very code:
PScript writes it as JavaScript (`SHARED`), so it is plain Python: no generators, conditions in lists are true
or false, and no name is one of models/configs.py.
"""

import math

from ..book.marks import share_in_words

GIB = 2**30
INFINITE = math.inf


def count(number):
    return f"{round(number):,}"


def decimal(number, digits):
    return f"{number:,.{digits}f}"


# What follows runs on the page as well, with a count, decimal and share_in_words of the page.


def size_words(size):
    """Bytes as a reader sees them, always in GiB; halves are rounded up."""
    digits = 2 if size >= GIB / 10 else 4
    steps = int(size / GIB * 10**digits + 0.5)
    if not steps:
        return "<0.0001 GiB" if size else "0 GiB"
    return decimal(steps / 10**digits, digits) + " GiB"


def words(asked, found):
    """By the name of its place in the calculator, what is said there; "" where nothing is."""
    layers, text, named = asked["layers"], asked["text"], asked["name"]
    only = len(_of(layers, "windowed")) == len(layers)
    one = found["window"] if len(_widths(layers, "windowed")) == 1 else None  # its only window
    kinds = ("windowed", "chunked", "global", "state")
    parts = [_part(layers, kind) for kind in kinds if len(_of(layers, kind)) > 0]
    shape = f"{named or 'Your stack'}: {', '.join(parts)}"
    if only and one and not named:
        shape = f"{len(layers)} layer{'s' if len(layers) > 1 else ''}, windows of {count(one)} tokens"
    bytes_ = f"{asked['bytes']:.6g} byte{'s' if asked['bytes'] > 1 else ''} a number"
    settings = f"α = {asked['alpha']:.6g}, tolerance {asked['tolerance']:.6g}, {bytes_}"
    said = {"for": f"{shape}, text of {count(text)} tokens, {settings}"}
    said.update(_verdict(asked, found, only))
    said.update(_seen(asked, found, only, one))
    said.update(_kept(asked, found))
    return said


def _of(layers, kind):
    return [layer for layer in layers if layer["kind"] == kind]


def _widths(layers, kind):
    """The windows or chunks of the layers of one kind, each size once."""
    sizes = []
    for layer in _of(layers, kind):
        if layer["window"] and layer["window"] not in sizes:
            sizes.append(layer["window"])
    return sorted(sizes, key=lambda size: size)


def _part(layers, kind):
    sizes = " and ".join([count(size) for size in _widths(layers, kind)])
    return f"{len(_of(layers, kind))} {kind}{f' ({sizes})' if sizes else ''}"


def _verdict(asked, found, only):
    """The two large numbers. Beside global layers the horizon is nearly the text: there it is a share."""
    whole = ", the whole text" if found["reach"] == asked["text"] - 1 else ""
    said = {"could": count(found["reach"]), "could_words": f"tokens back it could see{whole}"}
    if found["exact"] is None:
        said.update({"does": "?", "does_words": "of what it does see is unknown"})
        return said
    does = share_in_words(found["far"])
    about = f"of what it does see comes from beyond {count(asked['distance'])} tokens"
    if only:
        does = count(found["exact"])
        about = f"tokens back hold all but {100 * asked['tolerance']:.6g}% of what it does see"
    room = ": room to look there, not recall" if _of(asked["layers"], "global") else ""
    assumed = f"if α = {asked['alpha']:.6g} and attention is spread evenly"
    said.update({"does": does, "does_words": f"{about}, {assumed}{room}"})
    return said


def _seen(asked, found, only, one):
    layers, text, window, reach = asked["layers"], asked["text"], found["window"], found["reach"]
    sizes = [layer["window"] for layer in layers if layer["window"]]
    cut = [size for size in sizes if size < text]
    cuts = f"{len(cut)} of {len(layers)} layers cut a text of {count(text)} tokens."
    if sizes and not cut:
        cuts = f"No window cuts a text of {count(text)} tokens: the narrowest is {count(min(sizes))}."
    edge = ", the whole text" if reach == text - 1 else ""
    if len(_of(layers, "chunked")) == len(layers):
        edge = ": no layer crosses the edge of a chunk"
    longer = sum(sizes) - len(sizes) if only else 0
    more = f"; in a longer one {count(longer)}" if longer > reach else ""
    alone, near = found["alone"], ""
    if alone:
        near = f"{count(alone['exact'])} tokens{_in_windows(alone['exact'], one)}"
        near = f"reach {count(alone['reach'])}, exact horizon {near}"
    far = "" if found["exact"] is None else share_in_words(found["far"])
    again = "the whole text: a state holds no past to start from" if window else ""
    if window and found["reread"] is not None:
        whole = " (the whole text)" if found["reread"] >= text else ""
        kept = "" if only else ", if what its other layers kept is not overwritten"
        again = f"{count(min(found['reread'], text))} tokens{whole}{kept}"
    ends = asked["context"] or text
    note = f"this model's positions end at {count(ends)} tokens; the text is longer"
    return {
        "cut": cuts if sizes else "",
        "reach": f"{count(reach)} tokens{edge}{more}",
        "exact": _exact(found, one if only else None),
        "rule": _rule(found, only and one),
        "alone": near,
        "far": f"{far} from beyond {count(asked['distance'])} tokens" if far else "",
        "reread": again,
        "note": note if ends < text else "",
    }


def _exact(found, window):
    if found["mixed"]:
        return "unknown: its layers mix attention and a state, and no config says in which shares"
    if found["exact"] is None:
        example = "say how many tokens a state remembers, such as 1,000"
        return f"{example}: no config tells, so it must be assumed"
    return f"{count(found['exact'])} tokens{_in_windows(found['exact'], window)}"


def _rule(found, alone):
    window, rule = found["window"], found["rule"]
    if not window:
        return "none: it is a rule about windows"
    if rule == INFINITE:
        return "none: at α = 0 the rule sees no loss"
    which = "" if alone else ", for its windowed layers"
    past = "; that is beyond the reach" if rule > found["reach"] else ""
    return f"{count(rule)} tokens ({decimal(rule / window, 1)} W{which}){past}"


def _in_windows(tokens, window):
    return f" ({decimal(tokens / window, 1)} W)" if window else ""


def _kept(asked, found):
    bill, fits, used = found["bill"], found["fits"], found["used"]
    many = f" for {count(asked['sequences'])} sequences" if asked["sequences"] > 1 else ""
    expands = [layer for layer in asked["layers"] if layer["latent"]]
    said = {
        "least": size_words(bill["least"]) + many,
        "prefill": f"{size_words(bill['prefill'])}, {count(asked['prefill'])} tokens at once",
        "whole": size_words(bill["whole"]),
        "expanded": size_words(bill["expanded"]) if expands else "",
        "states": f"{size_words(bill['states'])}, at 4 bytes a number" if bill["states"] else "",
        "fits": "", "used": "", "batch": "",
    }  # fmt: skip
    if fits is not None:
        longest = "any: no layer keeps the whole text" if fits == INFINITE else f"{count(fits)} tokens"
        said["fits"] = longest + many
        said["batch"] = f"{count(found['batch'])} of {count(asked['text'])} tokens"
    if used:
        all_but = f"all but {100 * asked['tolerance']:.6g}% of the output"
        said["used"] = f"in {count(used[0])} tokens {all_but} comes from the last {count(used[1])}"
    return said


# Functions that the page runs, too.
SHARED = (size_words, words, _of, _widths, _part, _verdict, _seen, _exact, _rule, _in_windows, _kept)
