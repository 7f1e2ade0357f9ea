"""What the built pages cost a reader: `python tests/benchmark_pages.py` prints it.

own KB    the page and its images, compressed
all KB    everything that a first visit asks for, compressed; most of it is cached for the next page
answers   ms until the first explorer has moved: nothing cached, processor four times slower, slow network
move      ms from a slider's move until the new frame is painted, median and worst; a screen has 16.7 a frame
run       seconds that the page's cells took when the site was built, all frames included
"""

import functools
import gzip
import itertools
import pickle
import statistics
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from book import EXPLORERS, PAGES, SITE, choices, explorer_data
from browser import new_tab, running

from swa_lib.book.sheets import Sheet
from swa_lib.chapters import scenes

# A frame of the screen begins, something is done, and the clock is read once that frame is painted.
PAINTED = """act => new Promise(done => requestAnimationFrame(() => {
    const start = performance.now();
    act();
    setTimeout(() => done(performance.now() - start));
}))"""
MOVE = f"""async moves => {{
    const painted = {PAINTED}, times = [];
    for (const slider of document.querySelectorAll(".explorer-controls input[name]"))
        for (let at = 0; at <= slider.max && times.length < moves; at++)
            times.push(await painted(() => {{
                slider.value = at;
                slider.dispatchEvent(new Event("input", {{bubbles: true}}));
            }}));
    return [performance.now(), times];
}}"""
TYPE = """async (model) => {
    const form = document.forms.calculator, times = [];
    for (let turn = 0; turn < 5; turn++) {
        const start = performance.now();
        form.elements.model.value = model;
        form.elements.model.dispatchEvent(new Event("change"));
        form.elements.text.value = "131,072";
        form.elements.text.dispatchEvent(new Event("input"));
        while (form.classList.contains("calculator-busy")) await new Promise(requestAnimationFrame);
        times.push(performance.now() - start);
    }
    return times;
}"""


class Packing(SimpleHTTPRequestHandler):
    """A server that packs text, as every server of pages does, and keeps its log to itself."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if path.suffix not in (".html", ".js", ".css", ".svg", ".json") or not path.is_file():
            return super().do_GET()
        content = gzip.compress(path.read_bytes())
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", len(content))
        self.end_headers()
        self.wfile.write(content)


def slow_down(tab):
    """A cheap phone on a train: processor four times slower, 1.6 megabits a second, 150 ms an answer."""
    devtools = tab.context.new_cdp_session(tab)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    network = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 90_000}
    devtools.send("Network.emulateNetworkConditions", network)
    return devtools


def speed_up(devtools):
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    full = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    devtools.send("Network.emulateNetworkConditions", full)


def packed(paths):
    return f"{sum(len(gzip.compress(path.read_bytes())) for path in paths) / 1000:.0f}"


def both(times):
    return f"{statistics.median(times):>9.1f}{max(times):>9.1f}"


def page_costs(browser, address):
    stored = pickle.loads((SITE.parent / ".doctrees" / "environment.pickle").read_bytes())
    ran = {
        page: f"{data['exec_data']['runtime']:.1f}"
        for page, data in stored.nb_metadata.items()
        if "exec_data" in data
    }
    headings = ("own KB", "all KB", "requests", "run", "answers", "move", "worst")
    print(f"{'page':<24}" + "".join(f"{heading:>9}" for heading in headings))
    for page in PAGES:
        tab = new_tab(browser, 1280, 800, other_hosts=True)
        devtools = slow_down(tab)
        tab.goto(f"{address}/{page}.html", wait_until="commit")
        moving = ""
        if page in EXPLORERS.values():
            tab.locator(".explorer-controls:not([hidden])").first.wait_for()
            moving = f"{tab.evaluate(MOVE, 1)[0]:>9.0f}"
        speed_up(devtools)
        tab.wait_for_load_state("networkidle")
        files = {
            SITE / unquote(urlsplit(url).path).lstrip("/") for url in tab.asked if url.startswith(address)
        }
        own = [
            path
            for path in files
            if path.name == f"{page.rpartition('/')[2]}.html" or path.parent.name == "_images"
        ]
        if moving:
            moving += both(tab.evaluate(MOVE, 100)[1])
        print(
            f"{page:<24}{packed(own):>9}{packed(files):>9}{len(tab.asked):>9}{ran.get(page, '-'):>9}{moving}",
            flush=True,
        )
        tab.context.close()


def calculator_costs(browser, address):
    print(f"\n{'the calculator, ms until its new answer is painted':<50}{'median':>9}{'worst':>9}")
    tab = browser.new_page()
    tab.goto(f"{address}/chapters/05_horizon.html")
    for name in ("Mistral 7B v0.1", "Gemma 3 27B", "Gemma 4 31B", "Llama 4 Scout"):
        print(f"{name + ', 131,072 tokens':<50}{both(tab.evaluate(TYPE, name))}")
    tab.close()


def frame_cost(scene, cases, sheet):
    start = time.perf_counter()
    for values in cases:
        sheet().drawn(scene, values)
    return 1000 * (time.perf_counter() - start) / len(cases)


def frame_costs():
    print(f"\n{'a frame in Python, ms, drawn on':<32}{'one sheet':>12}{'a new one':>12}")
    for name in filter(lambda name: hasattr(scenes, name), EXPLORERS):
        scene, cases = getattr(scenes, name), choices(explorer_data(name)["controls"])[::5]
        one_sheet = itertools.repeat(Sheet()).__next__
        frame_cost(scene, cases[:1], one_sheet)  # the first frame makes the axes
        print(
            f"{name:<32}{frame_cost(scene, cases, one_sheet):>12.1f}{frame_cost(scene, cases, Sheet):>12.1f}"
        )


if __name__ == "__main__":
    print(__doc__.partition("\n\n")[2])
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Packing, directory=SITE))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    with running() as browser:
        page_costs(browser, address)
        calculator_costs(browser, address)
    frame_costs()
