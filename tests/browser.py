"""The installed browser, and a tab that keeps what a page asked for and complained of."""

import shutil

INSTALLED = [shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")]


def launch(playwright):
    """None is the browser that `playwright install` fetched. --no-sandbox: CI runs as root."""
    path = next(filter(None, INSTALLED), None)
    return playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])


def new_tab(browser, width, height, other_hosts=False, **options):
    """A tab with cookies and storage of its own; `asked` holds its requests, `errors` what it complained of."""
    tab = browser.new_context(viewport={"width": width, "height": height}, **options).new_page()
    tab.asked, tab.errors = [], []
    if not other_hosts:
        tab.route(lambda url: url.startswith(("http:", "https:", "ws:", "wss:")), lambda route: route.abort())
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.on("console", lambda message: message.type == "error" and tab.errors.append(message.text))
    tab.on("pageerror", lambda error: tab.errors.append(str(error)))
    return tab
