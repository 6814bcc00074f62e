"""`priorauth demo`: the main job, end to end, on a gateway of its own."""

from __future__ import annotations

import sys

from priorauth.adapters.mapping_files import shipped_folder
from priorauth.cli.output import INVALID, say
from priorauth.sandbox.demo.run import run_demo as show


def run_demo() -> int:
    """Start a gateway on a free port, send it requests, show everything; 0 where every case kept its promise."""
    serve = [sys.executable, "-c", "from priorauth.cli import main; main()", "serve"]
    return 0 if show(say, serve=serve, samples=shipped_folder("samples")) else INVALID
