"""HAPI FHIR's instance validator, the official one, as a process beside the tests.

Its jars come from Maven once and are kept outside the tree, with the classes of the runner, in `~/.cache/priorauth`
under a name made from what they were made of.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

HERE = Path(__file__).parent
POM = HERE / "pom.xml"
SOURCES = sorted(HERE.glob("*.java"))
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"

BRIEF = ("-XX:TieredStopAtLevel=1",)
"""Compile quickly, not well: to optimize takes longer than a hundred documents."""


class CannotRun(Exception):
    """The validator cannot be had on this machine; the message says why and what would help."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that the validator says of a document."""

    severity: str
    message_id: str
    path: str
    text: str

    @property
    def is_error(self) -> bool:
        return self.severity in ("error", "fatal")


class Validator:
    """The running validator. `guides` are the packages of the guide by version; `is_brief` is for few documents."""

    def __init__(self, guides: Mapping[str, Path], *, is_brief: bool = False) -> None:
        built = build()
        self.not_checked: set[str] = set()
        """Profiles, extensions, value sets and code systems that it met and knows nothing of."""
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the process)
        packages = [f"{version}={path}" for version, path in guides.items()]
        self._process = subprocess.Popen(
            [
                "java",
                *(BRIEF if is_brief else ()),
                "-Xmx2g",
                "-XX:+UseSerialGC",
                "-cp",
                f"{built}/classes:{built}/jars/*",
                "Oracle",
                *packages,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            encoding="utf-8",
        )
        if sorted(self._read()["ready"]) != sorted(guides):
            raise CannotRun("the validator did not load the packages of the guide")

    def validate(self, document: str, version: str, profile: str | None = None) -> list[Issue]:
        """What it says of a document: by base FHIR, by the profiles it claims, and by `profile` where one is given."""
        assert self._process.stdin is not None
        asked = {"id": 0, "version": version, "profile": profile, "document": document}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        answer = self._read()
        self.not_checked.update(answer["not_checked"])
        return [Issue(**each) for each in answer["issues"]]

    def _read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if line:
            return json.loads(line)
        self._process.wait()
        self._log.seek(0)
        raise CannotRun(f"the validator ended: {self._log.read().decode(errors='replace')[-2000:]}")

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def build() -> Path:
    """The folder of the runner's classes and jars, made where it is not there yet."""
    made_of = hashlib.sha256(b"".join(path.read_bytes() for path in (POM, *SOURCES))).hexdigest()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "priorauth"
    built = cache / f"oracle-{made_of[:12]}"
    if built.is_dir():
        return built
    for needed in ("java", "javac", "mvn"):
        if shutil.which(needed) is None:
            raise CannotRun(f"there is no {needed}: it needs a JDK 17 or newer and Maven")
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        made = Path(folder) / "made"
        copied = _run("mvn", "-B", "-q", "-f", POM, COPY, "-DincludeScope=runtime", f"-DoutputDirectory={made}/jars")
        if copied:
            raise CannotRun(f"Maven cannot get its jars (run `make oracle` once with a network): {copied}")
        compiled = _run("javac", "--release", "17", "-cp", f"{made}/jars/*", "-d", f"{made}/classes", *SOURCES)
        if compiled:
            raise CannotRun(f"its runner does not compile: {compiled}")
        try:
            made.rename(built)
        except OSError:  # another run was first
            if not built.is_dir():
                raise
    return built


def _run(*command: str | Path) -> str:
    """What a command that failed said first; empty where it did not fail."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.returncode:
        return ""
    said = (done.stdout + done.stderr).strip().splitlines()
    return said[0][:200] if said else f"{command[0]} ended with {done.returncode}"
