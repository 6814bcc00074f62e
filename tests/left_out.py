"""What a test run left out, and why, said aloud at its end. Loaded as a pytest plugin; see docs/testing.md."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import NoReturn

import pytest

PREFIX = "left out: "


def skip(what: str, because: str) -> NoReturn:
    """Leave out the present test, fixture or module: `skip("the database server", "none answers")`."""
    pytest.skip(f"{PREFIX}{what}, because {because}", allow_module_level=True)


def material(variable: str, pattern: str, *, what: str) -> list[Path]:
    """The files of the folder that an environment variable names, sorted; leaves out where there are none."""
    folder = os.environ.get(variable, "")
    if not folder:
        skip(what, f"{variable} is not set")
    found = sorted(Path(folder).glob(pattern))
    if not found:
        skip(what, f"{variable} names a folder without {pattern}")
    return found


def each_file(name: str, variable: str, pattern: str, *, what: str) -> pytest.MarkDecorator:
    """Run a test once per file of `material`, given as argument `name`; where there are none, leave it out, aloud."""
    try:
        files = material(variable, pattern, what=what)
        return pytest.mark.parametrize(name, [pytest.param(path, id=path.stem) for path in files])
    except pytest.skip.Exception as left_out:
        return pytest.mark.parametrize(name, [pytest.param(None, id="none", marks=pytest.mark.skip(str(left_out)))])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test marked `real` that was left out in continuous integration."""
    report = yield
    reason = _reason(report)
    if reason and item.get_closest_marker("real") and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"{reason}: tests marked real may not be left out where CI=true"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once per reason how many tests were left out."""
    reasons = [reason for report in terminalreporter.getreports("skipped") if (reason := _reason(report))]
    if not reasons:
        return
    terminalreporter.section("LEFT OUT", sep="!", yellow=True, bold=True)
    for reason in sorted(set(reasons)):
        terminalreporter.write_line(f"{reason.upper()} ({reasons.count(reason)})", yellow=True)


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """The reason for which a test or module was left out, or empty."""
    if not report.skipped or not isinstance(report.longrepr, tuple):
        return ""
    _, _, reason = report.longrepr
    reason = reason.removeprefix("Skipped: ")
    return reason if reason.startswith(PREFIX) else ""
