"""The calculator without a browser: its words, its first answer, the notebook's twin."""

import json

import numpy as np
import pytest
from bs4 import BeautifulSoup

from swa_lib import (
    MODELS,
    Layer,
    Model,
    horizon,
    influence,
    model_cache_bytes,
    reach,
    rule_horizon,
    share_beyond,
)
from swa_lib.chapters.calculator import (
    FIELDS,
    Asked,
    Calculator,
    answers,
    plan_lead,
    share_words,
    size_words,
    typed_model,
)

MISTRAL = MODELS["Mistral 7B v0.1"]


@pytest.mark.parametrize("layers, window, alpha, tolerance", [(32, 400, 0.95, 0.01), (8, 100, 0.9, 0.001)])
def test_it_gives_the_packages_answers(layers, window, alpha, tolerance):
    words, profile = answers(Asked(typed_model(layers, window), "", alpha, tolerance, 20_000, 500))
    exact, rule = influence(layers, window, alpha), rule_horizon(window, alpha, tolerance)
    np.testing.assert_allclose(profile, exact, rtol=1e-12)
    assert words["reach"] == f"{reach(layers, window):,} tokens"
    assert words["rule"] == f"{rule:,.0f} tokens ({rule / window:.1f} W)"
    assert words["exact"].startswith(f"{horizon(exact, tolerance):,} tokens (")
    assert words["far"] == f"{share_words(share_beyond(exact, 500))} from beyond 500 tokens"


def test_it_says_what_a_model_keeps_beside_what_full_attention_would():
    words, _ = answers(Asked(MISTRAL, "Mistral", 0.95, 0.01, 32768, 1000))
    assert (words["cache"], words["wide"], words["states"]) == ("512.00 MiB", "4.00 GiB", "")
    words, _ = answers(Asked(MISTRAL, "Mistral", 0.95, 0.01, 32768, 1000, bytes_per_number=0.5))
    assert (words["cache"], words["wide"]) == ("128.00 MiB", "1.00 GiB")
    assert "0.5 byte a number" in words["for"]


def test_all_layers_global_means_state_layers_too():
    model = MODELS["Qwen3.5 27B"]
    words, _ = answers(Asked(model, "Qwen", 0.95, 0.01, 32768, 1000, 1000))
    assert (words["cache"], words["wide"]) == ("2.00 GiB", "8.00 GiB")
    assert words["states"] == "151.50 MiB, at 4 bytes a number"
    states = Model((Layer("state", state_numbers=5),) * 3)
    assert answers(Asked(states, "", 0.95, 0.01, 400, 100, 50))[0]["wide"] == ""


@pytest.mark.parametrize(
    "name, ratio", [("Mistral 7B v0.1", True), ("Gemma 3 27B", False), ("Llama 4 Scout", False)]
)
def test_the_rule_is_compared_with_stacks_of_windows_only(name, ratio):
    assert bool(answers(Asked(MODELS[name], name, 0.95, 0.01, 20_000, 1000))[0]["ratio"]) is ratio


def test_faint_and_none_are_told_apart():
    faint, none = (answers(Asked(typed_model(4, 100), "", 0.95, 0.01, 4096, d))[0]["far"] for d in (390, 500))
    assert faint == "<0.01% from beyond 390 tokens" and none == "0 from beyond 500 tokens"


def test_a_text_longer_than_the_models_positions_is_noted():
    model = Model(MISTRAL.layers[:2], context=300)
    notes = [answers(Asked(model, "", 0.95, 0.01, text, 100))[0]["note"] for text in (300, 301)]
    assert notes == ["", "this model's positions end at 300 tokens; the text is longer"]


def test_a_distance_beyond_the_text_gets_one_that_fits():
    with pytest.raises(ValueError, match="farther back than 65,535; ask for half of it, 32,768, to see"):
        answers(Asked(MISTRAL, "", 0.95, 0.01, 65536, 65536))


@pytest.mark.parametrize(
    "model, alpha, text, distance, words",
    [
        (typed_model(4, 100), 0.5, 4096, 50, "As it is: enough by this count."),
        (typed_model(4, 100), 0.95, 4096, 390, "not enough. <0.01% comes from beyond 390 tokens. With a fin"),
        (typed_model(4, 9, 4), 0.95, 4096, 4095, "Only 0 of the 4,096 tokens lie farther back than D."),
        (typed_model(4, 9, 4), 0.95, 4096, 50, "This model has no windows; nothing here limits it."),
    ],
)
def test_the_table_is_led_by_what_to_read_first(model, alpha, text, distance, words):
    asked = Asked(model, "", alpha, 0.01, text, distance)
    assert words in plan_lead(asked, share_beyond(answers(asked)[1], distance))


def test_the_table_says_what_each_remedy_needs_and_what_its_share_is_not():
    page = BeautifulSoup(Calculator(layers=8, window=100, text=4096, distance=500).page(), "html.parser")
    cells = {
        row.th.text: [cell.text for cell in row("td")] for row in page.select(".calculator-plan tbody tr")
    }
    assert [name for name, row in cells.items() if "finished model" in row[-1]] == ["retrieval"]
    assert sum(row[-1] == "needs training" for row in cells.values()) == len(cells) - 2
    caption = page.select_one(".calculator-plan caption").text
    assert "at least ε = 1%" in caption and "not use and not recall" in caption and "α = 0.95" in caption
    assert model_cache_bytes(MISTRAL, 32768) == 2**29


@pytest.mark.parametrize(
    "asked, name, words",
    [
        (Asked(typed_model(2, 100), "", 0.999, 0.5, 50, 10), "rule", "10 tokens (0.1 W)"),
        (Asked(typed_model(1, 100), "", 0.5, 0.001, 50, 10), "rule", "that is beyond the reach"),
        (Asked(typed_model(4, 100), "", 0.0, 0.01, 50, 10), "rule", "none: at α = 0 the rule sees no loss"),
        (Asked(typed_model(4, 9, 4), "", 0.9, 0.01, 50, 10), "rule", "none: it is a rule about windows"),
        (Asked(typed_model(4, 9, 1), "", 0.9, 0.01, 50, 10), "reach", "49 tokens, the whole text"),
    ],
)
def test_it_says_where_an_answer_needs_a_word(asked, name, words):
    assert words in answers(asked)[0][name]


def test_a_stack_of_chunks_alone_crosses_no_edge():
    chunks = MODELS["Llama 4 Scout"]
    alone = chunks.__class__(tuple(layer for layer in chunks if layer.kind == "chunked"))
    words, profile = answers(Asked(alone, "", 0.5, 0.01, 20_000, 1000))
    assert words["reach"] == f"{20_000 % 8192 - 1:,} tokens: no layer crosses the edge of a chunk"
    assert not profile[20_000 % 8192 :].any()


def test_global_layers_stand_evenly_and_last_in_their_group():
    gemma = [layer.kind for layer in MODELS["Gemma 2 9B"]]
    assert [layer.kind for layer in typed_model(42, 4096, 21)] == gemma
    assert [i for i, layer in enumerate(typed_model(10, 8, 3)) if layer.kind == "global"] == [3, 6, 9]


@pytest.mark.parametrize(
    "size, words", [(2**30, "1.00 GiB"), (2**29, "512.00 MiB"), (7.125 * 2**30, "7.13 GiB")]
)
def test_sizes(size, words):
    assert size_words(size) == words


def test_the_page_is_whole_before_any_script():
    page = BeautifulSoup(Calculator(model="Gemma 3 27B", text=20_000).page(), "html.parser")
    assert page.select_one("[data-result=far]").text.endswith("% from beyond 16,384 tokens")
    assert page.select_one(".calculator-plan tbody").text.startswith("as it isalready enough")
    assert page.select_one(".calculator-fields").has_attr("hidden") and page.select_one("svg")
    fields = {field["name"] for field in page.select(".calculator-fields [name]")}
    assert fields == set(FIELDS) | {"model", "config"}
    for field in page.select("[name]:not([type=file])"):
        assert page.find("label", attrs={"for": field["id"]}) and field["autocomplete"] == "off"
    data = json.loads(page.script.string)
    assert list(data["models"]) == list(MODELS)
    for name, packed in data["models"].items():
        assert len(packed["order"]) == len(MODELS[name])


def test_the_notebooks_twin_runs_the_pages_scripts():
    widget = Calculator(layers=8, window=100, text=4096, distance=500).widget
    for name in ("swaReading", "configReader", "stackEngine", "startCalculator", "export default"):
        assert name in widget._esm
    assert ".calculator-fields" in widget._css and "<form" in widget.page


def test_a_model_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="model must be None or the name of one of MODELS, got 'GPT-5'"):
        Calculator(model="GPT-5")
