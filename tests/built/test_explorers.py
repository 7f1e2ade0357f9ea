"""Explorers on the built pages, in a real browser: by keyboard, by pointer, by link, and without script."""

import itertools
import random
import re

import numpy as np
import pytest
from book import EXPLORERS, REFERENCE, SITE, built, choices, code_blocks, explorer_data, soup
from words import DOUBLES, found

from swa_lib.book.sheets import WIDTH, Sheet
from swa_lib.chapters import scenes

HEIGHTS = {"strip": 2.4, "token_strip": 2.4}
THUMB = 16  # pixels of a slider's handle, which never leaves the track


@pytest.fixture(scope="module", params=EXPLORERS)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def tab(open_page, name):
    """The page of an explorer, which several tests move in turn."""
    tab = open_page(EXPLORERS[name])
    yield tab
    tab.context.close()


@pytest.fixture(autouse=True)
def desktop(request):
    """A test finds the shared page on a wide, light screen, whatever the test before it did."""
    if "tab" in request.fixturenames:
        tab = request.getfixturevalue("tab")
        tab.set_viewport_size({"width": 1280, "height": 800})
        tab.emulate_media(media="screen", color_scheme="light")


def frames_of(name):
    """Every combination of the controls' values, in the order of the frames, and the page's data."""
    data = explorer_data(name)
    assert len(data["frames"]) == len(data["sentences"]) > 1
    return list(itertools.product(*(range(len(values)) for values in data["controls"].values()))), data


SHOWS = """  // Whether picture and sentence are those of a frame, as the browser parses them.
    function shows(figure, number) {
        figure.data ??= JSON.parse(figure.querySelector("script").textContent);
        const drawn = figure.querySelector(".explorer-picture").cloneNode(true);
        const other = document.createElement("div");
        drawn.querySelectorAll(".explorer-cross, .explorer-grip").forEach(added => added.remove());
        other.innerHTML = figure.data.frames[number];
        return figure.querySelector("figcaption").textContent === figure.data.sentences[number]
            && drawn.innerHTML === other.innerHTML;
    }"""


def shows(tab, name, number):
    """Whether picture and sentence are those of the frame."""
    return tab.evaluate(
        f"([name, number]) => {{ {SHOWS}; return shows(document.getElementById(name), number); }}",
        [name, number],
    )


def test_every_explorer_of_the_site_is_known_here():
    there = {
        (figure["id"], str(page.relative_to(SITE).with_suffix("")))
        for page in SITE.rglob("*.html")
        if page.stem != "slides"  # they have tests of their own
        for figure in soup(page).select("figure.explorer")
    }
    assert there == set(EXPLORERS.items())


def test_no_frame_has_a_second_word_for_a_thing(name):
    """Nor "1 layers" or "1 hops": every sentence, and every word that is drawn."""
    data = explorer_data(name)
    drawn = {word for frame in data["frames"] for word in re.findall(r"<text[^>]*>([^<]*)", frame)}
    assert drawn and found("\n".join([*data["sentences"], *sorted(drawn)]), DOUBLES) == []


def test_every_combination_shows_its_frame(tab, name):
    """All at once in the page, with the event that keys and pointers cause: the next two tests use those."""
    combinations, _ = frames_of(name)
    wrong = tab.evaluate(
        f"""([name, combinations]) => {{
            {SHOWS}
            const figure = document.getElementById(name);
            const sliders = [...figure.querySelectorAll(".explorer-controls [name]")];
            return combinations.filter((places, number) => {{
                sliders.forEach((slider, i) => (slider.value = places[i]));
                sliders.at(-1).dispatchEvent(new Event("input", {{ bubbles: true }}));
                return !shows(figure, number);
            }});
        }}""",
        [name, combinations],
    )
    assert wrong == [] == tab.errors


def test_the_keyboard_reaches_every_value(tab, name):
    """One slider after the other, from end to end."""
    combinations, data = frames_of(name)
    sliders = tab.locator(f"#{name} .explorer-controls [name]").all()
    at = [int(slider.input_value()) for slider in sliders]
    for i, (slider, values) in enumerate(zip(sliders, data["controls"].values(), strict=True)):
        slider.press("Home")
        for place in range(len(values)):
            if place:
                tab.keyboard.press("ArrowRight")
            at[i] = place
            assert shows(tab, name, combinations.index(tuple(at))), at
    assert tab.errors == []


def test_the_pointer_reaches_every_value(tab, name):
    """One slider after the other, from end to end."""
    combinations, data = frames_of(name)
    tab.locator(f"#{name} .explorer-controls").scroll_into_view_if_needed()
    sliders = tab.locator(f"#{name} .explorer-controls [name]").all()
    at = [int(slider.input_value()) for slider in sliders]
    for i, (slider, values) in enumerate(zip(sliders, data["controls"].values(), strict=True)):
        if slider.evaluate("e => e.matches('select')"):
            slider.select_option(str(at[i]))
            continue  # the browser's own menu: what it picks, the keyboard has shown
        track = slider.bounding_box()
        step = (track["width"] - THUMB) / (len(values) - 1)
        left, height = track["x"] + THUMB / 2, track["y"] + track["height"] / 2
        tab.mouse.move(left + at[i] * step, height)
        tab.mouse.down()  # the handle is taken, and let go of at the end
        for place in range(len(values)):
            tab.mouse.move(left + place * step, height)
            at[i] = place
            assert shows(tab, name, combinations.index(tuple(at))), at
        tab.mouse.up()


def test_a_slider_says_its_value(tab, name):
    _, data = frames_of(name)
    for control, readouts in data["readouts"].items():
        slider = tab.locator(f"#{name}-{control}")
        slider.press("End")
        if slider.evaluate("e => e.matches('select')"):
            assert slider.locator("option:checked").text_content() == readouts[-1]
        else:
            shown = tab.locator(f"output[for={name}-{control}]").text_content()
            assert slider.get_attribute("aria-valuetext") == readouts[-1] == shown
        assert tab.locator(f"label[for={name}-{control}]").is_visible()


def test_frames_in_the_page_are_those_that_the_package_draws(name):
    draw, data = getattr(scenes, name, None) or own_scenes()[name], explorer_data(name)
    every = choices(data["controls"])
    for number in random.Random(name).sample(range(len(every)), 5):
        frame = Sheet(HEIGHTS[name]) if name in HEIGHTS else Sheet()
        assert frame.drawn(draw, every[number]) == (data["frames"][number], data["sentences"][number])


def own_scenes():
    """The drawing functions of the page "Make your own explorer"."""
    names = {}
    for block in code_blocks((REFERENCE / "own_explorer.md").read_text())[:4]:
        exec(block, names)
    return names


def test_a_link_restores_its_frame(visit, tab, name):
    combinations, _ = frames_of(name)
    for slider in tab.locator(f"#{name} .explorer-controls [name]").all():
        slider.press("End")
    link = tab.evaluate("location.hash")
    assert link.startswith(f"#{name}?")
    again = visit(EXPLORERS[name], state=link)
    assert shows(again, name, len(combinations) - 1)
    assert again.evaluate(
        """name => {
            const box = document.getElementById(name).getBoundingClientRect();
            return box.top < innerHeight && box.bottom > 0;
        }""",
        name,
    )


def test_a_link_may_say_little_or_nonsense(visit):
    tab = visit("chapters/04_barrier", state="#staircase?layers=32")
    assert tab.locator("#staircase figcaption").text_content().startswith("32 layers, α = 0.95")
    tab.evaluate("location.hash = '#staircase?layers=33&alpha=0.99&colour=red'")
    tab.wait_for_function(
        "document.querySelector('#staircase figcaption').textContent.startsWith('32 layers, α = 0.99')"
    )
    tab.evaluate("location.hash = '#staircase?layers=%&alpha=0.9'")
    tab.wait_for_function(
        "document.querySelector('#staircase figcaption').textContent.startsWith('32 layers, α = 0.9,')"
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
def test_no_sentence_pushes_the_sliders_away(tab, name, width):
    tab.set_viewport_size({"width": width, "height": 800})
    tops = tab.evaluate(
        """name => {
            const figure = document.getElementById(name), caption = figure.querySelector("figcaption");
            const data = JSON.parse(figure.querySelector("script").textContent), shown = caption.textContent;
            const tops = data.sentences.map(sentence => {
                caption.textContent = sentence;
                return figure.querySelector(".explorer-controls").offsetTop;
            });
            caption.textContent = shown;
            return tops;
        }""",
        name,
    )
    assert len(set(tops)) == 1


def test_without_script_the_first_frame_stands(visit, name):
    tab = visit(EXPLORERS[name], java_script_enabled=False)
    assert (
        tab.locator(f"#{name} .explorer-picture svg").is_visible()
        and tab.locator(f"#{name} figcaption").is_visible()
    )
    assert not tab.locator(f"#{name} .explorer-controls").is_visible()
    sentence = tab.locator(f"#{name} figcaption").text_content()
    assert tab.locator(f"#{name} .explorer-picture svg text").count() > 3
    data = explorer_data(name)
    controls = soup(built(EXPLORERS[name])).select(f"#{name} .explorer-controls [name]")
    at = [int(control.get("value") or control.select_one("[selected]")["value"]) for control in controls]
    assert (
        sentence == data["sentences"][np.ravel_multi_index(at, [len(v) for v in data["controls"].values()])]
    )


def test_on_paper_every_figure_is_there(tab, name):
    tab.emulate_media(media="print")
    assert (
        tab.locator(f"#{name} .explorer-picture svg").is_visible()
        and not tab.locator(f"#{name} .explorer-controls").is_visible()
    )
    if name != next(other for other, page in EXPLORERS.items() if page == EXPLORERS[name]):
        return  # a page of two explorers is printed once
    images = tab.evaluate("new Set([...document.querySelectorAll('article img')].map(i => i.src)).size")
    assert tab.pdf().count(b"/Subtype /Image") >= images


def test_on_a_phone_a_figure_is_whole_and_its_labels_can_be_read(tab, name):
    tab.set_viewport_size({"width": 360, "height": 800})
    tab.emulate_media(color_scheme="dark")
    box = tab.locator(f"#{name} .explorer-picture svg").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 360
    sizes = "all => all.map(text => parseFloat(getComputedStyle(text).fontSize))"
    points = min(tab.locator(f"#{name} .explorer-picture svg text").evaluate_all(sizes))
    assert points * box["width"] / (72 * WIDTH) >= 11  # pixels
    for control in tab.locator(f"#{name} .explorer-controls :is(input, select, button)").all():
        assert control.bounding_box()["height"] >= 44
