"""What the built pages cost a reader: `python tests/benchmark_pages.py` prints it.

own KB    the page and its images, compressed
all KB    everything that a first visit asks for, compressed; the next page finds most of it in the browser's cache
answers   ms from asking a server on this machine, nothing cached, until the first explorer has moved
move      ms from a slider's move until the new frame is painted, median and worst; a screen shows one every 16.7
run       seconds that the page's cells took when the site was built, all frames included
"""

import functools
import gzip
import pickle
import statistics
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from conftest import SITE, launch
from playwright.sync_api import sync_playwright
from test_browser import PAGES
from test_explorers import SCENES
from test_moving import WHERE

from swa_lib.figures.explorers import Sheet

# A frame of the screen begins, something is done, and the clock is read once that frame is painted.
PAINTED = """act => new Promise(done => requestAnimationFrame(() => {
    const start = performance.now();
    act();
    setTimeout(() => done(performance.now() - start));
}))"""
MOVE = f"""async moves => {{
    const painted = {PAINTED}, times = [];
    for (const slider of document.querySelectorAll(".explorer input"))
        for (let at = 0; at <= slider.max && times.length < moves; at++)
            times.push(await painted(() => {{ slider.value = at; slider.dispatchEvent(new Event("input", {{bubbles: true}})); }}));
    return [performance.now(), times];
}}"""
TYPE = f"""async ([layers, window]) => {{
    const painted = {PAINTED}, fields = document.forms.calculator.elements, times = [];
    for (let turn = 0; turn < 9; turn++)
        times.push(await painted(() => {{
            [fields.layers.value, fields.window.value] = [layers, window];
            fields.window.dispatchEvent(new Event("input"));
        }}));
    return times;
}}"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def packed(paths):
    return f"{sum(len(gzip.compress(path.read_bytes())) for path in paths) / 1000:.0f}"


def both(times):
    return f"{statistics.median(times):>8.1f}{max(times):>8.1f}"


def page_costs(browser, address):
    stored = pickle.loads((SITE.parent / ".doctrees" / "environment.pickle").read_bytes())
    ran = {
        page: f"{data['exec_data']['runtime']:.1f}"
        for page, data in stored.nb_metadata.items()
        if "exec_data" in data
    }
    print(
        f"{'page':<24}{'own KB':>8}{'all KB':>8}{'requests':>10}{'run':>8}{'answers':>9}{'move':>8}{'worst':>8}"
    )
    for page in PAGES:
        tab, asked = browser.new_page(), []
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(f"{address}/{page}.html", wait_until="commit")
        moving = ""
        if page in WHERE.values():
            tab.locator(".explorer-controls:not([hidden])").first.wait_for()
            moving = f"{tab.evaluate(MOVE, 1)[0]:>9.0f}"
        tab.wait_for_load_state("networkidle")
        files = {SITE / unquote(urlsplit(url).path).lstrip("/") for url in asked if url.startswith(address)}
        own = [
            path
            for path in files
            if path.name == f"{page.rpartition('/')[2]}.html" or path.parent.name == "_images"
        ]
        if moving:
            moving += both(tab.evaluate(MOVE, 100)[1])
        print(
            f"{page:<24}{packed(own):>8}{packed(files):>8}{len(asked):>10}{ran.get(page, '-'):>8}{moving}",
            flush=True,
        )
        tab.close()


def calculator_costs(browser, address):
    print(f"\n{'the calculator, ms until its new answer is painted':<50}{'median':>8}{'worst':>8}")
    tab = browser.new_page()
    tab.goto(f"{address}/chapters/05_horizon.html")
    for stack in ((8, 100), (32, 4096), (100, 5000), (1000, 50)):
        print(f"{'L = {:,}, W = {:,}'.format(*stack):<50}{both(tab.evaluate(TYPE, stack))}")
    tab.close()


def frame_cost(scene, cases, sheet):
    start = time.perf_counter()
    for values, _ in cases * 5:
        sheet().drawn(scene, values)
    return 1000 * (time.perf_counter() - start) / len(cases * 5)


def frame_costs():
    print(f"\n{'a frame in Python, ms, drawn on':<32}{'one sheet':>12}{'a new one':>12}")
    for scene, cases in SCENES.items():
        kept = Sheet()
        frame_cost(scene, cases, lambda: kept)  # the first frame makes the axes
        print(
            f"{scene.__name__:<32}{frame_cost(scene, cases, lambda: kept):>12.1f}{frame_cost(scene, cases, Sheet):>12.1f}"
        )


if __name__ == "__main__":
    print(__doc__.partition("\n\n")[2])
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=SITE))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser, address = launch(playwright), f"http://127.0.0.1:{server.server_port}"
        page_costs(browser, address)
        calculator_costs(browser, address)
    frame_costs()
