"""Command-line tools from npm, each in a folder of its own outside the project, fetched once per version."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from testbed.processes import run
from testbed.service import Unavailable


def tool(package: str, version: str, command: str) -> Path:
    """The command of a package, ready to run. Raises Unavailable where this machine cannot have it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "priorauth"
    folder = cache / f"{command}-{version}"
    found = folder / "node_modules" / ".bin" / command
    if found.exists():
        return found
    for needed in ("node", "npm"):
        if shutil.which(needed) is None:
            raise Unavailable(f"there is no {needed}; install Node.js 20 or newer")
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as made:
        fetched = Path(made) / "tool"
        fetched.mkdir()
        options = ["--prefix", str(fetched), "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"]
        run(["npm", "install", "--silent", *options, f"{package}@{version}"], what=f"npm install {package}")
        try:
            fetched.rename(folder)
        except OSError:  # another run was first
            if not found.exists():
                raise
    return found
