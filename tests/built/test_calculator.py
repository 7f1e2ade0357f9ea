"""The calculator on its page: held to the package, says what it refuses, runs nothing it is given."""

import copy
import json
import random

import numpy as np
import pytest
from book import ROOT, SITE
from bs4 import BeautifulSoup

from swa_lib import (
    MODELS,
    Layer,
    Model,
    all_windowed,
    model_cache_bytes,
    model_from_config,
    model_influence,
    model_reach,
    model_state_bytes,
    plan,
    share_beyond,
)
from swa_lib.chapters.calculator import (
    COLUMNS,
    MAX_WORK,
    RESULTS,
    Asked,
    Calculator,
    answers,
    plan_lead,
    typed_model,
)

CONFIGS = {path.stem: path.read_text() for path in sorted((ROOT / "tests" / "configs").glob("*.json"))}
FAMILIES = json.loads((ROOT / "swa_lib" / "models" / "families.json").read_text())
MEMORY = 1000  # tokens that a state is taken to remember


# The ports ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def engine(browser):
    """The calculator's scripts in an empty page: `engine(code, values)` runs code that has them at hand."""
    tab = browser.new_page()
    for name in ("configs.js", "stack.js"):
        tab.add_script_tag(path=ROOT / "swa_lib" / "chapters" / "page" / name)
    tab.evaluate("table => { window.reader = configReader(table); window.stack = stackEngine(); }", FAMILIES)
    yield lambda code, *values: tab.evaluate(f"values => {{ {code} }}", list(values))
    tab.close()


def packed(model):
    """A model as the scripts know it."""
    names = ["kind", "window", "kvHeads", "keyWidth", "valueWidth", "queryHeads", "cached", "stateNumbers"]
    names.append("latent")
    return {"layers": [dict(zip(names, layer)) for layer in model]}


READ = """return values[0].map((text) => {
    try { return reader.read(text); }
    catch (error) { return error.message; }
});"""


def read_here(text):
    try:
        model = model_from_config(text)
    except (ValueError, TypeError) as error:
        return str(error)
    said = {"family": model.family, "context": model.context, "notes": list(model.notes)}
    return said | {"numberBytes": model.number_bytes} | packed(model)


def test_a_config_is_read_as_the_package_reads_it(engine):
    found = dict(zip(CONFIGS, engine(READ, list(CONFIGS.values()))))
    for name, text in CONFIGS.items():
        assert found[name] == read_here(text) or isinstance(found[name], str), name
        assert isinstance(found[name], str) == isinstance(read_here(text), str)
    refused = [name for name, what in found.items() if isinstance(what, str)]
    assert refused == ["deepseek-v4-flash", "modernbert-large"]


YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 4096}
ODD = [None, 0, -1, 1, 3, 7, 2.5, 1e300, True, False, "", "LLG", "full_attention", [], [1, 2], {}, {"a": 1}]
ODD += [[64, None, 7], YARN, {"full_attention": YARN}, {"kv_cache_scheme": {"num_bits": 8}}, "FP8"]
MORE = [
    "num_kv_shared_layers",
    "per_layer_config",
    "use_sliding_window",
    "is_causal",
    "rope_scaling",
    "n_layer",
]
MORE += [
    "quantization_config",
    "sliding_window",
    "kv_lora_rank",
    "layer_types",
    "num_attention_groups",
    "head_dim",
]


def spoiled(seed):
    """A config in which somebody changed, added or lost a few fields."""
    chance = random.Random(seed)
    if seed % 2:
        config = json.loads(chance.choice(list(CONFIGS.values())))
    else:
        config = {"model_type": chance.choice([*FAMILIES["families"], *FAMILIES["plain"]])}
    part = config.get("text_config", config)
    for _ in range(chance.randint(1, 3)):
        field = chance.choice([*part, *MORE])
        part[field] = copy.deepcopy(chance.choice(ODD))
        if chance.random() < 0.3:
            del part[field]
    return json.dumps(config)


def test_a_spoiled_config_is_read_or_refused_alike(engine):
    texts = [spoiled(seed) for seed in range(800)]
    read = 0
    for text, found in zip(texts, engine(READ, texts)):
        here = read_here(text)
        assert isinstance(found, str) == isinstance(here, str), f"{text}\npage: {found}\npackage: {here}"
        if isinstance(found, dict):
            assert found == here, text
            read += 1
    assert 80 < read < 720  # both happen


def random_stack(seed):
    chance = random.Random(seed)
    kinds = chance.choice([["windowed"], ["windowed", "global"], ["windowed", "chunked", "global", "state"]])
    layers = []
    for _ in range(chance.randint(1, 30)):
        kind = chance.choice(kinds)
        size = chance.randint(1, 60) if kind in ("windowed", "chunked") else None
        layers.append(Layer(kind, size, 2, 8, 4, 4, chance.random() < 0.8, 50 if kind == "state" else 0))
    return Model(tuple(layers)), chance.choice([0.0, 0.5, 0.9, 0.95]), chance.randint(1, 700)


def test_a_profile_is_that_of_the_package(engine):
    cases = [random_stack(seed) for seed in range(60)] + [
        (MODELS[name], 0.95, 20_000)
        for name in ("Mistral 7B v0.1", "Gemma 3 27B", "Llama 4 Scout", "Qwen3.5 27B")
    ]
    code = """return values[0].map(([model, alpha, text]) => ({
        profile: Array.from(stack.influence(model, alpha, text, values[1])), reach: stack.reach(model, text),
        cache: stack.cacheBytes(model, text), states: stack.stateBytes(model) }));"""
    found = engine(code, [[packed(model), alpha, text] for model, alpha, text in cases], MEMORY)
    for (model, alpha, text), page in zip(cases, found):
        exact = model_influence(model, alpha, text, MEMORY if model.count("state") else None)
        port = np.zeros(max(len(exact), len(page["profile"])))
        port[: len(page["profile"])] = page["profile"]
        normal = exact > 1e-290
        assert np.all(np.abs(port[: len(exact)][normal] / exact[normal] - 1) < 1e-9)
        assert np.all(port[: len(exact)][~normal] < 1e-289) and not port[len(exact) :].any()
        assert page["reach"] == model_reach(model, text) and page["states"] == model_state_bytes(model)
        assert page["cache"] == model_cache_bytes(model, text)


@pytest.mark.parametrize("name", ["Mistral 7B v0.1", "Gemma 3 27B", "Llama 4 Scout", "gpt-oss-20b"])
@pytest.mark.parametrize("tolerance", [0.01, 0.3])
def test_the_planner_is_that_of_the_package(engine, name, tolerance):
    for model in (MODELS[name], all_windowed(MODELS[name], 128)):
        found = engine("return stack.plan(...values);", packed(model), 900, tolerance, 0.95, 3000)
        wanted = plan(model, 900, tolerance, 0.95, 3000)
        assert [p["remedy"] for p in found] == [p.remedy for p in wanted]
        for page, here in zip(found, wanted):
            told = (page["strength"], page["setting"], page["enough"], page["cacheBytes"])
            assert told == (here.strength, here.setting, here.enough, here.cache_bytes)
            assert abs(page["beyond"] - here.beyond) < 1e-9


# The page -----------------------------------------------------------------------------------------

START = dict(layers=32, window="1,024", global_layers=0, kv_heads=8, head_dim=128, alpha=0.95, tolerance=0.01)
START |= dict(bytes=2, text="2,048", distance="300")  # shorter than the page's own: quicker to plan


@pytest.fixture(scope="module")
def calculator_page(open_page):
    tab = open_page("chapters/05_horizon")
    yield tab
    tab.context.close()


@pytest.fixture
def calculator(calculator_page):
    """The calculator with numbers of one's own."""
    calculator_page.locator("#calculator-model").select_option("")
    fill(calculator_page, **START)
    return calculator_page


def fill(tab, **values):
    """Write into fields, all at once: after each the page would begin to compute what nobody asked."""
    tab.evaluate(
        """values => {
            const fields = Object.entries(values).map(([name, value]) => {
                const field = document.getElementById(`calculator-${name}`);
                field.value = value;
                return field;
            });
            fields.at(-1).dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        {name: str(value) for name, value in values.items()},
    )


def results(tab):
    """What the page says, once it has said it."""
    tab.wait_for_function("!document.querySelector('.calculator-busy, .calculator-unclear')")
    names = RESULTS
    found = {name: tab.locator(f"[data-result={name}]").text_content() for name in names}
    return {"for": tab.locator(".calculator-for").text_content()} | found


TYPED = [
    (dict(layers=32, window="1k", alpha="95%", tolerance="1%"), typed_model(32, 1024), 0.95, 0.01),
    (dict(layers=12, window=128, alpha=0.9, tolerance="1e-3"), typed_model(12, 128), 0.9, 0.001),
    (dict(layers=40, window=30, alpha=0, tolerance=0.05), typed_model(40, 30), 0.0, 0.05),
    (dict(layers=10, window=64, global_layers=3, kv_heads=2), typed_model(10, 64, 3, 2), 0.95, 0.01),
    (dict(layers=4, window=60, distance=300), typed_model(4, 60), 0.95, 0.01),  # nothing from there
]


@pytest.mark.parametrize("values, model, alpha, tolerance", TYPED)
def test_typed_numbers_get_the_packages_answer(calculator, values, model, alpha, tolerance):
    fill(calculator, **values)
    assert results(calculator) == answers(Asked(model, "", alpha, tolerance, 2048, 300))[0]
    assert calculator.locator(".calculator-picture svg path").count() >= 3
    described = calculator.locator(".calculator-picture").get_attribute("aria-label")
    assert results(calculator)["exact"].split(" (")[0] in described


@pytest.mark.parametrize("name", MODELS)
def test_a_model_of_the_menu_gets_the_packages_answer(calculator, name):
    calculator.locator("#calculator-model").select_option(name)
    fill(calculator, text=6000, distance=1000)
    memory = MEMORY if MODELS[name].count("state") else None
    if memory:
        assert "must be assumed" in results(calculator)["exact"]
        fill(calculator, state_memory=memory)
    assert results(calculator) == answers(Asked(MODELS[name], name, 0.95, 0.01, 6000, 1000, memory))[0]
    assert not calculator.locator("#calculator-layers").is_visible()


def test_a_pasted_config_gets_the_packages_answer(calculator):
    calculator.locator("#calculator-model").select_option("config")
    fill(calculator, config=CONFIGS["mimo-v2-flash"])
    model = model_from_config(CONFIGS["mimo-v2-flash"])
    asked = Asked(model, "config.json (mimo_v2_flash)", 0.95, 0.01, 2048, 300)
    assert results(calculator) == answers(asked)[0]


def test_a_dropped_config_is_read(calculator):
    calculator.evaluate(
        """text => { const data = new DataTransfer(); data.items.add(new File([text], "config.json"));
        const drop = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
        document.querySelector(".calculator").dispatchEvent(drop); }""",
        CONFIGS["gpt-oss-20b"],
    )
    calculator.locator(".calculator-for", has_text="gpt_oss").wait_for()
    assert calculator.locator("#calculator-model").input_value() == "config"


HOSTILE = '<img src=x onerror="window.hit = 1"><script>window.hit = 1</script>'


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"model_type": HOSTILE}),
        json.dumps({"model_type": "mistral", "layer_types": [HOSTILE] * 3, "num_hidden_layers": 3}),
        '{"model_type": "__proto__"}',
        '{"model_type": "constructor", "__proto__": {"sliding_window": 7}}',
        HOSTILE,
        '{"model_type": "mistral", "num_hidden_layers": 1e9}',
        "[" * 100_000,
    ],
)
def test_a_hostile_config_is_refused_and_never_run(calculator, text):
    calculator.locator("#calculator-model").select_option("config")
    fill(calculator, config=text)
    complaint = calculator.locator("#calculator-config-error")
    assert complaint.text_content() and complaint.locator("*").count() == 0
    assert calculator.evaluate("window.hit") is None and calculator.errors == []


def test_a_hostile_address_is_shown_as_text(visit):
    state = (
        "#calculator?model=config&alpha=%3Cimg%20src%3Dx%20onerror%3D%22window.hit%3D1%22%3E&config=%3Cb%3E"
    )
    tab = visit("chapters/05_horizon", state=state)
    assert "<img" in tab.locator("#calculator-alpha-error").text_content()
    assert tab.locator(".calculator img, .calculator b").count() == 0
    assert tab.evaluate("window.hit") is None and tab.errors == []


def test_the_first_answer_stands_without_script(visit):
    still = visit("chapters/05_horizon", java_script_enabled=False)
    words = answers(Asked(typed_model(32, 4096), "", 0.95, 0.01, 131072, 16384))[0]
    for name, text in words.items():
        place = ".calculator-for" if name == "for" else f"[data-result={name}]"
        assert still.locator(place).text_content() == text
    assert still.locator(".calculator-picture svg").is_visible()
    assert still.locator(".calculator-plan tbody tr").count() == 8
    assert not still.locator(".calculator-fields").is_visible()


@pytest.mark.parametrize(
    "field, value, words",
    [
        ("layers", "0", 'Layers L must be a whole number from 1 to 1,000, not "0".'),
        ("layers", "3.5", 'Layers L must be a whole number from 1 to 1,000, not "3.5".'),
        ("window", "9999999", 'Window W must be a whole number from 1 to 1,048,576, not "9999999".'),
        ("window", "4.096", "thousand"),
        ("alpha", "1", 'Residual share α must be a number from 0 to below 1, not "1".'),
        ("alpha", "0,95", "decimal point"),
        ("tolerance", "0", 'Tolerance ε must be a number above 0 and below 1, not "0".'),
        ("tolerance", "0.", "Tolerance ε must be a number above 0"),
        ("tolerance", "<b>", "number"),
        ("distance", "2048", "nothing is farther back than 2,047. Ask for half of it, 1,024,"),
        ("text", "10M", 'Text length T must be a whole number from 1 to 1,048,576, not "10M".'),
        ("text", "", "Text length T is empty. Write a whole number from 1 to 1,048,576."),
        ("layers", "x", "Layers L: "),
        ("global_layers", "33", "At most the 32 layers can be global."),
    ],
)
def test_a_bad_value_is_told_beside_its_field_and_nothing_jumps(calculator, field, value, words):
    results(calculator)
    height = calculator.locator(".calculator").bounding_box()["height"]
    fill(calculator, **{field: value})
    complaint = calculator.locator(f"#calculator-{field}-error")
    assert words in complaint.text_content() and complaint.is_visible()
    assert calculator.locator(f"#calculator-{field}").get_attribute("aria-invalid") == "true"
    assert "calculator-unclear" in calculator.locator(".calculator").get_attribute("class")
    assert calculator.locator(".calculator-answer").is_visible()
    assert (
        abs(calculator.locator(".calculator").bounding_box()["height"] - height) < 90
    )  # a few lines of words
    fill(calculator, **{field: START[field]})
    assert complaint.text_content() == "" and results(calculator) and calculator.errors == []


def rows(tab):
    """The remedies, once they answer what the fields say."""
    tab.wait_for_function(
        "!document.querySelector('.calculator-busy, .calculator-unclear, .calculator-planning')"
    )
    return tab.locator(".calculator-plan tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    )


@pytest.mark.parametrize("model, size", [(typed_model(12, 128), 2), (typed_model(12, 128, 3), 1.0625)])
def test_the_remedies_are_the_packages_word_for_word(calculator, model, size):
    fill(calculator, layers=12, window=128, global_layers=model.count("global"), bytes=size)
    wanted = Calculator(layers=12, window=128, text=2048, distance=300)
    wanted.asked = wanted.asked._replace(model=model, bytes_per_number=size)
    page = BeautifulSoup(wanted.page(), "html.parser")
    here = [[cell.text for cell in row(["th", "td"])] for row in page.select(".calculator-plan tbody tr")]
    assert rows(calculator) == here
    assert results(calculator) == answers(wanted.asked)[0]
    for place in (".calculator-lead", ".calculator-plan caption"):
        assert calculator.locator(place).text_content() == page.select_one(place).text


def test_an_old_answer_never_looks_valid(calculator):
    rows(calculator)
    seen = calculator.evaluate(
        """() => new Promise((done) => {
            const form = document.getElementById("calculator"), seen = [];
            const look = () => {
                const busy = (place) => form.querySelector(place).getAttribute("aria-busy");
                seen.push([form.className, busy("dl"), busy(".calculator-plans"),
                    form.querySelector(".calculator-status").textContent,
                    form.querySelector(".calculator-lead").textContent,
                    Number(getComputedStyle(form.querySelector(".calculator-plan")).opacity),
                    Number(getComputedStyle(form.querySelector(".calculator-answer")).opacity)]);
                if (/busy|planning/.test(form.className)) setTimeout(look, 20);
                else done(seen);
            };
            const alpha = form.elements.alpha;
            for (const value of ["0.8", "0.93"]) {
                alpha.value = value;
                alpha.dispatchEvent(new Event("input", { bubbles: true }));
            }
            look(); // in the same breath as the input
        })"""
    )
    *pending, last = seen
    assert pending and pending[0][1:5] == ["true", "true", "computing…", "computing…"]
    for _, _, plans, _, lead, table, whole in pending:
        assert plans == "true" and lead == "computing…" and min(table, whole) < 0.5
    assert last[1:4] == ["false", "false", ""] and last[4] != "computing…" and last[5:] == [1, 1]
    asked = Asked(typed_model(32, 1024), "", 0.93, 0.01, 2048, 300)
    assert results(calculator) == answers(asked)[0]
    assert calculator.locator(".calculator-lead").text_content() == plan_lead(
        asked, share_beyond(answers(asked)[1], 300)
    )


def test_remedies_that_fail_say_so_and_leave_no_old_table(visit):
    tab = visit("chapters/01_window")
    tab.add_init_script(
        """delete window.Worker;
        addEventListener("readystatechange", () => { const engine = stackEngine;
            stackEngine = () => ({ ...engine(), plan() { throw new Error("no memory"); } }); }, true);"""
    )
    tab.goto(
        (SITE / "chapters" / "05_horizon.html").as_uri()
        + "#calculator?layers=12&window=128&text=4096&distance=500"
    )
    lead = tab.locator(".calculator-lead", has_text="could not be computed: no memory")
    lead.wait_for()
    assert not tab.locator(".calculator-plan").is_visible()
    assert tab.locator(".calculator-plans").get_attribute("aria-busy") == "false"


def test_without_a_config_no_other_models_answer_stands(calculator):
    rows(calculator)
    calculator.locator("#calculator-model").select_option("config")
    fill(calculator, config="")
    assert not calculator.locator(".calculator-answer").is_visible()
    fill(calculator, config=CONFIGS["gpt-oss-20b"])
    assert calculator.locator(".calculator-answer").is_visible() and "gpt_oss" in results(calculator)["for"]


def test_the_link_is_copied_and_says_so(visit):
    tab = visit("chapters/05_horizon", permissions=["clipboard-read", "clipboard-write"])
    fill(tab, layers=12, window=128, text=4096, distance=500, bytes=1)
    button = tab.locator(".calculator .explorer-link")
    button.click()
    assert button.text_content() in ("Copied", "Copy it from the address bar")
    assert "bytes=1" in tab.url and "distance=500" in tab.url
    tab.reload()
    assert "1 byte a number" in results(tab)["for"]


@pytest.mark.parametrize(
    "text, words",
    [
        ('{"model_type": "mistral",\n  "a": }', "line 2, column 8"),
        ('{"model_type": "mistral"', "line 1, column 25"),
        ("{'model_type': 'mistral'}", "line 1, column 2; JSON wants double quotes, not single ones"),
        ('{"model_type": "deepseek_v3"}', 'Type its layers and windows by hand: choose "your own numbers"'),
    ],
)
def test_a_config_that_is_not_read_says_what_to_do(calculator, text, words):
    calculator.locator("#calculator-model").select_option("config")
    fill(calculator, config=text)
    assert words in calculator.locator("#calculator-config-error").text_content()


def test_what_a_config_leaves_out_is_told(calculator):
    calculator.locator("#calculator-model").select_option("config")
    fill(calculator, config='{"model_type": "mistral", "sliding_window": 4096}')
    told = calculator.locator(".calculator-filled")
    assert "num_hidden_layers 32" in told.text_content() and "sliding_window" not in told.text_content()
    fill(calculator, config=CONFIGS["mistral-7b-v0.1"])
    assert "num_hidden_layers" not in told.text_content()


def test_a_model_sets_the_text_and_says_so_until_the_reader_typed_one(visit):
    tab = visit("chapters/05_horizon")
    menu, hint = tab.locator("#calculator-model"), tab.locator("#calculator-text-hint")
    menu.select_option("Mistral 7B v0.1")
    assert hint.text_content() == "Set to the longest text of Mistral 7B v0.1."
    fill(tab, distance=300, text=3000)
    assert hint.text_content() == ""
    menu.select_option("Gemma 3 27B")
    assert hint.text_content() == "" and tab.locator("#calculator-text").input_value() == "3000"


def test_ticks_stand_at_their_places_and_no_word_on_a_curve(calculator):
    fill(calculator, layers=32, window=4096, text=32768, distance=16384, alpha=0.8)
    results(calculator)
    ticks = calculator.locator(".calculator-picture .tick")
    places = ticks.evaluate_all(
        "all => all.map(t => [Number(t.textContent.replaceAll(',', '')), +t.getAttribute('x')])"
    )
    steps = {round((b[1] - a[1]) / (b[0] - a[0]), 4) for a, b in zip(places, places[1:])}
    assert len(places) >= 3 and max(steps) - min(steps) < 2e-4
    assert ticks.evaluate_all("all => all.every(t => t.getAttribute('text-anchor') === 'middle')")
    inside = calculator.evaluate(
        """() => { const svg = document.querySelector(".calculator-picture svg");
        const axes = svg.querySelector(".axes").getBBox();
        return [...svg.querySelectorAll("text")].filter((t) => { const box = t.getBBox();
            const across = box.x + box.width > axes.x + 1 && box.y < axes.y + axes.height - 1;
            return (across && box.y + box.height > axes.y)
                || box.x < 0 || box.x + box.width > 320; }).map((t) => t.textContent); }"""
    )
    assert inside == []


def test_on_a_phone_every_value_keeps_its_head(visit):
    tab = visit("chapters/05_horizon", width=360)
    tab.locator(".calculator-plans summary").click()
    heads = (
        tab.locator(".calculator-plan tbody tr")
        .first.locator("td")
        .evaluate_all("cells => cells.map(cell => getComputedStyle(cell, '::before').content)")
    )
    assert heads == [f'"{name}"' for name in COLUMNS[1:]]
    assert tab.locator(".calculator-plan caption").is_visible()
    assert tab.locator(".calculator").evaluate("form => form.scrollWidth <= form.clientWidth")


def test_what_would_freeze_the_page_is_refused(calculator):
    fill(calculator, layers=1000, text=MAX_WORK // 1000 + 1)
    assert f"at most {MAX_WORK:,} on this page" in calculator.locator("#calculator-text-error").text_content()


@pytest.mark.parametrize("name", ["", "Gemma 3 27B", "config"])
def test_the_whole_state_survives_reload_and_back(visit, name):
    tab = visit("chapters/05_horizon")
    tab.locator("#calculator-model").select_option(name)
    if name == "config":
        fill(tab, config=CONFIGS["gemma-4-31b"])
    if not name:
        fill(tab, layers=12, window=128, global_layers=2)
    fill(tab, text=5000, distance=700, alpha=0.9)
    said = results(tab)
    assert len(tab.url) < 4000
    tab.reload()
    assert results(tab) == said and tab.locator("#calculator-model").input_value() == name
    tab.goto((SITE / "chapters" / "01_window.html").as_uri())
    tab.go_back()
    assert results(tab) == said and tab.locator("#calculator-model").input_value() == name
    assert tab.errors == []


def test_an_old_link_still_works(visit):
    tab = visit("chapters/05_horizon", state="#calculator?layers=12&window=128&alpha=0.95&tolerance=0.01")
    assert results(tab)["exact"] == "223 tokens (1.7 W)"


def test_without_workers_the_page_computes_itself(visit):
    tab = visit("chapters/01_window")
    tab.add_init_script("delete window.Worker")
    tab.goto(
        (SITE / "chapters" / "05_horizon.html").as_uri()
        + "#calculator?layers=12&window=128&text=4096&distance=500"
    )
    assert results(tab)["exact"] == "223 tokens (1.7 W)"
