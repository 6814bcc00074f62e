"""The command line: start the services, stop them, say where they are, or have them while a command runs."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from testbed.kafka import Kafka
from testbed.postgres import Postgres
from testbed.processes import Process, noted, remove, this_process
from testbed.service import Service, Unavailable

USAGE = """usage: scripts/services start | stop | status | run -- COMMAND

start   start what does not run yet, and print where everything is
stop    end it, and delete its data
status  print where it is; 1 where nothing runs
run     have services of its own while COMMAND runs, found by it in environment variables; its exit code"""

ROOT = Path(__file__).parents[2]
VARIABLES = "variables.json"
OWNER = "owner.json"


def services() -> Sequence[Service]:
    """Every service there is. A new one is a module and a line here."""
    return [Postgres(), Kafka()]


def main() -> None:
    """Run the command given."""
    command, *rest = sys.argv[1:] or [""]
    if command == "run" and rest[:1] == ["--"] and rest[1:]:
        sys.exit(run(rest[1:]))
    if rest or command not in ("start", "stop", "status"):
        sys.exit(USAGE)
    sys.exit({"start": start, "stop": stop, "status": status}[command]())


def start() -> int:
    """Start what was asked for, and leave it running."""
    end_what_was_left()
    folder = kept_folder()
    if not noted(folder):
        remove(folder)
        make_private(folder)
        say(bring_up(folder))
    return status()


def stop() -> int:
    """End what `start` started."""
    end_what_was_left()
    remove(kept_folder())
    return 0


def status() -> int:
    """Print where the services are."""
    folder = kept_folder()
    if not noted(folder):
        print("services: nothing runs", file=sys.stderr)
        return 1
    for name, value in json.loads((folder / VARIABLES).read_text()).items():
        print(f"{name}={value}")
    return 0


def run(command: Sequence[str]) -> int:
    """Run a command with services of its own."""
    end_what_was_left()
    with own_folder() as folder:
        missing = [each for each in services() if not all(map(os.environ.get, each.variables))]
        say(bring_up(folder, missing))
        found = json.loads((folder / VARIABLES).read_text())
        child = subprocess.Popen(command, env={**os.environ, **found})
        for passed_on in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(passed_on, lambda number, _frame: child.send_signal(number))
        while True:
            with contextlib.suppress(KeyboardInterrupt):  # the command gets it too, and ends by itself
                return child.wait()


def bring_up(folder: Path, wanted: Sequence[Service] | None = None) -> Mapping[str, str]:
    """Start services beside each other and note where they are; for each that cannot be had, why."""
    variables: dict[str, str] = {}
    why: dict[str, str] = {}

    def begin(service: Service) -> None:
        own = make_private(folder / service.name.lower())
        since = time.monotonic()
        try:
            variables.update(service.start(own))
        except Unavailable as reason:
            why[service.name] = str(reason)
            return
        print(f"services: {service.name} runs ({time.monotonic() - since:.1f} s)", file=sys.stderr, flush=True)

    chosen = services() if wanted is None else wanted
    with ThreadPoolExecutor(max_workers=len(chosen) or 1) as threads:
        list(threads.map(begin, chosen))
    (folder / VARIABLES).write_text(json.dumps(variables))
    return why


def say(left_out: Mapping[str, str]) -> None:
    """Say loudly what cannot be had; in continuous integration that is a failure."""
    for name, reason in left_out.items():
        print(f"!!! services: NO {name.upper()}: {reason} !!!", file=sys.stderr, flush=True)
    if left_out and os.environ.get("CI") == "true":
        sys.exit("services: CI=true needs every service")


def kept_folder() -> Path:
    """Where what `start` starts lives: one place for each copy of the project and user."""
    copy = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
    return top() / f"kept-{copy}"


def top() -> Path:
    return Path(tempfile.gettempdir()) / f"priorauth-services-{os.geteuid()}"


def make_private(folder: Path) -> Path:
    """The folder, made where it is not there. Only its name can be seen by others."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    return folder


@contextlib.contextmanager
def own_folder() -> Iterator[Path]:
    """A folder for one run, removed at its end with what runs in it. It names its owner: see `end_what_was_left`."""
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=make_private(top())))
    (folder / OWNER).write_text(json.dumps(asdict(this_process())))
    make_private(folder)
    try:
        yield folder
    finally:
        remove(folder)


def end_what_was_left() -> None:
    """End the services of runs that were killed, and delete their data."""
    for folder in top().glob("run-*"):
        try:
            owner = Process(**json.loads((folder / OWNER).read_text()))
        except (OSError, ValueError):
            if time.time() - folder.stat().st_mtime < 60:
                continue  # it is just beginning
            owner = Process(0, "")
        if not owner.runs:
            print(f"services: ending what a killed run left in {folder}", file=sys.stderr)
            remove(folder)
