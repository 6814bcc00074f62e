"""How the commands of `priorauth conformance` end that do not do what was asked: a reason, and exit code 1 or 2."""

from __future__ import annotations

from typing import NoReturn

import typer

FAILED = 1
"""The target failed a case, or the certificate is not valid."""
COULD_NOT_RUN = 2


def fail(reason: str, code: int = COULD_NOT_RUN) -> NoReturn:
    """End the command with a reason."""
    typer.echo(f"priorauth: {reason}", err=True)
    raise typer.Exit(code)
