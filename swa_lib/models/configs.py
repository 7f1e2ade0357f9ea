"""What a released config.json says about attention, read by a table of families.

`families.json` holds the table: for each family (transformers' `model_type`) the
defaults of its fields and the rules by which it lays out its layers. A layer is a
letter: S windowed, G global, C chunked, M state, H global with a state beside it,
"-" no attention at all. The rules, in the order in which they are tried:

    layer_types, layers_block_type   the config's own list of layers
    lists      [field, {value: letter}]: another list, or a word of letters
    groups     [field, {...}]: lists with how often each is repeated
    indices    [field, letter, other]: the layers that are of a kind
    cycle      [field, {...}]: a list that is repeated
    period     [field, field]: a global layer every so many, beginning with one of them
    slide_from a field: windows from that layer up
    pattern    a word that is repeated, by `pattern_by` (a field that is a number or a
               word), `odd` (the odd layer is the "first"), `from_end`, `prefix`, `start`,
               `end`, `slide_below`

and beside them: `last` (forced, even on a given list), `windows` ([field, plus,
divided by], when it is not sliding_window), `unlike` (fields of one kind of layer, or
[only if, field]), `per_layer`, `shared`, `state` (a sum of products), `computed`
(products that stand in for missing fields), `multi_head` (as many key-value heads as
query heads), `within` (a field that stands inside another), `rename` and
`depth_from_list`.
"""

import json
import os
from importlib import resources

from .. import arguments

TABLE = json.loads(resources.files(__package__).joinpath("families.json").read_text("utf-8"))

LETTERS = {
    "sliding_attention": "S",
    "full_attention": "G",
    "attention": "G",
    "chunked_attention": "C",
    "linear_attention": "M",
    "mamba": "M",
    "recurrent": "M",
    "conv": "M",
    "hybrid": "H",
    "moe": "-",
    "mlp": "-",
}
KINDS = {"S": "windowed", "G": "global", "C": "chunked", "M": "state", "H": "global"}
OFF = (None, False, 0, -1)
# Fields that change what a layer sees or keeps, in ways the table does not know.
UNKNOWN = (
    "compress_ratios",
    "index_topk",
    "kv_lora_rank",
    "sparse_attention_config",
    "dual_chunk_attention_config",
)


def read(config):
    """Family, context and layers (as fields of `Layer`) of a config: dict, JSON text or path."""
    config, family = _text_part(_loaded(config))
    if family in TABLE["refused"] or family not in TABLE["families"]:
        reason = TABLE["refused"].get(family, "it is not in the table of families")
        raise ValueError(
            f"config of the family {family[:60]!r} is not read: {reason}. "
            "Describe its layers by hand, with Model and Layer"
        )
    rules = TABLE["families"][family]
    fields = _fields(config, rules)
    _refuse_unknown(family, fields, rules)
    window, chunk = _window(fields, rules), _size(fields, "attention_chunk_size")
    letters = _letters(fields, rules)
    layers = [
        _layer(fields, rules, letter, i, window, chunk) for i, letter in enumerate(letters) if letter != "-"
    ]
    _share(layers, fields, rules)
    context = fields.get("max_position_embeddings")
    return family, None if context is None else _whole(fields, "max_position_embeddings"), layers


def _loaded(config):
    if isinstance(config, os.PathLike) or (isinstance(config, str) and not config.lstrip().startswith("{")):
        try:
            with open(config, encoding="utf-8") as file:
                config = file.read()
        except (OSError, ValueError):
            arguments.refuse(
                "config", config, "a dict, JSON text, or the path of a config.json that can be read"
            )
    if isinstance(config, str):
        config = _parsed(config)
    if not isinstance(config, dict):
        arguments.refuse("config", config, "a dict, JSON text, or the path of a config.json", TypeError)
    return config


def _parsed(text):
    """JSON text as an object; where it breaks, the place is said."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        quotes = "; JSON wants double quotes, not single ones" if "'" in text and '"' not in text else ""
        place = f"line {error.lineno}, column {error.colno}"
    except (ValueError, RecursionError):
        quotes, place = "", "a place too deep or too long"
    arguments.refuse("config", text, f"JSON that can be read (it breaks at {place}{quotes})")


def _text_part(config):
    """The part that describes the text model, and its family."""
    family = None
    while True:
        found = config.get("model_type")
        if found is not None and not isinstance(found, str):
            arguments.refuse("model_type", found, "a name", TypeError)
        if found is None and family is None:
            arguments.refuse("config", config, "one that names its model_type")
        family = found or family
        if family in TABLE["refused"]:
            return config, family
        family = TABLE["inside"].get(family, family)
        if config.get("is_encoder_decoder"):
            arguments.refuse("is_encoder_decoder", True, "false: an encoder reads text from both sides")
        inner = [
            key
            for key in ("text_config", "language_config", "llm_config")
            if isinstance(config.get(key), dict)
        ]
        if not inner:
            return config, family
        config = config[inner[0]]


def _fields(config, rules):
    """The config's fields under their common names, and the family's defaults where it has none."""
    renamed = {common: config[own] for common, own in rules.get("rename", {}).items() if own in config}
    fields = {**rules["defaults"], **config, **renamed}
    if fields.get("num_key_value_heads") is None or rules.get("multi_head"):
        fields["num_key_value_heads"] = fields.get("num_attention_heads")
    if fields.get("head_dim") is None and rules["defaults"].get("num_attention_heads"):
        fields["head_dim"] = _whole(fields, "hidden_size") // _whole(fields, "num_attention_heads")
    for name, (outer, inner) in rules.get("within", {}).items():
        if fields.get(name) is None and isinstance(fields.get(outer), dict):
            fields[name] = fields[outer].get(inner)
    for name, product in rules.get("computed", {}).items():
        if fields.get(name) is None:
            fields[name] = _product(fields, product)
    return fields


def _refuse_unknown(family, fields, rules):
    for field in UNKNOWN:
        if fields.get(field):
            arguments.refuse(
                field, fields[field], f"absent: what it does in the family {family!r} is not known here"
            )
    if fields.get("use_bidirectional_attention") in (True, "all"):
        arguments.refuse(
            "use_bidirectional_attention", fields["use_bidirectional_attention"], "off: both sides are read"
        )
    if fields.get("is_causal") is False:
        arguments.refuse("is_causal", False, "true: both sides are read")
    reads = {"sliding_window", *(field for field, _, _ in rules.get("windows", []))} & rules[
        "defaults"
    ].keys()
    windowed = reads or "windows" in rules or "S" in rules.get("pattern", "") or "layer_types" in fields
    if not windowed and _size(fields, "sliding_window"):
        arguments.refuse(
            "sliding_window", fields["sliding_window"], f"off: the family {family!r} does not read it"
        )


def _window(fields, rules):
    """Tokens a windowed layer sees, itself included; None where windows are off."""
    if fields.get("use_sliding_window", True) in OFF:
        return None
    for field, plus, divided_by in rules.get("windows", [["sliding_window", 0, 1]]):
        size = _size(fields, field)
        if size is not None:
            return size // divided_by + plus
    return None


def _size(fields, name):
    """A window's or a chunk's size; None where it is off."""
    return None if fields.get(name) in OFF else _whole(fields, name)


def _letters(fields, rules):
    """One letter a layer, in the model's order."""
    letters, field = _listed(fields, rules)
    depth = len(letters) if rules.get("depth_from_list") and letters else _whole(fields, "num_hidden_layers")
    if depth > arguments.MAX_LAYERS:
        arguments.refuse("num_hidden_layers", depth, f"at most {arguments.MAX_LAYERS:,}")
    letters = letters or _by_rule(fields, rules, depth)
    if letters is None:
        arguments.refuse("layer_types", None, "given: the family has no pattern of its own")
    if len(letters) < depth:
        arguments.refuse(field, fields[field], f"as long as the model is deep ({depth} layers)")
    letters = letters[:depth]  # longer lists name extra layers that predict further tokens
    return letters[:-1] + rules["last"] if "last" in rules else letters


def _listed(fields, rules):
    """The letters of a list that the config itself gives, and the field it stands in."""
    lists = [["layer_types", LETTERS], ["layers_block_type", LETTERS], *rules.get("lists", [])]
    for field, meaning in lists:
        if fields.get(field):
            return "".join(_letter(field, item, meaning) for item in _items(fields, field)), field
    if "groups" in rules and fields.get(rules["groups"][0]):
        field, meaning = rules["groups"]
        try:
            return "".join(
                _letter(field, item, meaning) for kinds, count in fields[field] for item in kinds * count
            ), field
        except (TypeError, ValueError):
            arguments.refuse(field, fields[field], "a list of [kinds, how often]")
    return "", None


def _by_rule(fields, rules, depth):
    """The letters that the family gives its layers where the config has no list of them."""
    if "indices" in rules and fields.get(rules["indices"][0]) is not None:
        field, letter, other = rules["indices"]
        chosen = _items(fields, field)
        return "".join(letter if i in chosen else other for i in range(depth))
    if "cycle" in rules and fields.get(rules["cycle"][0]):
        field, meaning = rules["cycle"]
        return _repeated("".join(_letter(field, item, meaning) for item in _items(fields, field)), depth)
    if "period" in rules:
        period, first = _whole(fields, rules["period"][0]), _whole(fields, rules["period"][1], 0)
        return "".join("G" if i % period == first else "M" for i in range(depth))
    if "slide_from" in rules:
        low = min(_whole(fields, rules["slide_from"], 0), depth)
        return "G" * low + "S" * (depth - low)
    if "pattern" not in rules:
        return None
    return _by_pattern(fields, rules, depth)


def _by_pattern(fields, rules, depth):
    word = _word(fields, rules, rules.get("pattern_by"))
    if rules.get("from_end"):
        return _repeated(word[::-1], depth)[::-1]
    letters = _repeated(word, depth)
    if "prefix" in rules and fields.get(rules["prefix"][0]):
        first = min(_whole(fields, rules["prefix"][0], 0), depth)
        letters = _repeated(_word(fields, rules, rules["prefix"][1]), first) + letters[: depth - first]
    if "slide_below" in rules:
        below = min(_whole(fields, rules["slide_below"], 0), depth)
        letters = letters[:below] + "G" * (depth - below)
    letters = (rules.get("start", "") + letters[len(rules.get("start", "")) :])[:depth]
    return letters[:-1] + rules["end"] if "end" in rules else letters


def _word(fields, rules, field):
    """The family's pattern, as the config's own number or word (such as "LLLG") changes it."""
    word, given = rules["pattern"], fields.get(field)
    if given is None:
        return word
    if isinstance(given, str):
        return "".join(_letter(field, item, {"L": "S", "G": "G"}) for item in given) or word
    every = _whole(fields, field)
    if rules.get("odd") == "first":
        return word[0] + word[-1] * (every - 1)
    return word[0] * (every - 1) + word[-1]


def _repeated(word, depth):
    return (word * (depth // len(word) + 1))[:depth]


def _layer(fields, rules, letter, i, window, chunk):
    """One layer as the fields of `swa_lib.models.Layer`."""
    own = _own(fields, rules, letter, i)
    if "sliding_window" in own and letter in "SG":
        letter, window = ("S", _whole(own, "sliding_window")) if own["sliding_window"] else ("G", None)
    letter = "G" if (letter == "S" and window is None) or (letter == "C" and chunk is None) else letter
    layer = {"kind": KINDS[letter], "window": {"S": window, "C": chunk}.get(letter)}
    if letter in "MH":
        layer["state_numbers"] = sum(_product(fields, product) for product in rules.get("state", []))
    if letter != "M":
        fields = fields | own
        key = _whole(fields, "head_dim")
        layer["kv_heads"] = _whole(fields, "num_key_value_heads")
        layer["key_width"] = key
        layer["value_width"] = _whole(fields, "v_head_dim") if "v_head_dim" in rules["defaults"] else key
        layer["query_heads"] = _whole(fields, "num_attention_heads")
    return layer


def _own(fields, rules, letter, i):
    """What this layer says for itself: its kind's fields, its place in a list, its own entry."""
    own = {}
    for name, source in rules.get("unlike", {}).get(letter, {}).items():
        only_if, field = source if isinstance(source, list) else (source, source)
        if fields.get(only_if) and fields.get(field) is not None:
            own[name] = fields[field]
    for name, field in rules.get("per_layer", {}).items():
        if fields.get(field):
            own[name] = _items(fields, field, i + 1)[i]
    entries = fields.get("per_layer_config") or {}
    if not isinstance(entries, dict):
        arguments.refuse("per_layer_config", entries, "an object, by layer")
    for place, entry in entries.items():
        if str(place).isdecimal() and int(place) == i and isinstance(entry, dict):
            own |= entry
    return own


def _share(layers, fields, rules):
    """The last so many layers hold nothing: they read an earlier layer's keys and values."""
    if "shared" in rules and fields.get(rules["shared"]):
        shared = _whole(fields, rules["shared"], 0)
        if shared > len(layers):
            arguments.refuse(rules["shared"], shared, f"at most the {len(layers)} layers")
        for layer in layers[len(layers) - shared :]:
            layer["cached"] = False


def _product(fields, factors):
    """A product of fields and whole numbers."""
    result = 1
    for factor in factors:
        result *= factor if isinstance(factor, int) else _whole(fields, factor, 0)
    return result


def _items(fields, field, least=0):
    items = fields[field]
    if not isinstance(items, (list, tuple, str)) or len(items) < least:
        arguments.refuse(field, items, "a list with an entry a layer")
    return items


def _letter(field, item, meaning):
    letter = meaning.get(str(item))
    if letter is None:
        arguments.refuse(field, item, f"made of {', '.join(meaning)}")
    return letter


def _whole(fields, name, low=1):
    return arguments.whole(name, fields.get(name), low)
