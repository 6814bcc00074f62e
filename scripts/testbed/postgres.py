"""A PostgreSQL server of its own for a test run. `PRIORAUTH_TEST_POSTGRES_URL` names its maintenance database."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path

from testbed.processes import Process, free_port, primary_group, run, spawn, wait_until
from testbed.service import Unavailable

URL = "PRIORAUTH_TEST_POSTGRES_URL"
USER = "priorauth"
START_SECONDS = 30.0
PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/bin", "/usr/local/pgsql/bin",
          "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin")  # fmt: skip
SYSTEM_USERS = ("postgres", "nobody")
"""Whom a server that root starts runs as: PostgreSQL refuses root."""

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "64MB",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
}
FORGETFUL = {"fsync": "off", "full_page_writes": "off"}
"""For tests: they outlive a killed server, not a lost disk cache. Benchmarks commit to the disk."""


class Postgres:
    """One server. `kill` and a second `start` on the same folder are what a crash and a recovery are."""

    name = "PostgreSQL"
    variables = (URL,)

    def __init__(self, *, durable: bool = False) -> None:
        self._durable = durable
        self._process: Process | None = None
        self._port = 0
        self._password = secrets.token_hex(12)

    def start(self, folder: Path) -> Mapping[str, str]:
        """Start the server, on the data and port that it had before if any."""
        binaries = find_binaries() or install()
        user = self._server_user(folder)
        data = folder / "data"
        if not data.exists():
            self._initialize(binaries, folder, data, user)
        self._port = self._port or free_port()
        settings = {**SETTINGS, "port": str(self._port), **({} if self._durable else FORGETFUL)}
        options = [f"--{name}={value}" for name, value in settings.items()]
        command = [str(binaries / "postgres"), "-D", str(data), *options]
        self._process = spawn(
            command, name="postgres", folder=folder, end_by=signal.SIGINT, user=user, environment=environment(folder)
        )
        if not wait_until(lambda: is_ready(data, self._process) or not self.runs, START_SECONDS) or not self.runs:
            raise Unavailable(f"the server did not start: {(folder / 'postgres.log').read_text()[-500:]}")
        return {URL: f"postgresql://{USER}:{self._password}@127.0.0.1:{self._port}/postgres"}

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.runs

    def stop(self) -> None:
        """End open transactions, write everything down, and stop."""
        if self._process:
            self._process.end()

    def kill(self) -> None:
        """End the server at once, as a crash does."""
        if self._process:
            self._process.send(signal.SIGQUIT)
            wait_until(lambda: not self.runs, 10)

    def _server_user(self, folder: Path) -> str | None:
        """Whom the server runs as: ourselves, or for root a system user, to whom the folder is given."""
        if os.geteuid() != 0:
            return None
        user = next(filter(is_user, SYSTEM_USERS), None)
        if user is None:
            raise Unavailable("PostgreSQL refuses to run as root, and there is no user postgres or nobody")
        shutil.chown(folder, user, primary_group(user))
        for parent in folder.parents:
            if not parent.stat().st_mode & 0o001:
                raise Unavailable(f"the user {user} may not enter {parent}")
        return user

    def _initialize(self, binaries: Path, folder: Path, data: Path, user: str | None) -> None:
        secret = folder / "password"
        secret.write_text(self._password)
        if user:
            shutil.chown(secret, user)
        secret.chmod(0o600)
        place = ["-D", str(data), "--encoding=UTF8", "--no-locale", "--no-sync"]
        access = ["--auth=password", f"--username={USER}", f"--pwfile={secret}"]
        run([str(binaries / "initdb"), *place, *access], what="initdb", user=user, folder=folder)


def is_ready(data: Path, process: Process | None) -> bool:
    """True once the server that we started takes connections: the last line of its own note says so."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return process is not None and lines[:1] == [str(process.pid)] and lines[-1].strip() == "ready"


def environment(folder: Path) -> dict[str, str]:
    """What the server sees of ours: nothing that would change where it looks or how it speaks."""
    return {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "LC_ALL": "C", "TZ": "UTC"}


def find_binaries() -> Path | None:
    """The folder of a server, the newest version first."""
    return next((folder for folder in places() if is_server(folder)), None)


def places() -> Iterator[Path]:
    for pattern in PLACES:
        yield from sorted(Path("/").glob(pattern.lstrip("/")), key=version, reverse=True)
    yield from map(Path, os.environ.get("PATH", "").split(os.pathsep))


def version(folder: Path) -> list[int]:
    """The numbers in a path, so that 15 is newer than 9."""
    return [int(part) for part in "".join(c if c.isdigit() else " " for c in str(folder)).split()]


def is_server(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres"))


def is_user(name: str) -> bool:
    try:
        primary_group(name)
    except KeyError:
        return False
    return True


def install() -> Path:
    """Install Debian's server, without the cluster that its package makes by itself."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise Unavailable("there is no server (initdb and postgres); install PostgreSQL 14 or newer")
    print("services: installing PostgreSQL from Debian's packages", flush=True)
    apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "Acquire::Retries=3"]
    run([*apt, "update"], what="apt-get update")
    settings = Path("/etc/postgresql-common/createcluster.conf")
    if not settings.exists():
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text("create_main_cluster = false\n")
    keep = ["-o", "Dpkg::Options::=--force-confold"]
    run([*apt, *keep, "install", "--no-install-recommends", "postgresql"], what="apt-get install postgresql")
    if found := find_binaries():
        return found
    raise Unavailable("Debian's package postgresql was installed, and there is still no initdb")
