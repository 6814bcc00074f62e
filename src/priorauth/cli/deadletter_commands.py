"""The commands of `priorauth deadletters`. They import what they need when they run: others start without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from priorauth.cli.options import LOCAL, GatewayUrl, Json, OperatorToken

app = typer.Typer(no_args_is_help=True, help="What a running gateway set aside.")

Kind = Annotated[str, typer.Option(help="only this kind: leg, event or determination")]
Destination = Annotated[str, typer.Option(help="only of this delegate or desk")]
Ids = Annotated[list[str] | None, typer.Argument(help="ids of dead letters")]
All = Annotated[bool, typer.Option("--all", help="every one that waits")]


@app.command("list")
def list_letters(
    kind: Kind = "",
    destination: Destination = "",
    decided: Annotated[bool, typer.Option(help="show those that were retried or discarded, too")] = False,
    gateway: GatewayUrl = LOCAL,
    token: OperatorToken = "",
    as_json: Json = False,
) -> None:
    """List what waits for an operator, newest first. Example: priorauth deadletters list --kind leg"""
    from priorauth.cli import deadletters

    deadletters.print_letters(
        deadletters.at(gateway, token), kind=kind, destination=destination, decided=decided, as_json=as_json
    )


@app.command()
def show(
    id: str,
    raw: Annotated[bool, typer.Option("--raw", help="print the bytes, which may hold PHI")] = False,
    gateway: GatewayUrl = LOCAL,
    token: OperatorToken = "",
    as_json: Json = False,
) -> None:
    """Show one, with --raw its bytes alone. Example: priorauth deadletters show dead-01J..."""
    from priorauth.cli import deadletters

    deadletters.print_letter(deadletters.at(gateway, token), id, raw=raw, as_json=as_json)


def deciding(method: str, action: str) -> Callable[..., None]:
    """A command that decides dead letters in one way; which of them, every such command is told alike."""

    def decide(
        ids: Ids = None,
        every: All = False,
        kind: Kind = "",
        destination: Destination = "",
        gateway: GatewayUrl = LOCAL,
        token: OperatorToken = "",
        as_json: Json = False,
    ) -> None:
        from priorauth.cli import deadletters

        at = deadletters.at(gateway, token)
        which = deadletters.chosen(at, ids, kind, destination, every=every)
        raise typer.Exit(deadletters.settle(at, method, action, which, as_json=as_json))

    return decide


app.command(
    "retry", help="Have them tried again. Example: priorauth deadletters retry --kind leg --destination evicore"
)(deciding("POST", "/retry"))
app.command(
    "discard",
    help="Write down that nothing will be done about them. Example: priorauth deadletters discard dead-01J...",
)(deciding("DELETE", ""))
