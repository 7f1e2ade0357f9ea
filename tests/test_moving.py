"""Explorers and calculator on the built pages, in a real browser: by keyboard, by pointer, by link, and without script."""

import itertools
import json
import random
import re
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup

from swa_lib import MODELS, beyond, hop_distribution, horizon, influence, rule_horizon, scenes
from swa_lib.figures.calculator import MAX_WORK, answers
from swa_lib.figures.explorers import WIDTH, Sheet

SITE = Path(__file__).parents[1] / "_build" / "html"
WHERE = {
    "strip": "index",
    "token_strip": "chapters/01_window",
    "reach_and_influence": "chapters/02_reach",
    "spreading_blur": "chapters/03_blur",
    "staircase": "chapters/04_barrier",
    "two_horizons": "chapters/05_horizon",
    "remedy_and_price": "chapters/06_remedies",
    "drifting": "reference/own_explorer",
    "two_shapes": "reference/own_explorer",
}
HEIGHTS = {"strip": 2.4, "token_strip": 2.4}
THUMB = 16  # pixels of a slider's handle, which never leaves the track


@pytest.fixture(scope="module", params=WHERE)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def tab(open_page, name):
    """The page of an explorer, which several tests move in turn."""
    tab = open_page(WHERE[name])
    yield tab
    tab.context.close()


def frames_of(tab, name):
    """Every combination of the controls' values, in the order of the frames, and the page's data."""
    data = json.loads(tab.locator(f"#{name} script").text_content())
    assert len(data["frames"]) == len(data["sentences"]) > 1
    return list(itertools.product(*(range(len(values)) for values in data["controls"].values()))), data


def shows(tab, name, number):
    """The picture and the sentence are those of the frame; pictures are compared as the browser parses them."""
    return tab.evaluate(
        """([name, number]) => {
            const figure = document.getElementById(name), other = document.createElement("div");
            figure.data ??= JSON.parse(figure.querySelector("script").textContent);
            other.innerHTML = figure.data.frames[number];
            return figure.querySelector("figcaption").textContent === figure.data.sentences[number]
                && figure.querySelector(".explorer-picture").innerHTML === other.innerHTML;
        }""",
        [name, number],
    )


def test_every_explorer_of_the_site_is_known_here():
    there = {
        (figure["id"], str(page.relative_to(SITE).with_suffix("")))
        for page in SITE.rglob("*.html")
        for figure in BeautifulSoup(page.read_text(), "html.parser").select("figure.explorer")
    }
    assert there == set(WHERE.items())


def test_the_keyboard_reaches_every_frame(tab, name):
    combinations, _ = frames_of(tab, name)
    sliders = tab.locator(f"#{name} input[type=range]").all()
    for slider in sliders:
        slider.press("Home")
    at, held = [0] * len(sliders), None
    for number, wanted in enumerate(combinations):
        for i, (slider, place) in enumerate(zip(sliders, wanted)):
            if place != at[i]:
                if held != i:
                    slider.focus()
                    held = i
                tab.keyboard.press("ArrowRight" if place == at[i] + 1 else "Home")
        at = list(wanted)
        assert shows(tab, name, number), wanted
    assert tab.errors == []


def test_the_pointer_reaches_every_frame(tab, name):
    combinations, data = frames_of(tab, name)
    tab.locator(f"#{name} .explorer-controls").scroll_into_view_if_needed()
    sliders = tab.locator(f"#{name} input[type=range]").all()
    boxes = [slider.bounding_box() for slider in sliders]
    at = [int(slider.input_value()) for slider in sliders]

    def hold(i, place):  # the pointer over the place of a slider's handle
        share = place / (len(list(data["controls"].values())[i]) - 1)
        tab.mouse.move(
            boxes[i]["x"] + THUMB / 2 + (boxes[i]["width"] - THUMB) * share,
            boxes[i]["y"] + boxes[i]["height"] / 2,
        )

    held = None
    for number, wanted in enumerate(combinations):
        for i, (old, new) in enumerate(zip(at, wanted)):
            if old != new:
                if held != i:  # let go of one handle, take the other
                    tab.mouse.up()
                    hold(i, old)
                    tab.mouse.down()
                    held = i
                hold(i, new)
        at = list(wanted)
        assert shows(tab, name, number), wanted
    tab.mouse.up()


def test_a_slider_says_its_value(tab, name):
    _, data = frames_of(tab, name)
    for control, readouts in data["readouts"].items():
        slider = tab.locator(f"#{name}-{control}")
        slider.press("End")
        assert (
            slider.get_attribute("aria-valuetext")
            == readouts[-1]
            == tab.locator(f"output[for={name}-{control}]").text_content()
        )
        assert tab.locator(f"label[for={name}-{control}]").is_visible()


def typed(text):
    for kind in (int, float, str):
        try:
            return kind(text)
        except ValueError:
            pass


def test_frames_in_the_page_are_those_that_the_package_draws(tab, name):
    draw = getattr(scenes, name, None) or own_scenes()[name]
    combinations, data = frames_of(tab, name)
    for number in random.Random(name).sample(range(len(combinations)), 5):
        values = {
            control: typed(values[at])
            for (control, values), at in zip(data["controls"].items(), combinations[number])
        }
        frame = Sheet(HEIGHTS[name]) if name in HEIGHTS else Sheet()
        assert frame.drawn(draw, values) == (data["frames"][number], data["sentences"][number])


def own_scenes():
    """The drawing functions of the page "Make your own explorer"."""
    page, names = (SITE.parents[1] / "reference" / "own_explorer.md").read_text(), {}
    for block in re.findall(r"^```\{code-cell\} ipython3\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)[:4]:
        exec(block, names)
    return names


def test_a_link_restores_its_frame(visit, tab, name):
    combinations, _ = frames_of(tab, name)
    for slider in tab.locator(f"#{name} input[type=range]").all():
        slider.press("End")
    link = tab.locator(f"#{name} .explorer-link").get_attribute("href")
    assert link == tab.evaluate("location.hash") and link.startswith(f"#{name}?")
    again = visit(WHERE[name], state=link)
    assert shows(again, name, len(combinations) - 1)
    assert again.evaluate(
        "name => { const b = document.getElementById(name).getBoundingClientRect(); return b.top < innerHeight && b.bottom > 0 }",
        name,
    )


def test_a_link_may_say_little_or_nonsense(visit):
    tab = visit("chapters/04_barrier", state="#staircase?layers=32")
    assert tab.locator("#staircase figcaption").text_content().startswith("32 layers, alpha 0.95")
    tab.evaluate("location.hash = '#staircase?layers=33&alpha=0.99&colour=red'")
    tab.wait_for_function(
        "document.querySelector('#staircase figcaption').textContent.startsWith('32 layers, alpha 0.99')"
    )
    tab.evaluate("location.hash = '#staircase?layers=%&alpha=0.9'")
    tab.wait_for_function(
        "document.querySelector('#staircase figcaption').textContent.startsWith('32 layers, alpha 0.9,')"
    )
    assert tab.errors == []


def test_play_walks_to_the_end_and_stops(visit):
    tab = visit("reference/own_explorer")
    button, slider = tab.locator("#drifting .explorer-play"), tab.locator("#drifting-layers")
    assert (button.text_content(), slider.input_value()) == ("Play", "3")  # stopped until asked
    button.click()
    assert button.text_content() == "Pause"
    tab.wait_for_function("document.querySelector('#drifting .explorer-play').textContent === 'Play'")
    assert (
        slider.input_value() == "5"
        and tab.locator("#drifting figcaption").get_attribute("aria-live") == "polite"
    )
    button.click()  # from the end it starts again
    assert slider.input_value() == "0"
    slider.press("ArrowRight")  # the reader's hand stops it
    assert button.text_content() == "Play"


def test_play_takes_single_steps_where_motion_is_unwanted(visit):
    tab = visit("reference/own_explorer", reduced_motion="reduce")
    button, slider = tab.locator("#drifting .explorer-play"), tab.locator("#drifting-layers")
    assert button.text_content() == "Next step"
    button.click()
    tab.wait_for_timeout(1200)
    assert (slider.input_value(), button.text_content()) == ("4", "Next step")


@pytest.mark.parametrize("width", [1280, 360])
def test_no_sentence_pushes_the_sliders_away(visit, name, width):
    tops = visit(WHERE[name], width).evaluate(
        """name => {
            const figure = document.getElementById(name), data = JSON.parse(figure.querySelector("script").textContent);
            return data.sentences.map(sentence => {
                figure.querySelector("figcaption").textContent = sentence;
                return figure.querySelector(".explorer-controls").offsetTop;
            });
        }""",
        name,
    )
    assert len(set(tops)) == 1


def test_without_script_the_first_frame_stands(visit, name):
    tab = visit(WHERE[name], java_script_enabled=False)
    assert (
        tab.locator(f"#{name} .explorer-picture svg").is_visible()
        and tab.locator(f"#{name} figcaption").is_visible()
    )
    assert not tab.locator(f"#{name} .explorer-controls").is_visible()
    sentence = tab.locator(f"#{name} figcaption").text_content()
    assert tab.locator(f"#{name} .explorer-picture svg text").count() > 3
    page = BeautifulSoup((SITE / f"{WHERE[name]}.html").read_text(), "html.parser")
    sliders = page.select(f"#{name} input")
    data = json.loads(page.select_one(f"#{name} script").string)
    assert (
        sentence
        == data["sentences"][
            np.ravel_multi_index([int(s["value"]) for s in sliders], [int(s["max"]) + 1 for s in sliders])
        ]
    )


def test_on_paper_every_figure_is_there(tab, name):
    tab.emulate_media(media="print")
    assert (
        tab.locator(f"#{name} .explorer-picture svg").is_visible()
        and not tab.locator(f"#{name} .explorer-controls").is_visible()
    )
    images = tab.evaluate("new Set([...document.querySelectorAll('article img')].map(i => i.src)).size")
    assert tab.pdf().count(b"/Subtype /Image") >= images
    tab.emulate_media(media="screen")


def test_on_a_phone_a_figure_is_whole_and_its_labels_can_be_read(visit, name):
    tab = visit(WHERE[name], 360, "dark")
    box = tab.locator(f"#{name} .explorer-picture svg").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 360
    assert box["width"] / (72 * WIDTH) * 9 > 9  # pixels of the smallest letters, of 9 points
    assert (
        tab.locator(f"#{name} .explorer-picture").evaluate("e => getComputedStyle(e).backgroundColor")
        == "rgb(255, 255, 255)"
    )
    for slider in tab.locator(f"#{name} input").all():
        assert slider.bounding_box()["height"] >= 24 and slider.bounding_box()["width"] > 250


# The calculator --------------------------------------------------------------------------------------------------


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
    assert results(calculator) == answers(shape.windowed_layers, shape.window, 0.95, 0.01)[0]


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
