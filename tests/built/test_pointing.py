"""Hands on the pictures of the built pages: pointing, reading, dragging, swiping, sharing links."""

import json
import re

import numpy as np
import pytest

from swa_lib import beyond, influence, rule_horizon
from swa_lib.chapters.hop_diagram import LAYERS, WINDOW


def place(tab, name, x, y):
    """Where a place of a drawing is on the screen."""
    tab.locator(f"#{name} .explorer-picture").scroll_into_view_if_needed()
    return tab.evaluate(
        """([name, x, y]) => {
            const svg = document.querySelector(`#${name} .explorer-picture svg`);
            const box = svg.getBoundingClientRect();
            const scale = box.width / svg.viewBox.baseVal.width;
            return [box.left + x * scale, box.top + y * scale];
        }""",
        [name, x, y],
    )


def frame(tab, name):
    return json.loads(tab.locator(f"#{name} .explorer-picture svg").get_attribute("data-frame"))


def places(tab, name, control):
    """The values of a control and where they lie in the drawing."""
    given = frame(tab, name)
    handled, which = given["handle"]
    assert handled == control
    start, end, low, high, scale, *_ = given[which]
    values = json.loads(tab.locator(f"#{name} script").text_content())["controls"][control]
    scaled = np.log if scale == "log" else np.array
    along = (scaled([float(v) for v in values]) - scaled(low)) / (scaled(high) - scaled(low))
    return dict(zip(values, (start + along * (end - start)).tolist()))


def says(tab, name):
    return tab.locator(f"#{name} figcaption").text_content()


def reading(tab, name):
    return tab.locator(f"#{name} .explorer-reading").text_content()


# The hop diagram -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("touch", [False, True])
def test_pointing_at_a_token_lights_its_paths(visit, touch):
    tab = visit("chapters/02_reach", 360 if touch else 1280, has_touch=touch)
    tokens = places(tab, "hop_diagram", "back")
    assert len(tokens) == LAYERS * (WINDOW - 1) + 1
    for back, x in tokens.items():
        where = place(tab, "hop_diagram", x, 165)
        tab.touchscreen.tap(*where) if touch else tab.mouse.move(*where)
        ways = round(influence(LAYERS, WINDOW)[int(back)] * WINDOW**LAYERS)
        assert f": {ways} of 64 paths;" in says(tab, "hop_diagram")
        token = "The current token" if back == "0" else f"{back} token{'s' if back > '1' else ''} back"
        assert says(tab, "hop_diagram").startswith(token)
        assert tab.locator("#hop_diagram-back").input_value() == back
    assert tab.errors == []


def test_the_play_button_sends_one_hop_a_layer(visit):
    tab = visit("chapters/02_reach")
    lit = "document.querySelectorAll('#hop_diagram svg path[style*=figure-red]').length"
    tab.locator("#hop_diagram .explorer-play").click()
    counts = [tab.evaluate(lit)]
    tab.wait_for_function("document.querySelector('#hop_diagram .explorer-play').textContent === 'Play'")
    counts.append(tab.evaluate(lit))
    assert counts[0] < counts[1] and "Lit" not in says(tab, "hop_diagram")


# Reading ---------------------------------------------------------------------------------------------------


def test_a_curve_is_read_where_the_pointer_is(visit):
    """Every value that said is the package's, to the digits said (two on a log axis, and a pixel)."""
    tab = visit("chapters/05_horizon", state="#two_horizons?layers=32&alpha=0.95&tolerance=0.001")
    given = frame(tab, "two_horizons")
    (left, right, low, high, *_), (bottom, *_) = given["x"], given["y"]
    tail, rule = beyond(influence(32, 100, 0.95)), rule_horizon(100, 0.95, 0.001)
    for wanted in (50, 200, 383):
        x = left + (wanted - low) / (high - low) * (right - left)
        tab.mouse.move(*place(tab, "two_horizons", x, bottom - 40))
        found = re.fullmatch(r"(\d+) tokens back: (.*)", reading(tab, "two_horizons"))
        at, values = int(found[1]), dict(re.findall(r"([a-z ]+) ([\d.e-]+)%(?:, |$)", found[2]))
        assert abs(at - wanted) <= 2 and set(values) == {"tolerance", "rule of thumb", "exact"}
        assert float(values["exact"]) / 100 == pytest.approx(tail[at], rel=0.06)
        assert float(values["rule of thumb"]) / 100 == pytest.approx(0.001 ** (at / rule), rel=0.06)
    assert tab.locator("#two_horizons .explorer-cross circle").count() == 3


def test_curves_are_read_by_keyboard_and_stay_read_when_a_slider_moves(visit):
    tab = visit("chapters/03_blur")
    tab.locator("#spreading_blur-layers").press("End")
    reader = tab.locator("#spreading_blur-reader")
    reader.focus()
    tab.keyboard.press("ArrowRight")
    first = reading(tab, "spreading_blur")
    assert re.match(r"1,326 tokens back: exact [\d.e-]+, Gaussian [\d.e-]+", first)
    assert reader.get_attribute("aria-valuetext") == first
    tab.keyboard.press("ArrowLeft")
    assert reading(tab, "spreading_blur").startswith("1,300 tokens back")
    tab.locator("#spreading_blur-layers").press("Home")
    assert reading(tab, "spreading_blur") == "1,300 tokens back: no curve"  # a shallow stack ends before


def test_the_tolerance_is_dragged_in_the_picture(visit):
    tab = visit("chapters/05_horizon")
    tab.locator("#two_horizons-tolerance").press("Home")
    for value, y in list(places(tab, "two_horizons", "tolerance").items())[1:]:
        where = place(tab, "two_horizons", 200, y)  # once the picture is in sight, its grip has a place
        grip = tab.locator("#two_horizons .explorer-grip circle").last.bounding_box()
        tab.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
        tab.mouse.down()
        tab.mouse.move(*where, steps=4)
        tab.mouse.up()
        assert f"tolerance {float(value):g}." in says(tab, "two_horizons")
        assert f"tolerance={value}" in tab.evaluate("location.hash")
    hand = tab.locator("#two_horizons .explorer-grip circle").first.bounding_box()
    assert hand["width"] >= 44 and hand["height"] >= 44


# Swipes and links ------------------------------------------------------------------------------------------


def swipe(tab, x, y, across, along):
    """A finger comes down, moves and is lifted; the browser may take the movement for scrolling."""
    session = tab.context.new_cdp_session(tab)

    def touch(kind, points):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", [{"x": x, "y": y}])
    for step in range(1, 11):
        touch("touchMove", [{"x": x + across * step / 10, "y": y + along * step / 10}])
        tab.wait_for_timeout(16)
    touch("touchEnd", [])
    tab.wait_for_timeout(300)


def test_a_swipe_past_a_slider_scrolls_the_page_and_leaves_it(visit):
    tab = visit("chapters/04_barrier", 360, has_touch=True, is_mobile=True)
    slider = tab.locator("#staircase-layers")
    slider.evaluate("e => e.scrollIntoView({block: 'center'})")
    box, before, sentence = slider.bounding_box(), slider.input_value(), says(tab, "staircase")
    scrolled = tab.evaluate("scrollY")
    swipe(tab, box["x"] + box["width"] - 20, box["y"] + 20, 0, -200)
    assert tab.evaluate("scrollY") > scrolled + 50
    assert (slider.input_value(), says(tab, "staircase")) == (before, sentence)
    box = slider.bounding_box()
    swipe(tab, box["x"] + 20, box["y"] + 20, box["width"] - 40, 0)  # along the slider it moves
    assert slider.input_value() == slider.get_attribute("max")
    assert says(tab, "staircase").startswith("100 layers")


def test_copy_link_copies_and_says_so(visit):
    tab = visit("chapters/04_barrier")
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.locator("#staircase-layers").press("End")
    button = tab.locator("#staircase .explorer-link")
    button.click()
    tab.wait_for_function("document.querySelector('#staircase .explorer-link').textContent === 'Copied'")
    copied = tab.evaluate("navigator.clipboard.readText()")
    assert copied.endswith("04_barrier.html#staircase?layers=100&alpha=0.95")
    tab.wait_for_function("document.querySelector('#staircase .explorer-link').textContent === 'Copy link'")


def test_two_explorers_keep_both_states(visit):
    tab = visit("chapters/04_barrier")
    tab.locator("#staircase-layers").press("End")
    tab.locator("#residual_hops-back").press("Home")
    state = tab.evaluate("location.hash")
    assert state == "#residual_hops?back=0&passed=3&alpha=0.5;staircase?layers=100&alpha=0.95"
    again = visit("chapters/04_barrier", state=state)
    assert says(again, "staircase").startswith("100 layers")
    assert says(again, "residual_hops").startswith("The current token")
