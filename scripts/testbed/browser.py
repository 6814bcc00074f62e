"""Chromium without a window, to look at pages as a reader does: an installed one, or for root on Debian its package."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from testbed.processes import run
from testbed.service import Unavailable

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGE = "chromium-headless-shell"


def chromium() -> Path:
    """The browser's command. Raises Unavailable where this machine cannot have it."""
    if found := _installed():
        return found
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise Unavailable(f"there is no Chromium; install {PACKAGE}")
    apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "Acquire::Retries=3"]
    run([*apt, "update"], what="apt-get update")
    run([*apt, "install", "--no-install-recommends", PACKAGE], what=f"apt-get install {PACKAGE}")
    if found := _installed():
        return found
    raise Unavailable(f"Debian's package {PACKAGE} was installed, and there is still no Chromium")


def _installed() -> Path | None:
    return next((Path(found) for name in NAMES if (found := shutil.which(name))), None)
