"""What the built pages cost a reader: `python tests/benchmark_pages.py` prints it.

own KB    the page and its images, compressed
all KB    everything that a first visit asks for, compressed; most of it is cached for the next page
answers   ms until the first explorer can be moved: nothing cached, processor four times slower, slow network
move      ms from a slider's move to the next frame of the screen, median and worst; a frame is 16.7 long
run       seconds that the page's cells took when the site was built
"""

import functools
import gzip
import pickle
import statistics
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from book import PAGES, SITE
from browser import new_tab, running

MOVE = """async () => {
    const times = [], frame = () => new Promise(requestAnimationFrame);
    for (const slider of document.querySelectorAll(".explorer-controls input[name]"))
        for (let at = 0; at <= slider.max && times.length < 100; at++) {
            await frame();
            const start = performance.now();
            slider.value = at;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
            await frame();
            times.push(performance.now() - start);
        }
    return times;
}"""


class Compressed(SimpleHTTPRequestHandler):
    """Serves text compressed, as hosts of static sites do."""

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if path.suffix not in (".html", ".css", ".js", ".svg"):
            return super().do_GET()
        body = gzip.compress(path.read_bytes())
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def slow(tab, factor):
    """A cheap phone on a train: a slower processor, 1.6 megabits a second, 150 ms an answer; 1: neither."""
    devtools = tab.context.new_cdp_session(tab)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": factor})
    network = {"latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 90_000}
    if factor == 1:
        network = dict.fromkeys(network, -1) | {"latency": 0}
    devtools.send("Network.emulateNetworkConditions", {"offline": False} | network)


def packed(paths):
    return sum(len(gzip.compress(path.read_bytes())) for path in paths if path.is_file()) / 1000


def costs(browser, address, page, ran):
    """One line of the table."""
    tab = new_tab(browser, 1280, 800, other_hosts=True)
    slow(tab, 4)
    tab.goto(f"{address}/{page}.html", wait_until="commit")
    moves = b'class="explorer"' in (SITE / f"{page}.html").read_bytes()
    if moves:
        tab.locator(".explorer-controls").first.wait_for(state="attached")  # it may be covered
    answers = tab.evaluate("performance.now()")
    slow(tab, 1)
    tab.wait_for_load_state("networkidle")
    files = {SITE / unquote(urlsplit(url).path).lstrip("/") for url in tab.asked if url.startswith(address)}
    own = [path for path in files if path == SITE / f"{page}.html" or path.parent.name == "_images"]
    line = f"{page:<24}{packed(own):>8.0f}{packed(files):>8.0f}{len(tab.asked):>9}{ran:>7.1f}"
    if moves and (times := tab.evaluate(MOVE)):
        line += f"{answers:>9.0f}{statistics.median(times):>8.1f}{max(times):>8.1f}"
    tab.context.close()
    return line


def main():
    stored = pickle.loads((SITE.parent / ".doctrees" / "environment.pickle").read_bytes()).nb_metadata
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Compressed, directory=SITE))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(__doc__.partition("\n\n")[2])
    print(f"{'page':<24}  own KB  all KB requests    run  answers    move   worst")
    with running() as browser:
        for page in PAGES:
            ran = stored.get(page, {}).get("exec_data", {}).get("runtime", 0)
            print(costs(browser, f"http://127.0.0.1:{server.server_port}", page, ran), flush=True)


if __name__ == "__main__":
    main()
