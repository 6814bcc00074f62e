"""How commands speak: documents on standard output, everything else on standard error, exit codes 0, 1 and 2."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import msgspec
import typer

INVALID = 1
"""The input is invalid, or the check fails."""
COULD_NOT_RUN = 2


def say(line: str = "") -> None:
    """One line of the answer."""
    print(line)


def note(line: str) -> None:
    """One line beside the answer."""
    print(line, file=sys.stderr)


def say_json(value: object) -> None:
    """The answer as JSON, for people to read too."""
    print(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def write_document(body: bytes) -> None:
    """A document as it is, to standard output."""
    sys.stdout.buffer.write(body)
    if sys.stdout.isatty():
        sys.stdout.buffer.write(b"\n")
    sys.stdout.buffer.flush()


def fail(reason: str, code: int = INVALID) -> NoReturn:
    """End the command with a reason."""
    note(f"priorauth: {reason}")
    raise typer.Exit(code)


@contextmanager
def running_or_exit() -> Iterator[None]:
    """What keeps a command from running at all ends it with exit code 2 and a sentence."""
    try:
        yield
    except (OSError, UnicodeDecodeError) as error:
        what = getattr(error, "filename", None)
        fail(f"{what or 'input'}: {getattr(error, 'strerror', None) or 'cannot be read'}", COULD_NOT_RUN)
