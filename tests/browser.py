"""A browser for the tests, found or fetched, and a tab that keeps what a page asked for and complained of.

    python tests/browser.py

looks for a Chromium that can be driven, and gets one if there is none: from Playwright, or, as root, from
Debian. What fails is told in a line. Without a browser, the tests that need one are skipped; where CI is set,
that is an error.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, TimeoutError, sync_playwright

# The first is Debian's: Chromium without a window, which opens a page at a third of the cost.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# --no-sandbox: without it Chromium does not start for root, who runs everything in a container.
# --font-render-hinting: without a window letters are as wide as with one only if told.
OPTIONS = ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"]
PLAYWRIGHT = (sys.executable, "-m", "playwright")
NONE = "no browser"  # how the reason of a skipped test begins
HOW = "To get one: apt install chromium-headless-shell (Debian), or CHROMIUM=/path/to/chrome make test."


@contextlib.contextmanager
def running():
    """The first browser that starts, on PATH, in CHROMIUM, of Playwright; LookupError says why none does."""
    # The driver first: where a library of the system is missing, each test would only say that its
    # connection was closed.
    if package := driver_lacks():
        raise LookupError(f"Playwright's driver lacks a library (Debian: apt install {package})")
    named = [*filter(None, [*map(shutil.which, NAMES), os.environ.get("CHROMIUM")])]
    faults = [] if named else ["none on PATH or in CHROMIUM"]
    with sync_playwright() as playwright:
        for path in [*named, None]:
            try:
                browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
            except Error as error:
                faults.append(f"{path or 'Playwright'}: {in_a_line(error.message)}")
            else:
                yield browser
                browser.close()
                return
    raise LookupError("; ".join(faults))


def missing():
    """Why no browser starts here, in a line; "" where one does."""
    try:
        with running():
            return ""
    except LookupError as error:
        return str(error)


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | {"LC_ALL": "C.UTF-8"})


def driver_lacks():
    """The Debian package of a library that Playwright's driver misses; "" where it starts."""
    return package_of(run(*PLAYWRIGHT, "--version").stderr)


def package_of(complaint):
    """The Debian package of the library that a program did not find, libatomic1 for libatomic.so.1; or ""."""
    library = re.search(r"shared libraries: (lib[^:\s]+)\.so\.?([\d.]*):", complaint)
    return library[1] + library[2] if library else ""


def in_a_line(complaint):
    """The line of a long complaint that says what is wrong."""
    if package := package_of(complaint):
        return f"a library is missing (Debian: apt install {package})"
    said = re.search(r"^(?:E|Error): .+", complaint, re.MULTILINE)
    return said[0] if said else complaint.strip().partition("\n")[0].removeprefix("BrowserType.launch: ")


def attempt(what, *command):
    """Say what is tried, and in a line why it failed."""
    print(f"{what}.", flush=True)
    done = run(*command)
    if done.returncode:
        print(f"  It failed. {in_a_line(done.stderr or done.stdout)}", flush=True)


def from_debian(package):
    """Install one of Debian's packages, as root."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        apt = "apt-get -qq --yes --no-install-recommends"
        attempt(f"Installing Debian's {package}", "sh", "-c", f"{apt} update && {apt} install {package}")


def main():
    """Look for a browser, and get one where there is none."""
    if package := driver_lacks():
        from_debian(package)
    if missing() and not driver_lacks():
        attempt("No browser starts: asking Playwright for one", *PLAYWRIGHT, "install", "chromium")
        if missing():
            from_debian("chromium-headless-shell")
    if reason := missing():
        print(f"There is {NONE} for the tests. {reason}. {HOW}")
        return bool(os.environ.get("CI"))


def new_tab(browser, width, height, other_hosts=False, **options):
    """A tab with a storage of its own; `asked` holds its requests, `errors` what it complained of."""
    tab = browser.new_context(viewport={"width": width, "height": height}, **options).new_page()
    tab.asked, tab.errors = [], []
    if not other_hosts:
        tab.context.route(
            lambda url: url.startswith(("http:", "https:", "ws:", "wss:")), lambda route: route.abort()
        )
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.on("console", lambda message: message.type == "error" and tab.errors.append(message.text))
    tab.on("pageerror", lambda error: tab.errors.append(str(error)))
    return tab


def barriers(tab, within=None, only=()):
    """What axe-core, the rules of accessible pages, finds in a tab, or in a selector there: "rule: element".

    `only` names the rules to try; without names it is all of them.
    """
    # A colour that still fades in is not the one that is read; some decks never rest.
    with contextlib.suppress(TimeoutError):
        tab.wait_for_function(
            "document.getAnimations().every(motion => motion.playState !== 'running')", timeout=1500
        )
    # A story's word is as faint as its share is small: the whole text is in its picture's label.
    context = within or {"exclude": [["[style^='--ink-share']"]]}
    # Without resultTypes axe describes every element that passes, too: as long again as the rules take.
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(only)} if only else {})
    found = Axe().run(tab, context=context, options=options).response["violations"]
    return [f"{violation['id']}: {node['html'][:200]}" for violation in found for node in violation["nodes"]]


if __name__ == "__main__":
    sys.exit(main())
