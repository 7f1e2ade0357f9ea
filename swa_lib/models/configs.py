"""What a released config.json says about attention, read by a table of families.

`families.json` holds the table: for each family (transformers' `model_type`) the defaults of its fields,
and the rules by which it lays out its layers. A layer is a letter: S windowed, G global, C chunked, M state,
H global with a state beside it, "-" no attention. A number may be worked out from fields, as in
"qk_nope_head_dim + qk_rope_head_dim"; "/" rounds down. The calculator's page reads by this very code:
PScript writes it as JavaScript, so it is plain Python, without generators.

Which field says what (a rule that stands outside of the families holds for all of them):

    inside, refused    {family: the one of its part that models text}, {family: why it is not read}
    aliases    {field: other names}, such as "attn_config.kv_n_heads" for one inside another
    computed   {field: how to work it out, where the file does not give it}
    forced     [field, how to work it out, if this field is on, unless that one (or null) is]
    unread     [field, values that no model of text has, what is allowed], in each part of a file
    unknown    fields that are refused, for nobody knows what they do; `latent` names one that is known
    read       fields that the reader looks for by itself; with those of the rules all that it needs

How its layers follow each other, in the order in which it is tried:

    lists      [field, {value: letter}, goes on from its beginning?], a list or a word of letters, spelled
               as in `letters` where null stands; `depth_from_list`: nothing else tells the depth
    indices    [field, letter, other, first]: the layers of a kind, counted from `first`
    layout     words of letters, each repeated to the end or "for" so many layers, and the next behind
               "|"; "S*field-1" is a letter so many times. `by` names the field that a reader would
               look for; it may hold a word instead (such as "LLLG"). `from_end` counts from the end
    least, last    there is one of them at least; the last layer, come what may

What a layer sees and keeps:

    windows, chunks    [field, how to work the size out], the first that is on
    attention, compressed    what is kept of a token; compressed where the field named by `latent` is on
    state              numbers that a state keeps
    unlike     of one kind of layer: [field, if this one is on, the one that is read instead]
    per_layer  of each layer: {field: the list that is read instead}
    shared, reuse      layers that keep nothing: so many at the end, all but the first of each few
    sublayers          attentions a layer
"""

import json
import os
from importlib import resources
from pathlib import Path

from ..arguments import MAX_LAYERS, refuse, whole

TABLE = json.loads(resources.files(__package__).joinpath("families.json").read_text("utf-8"))


def loaded(config):
    """A config as a dict: it is one, or JSON text, or the path of a file."""
    written = isinstance(config, str) and config.lstrip("\ufeff \t\r\n").startswith("{")
    if isinstance(config, (str, os.PathLike)) and not written:
        try:
            data = Path(config).read_bytes()
            config = data.decode(json.detect_encoding(data))
        except (OSError, ValueError):
            here = "the path of a config.json here (nothing is fetched)"
            refuse("config", config, f"a dict, JSON text, or {here}")
    if isinstance(config, str):
        try:
            config = json.loads(config.removeprefix("\ufeff"))
        except (ValueError, RecursionError) as error:
            single = "'" in config and '"' not in config
            quotes = "; JSON wants double quotes, not single ones" if single else ""
            refuse("config", config, f"JSON that can be read ({error}{quotes})")
    if not isinstance(config, dict):
        refuse("config", config, "a dict, JSON text, or the path of a config.json", TypeError)
    return config


def count(number, digits=0):
    return f"{number:,.{digits}f}" if digits else f"{round(number):,}"


def refuse_family(family, reason):
    way = "Describe its layers by hand, with Model and Layer"
    raise ValueError(f"config of the family {family[:60]!r} is not read: {reason}. {way}")


# What follows runs on the page as well, with a refuse, whole, ... of the page.


def read(config):
    """What a config says, as the fields of `swa_lib.models.Model`, its layers as those of `Layer`."""
    config, family, stored = _text_part(config)
    if family in TABLE["refused"] or family not in TABLE["families"]:
        absent = "it is not in the table (if it is built like llama, or another family that is, "
        absent += "write that model_type)"
        refuse_family(family, TABLE["refused"][family] if family in TABLE["refused"] else absent)
    rules = TABLE["families"][family]
    fields = _fields(config, rules)
    _refuse_unknown(family, fields, rules)
    windows = [] if _switched_off(fields) else rules.get("windows", TABLE["windows"])
    sizes = {"S": _sizes(fields, windows), "C": _sizes(fields, TABLE["chunks"])}
    letters, by = _letters(fields, rules)
    letters = letters * rules.get("sublayers", 1)
    layers = [_layer(fields, rules, sizes, letter, i) for i, letter in enumerate(letters) if letter != "-"]
    whole("number of layers", len(layers), 1)
    for layer in _readers(layers, fields, rules):
        layer["cached"] = False
    context, number_bytes = _positions(fields), _number_bytes(stored)
    notes = _notes(config, fields, rules, layers, by, context, number_bytes)
    return {
        "family": family, "context": context, "layers": layers, "notes": notes,
        "number_bytes": number_bytes or 2,
    }  # fmt: skip


def _text_part(config):
    """The part that describes the text model, its family, and how the file stores numbers."""
    family, stored = None, {}
    while True:
        family = config.get("model_type") or family
        if not isinstance(family, str):
            refuse("config's model_type", family, "the name of its family")
        if isinstance(config.get("quantization_config"), dict):
            stored = config["quantization_config"]
        if family in TABLE["refused"]:
            return config, family, stored
        if family in TABLE["inside"]:
            family = TABLE["inside"][family]
        for field, values, allowed in TABLE["unread"]:
            value = config.get(field)
            if value in values and not _is_number(value):
                refuse(field, value, allowed)
        inner = [key for key in TABLE["parts"] if isinstance(config.get(key), dict)]
        if not inner:
            return config, family, stored
        config = config[inner[0]]


# The fields


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _off(value):
    return value is None or value is False or (_is_number(value) and value in (0, -1))


def _switched_off(fields):
    return "use_sliding_window" in fields and _off(fields["use_sliding_window"])


def _merged(*parts):
    """The fields of several objects; of the same field the last one's."""
    merged = {}
    for part in parts:
        merged.update(part)
    return merged


def _fields(config, rules):
    """The config's fields under their common names, and the family's defaults where it has none."""
    fields = _merged(rules["defaults"], config)
    for name, others in _merged(TABLE["aliases"], rules.get("aliases", {})).items():
        given = [found for found in [_at(config, other) for other in others] if found is not None]
        if given and config.get(name) is None:
            fields[name] = given[0]
    for name, words in list(rules.get("computed", {}).items()) + list(TABLE["computed"].items()):
        missing = [part for part in _names(words) if fields.get(part) is None]
        if fields.get(name) is None and not missing:
            fields[name] = _value(fields, words)
    for name, words, only_if, unless in TABLE["forced"] + rules.get("forced", []):
        if fields.get(only_if) and not fields.get(unless):
            fields[name] = _value(fields, words)
    return fields


def _at(config, path):
    """A field, also one inside another: "attn_config.kv_n_heads"."""
    for name in path.split("."):
        config = config.get(name) if isinstance(config, dict) else None
    return config


def _names(words):
    """The fields in a number that is worked out."""
    for sign in "+-*/":
        words = words.replace(sign, " ")
    return [name for name in words.split() if not name.isdecimal()]


def _value(fields, words):
    """A sum of products of fields and whole numbers, as the table writes it; "/" rounds down."""
    total = 0
    for term in words.replace(" ", "").replace("-", "+-").split("+"):
        result = 1
        for factor in term.replace("-", "").replace("/", "*/").split("*"):
            over, name = factor.startswith("/"), factor.replace("/", "")
            number = int(name) if name.isdecimal() else whole(name, fields.get(name), 1 if over else 0)
            result = result // number if over else result * number
        total += -result if term.startswith("-") else result
    return total


def _refuse_unknown(family, fields, rules):
    for field in TABLE["unknown"]:  # what it does to a layer is not known
        if fields.get(field) and field != rules.get("latent"):
            refuse(field, fields[field], f"absent: what it does in the family '{family}' is not known here")
    windowed = "sliding_window" in rules["defaults"] or "windows" in rules or "S" in rules.get("layout", "")
    if not windowed and "layer_types" not in fields and not _off(fields.get("sliding_window")):
        refuse("sliding_window", fields["sliding_window"], f"off: the family '{family}' does not read it")


def _sizes(fields, rows):
    """What a windowed or chunked layer sees, None where that is off: a list that is repeated."""
    for field, words in rows:
        given = fields.get(field)
        listed = given if isinstance(given, list) and given else [given]
        sizes = [None if _off(one) else _value({field: one}, words) for one in listed]
        if len(sizes) > 1 or sizes[0] is not None:
            return sizes
    return [None]


def _positions(fields):
    """The longest text, None where nothing says so; what YaRN has stretched already stays."""
    if fields.get("max_position_embeddings") is None:
        return None
    own = whole("max_position_embeddings", fields["max_position_embeddings"], 1)
    longest = own
    scalings = [fields.get(name) for name in ("rope_scaling", "rope_parameters")]
    scalings = [scaling for scaling in scalings if isinstance(scaling, dict)]
    parts = [part for scaling in scalings for part in scaling.values() if isinstance(part, dict)]
    for scaling in scalings + parts:  # the parts: one for each kind of layer
        factor = scaling.get("factor")
        yarn = "yarn" in (scaling.get("rope_type"), scaling.get("type"))
        if yarn and _is_number(factor) and 1 < factor < 2**30:
            before = scaling.get("original_max_position_embeddings") or own
            longest = max(longest, int(whole("original_max_position_embeddings", before, 1) * factor))
    return longest


def _number_bytes(stored):
    """Bytes of a number in the cache, where the file asks for a format of its own."""
    scheme, named = stored.get("kv_cache_scheme"), stored.get("kv_cache_quant_algo")
    bits = 8 if isinstance(named, str) and named in ("FP8", "INT8") else None
    if isinstance(scheme, dict):
        bits = scheme.get("num_bits")
    return bits / 8 if _is_number(bits) and bits in (4, 8, 16) else None


# The order of the layers


def _letters(fields, rules):
    """One letter a layer, in the model's order, and the field that says so."""
    letters, by, repeated = _listed(fields, rules)
    deep = rules.get("depth_from_list") and letters
    depth = len(letters) if deep else whole("num_hidden_layers", fields.get("num_hidden_layers"), 1)
    if depth > MAX_LAYERS:
        refuse("num_hidden_layers", depth, f"at most {count(MAX_LAYERS)}")
    if not letters:
        letters, by = _laid_out(fields, rules, depth), rules.get("by", "the family's pattern")
    if repeated:
        letters = _repeated(letters, depth, False)
    if len(letters) < depth:
        refuse(by, fields[by], f"as long as the model is deep ({depth} layers)")
    letters = letters[:depth]  # longer lists name extra layers that predict further tokens
    if rules.get("least", "") not in letters:
        letters = letters[:-1] + rules["least"]
    if "last" in rules:
        letters = letters[:-1] + rules["last"]
    return letters, by


def _listed(fields, rules):
    """The letters of a list that the config itself gives, the field it stands in, and if it is repeated."""
    for field, meaning, repeated in TABLE["lists"] + rules.get("lists", []):
        if fields.get(field):
            return _spelled(field, _items(fields, field, 0), meaning or TABLE["letters"]), field, repeated
    return "", None, False


def _laid_out(fields, rules, depth):
    """The letters that the family gives its layers where the config has no list of them."""
    if "indices" in rules and fields.get(rules["indices"][0]) is not None:
        field, letter, other, first = rules["indices"]
        chosen = _items(fields, field, 0)
        return "".join([letter if i + first in chosen else other for i in range(depth)])
    if "layout" not in rules:
        refuse("layer_types", None, "given: the family has no pattern of its own")
    counted = _merged(rules["defaults"])
    for name, value in fields.items():
        counted[name] = counted.get(name) if value is None else value
    letters, own = "", fields.get(rules.get("by"))
    for part in rules["layout"].split(" | "):
        word, _, length = part.partition(" for ")
        left = depth - len(letters)
        more = min(max(_value(counted, length), 0), left) if length else left
        if own and isinstance(own, str):  # the config has a word of its own
            word = _spelled(rules["by"], own, {"L": "S", "G": "G"})
        unit = "".join([_run(counted, run, depth) for run in word.split(" ")])
        letters += _repeated(unit, more, rules.get("from_end"))
    return letters


def _run(fields, run, depth):
    """Letters so many times: "M*attn_layer_period-attn_layer_offset-1"."""
    letters, _, words = run.partition("*")
    times = _value(fields, words) if words else 1
    if times < 0:
        refuse(words, times, "a whole number >= 0")
    return letters * min(times, depth)


def _repeated(word, depth, from_end):
    letters = word * (depth // len(word) + 1)
    return letters[len(letters) - depth :] if from_end else letters[:depth]


def _items(fields, field, least):
    """A list with an entry a layer; an entry that is [kinds, how often] counts so often."""
    items = fields[field]
    if not (isinstance(items, list) or isinstance(items, str)) or len(items) < least:
        refuse(field, items, "a list with an entry a layer")
    spread = []
    for item in list(items):
        pair = isinstance(item, list) and len(item) == 2 and isinstance(item[0], list)
        if pair and _is_number(item[1]) and item[1] % 1 == 0 and 0 < item[1] * len(item[0]) <= MAX_LAYERS:
            spread += item[0] * int(item[1])
        else:
            spread.append(item)
    return spread


def _spelled(field, items, meaning):
    """A list of kinds in letters."""
    strange = [item for item in items if str(item) not in meaning]
    if strange:
        refuse(field, strange[0], f"made of {', '.join(list(meaning))}")
    return "".join([meaning[str(item)] for item in items])


# The layers


def _layer(fields, rules, sizes, letter, i):
    """One layer as the fields of `swa_lib.models.Layer`."""
    own = _own(fields, rules, letter, i)
    window = sizes[letter][i % len(sizes[letter])] if letter in sizes else None
    if "sliding_window" in own and letter in "SG":
        letter, given = "S", own["sliding_window"]
        window = whole("sliding_window", given, 1) if given else None
    if letter in sizes and window is None:
        letter = "G"
    layer = {"kind": TABLE["kinds"][letter], "window": window}
    if letter in "MH":
        layer["state_numbers"] = _value(fields, rules.get("state", "0"))
    if letter == "M":
        return layer
    fields = _merged(fields, own)
    kept = _merged(TABLE["attention"], rules.get("attention", {}))
    if fields.get(rules.get("latent")):
        kept = TABLE["compressed"]
    for name, words in kept.items():
        layer[name] = _value(fields, words)
        if layer[name] < 1:
            refuse(words, layer[name], "a whole number >= 1")
    return layer


def _own(fields, rules, letter, i):
    """What this layer says for itself: its kind's fields, its place in a list, its own entry."""
    own = {}
    for name, only_if, field in rules.get("unlike", {}).get(letter, []):
        if fields.get(only_if) and fields.get(field) is not None:
            own[name] = fields[field]
    for name, field in rules.get("per_layer", {}).items():
        if fields.get(field):
            own[name] = _items(fields, field, i + 1)[i]
    entries = fields.get("per_layer_config") or {}
    if not isinstance(entries, dict):
        refuse("per_layer_config", entries, "an object, by layer")
    for place, entry in entries.items():
        if str(place).isdecimal() and int(place) == i and isinstance(entry, dict):
            own = _merged(own, entry)
    return own


def _readers(layers, fields, rules):
    """The last so many layers, or all but the first of each few, read an earlier layer's keys and values."""
    if fields.get(rules.get("shared")):
        shared = whole(rules["shared"], fields[rules["shared"]], 0)
        if shared > len(layers):
            refuse(rules["shared"], shared, f"at most the {len(layers)} layers")
        return layers[len(layers) - shared :]
    only_if, every = rules.get("reuse", (None, None))
    if not fields.get(only_if):
        return []
    return [layer for i, layer in enumerate(layers) if i % whole(every, fields.get(every), 1)]


# What is said about a file


def _notes(config, fields, rules, layers, by, context, number_bytes):
    """What the file declares and what of it is in effect; what was stretched, compressed, filled in."""
    notes = []
    windows = [field for field, _ in rules.get("windows", TABLE["windows"])]
    used = [field for field in windows if not _off(fields.get(field))] + [None]
    for field, kind in ((used[0], "windowed"), ("attention_chunk_size", "chunked")):
        value = config.get(field)
        if _off(value) or not _is_number(value) or value % 1:
            continue
        many = len([layer for layer in layers if layer["kind"] == kind])
        effect = f"in effect in no layer: {by} names none"
        if many:
            effect = f"in effect in {many} of {len(layers)} layers"
        elif _switched_off(fields):
            effect = "switched off by use_sliding_window"
        notes.append(f"{field} {count(value)} is {effect}.")
    own = fields.get("max_position_embeddings")
    if context != own:
        notes.append(f"YaRN stretches its {count(int(own))} positions to {count(context)}.")
    if number_bytes:
        notes.append(f"The file asks for keys and values of {8 * number_bytes:.0f} bits.")
    for layer in [layer for layer in layers if "latent" in layer][:1]:
        whole_numbers = count(layer["kv_heads"] * (layer["key_width"] + layer["value_width"]))
        kept = f"Keys and values are kept compressed, {count(layer['latent'])} numbers a token and layer"
        notes.append(f"{kept}; an engine that expands them keeps {whole_numbers}.")
    if fields.get("dual_chunk_attention_config"):
        notes.append("dual_chunk_attention_config renumbers positions; every token is still seen and kept.")
    filled = []
    for name in TABLE["shape"] + windows:
        known = [key for key in [name] + TABLE["aliases"].get(name, []) if key in config]
        if name in rules["defaults"] and not known:
            filled.append(f"{name} {rules['defaults'][name]}")
    if filled:  # numbers that matter here
        notes.append(f"Not in this file, filled in as its family has it: {', '.join(filled)}.")
    return notes
