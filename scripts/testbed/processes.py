"""Server processes that are found again: each leaves a note in its folder, so that any later run can end it."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from testbed.service import Unavailable

NOTE = ".process"
END_SECONDS = 10.0


@dataclass(frozen=True)
class Process:
    """One process, told from a later one with the same number by when it began."""

    pid: int
    began: str
    end_by: int = signal.SIGTERM  # the signal that ends it in order

    @property
    def runs(self) -> bool:
        return self.began != "" and began(self.pid) == self.began

    def end(self) -> None:
        """End it in order, and by force where it does not go."""
        for how in (self.end_by, signal.SIGKILL):
            if not self.runs:
                return
            self.send(how)
            wait_until(lambda: not self.runs, END_SECONDS)

    def send(self, how: int) -> None:
        """Send it a signal; nothing happens where it is gone."""
        try:
            os.kill(self.pid, how)
        except ProcessLookupError:
            return


def this_process() -> Process:
    return Process(os.getpid(), began(os.getpid()))


def spawn(
    command: Sequence[str],
    *,
    name: str,
    folder: Path,
    end_by: int = signal.SIGTERM,
    environment: Mapping[str, str] | None = None,
    user: str | None = None,
) -> Process:
    """Start a server in a session of its own, its output in `NAME.log`, its note in `NAME.process`."""
    with (folder / f"{name}.log").open("ab") as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=None if environment is None else dict(environment),
            start_new_session=True,
            user=user,
            group=primary_group(user) if user else None,
            extra_groups=() if user else None,
        )
    process = Process(child.pid, began(child.pid), end_by)
    (folder / f"{name}{NOTE}").write_text(json.dumps(asdict(process)))
    _children.append(child)
    return process


_children: list[subprocess.Popen[bytes]] = []
"""Kept so that a child that ended is reaped when it is asked for, and is no zombie that seems to run."""


def primary_group(user: str) -> int:
    """The number of a user's group; KeyError where there is no such user."""
    return pwd.getpwnam(user).pw_gid


def noted(folder: Path) -> list[Process]:
    """The processes that were started below a folder and still run."""
    processes = [Process(**json.loads(note.read_text() or "{}")) for note in folder.rglob(f"*{NOTE}")]
    return [process for process in processes if process.runs]


def end_all(folder: Path) -> int:
    """End every process that was started below a folder; how many there were."""
    left = noted(folder)
    for process in left:
        process.end()
    return len(left)


def remove(folder: Path) -> None:
    """End what runs in a folder, and delete it."""
    end_all(folder)
    shutil.rmtree(folder, ignore_errors=True)


def began(pid: int) -> str:
    """When a process began, as its system tells it; empty where it is gone, or has ended and is not reaped."""
    for child in _children:
        if child.pid == pid and child.poll() is not None:
            return ""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if fields[0] in "ZX" else fields[19]
    told = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, since = told.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else since.strip()


def wait_until(done: Callable[[], bool], seconds: float) -> bool:
    """Look again and again until it is so; False where the time is over first."""
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def run(command: Sequence[str], *, what: str, user: str | None = None, folder: Path | None = None) -> str:
    """Run a command to its end; what it printed. Raises Unavailable with the end of it where it fails."""
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        user=user,
        group=primary_group(user) if user else None,
        extra_groups=() if user else None,
    )
    if done.returncode:
        raise Unavailable(f"{what} failed: {(done.stderr or done.stdout).strip()[-500:]}")
    return done.stdout


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
