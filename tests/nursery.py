"""A process that has read the gateway's modules and mappings, and becomes a new gateway as often as it is asked.

Each gateway is a process of its own, forked before anything of it runs: it can be killed like one that was started from
the command line, but starts in a fraction of its time.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

import priorauth.cli
from priorauth import tools
from priorauth.adapters.mapping_files import mappings_folder

LOOK_SECONDS = 0.01


@dataclass(frozen=True)
class Start:
    """What a new process is to be."""

    arguments: list[str]
    environment: dict[str, str]
    folder: str
    log: str
    prepared_by: str = ""  # a module whose `prepare` is called first

    def become(self) -> None:
        """Be `priorauth`, as if started from the command line: called in the new process."""
        with Path(self.log).open("ab") as output, Path(os.devnull).open("rb") as nothing:
            for there, descriptor in ((nothing, 0), (output, 1), (output, 2)):
                os.dup2(there.fileno(), descriptor)
        os.environ.clear()
        os.environ.update(self.environment)
        os.chdir(self.folder)
        if self.prepared_by:
            importlib.import_module(self.prepared_by).prepare()
        priorauth.cli.app(self.arguments)


class Born:
    """One process of a nursery, used like a `Popen`."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self.pid = pid
        self._nursery = nursery
        self._code: int | None = None

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        if self._code is None:
            self._code = self._nursery.ask({"poll": self.pid})
        return self._code

    def send_signal(self, how: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, how)

    def wait(self, timeout: float) -> int:
        end = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired("a gateway", timeout)
            time.sleep(LOOK_SECONDS)
        return code


class Nursery:
    """The process that others are made from. It ends, and they with it, when the one that started it does."""

    def __init__(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PRIORAUTH_")}
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )

    def start(self, what: Start) -> Born:
        """Run `priorauth` in a new process."""
        return Born(self, self.ask(asdict(what)))

    def ask(self, what: Mapping[str, object]) -> Any:
        with self._lock:
            said, told = self._process.stdin, self._process.stdout
            assert said is not None
            assert told is not None
            said.write(json.dumps(what).encode() + b"\n")
            said.flush()
            return json.loads(told.readline())


@cache
def nursery() -> Nursery:
    """The nursery of this test process."""
    return Nursery()


# What follows runs in the process of the nursery.


def run(requests: IO[str], answers: IO[str]) -> Start | None:
    """Do what is asked until nobody can ask any more. In a new process: what it is to be."""
    running: set[int] = set()
    for line in requests:
        asked = json.loads(line)
        if "poll" in asked:
            answer = code_of(asked["poll"])
            running -= {asked["poll"]} if answer is not None else set()
        elif answer := os.fork():
            running.add(answer)
        else:
            return Start(**asked)
        print(json.dumps(answer), file=answers, flush=True)
    for pid in running:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return None


def code_of(pid: int) -> int | None:
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def read_everything() -> None:
    """Have modules and the shipped mappings at hand, as they are at every start of the gateway."""
    importlib.import_module("priorauth.cli.serving")
    names = vars(tools)  # what it imported, by the names that it calls it by
    names["load_knowledge"] = cache(names["load_knowledge"])
    names["load_knowledge"](mappings_folder(None), sandbox=True)


if __name__ == "__main__":
    read_everything()
    with os.fdopen(os.dup(1), "w") as answers, os.fdopen(os.dup(0)) as requests:
        born = run(requests, answers)
    if born:
        born.become()
