"""A live JupyterLab, driven like a reader would: run all cells, move a slider, type a number."""

import os
import re
import signal
import subprocess
import sys

import nbformat
import pytest
from book import ROOT, read_notebook

MINUTE = 60_000  # milliseconds


@pytest.fixture
def lab(tmp_path):
    """Address of a JupyterLab that serves chapter 5, of its code two explorers and the calculator."""
    chapter = read_notebook(ROOT / "chapters" / "05_horizon.ipynb")
    kept = re.compile(r"(edge|two_horizons|Calculator)\b")
    chapter.cells = [cell for cell in chapter.cells if cell.cell_type != "code" or kept.search(cell.source)]
    nbformat.write(chapter, tmp_path / "05_horizon.ipynb")
    options = [
        *["--no-browser", "--port=0", "--ip=127.0.0.1", "--allow-root", f"--ServerApp.root_dir={tmp_path}"],
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    command = [sys.executable, "-m", "jupyterlab", *options]
    with subprocess.Popen(
        command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as server:
        try:
            found = (re.search(r"http://127\.0\.0\.1:\d+/lab\?token=\w+", line) for line in server.stderr)
            yield next(filter(None, found))[0]
        finally:
            os.killpg(server.pid, signal.SIGKILL)  # with its kernels: asked politely, it may wait for them


def test_the_live_explorer_and_calculator_answer(browser, lab):
    context = browser.new_context(viewport={"width": 1280, "height": 2000})
    tab = context.new_page()
    tab.goto(lab.replace("/lab?", "/lab/tree/05_horizon.ipynb?"))
    tab.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=MINUTE)
    tab.get_by_text("| Idle").wait_for(timeout=MINUTE)  # cells run before the kernel is there are forgotten
    tab.get_by_role("menuitem", name="Run", exact=True).click()
    tab.get_by_role("menuitem", name="Run All Cells", exact=True).click()

    explorer = tab.locator("#two_horizons")
    says, slider = explorer.locator("figcaption"), explorer.get_by_label("Layers L")
    says.filter(has_text="comes from beyond 383 tokens").wait_for(timeout=MINUTE)
    line = explorer.locator('.path [data-name="exact"]')
    drawn = line.get_attribute("d")
    slider.focus()
    slider.press("ArrowRight")
    says.filter(has_text="64 layers").wait_for(timeout=MINUTE)
    tab.wait_for_timeout(500)  # it glides
    assert line.get_attribute("d") != drawn
    explorer.locator(".stage > svg").focus()
    tab.keyboard.press("ArrowLeft")
    assert "tokens back" in explorer.locator(".reading").text_content()
    stills = tab.locator(".jp-RenderedImage")
    assert stills.count()
    for still in stills.all():
        still.wait_for(state="hidden", timeout=MINUTE)

    calculator = tab.locator("form.calculator")
    calculator.get_by_label("Layers L").fill("12")
    calculator.get_by_label("Window W").fill("128")
    calculator.get_by_text("223 tokens (1.7 W)").wait_for(timeout=MINUTE)
    calculator.get_by_label("Residual share α").fill("0,9")
    calculator.get_by_text("Write 0.9 with a decimal point").wait_for(timeout=MINUTE)
    # Saved, and opened again without its kernel: the first frames are still there.
    tab.keyboard.press("Control+s")
    tab.get_by_role("menuitem", name="Kernel", exact=True).click()
    tab.get_by_role("menuitem", name="Shut Down Kernel", exact=True).click()
    tab.get_by_text("No Kernel").first.wait_for(timeout=MINUTE)
    tab.reload()
    tab.locator(".jp-RenderedImage img").first.wait_for(timeout=MINUTE)
    assert tab.locator(".jp-RenderedImage img").first.is_visible()
    context.close()
