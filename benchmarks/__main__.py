"""Run each benchmark of this folder in a process of its own, so that none warms up or bloats the next."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def main(names: list[str]) -> int:
    """Run the benchmarks named, or all; the exit code is 2 for an unknown name and 1 where one of them failed."""
    available = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))
    unknown = [name for name in names if name not in available]
    if unknown or not available:
        print(f"unknown: {', '.join(unknown)}; there are: {', '.join(available)}", file=sys.stderr)
        return 2
    failed = [name for name in names or available if not run(name)]
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def run(name: str) -> bool:
    """Run one benchmark as `python -m benchmarks.<name>`; true where it exits with 0."""
    print(f"== {name}", flush=True)
    return subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
