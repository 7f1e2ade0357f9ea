"""The reference pages as built: one page of paper, numbers that are shown, links that open their frames."""

import re
from urllib.parse import parse_qsl

from book import built, soup


def test_the_sheet_prints_on_one_a4_page(visit):
    tab = visit("reference/formulas", scheme="dark")
    printed = tab.pdf(format="A4", margin=dict.fromkeys(["top", "bottom", "left", "right"], "10mm"))
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


SHOWN = """name => {  // control: value, as an explorer stands
    const figure = document.getElementById(name);
    const { controls } = JSON.parse(figure.querySelector("script").textContent);
    const sliders = [...figure.querySelectorAll(".explorer-controls [name]")];
    return Object.fromEntries(sliders.map(slider => [slider.name, controls[slider.name][slider.value]]));
}"""


def test_a_link_of_the_guide_opens_its_frame(visit):
    page = soup(built("reference/teaching"))
    links = [a["href"] for a in page.select("article a[href*='?']") if "://" not in a["href"]]
    assert len(links) > 12
    for link in links[::4]:
        where, state = link.removeprefix("../").split("#")
        tab = visit(where.removesuffix(".html"), state="#" + state)
        name, _, values = state.partition("?")
        if name != "calculator":
            shown = tab.evaluate(SHOWN, name)
            assert dict(parse_qsl(values, strict_parsing=True)).items() <= shown.items()
