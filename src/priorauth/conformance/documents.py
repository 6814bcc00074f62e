"""The files that a run leaves behind: a page, JUnit XML, a signed certificate."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from priorauth.conformance.certificate import write_certificate
from priorauth.conformance.folders import ConformanceFault
from priorauth.conformance.junit import junit_xml
from priorauth.conformance.pages import report_page
from priorauth.conformance.results import RunResult
from priorauth.conformance.signing import UnusableKey, read_private_key


class Documents:
    """What is to be written of a run. What cannot be written is a fault before the run, not after it."""

    def __init__(self, *, html: Path | None, junit: Path | None, certificate: Path | None, key: Path | None) -> None:
        if (certificate is None) is not (key is None):
            raise ConformanceFault("--certificate wants --sign-with, the key to sign it, and the other way round")
        for path in (html, junit, certificate):
            if path is not None and not path.absolute().parent.is_dir():
                raise ConformanceFault(f"{path}: there is no such folder")
        self._html, self._junit, self._certificate = html, junit, certificate
        try:
            self._key = read_private_key(key) if key else None
        except UnusableKey as problem:
            raise ConformanceFault(str(problem)) from None

    def write(self, run: RunResult, *, selection: str) -> None:
        """Write each that was asked for."""
        if self._html:
            _write(self._html, report_page(run).encode())
        if self._junit:
            _write(self._junit, junit_xml(run))
        if self._certificate and self._key:
            _write(self._certificate, write_certificate(run, self._key, selection=selection).encode())


def selection_in_words(suites: Sequence[str], patterns: Sequence[str]) -> str:
    """Which cases were asked for: a certificate of a few is not one of all."""
    parts = [f"suite {each}" for each in suites] + [f"cases like {each}" for each in patterns]
    return ", ".join(parts) or "every case"


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as problem:
        raise ConformanceFault(f"{path}: {problem.strerror}") from None
