"""The calculator without a browser: its words, its first answer, the notebook's twin."""

import json

import numpy as np
import pytest
from bs4 import BeautifulSoup

from swa_lib import MODELS, horizon, influence, model_cache_bytes, reach, rule_horizon, share_beyond
from swa_lib.figures.calculator import FIELDS, Asked, Calculator, answers, size_words, typed_model

MISTRAL = MODELS["Mistral 7B v0.1"]


@pytest.mark.parametrize("layers, window, alpha, tolerance", [(32, 400, 0.95, 0.01), (8, 100, 0.9, 0.001)])
def test_it_gives_the_packages_answers(layers, window, alpha, tolerance):
    words, profile = answers(Asked(typed_model(layers, window), "", alpha, tolerance, 20_000, 500))
    exact, rule = influence(layers, window, alpha), rule_horizon(window, alpha, tolerance)
    np.testing.assert_allclose(profile, exact, rtol=1e-12)
    assert words["reach"] == f"{reach(layers, window):,} tokens"
    assert words["rule"] == f"{rule:,.0f} tokens ({rule / window:.1f} W)"
    assert words["exact"].startswith(f"{horizon(exact, tolerance):,} tokens (")
    assert words["far"] == f"{share_beyond(exact, 500):.2%} from beyond 500 tokens"


def test_it_says_what_a_model_keeps_beside_what_full_attention_would():
    words, _ = answers(Asked(MISTRAL, "Mistral", 0.95, 0.01, 32768, 1000))
    assert (words["cache"], words["wide"], words["states"]) == ("512.00 MiB", "4.00 GiB", "")
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
