"""The command `priorauth replay`. It imports what it needs when it runs: other commands start without it."""

from __future__ import annotations

from typing import Annotated

import typer

from priorauth.cli.options import LOCAL, GatewayUrl, Json, OperatorToken

ReviewIds = Annotated[list[str] | None, typer.Argument(help="ids of reviews")]
States = Annotated[list[str] | None, typer.Option("--state", help="only reviews in this state; may be repeated")]
Parts = Annotated[
    list[str] | None,
    typer.Option("--only", help="legs, replies, notifications or events; may be repeated; default all of them"),
]


def replay(
    review_ids: ReviewIds = None,
    reroute: Annotated[bool, typer.Option("--reroute", help="decide again who decides, where nothing is")] = False,
    redeliver: Annotated[bool, typer.Option("--redeliver", help="send again, the same bytes and ids")] = False,
    parts: Parts = None,
    payer: Annotated[str, typer.Option(help="only reviews of this payer")] = "",
    destination: Annotated[str, typer.Option(help="only reviews with a leg of this delegate or desk")] = "",
    states: States = None,
    since: Annotated[str, typer.Option(help="only reviews received then or later: 2026-11-02T12:00:00Z")] = "",
    until: Annotated[str, typer.Option(help="only reviews received before or then")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="do it; without this, only say what would be done")] = False,
    gateway: GatewayUrl = LOCAL,
    token: OperatorToken = "",
    as_json: Json = False,
) -> None:
    """Route reviews again, or send again what was sent. Example: priorauth replay --redeliver --payer BCBSM --yes"""
    from priorauth.cli import replays
    from priorauth.cli.output import COULD_NOT_RUN, fail
    from priorauth.cli.running import At

    if reroute == redeliver:
        fail("say what: --reroute or --redeliver", COULD_NOT_RUN)
    order = {
        "kind": "reroute" if reroute else "redeliver",
        "dry_run": not yes,
        "review_ids": review_ids or [],
        "payer": payer,
        "destination": destination,
        "states": states or [],
        **({"parts": parts} if parts else {}),
        **({"since": since} if since else {}),
        **({"until": until} if until else {}),
    }
    raise typer.Exit(replays.replay(At(gateway, token), order, as_json=as_json))
