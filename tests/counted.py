"""What a test counted, printed at the end of the run: `record_property("counted", line)`. Loaded as a pytest plugin."""

from __future__ import annotations

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the lines of each test that counted something, whether it passed or not."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            lines = [str(line) for name, line in report.user_properties if name == "counted"]
            if lines and report.when == "call":
                terminalreporter.section(f"{outcome}: {report.nodeid.rpartition('::')[2]}", sep="-")
                for line in lines:
                    terminalreporter.write_line(line)
