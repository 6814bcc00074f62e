"""The `priorauth` command."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def main() -> None:
    """The entry point of the `priorauth` command."""
    app()


@app.callback()
def root() -> None:
    """Prior authorization gateway: X12 278 in, routed to whoever decides, answered in X12."""


@app.command()
def serve(
    sandbox: Annotated[bool, typer.Option("--sandbox", help="open to all, with simulated destinations")] = False,
    host: Annotated[str | None, typer.Option(help="address to listen on; default 127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="port to listen on; 0 takes a free one; default 8080")] = None,
) -> None:
    """Run the gateway. Example: priorauth serve --sandbox --port 8080"""
    from priorauth.cli.serving import serve as run
    from priorauth.settings import load_settings

    run(load_settings(sandbox=sandbox or None, host=host, port=port))
