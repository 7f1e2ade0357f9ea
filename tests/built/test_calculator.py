"""The calculator on its page, in a real browser: answers as the package does, says what it refuses."""

import random

import numpy as np
import pytest
from book import SITE

from swa_lib import MODELS, beyond, hop_distribution, horizon, influence, rule_horizon
from swa_lib.figures.calculator import MAX_WORK, answers


@pytest.fixture(scope="module")
def engine(browser):
    """The functions of calculator.js in an empty page."""
    tab = browser.new_page()
    tab.add_script_tag(path=SITE / "_static" / "calculator.js")
    yield lambda code, *values: tab.evaluate(
        f"([{', '.join('abcdef'[: len(values)])}]) => {code}", list(values)
    )
    tab.close()


PORTED = [(n, w, a) for n in (1, 2, 3, 8, 32) for w in (1, 2, 7, 100) for a in (0.0, 0.5, 0.95)] + [
    (32, 4096, 0.95),
    (100, 100, 0.99),
]
PORTED += [
    (random.Random(i).randint(1, 60), random.Random(i + 99).randint(1, 300), random.Random(i + 999).random())
    for i in range(40)
]


@pytest.mark.parametrize("layers, window, alpha", PORTED)
def test_the_port_gives_the_packages_profile(engine, layers, window, alpha):
    port = np.array(engine("Array.from(stackingSwa.influence(a, b, c))", layers, window, alpha))
    exact = influence(layers, window, alpha)
    assert len(port) == len(exact)
    normal = exact > 1e-290
    assert np.all(np.abs(port[normal] / exact[normal] - 1) < 1e-9) and np.all(port[~normal] < 1e-289)
    hops = hop_distribution(layers, alpha)
    assert np.allclose(
        engine("Array.from(stackingSwa.hopDistribution(a, b))", layers, alpha), hops, rtol=1e-9, atol=1e-290
    )
    for tolerance in (0.3, 0.01, 1e-6):
        found = engine(
            "stackingSwa.horizon(stackingSwa.beyond(stackingSwa.influence(a, b, c)), d)",
            layers,
            window,
            alpha,
            tolerance,
        )
        tail = beyond(exact)  # a tie with the tolerance may fall either way
        assert found == horizon(exact, tolerance) or np.isclose(
            tail[min(found, horizon(exact, tolerance))], tolerance, rtol=1e-9
        )
        if alpha:
            rule = engine("stackingSwa.ruleHorizon(a, b, c)", window, alpha, tolerance)
            assert np.isclose(rule, rule_horizon(window, alpha, tolerance), rtol=1e-12)
    assert engine("stackingSwa.ruleHorizon(a, 0, 0.01)", window) == np.inf


@pytest.fixture(scope="module")
def calculator_page(open_page):
    tab = open_page("chapters/05_horizon")
    yield tab
    tab.context.close()


@pytest.fixture
def calculator(calculator_page):
    """The calculator as it stands when the page opens."""
    fill(calculator_page, layers=32, window=4096, alpha=0.95, tolerance=0.01)
    return calculator_page


def fill(tab, **values):
    for name, value in values.items():
        tab.locator(f"#calculator-{name}").fill(str(value))


def results(tab):
    names = ("reach", "rule", "exact", "ratio")
    return {"for": tab.locator(".calculator-for").text_content()} | {
        n: tab.locator(f"[data-result={n}]").text_content() for n in names
    }


@pytest.mark.parametrize(
    "layers, window, alpha, tolerance",
    [(32, 4096, 0.95, 0.01), (12, 128, 0.9, 0.001), (1, 1, 0.5, 0.1), (40, 30, 0, 0.05)],
)
def test_the_page_answers_as_the_package_does(calculator, layers, window, alpha, tolerance):
    fill(calculator, layers=layers, window=window, alpha=alpha, tolerance=tolerance)
    assert results(calculator) == answers(layers, window, alpha, tolerance)[0]
    assert calculator.locator(".calculator-picture svg path").count() >= 3
    described = calculator.locator(".calculator-picture").get_attribute("aria-label")
    assert results(calculator)["exact"].split(" (")[0] in described


def test_the_first_answer_stands_without_script(visit, calculator):
    still = visit("chapters/05_horizon", java_script_enabled=False)
    assert results(still) == results(calculator)
    assert (
        still.locator(".calculator-picture svg").is_visible()
        and not still.locator(".calculator-fields").is_visible()
    )


@pytest.mark.parametrize("model", MODELS)
def test_a_model_fills_the_fields(calculator, model):
    shape = MODELS[model]
    option = calculator.locator("#calculator-model option", has_text=f"{model}:")
    calculator.locator("#calculator-model").select_option(label=option.text_content())
    assert results(calculator) == answers(shape.count("windowed"), shape.window, 0.95, 0.01)[0]


@pytest.mark.parametrize(
    "field, value, words",
    [
        ("layers", "0", 'Layers L must be a whole number from 1 to 1,000, not "0".'),
        ("layers", "3.5", 'Layers L must be a whole number from 1 to 1,000, not "3.5".'),
        ("window", "", 'Window W must be a whole number from 1 to 1,048,576, not "".'),
        ("window", "9999999", 'Window W must be a whole number from 1 to 1,048,576, not "9999999".'),
        ("alpha", "1", 'Residual share α must be a number from 0 to below 1, not "1".'),
        ("alpha", "0,95", 'Residual share α must be a number from 0 to below 1, not "0,95".'),
        ("tolerance", "0", 'Tolerance ε must be a number above 0 and below 1, not "0".'),
        ("tolerance", "<b>", 'Tolerance ε must be a number above 0 and below 1, not "<b>".'),
    ],
)
def test_a_bad_value_is_told_beside_its_field(calculator, field, value, words):
    fill(calculator, **{field: value})
    complaint = calculator.locator(f"#calculator-{field}-error")
    assert complaint.text_content() == words and complaint.is_visible()
    assert calculator.locator(f"#calculator-{field}").get_attribute("aria-invalid") == "true"
    assert not calculator.locator(
        ".calculator-answer"
    ).is_visible()  # no answer beside a question that is wrong
    fill(calculator, **{field: {"layers": 3, "window": "1,000"}.get(field, 0.5)})
    assert complaint.text_content() == "" and calculator.locator(".calculator-answer").is_visible()
    assert calculator.errors == []


def test_what_would_freeze_the_page_is_refused(calculator):
    fill(calculator, layers=1000, window=MAX_WORK // 1000**2 + 1)
    assert (
        f"at most {MAX_WORK:,} on this page" in calculator.locator("#calculator-layers-error").text_content()
    )
    fill(calculator, window=MAX_WORK // 1000**2)
    assert calculator.locator(".calculator-answer").is_visible()


def test_a_link_restores_the_calculator(visit, calculator):
    fill(calculator, layers=12, window=128)
    again = visit("chapters/05_horizon", state=calculator.evaluate("location.hash"))
    assert results(again) == answers(12, 128, 0.95, 0.01)[0]
