"""One profile for all random tests, and the last word on those that wanted a browser."""

import os

import pytest
from browser import HOW, NONE
from hypothesis import settings

# A slow machine is no fault, so no example has a deadline.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


def pytest_xdist_auto_num_workers():
    """One more at work than there are processors: where a browser is driven, much is waited for."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter):
    """Say how many tests were skipped for want of a browser, why, and how to get one."""
    reasons = [report.longrepr[2] for report in terminalreporter.stats.get("skipped", [])]
    wanting = [why.removeprefix("Skipped: ") for why in reasons if why.startswith(f"Skipped: {NONE}")]
    if wanting:
        terminalreporter.write_line(f"{len(wanting)} tests were skipped: {wanting[0]}. {HOW}", yellow=True)
